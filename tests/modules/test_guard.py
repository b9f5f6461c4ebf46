"""The guard: when it acts, when it does not, and that a failing candidate leaves by itself without anybody noticing."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from backend.core import db
from backend.core.clock import now, shifted
from backend.modules import evidence, gateway, gray, guard, registry
from backend.modules.errors import DepartmentUnavailable
from backend.modules.evidence import Figures
from backend.modules.unfinished import Forms
from backend.sdk import bundle, scaffold
from backend.sdk.department import QueryCall
from tests.cases.people import ZHANG, Citizen, pdf
from tests.conftest import Client, SignIn, Simulators
from tests.modules.conftest import TEAM, Publishing, module, named

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


@pytest.mark.parametrize(
    ("candidate", "live", "goes"),
    [
        (Forms(0, 19), Forms(100, 0), False),  # too little is known
        (Forms(0, 20), Forms(19, 0), False),  # of either
        (Forms(10, 10), Forms(90, 10), True),
        (Forms(10, 10), Forms(50, 50), False),  # a form that half of all people leave anyway
        (Forms(88, 12), Forms(1000, 0), False),  # more often, but not by much
        (Forms(15, 5), Forms(18, 2), False),  # chance
        (Forms(0, 40), Forms(0, 40), False),
        (Forms(40, 0), Forms(0, 40), False),  # better
    ],
)
def test_a_candidate_goes_when_people_leave_its_form(candidate: Forms, live: Forms, goes: bool) -> None:
    why = guard.judge_forms(candidate, live)
    assert (why is not None) is goes, why
    if why is not None:
        assert "10 份" in why


async def _opened(who: Citizen) -> uuid.UUID:
    """The id of a case of the sample matter."""
    body = {
        "matter": "try_module.sample",
        "release": await who.release("try_module.sample"),
        "form": {"kind": "b"},
        "materials": [{"code": "proof", "upload": await who.upload(pdf(), "收入证明.pdf")}],
    }
    number = (await who.apply(body, face=False))["number"]
    row = await db.fetch_one("SELECT id FROM cases_case WHERE number = $1", number)
    assert row is not None
    return uuid.UUID(str(row["id"]))


async def _kept(release: str, numbers: range, *, quiet: timedelta) -> None:
    """Drafts of as many invented citizens, last touched so long ago."""
    for number in numbers:
        await db.execute(
            "INSERT INTO cases_draft (id, created_at, citizen_id, key_of, matter, release, sealed, uploads, step,"
            " updated_at) VALUES (gen_random_uuid(), $1, $2, $2, 'try_module.sample', $3, '', '[]', 0, $4)",
            now() - quiet,
            uuid.UUID(int=number),
            release,
            now() - quiet,
        )


async def _handed_in(release: str, template: uuid.UUID, numbers: range) -> None:
    """As many cases like the template, of this release."""
    names = [
        row["column_name"]
        for row in await db.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'cases_case'")
        if row["column_name"] not in ("id", "number", "release", "submitted_at")
    ]
    listed = ", ".join(names)
    for number in numbers:
        await db.execute(
            f"INSERT INTO cases_case (id, number, release, submitted_at, {listed})"
            f" SELECT gen_random_uuid(), $2, $3, $4, {listed} FROM cases_case WHERE id = $1",
            template,
            f"T{number}",
            release,
            now(),
        )


async def test_a_form_that_people_leave_is_taken_back_and_one_that_is_being_filled_in_is_not(
    publishing: Publishing, sign_in: SignIn, tmp_path: Path
) -> None:
    await publishing.live(module())
    release = await publishing.reviewed(module("1.1.0", matter=named("新的示例事项")))
    rollout = await publishing.roll_out(release["id"], {"percent": 30, "hold_s": 86_400})
    await db.execute("UPDATE modules_rollout SET created_at = created_at - interval '40 minutes'")
    await registry.refresh()
    who = Citizen(await sign_in(ZHANG.phone, name=ZHANG.name, id_number=ZHANG.id_number), ZHANG)
    case = await _opened(who)
    await _handed_in("try_module@1.0.0", case, range(100, 130))
    await _handed_in("try_module@1.1.0", case, range(200, 212))
    await _kept("try_module@1.1.0", range(1, 13), quiet=timedelta(minutes=5))
    assert await guard.watch() == 0, "they are still at it"
    await db.execute("UPDATE cases_draft SET updated_at = updated_at - interval '15 minutes'")
    assert await guard.watch() == 1
    found = await publishing.publisher.call("GET", f"/publish/v1/rollouts/{rollout['id']}", status=200)
    assert found["state"] == "rolled_back"
    assert "填到一半" in found["reason"]
    (notice,) = (await publishing.publisher.call("GET", "/publish/v1/modules/try_module", status=200))["notices"]
    assert notice["figures"]["candidate"]["forms"] == {"finished": 12, "left": 12, "rate": 0.5}
    assert notice["figures"]["live"]["forms"]["left"] == 0


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


async def test_a_team_reads_how_its_module_does(publishing: Publishing, http: Client, tmp_path: Path) -> None:
    await publishing.live(connected("1.0.0", "我的记录", tmp_path))
    assert await ask(http, device(True)) == 200
    path = "/publish/v1/modules/try_module/health"
    found = await publishing.publisher.call("GET", path, status=200)
    (live,) = found["releases"]
    assert (live["release"], live["role"], live["calls"], live["failures"]) == ("try_module@1.0.0", "live", 1, 0)
    assert live["mean_ms"] > 0
    await evidence.flush()
    before = (await publishing.publisher.call("GET", path, status=200))["releases"][0]["views"]
    guide = "/api/v1/matters/try_module.village_query"
    for headers in ({}, {}, {"If-None-Match": "*"}):
        async with http.request("GET", guide, headers=headers) as answer:
            assert answer.status == (304 if headers else 200)
    await http.call("GET", "/api/v1/matters/try_module.nothing", status=404)
    await evidence.flush()
    await evidence.flush()
    after = (await publishing.publisher.call("GET", path, status=200))["releases"][0]["views"]
    assert after - before == 3, "read again from the browser's own copy is read, too; what is not there is not"
    assert (live["forms_left"], live["left_rate"]) == (0, None)
    assert found["ratings"] == {"days": 30, "count": 0, "mean": None, "bad": 0}
    await publishing.elsewhere.call("GET", path, status=403)
    await publishing.publisher.call("GET", "/publish/v1/modules/try_nothing/health", status=404)
    release = await publishing.reviewed(connected("1.1.0", "我的新记录", tmp_path))
    await publishing.roll_out(release["id"], {"percent": 30})
    both = await publishing.publisher.call("GET", path, status=200)
    assert [item["role"] for item in both["releases"]] == ["live", "candidate"]
