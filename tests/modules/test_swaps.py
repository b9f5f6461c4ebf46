"""Swapping releases in running processes: a hundred times under load, with a death in between, with nobody told, and
with one that cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.town import eventually, opened
from tests.local.machines import remains
from tests.modules.swaps import GROW, GUIDE, LIST, PROCESSES, Load, Stage, asking, release_of, staged
from tests.modules.test_guard import QUERY, connected, device

TIMES = 100


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("swaps")
    async with opened(folder, TF_WEB_WORKERS=str(PROCESSES), TF_TEST_OF=str(folder.resolve())) as town:
        yield await staged(town)
        copy = town.copy
    assert remains(copy) == []


def right(load: Load, *, lost: int = 0) -> None:
    assert load.wrong == [], load.wrong[:3]
    assert load.lost <= lost
    assert {release for release in load.answers if release != "none"} == {"1.0.0", "1.1.0"}, load.answers
    assert load.answers["none"] == 0, "the search must have found it every time"
    for (path, release), bodies in load.bytes_of.items():
        assert len(bodies) == 1, f"{path} of {release} has {len(bodies)} bodies"


@pytest.mark.timeout(240)
async def test_a_hundred_releases_and_rollbacks_under_load_without_a_failed_or_mixed_answer(stage: Stage) -> None:
    before = {path: await stage.fresh(path) for path in (GUIDE, LIST)}
    for answers in before.values():
        assert len(set(answers)) == 1, sorted(set(answers))[:2]
    async with asking(stage.town) as load:
        for _ in range(TIMES):
            rollout = await stage.roll_out(stage.second)
            await stage.roll_back(rollout["id"])
        await stage.serves("1.0.0", seconds=20)
    right(load)
    assert sum(load.answers.values()) > TIMES * 5, "there must have been a load"
    for path, answers in before.items():
        assert set(await stage.fresh(path)) == set(answers), "after the rollback the same bytes as before"


@pytest.mark.timeout(240)
async def test_a_web_process_killed_during_a_swap_takes_nobody_along(stage: Stage) -> None:
    async with asking(stage.town) as load:
        for turn in range(3):
            swap = asyncio.create_task(stage.roll_out(stage.second))
            # the one that was asked may be the one that dies: then its answer is lost, and the rows say what holds
            killed = stage.town.copy.kill("web", turn)
            lost = isinstance((await asyncio.gather(swap, return_exceptions=True))[0], BaseException)
            await stage.town.copy.healed("web", killed, turn, seconds=60)
            rollout = await live(stage)
            if not lost:
                assert rollout["release"] == stage.second
            if rollout["release"] == stage.first:
                rollout = await stage.roll_out(stage.second)
            await stage.serves("1.1.0", seconds=60)
            await stage.roll_back(rollout["id"])
            await stage.serves("1.0.0", seconds=20)
    # each of six people may have had one question in the hands of each of three that died
    right(load, lost=18)


async def live(stage: Stage) -> dict[str, str]:
    page = await stage.publisher.call("GET", "/publish/v1/modules/try_module")
    return next(item for item in page["rollouts"] if item["state"] == "live")


@pytest.mark.timeout(120)
async def test_when_nobody_is_told_every_process_follows_within_five_seconds(stage: Stage) -> None:
    for release, version in ((stage.second, "1.1.0"), (stage.first, "1.0.0")):
        await stage.flip(release)
        await stage.serves(version, seconds=5)


@pytest.mark.timeout(240)
async def test_processes_that_cannot_read_the_newest_release_serve_the_last_good_one_and_say_so(stage: Stage) -> None:
    await stage.serves("1.0.0", seconds=60)
    (good,) = set(await stage.fresh(GUIDE))
    async with stage.town.database() as db:
        content = await db.fetchval("SELECT content FROM modules_release WHERE id = $1::text::uuid", stage.second)
        newer = content.replace(b'{"matters"', b'{"written_by_a_newer_version":1,"matters"', 1)
        assert newer != content
        change = "UPDATE modules_release SET content = $2 WHERE id = $1::text::uuid"
        await db.execute(change, stage.second, newer)
    try:
        await stage.flip(stage.second)

        async def stale() -> bool:
            return all(b"tf_registry_stale 1.0" in raw for _, raw in await stage.fresh("/metrics"))

        await eventually(stale, seconds=20, what="the metric that tells of it")

        async def degraded() -> bool:
            answers = await stage.fresh("/readyz")
            return {status for status, _ in answers} == {200} and all(b"the last good one" in raw for _, raw in answers)

        await eventually(degraded, seconds=20, what="/readyz that tells of it")
        assert set(await stage.fresh(GUIDE)) == {good}
        # one that starts now has no last good one: it must not answer in the others' place
        killed = stage.town.copy.kill("web", 0)
        fresh = await stage.town.copy.healed("web", killed, 0, seconds=60)
        log = stage.town.copy.data / "logs" / "web-0.log"

        async def tried() -> bool:
            return log.read_text("utf-8", "replace").count("snapshot_not_built") > 3

        await eventually(tried, seconds=60, what="the new process trying to build")
        for _ in range(6):
            assert set(await stage.fresh(GUIDE, PROCESSES - 1)) == {good}
    finally:
        async with stage.town.database() as db:
            await db.execute(change, stage.second, content)
            await db.execute(GROW)
    await stage.serves("1.1.0", seconds=60)

    async def ready() -> bool:
        return all(b'"status":"ok"' in raw for _, raw in await stage.fresh("/readyz"))

    await eventually(ready, seconds=20, what="/readyz as before")
    assert fresh in stage.town.copy.pids("web"), "the process that waited is the one that serves now"
    assert release_of((await stage.fresh(GUIDE))[0][1]) == "1.1.0"
    await stage.flip(stage.first)
    await stage.serves("1.0.0", seconds=20)


@pytest.mark.timeout(180)
async def test_a_failing_candidate_is_withdrawn_by_the_timetable_and_who_is_on_the_live_release_notices_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    """The last test here: another kind of release takes the place of the two."""
    town = stage.town
    fault = "/faults/department/try_module.query"
    await stage.roll_out(await stage.approved(connected("2.0.0", "我的记录", tmp_path)))
    candidate = await stage.approved(connected("2.1.0", "我的新记录", tmp_path))
    insider, outsider = device(True), device(False)

    async def ask(who: str) -> int:
        body = {"params": {"year": 2024}}
        return (await town.client().send("POST", QUERY, body, headers={"X-TF-Device": who})).status

    async def answered() -> bool:
        return [await ask(outsider) for _ in range(6)] == [200] * 6

    await eventually(answered, seconds=20, what="the live release")
    rollout = await stage.roll_out(candidate, {"percent": 30, "hold_s": 3_600})
    mine: list[int] = []
    others: list[int] = []

    async def calling() -> None:
        """A fifth of the candidate's calls fail; the department is well whenever the others ask."""
        while True:
            failing = len(mine) % 5 == 0
            if failing:
                await town.control("PUT", fault, {"fault": "http500", "times": 9})
            mine.append(await ask(insider))
            if failing:
                await town.control("DELETE", fault)
            others.append(await ask(outsider))

    async def withdrawn() -> bool:
        page = await stage.publisher.call("GET", f"/publish/v1/rollouts/{rollout['id']}")
        return bool(page["state"] == "rolled_back")

    calls = asyncio.create_task(calling())
    try:
        await eventually(withdrawn, seconds=60, what="the candidate's end")
        assert not calls.done(), "somebody must have asked all the time"
    finally:
        calls.cancel()
        await asyncio.gather(calls, return_exceptions=True)
        await town.control("DELETE", "/faults")
    assert set(others) == {200}
    assert mine.count(503) >= 4
    page = await stage.publisher.call("GET", "/publish/v1/modules/try_module")
    assert (page["live"], page["candidate"]) == ("2.0.0", None)
    assert any("自动" in notice["text"] for notice in page["notices"])
