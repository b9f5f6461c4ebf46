"""The guard: when it acts, when it does not, and that a failing candidate leaves by itself without anybody noticing."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from backend.core import db
from backend.core.clock import shifted
from backend.modules import evidence, gateway, gray, guard, registry
from backend.modules.errors import DepartmentUnavailable
from backend.modules.evidence import Figures
from backend.sdk import bundle, scaffold
from backend.sdk.department import QueryCall
from tests.conftest import Client, Simulators
from tests.modules.conftest import TEAM, Publishing

QUERY = "/api/v1/queries/try_module.village_query"


@pytest.mark.parametrize(
    ("candidate", "live", "goes"),
    [
        (Figures(19, 19, 1), Figures(1000, 0, 10), False),  # too little is known
        (Figures(20, 4, 1), Figures(200, 0, 10), True),
        (Figures(50, 10, 1), Figures(500, 5, 10), True),
        (Figures(50, 10, 1), Figures(500, 100, 10), False),  # the department is bad for both
        (Figures(50, 3, 1), Figures(500, 0, 10), True),
        (Figures(50, 1, 1), Figures(500, 0, 10), False),
        (Figures(20, 2, 1), Figures(20, 1, 1), False),  # chance
        (Figures(30, 6, 1), Figures(0, 0, 0), True),
        (Figures(30, 2, 1), Figures(0, 0, 0), False),
        (Figures(30, 0, 60), Figures(30, 0, 6), True),  # two seconds instead of a fifth
        (Figures(30, 0, 24), Figures(30, 0, 3), False),  # slower, but nobody minds
        (Figures(30, 0, 60), Figures(30, 0, 40), False),
    ],
)
def test_a_candidate_goes_when_it_is_worse_beyond_chance(candidate: Figures, live: Figures, goes: bool) -> None:
    why = guard.judge(candidate, live)
    assert (why is not None) is goes, why
    if why is not None:
        assert any(character.isdigit() for character in why)


def connected(version: str, name: str, tmp_path: Path) -> bytes:
    folder = tmp_path / version / "try_module"
    scaffold.write(folder, scaffold.Plan("try_module", "某局", "某局", "510100", TEAM, "connected"))
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.toml")}
    files["module.toml"] = files["module.toml"].replace(b'"0.1.0"', f'"{version}"'.encode())
    query = files["matters/record_query.toml"].decode().replace('level = "verified"', 'level = "none"')
    query = query.replace('code = "record_query"', 'code = "village_query"')  # one that the simulator answers
    files["matters/record_query.toml"] = query.replace("我的记录查询", name).encode()
    return bundle.pack_files(files)


def device(inside: bool) -> str:
    return next(
        name for number in range(10_000) if (gray.bucket("try_module", name := f"device-{number:06}") < 30) is inside
    )


async def ask(http: Client, who: str) -> int:
    headers = {"X-TF-Device": who}
    async with http.request("POST", QUERY, json={"params": {"year": 2024}}, headers=headers) as answer:
        await answer.read()
        return int(answer.status)


async def no_limits() -> None:
    from backend.core import redis

    async for key in redis.client().scan_iter("limit:*"):
        await redis.client().delete(key)


async def test_a_candidate_that_fails_a_fifth_of_its_calls_leaves_by_itself_and_others_notice_nothing(
    publishing: Publishing, http: Client, sandbox: Simulators, tmp_path: Path
) -> None:
    await publishing.live(connected("1.0.0", "我的记录", tmp_path))
    release = await publishing.reviewed(connected("1.1.0", "我的新记录", tmp_path))
    rollout = await publishing.roll_out(release["id"], {"percent": 30})
    await registry.refresh()
    started = time.monotonic()
    insider, outsider = device(True), device(False)
    mine: list[int] = []
    others: list[int] = []
    try:
        for number in range(100):
            if number % 10 == 0:
                await no_limits()
            if number % 5 == 0:
                await sandbox.send(
                    "PUT", "/_control/faults/department/try_module.query", {"fault": "http500", "times": 9}
                )
            mine.append(await ask(http, insider))
            if number % 5 == 0:
                await sandbox.send("DELETE", "/_control/faults/department/try_module.query")
            others.append(await ask(http, outsider))
            if number % 5 == 4 and await guard.watch():
                break
        await registry.refresh()
        await no_limits()
        after = [await ask(http, insider) for _ in range(5)]
    finally:
        await sandbox.send("DELETE", "/_control/faults")
    assert mine.count(200) == len(mine) * 4 // 5, "the candidate did fail a fifth"
    assert set(others) == {200}
    assert set(after) == {200}
    assert time.monotonic() - started < 60
    found = await publishing.publisher.call("GET", f"/publish/v1/rollouts/{rollout['id']}", status=200)
    assert found["state"] == "rolled_back"
    assert "自动回退" in found["reason"]
    page = await publishing.publisher.call("GET", "/publish/v1/modules/try_module", status=200)
    (notice,) = page["notices"]
    assert notice["release"] == "try_module@1.1.0"
    assert notice["figures"]["candidate"]["failures"] == mine.count(503)
    assert notice["figures"]["live"]["failures"] == 0
    assert page["live"] == "1.0.0"


async def test_a_good_candidate_stays_and_old_evidence_does_not_count(
    publishing: Publishing, http: Client, tmp_path: Path
) -> None:
    await publishing.live(connected("1.0.0", "我的记录", tmp_path))
    release = await publishing.reviewed(connected("1.1.0", "我的新记录", tmp_path))
    await publishing.roll_out(release["id"], {"percent": 30})
    await registry.refresh()
    for _ in range(25):
        assert await ask(http, device(True)) == 200
    assert await guard.watch() == 0
    for _ in range(25):
        await evidence.note("try_module@1.1.0", failed=True, seconds=0.1)
    with shifted(timedelta(minutes=6)):
        assert await guard.watch() == 0
    assert await guard.watch() == 1
    assert await guard.watch() == 0


async def test_a_failing_candidate_does_not_shut_the_door_of_the_live_release(
    publishing: Publishing, sandbox: Simulators, tmp_path: Path
) -> None:
    await publishing.live(connected("1.0.0", "我的记录", tmp_path))
    release = await publishing.reviewed(connected("1.1.0", "我的新记录", tmp_path))
    await publishing.roll_out(release["id"], {"percent": 30})
    await registry.refresh()
    code = "try_module.village_query"
    candidate = registry.current().require_for(code, device(True), None)
    live = registry.current().require_for(code, device(False), None)
    call = QueryCall(matter="village_query", params={"year": 2024}, citizen={})
    await sandbox.send("PUT", "/_control/faults/department/try_module.query", {"fault": "http500", "times": 99})
    for _ in range(8):
        with pytest.raises(DepartmentUnavailable):
            await gateway.call(candidate, "query", call)
    await sandbox.send("DELETE", "/_control/faults")
    with pytest.raises(DepartmentUnavailable):
        await gateway.call(candidate, "query", call)  # its breaker is open
    assert await gateway.call(live, "query", call)


async def test_modules_without_a_candidate_leave_no_evidence(
    publishing: Publishing, http: Client, tmp_path: Path
) -> None:
    await publishing.live(connected("1.0.0", "我的记录", tmp_path))
    assert await ask(http, device(True)) == 200
    assert await db.fetch("SELECT 1 FROM modules_evidence") == []
