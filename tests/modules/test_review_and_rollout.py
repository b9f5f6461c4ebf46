"""From review to citizens and back, over HTTP: two tables of transitions, a second person, gray steps, switches."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import now, shifted
from backend.modules import differences, overview, registry, rollouts, states, teams
from backend.modules.errors import WrongState
from backend.modules.rollouts import check_steps
from backend.modules.schemas import RolloutStep
from tests.conftest import Client
from tests.modules.conftest import MATTER, SECRECY, Publishing, module, named

GUIDE = "/api/v1/matters/try_module.sample"


@pytest.mark.parametrize(("table", "last"), [(states.RELEASE, "retired"), (states.ROLLOUT, "rolled_back")])
def test_a_machine_is_one_table_and_what_is_not_in_it_is_refused(table: states.Table, last: str) -> None:
    every = {state for state, _ in table} | set(table.values())
    acts = {act for _, act in table}
    assert every <= set(states.WORDS)
    assert not [act for state, act in table if state == last], "nothing follows the end"
    for state in every:
        for act in acts:
            if (state, act) in table:
                assert states.move(table, state, act) == table[state, act]
            else:
                with pytest.raises(WrongState):
                    states.move(table, state, act)


async def test_the_whole_way_from_draft_to_citizens(publishing: Publishing, http: Client) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}"
    await publishing.reviewer.call("POST", f"{path}/approve", status=409)
    submitted = await publishing.publisher.call("POST", f"{path}/submit", status=200)
    assert submitted["state"] == "submitted"
    assert await publishing.drain() == 1
    found = await publishing.publisher.call("GET", path, status=200)
    assert found["state"] == "in_review"
    await http.call("GET", GUIDE, status=404)
    await publishing.roll_out(made["id"], status=409)
    await publishing.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, status=200)
    approved = await publishing.reviewer.call("POST", f"{path}/approve", status=200)
    review = approved["secrecy_review"]
    assert (approved["state"], review["passed"], review["name"]) == ("approved", True, "reviewer")
    assert review["by"] == approved["reviewed_by"]["id"]
    rollout = await publishing.roll_out(made["id"])
    assert rollout["state"] == "live"
    await registry.refresh()
    assert (await http.call("GET", GUIDE, status=200))["release"] == "try_module@1.0.0"
    page = await publishing.publisher.call("GET", "/publish/v1/modules/try_module", status=200)
    assert (page["live"], page["candidate"], page["owners"]) == ("1.0.0", None, ["try_team"])
    acts = [row["act"] for row in await db.fetch("SELECT act FROM core_audit WHERE act LIKE 'modules.%' ORDER BY id")]
    assert acts[2:] == [
        "modules.uploaded",
        "modules.submit",
        "modules.check_passed",
        "modules.secrecy_passed",
        "modules.approve",
        "modules.rollout",
        "modules.rollout_finish",
    ]


async def test_nobody_reviews_what_he_uploaded_or_submitted(publishing: Publishing) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}"
    await publishing.colleague.call("POST", f"{path}/submit", status=200)
    await publishing.drain()
    for who in (publishing.publisher, publishing.colleague):
        problem = await who.call("POST", f"{path}/approve", status=403)
        assert problem["code"] == "modules.second_person"
        problem = await who.call("POST", f"{path}/secrecy-review", SECRECY, status=403)
        assert problem["code"] == "modules.second_person"
        await who.call("POST", f"{path}/reject", {"reasons": [{"file": ".", "text": "不行"}]}, status=403)
    for who in (publishing.admin, publishing.clerk):
        assert (await who.call("POST", f"{path}/approve", status=403))["code"] == "identity.forbidden"
        assert (await who.call("POST", f"{path}/secrecy-review", SECRECY, status=403))["code"] == "identity.forbidden"
    await publishing.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, status=200)
    await publishing.reviewer.call("POST", f"{path}/approve", status=200)


async def test_without_a_passed_secrecy_review_nothing_is_approved(publishing: Publishing) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}"
    await publishing.publisher.call("POST", f"{path}/submit", status=200)
    await publishing.drain()
    needed = await publishing.reviewer.call("POST", f"{path}/approve", status=409)
    assert needed["code"] == "modules.secrecy_review_needed"
    silent = await publishing.reviewer.call("POST", f"{path}/secrecy-review", {"passed": False}, status=422)
    assert silent["errors"][0]["field"] == "note"
    failed = {"passed": False, "note": "样表里有真实的姓名"}
    kept = await publishing.reviewer.call("POST", f"{path}/secrecy-review", failed, status=200)
    assert (kept["state"], kept["secrecy_review"]["note"]) == ("in_review", "样表里有真实的姓名")
    again = await publishing.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, status=409)
    assert "已经做过" in again["detail"]
    assert "只能退回" in (await publishing.reviewer.call("POST", f"{path}/approve", status=409))["detail"]
    trail = await db.fetch("SELECT details->>'note' AS note FROM core_audit WHERE act = 'modules.secrecy_failed'")
    assert [row["note"] for row in trail] == ["样表里有真实的姓名"]
    reasons = [{"file": "matters/sample.toml", "line": 3, "text": "摘要说不清给谁办"}, {"file": ".", "text": "缺样表"}]
    rejected = await publishing.reviewer.call("POST", f"{path}/reject", {"reasons": reasons}, status=200)
    assert rejected["state"] == "rejected"
    assert [reason["file"] for reason in rejected["reasons"]] == ["matters/sample.toml", "."]
    await publishing.reviewer.call("POST", f"{path}/approve", status=409)


async def test_two_secrecy_reviews_at_once_are_one(publishing: Publishing) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}"
    await publishing.publisher.call("POST", f"{path}/submit", status=200)
    early = await publishing.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, status=409)
    assert "待审核" in early["detail"]
    await publishing.drain()
    answers = await asyncio.gather(
        publishing.reviewer.call("POST", f"{path}/secrecy-review", SECRECY),
        publishing.reviewer.call("POST", f"{path}/secrecy-review", {"passed": False, "note": "不能公开"}),
    )
    assert sorted("code" in answer for answer in answers) == [False, True]
    rows = await db.fetch("SELECT act FROM core_audit WHERE act LIKE 'modules.secrecy_%'")
    assert len(rows) == 1


async def test_what_waits_for_a_reviewer_is_listed_over_all_modules(publishing: Publishing) -> None:
    for number in (1, 2):
        _, made = await publishing.upload(module(id=f"try_module_{number}"))
        await publishing.publisher.call("POST", f"/publish/v1/releases/{made['id']}/submit", status=200)
        await publishing.drain()
    found = await publishing.reviewer.call("GET", "/publish/v1/releases", status=200)
    assert [(row["module"], row["yours"]) for row in found["items"]] == [
        ("try_module_1", False),
        ("try_module_2", False),
    ]
    own = await publishing.publisher.call("GET", "/publish/v1/releases", status=200)
    assert [row["yours"] for row in own["items"]] == [True, True]
    assert (await publishing.elsewhere.call("GET", "/publish/v1/releases", status=200))["items"] == []
    await publishing.clerk.call("GET", "/publish/v1/releases", status=403)
    one = f"/publish/v1/releases/{found['items'][0]['id']}"
    await publishing.reviewer.call("POST", f"{one}/secrecy-review", SECRECY, status=200)
    again = await publishing.reviewer.call("GET", "/publish/v1/releases", status=200)
    assert [row["secrecy_passed"] for row in again["items"]] == [True, None]
    await publishing.reviewer.call("POST", f"{one}/approve", status=200)
    left = await publishing.reviewer.call("GET", "/publish/v1/releases", status=200)
    assert [row["module"] for row in left["items"]] == ["try_module_2"]


async def test_modules_and_what_waits_come_in_pages(publishing: Publishing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "PAGE", 1)
    for number in (1, 2, 3):
        _, made = await publishing.upload(module(id=f"try_module_{number}"))
        await publishing.publisher.call("POST", f"/publish/v1/releases/{made['id']}/submit", status=200)
        await publishing.drain()
    waiting: list[str] = []
    cursor = ""
    while True:
        page = await publishing.reviewer.call("GET", f"/publish/v1/releases{cursor}", status=200)
        waiting += [row["module"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = f"?cursor={page['next']}"
    assert waiting == ["try_module_1", "try_module_2", "try_module_3"]
    names: list[str] = []
    after = ""
    while after is not None:
        page = await publishing.publisher.call("GET", f"/publish/v1/modules?after={after}", status=200)
        names += [row["id"] for row in page["items"]]
        after = page["next"]
    assert names == sorted(set(names))
    assert {"try_module_1", "try_module_2", "try_module_3"} <= set(names)
    assert len(names) > 10


async def test_teams_are_listed_with_their_keys(publishing: Publishing, monkeypatch: pytest.MonkeyPatch) -> None:
    await publishing.admin.call("POST", "/publish/v1/teams", {"id": "try_other", "name": "另一个团队"}, status=201)
    found = await publishing.admin.call("GET", "/publish/v1/teams", status=200)
    assert [(row["id"], row["active"]) for row in found["items"]] == [("try_other", 0), ("try_team", 1)]
    assert found["next"] is None
    monkeypatch.setattr(teams, "PAGE", 1)
    first = await publishing.admin.call("GET", "/publish/v1/teams", status=200)
    rest = await publishing.admin.call("GET", f"/publish/v1/teams?after={first['next']}", status=200)
    assert [row["id"] for row in [*first["items"], *rest["items"]]] == ["try_other", "try_team"]
    await publishing.clerk.call("GET", "/publish/v1/teams", status=403)


async def test_keys_are_read_by_who_answers_for_a_module_of_the_team(publishing: Publishing) -> None:
    await publishing.admin.call("POST", "/publish/v1/teams", {"id": "try_other", "name": "另一个团队"}, status=201)
    refused = await publishing.publisher.call("GET", "/publish/v1/teams/try_team", status=403)
    assert (refused["code"], "您负责地区" in refused["title"]) == ("modules.not_your_team", True)
    await publishing.upload(module())
    for who in (publishing.publisher, publishing.colleague, publishing.admin):
        team = await who.call("GET", "/publish/v1/teams/try_team", status=200)
        assert [key["state"] for key in team["keys"]] == ["active"]
    await publishing.elsewhere.call("GET", "/publish/v1/teams/try_team", status=403)
    for who, teams_seen in (
        (publishing.publisher, ["try_team"]),
        (publishing.elsewhere, []),
        (publishing.admin, ["try_other", "try_team"]),
    ):
        rows = (await who.call("GET", "/publish/v1/teams", status=200))["items"]
        assert [row["id"] for row in rows if row["id"].startswith("try_")] == teams_seen
    await publishing.admin.call("GET", "/publish/v1/teams/try_nobody", status=404)


async def test_who_reviews_a_first_release_reads_all_of_it(
    publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}/differences"
    found = await publishing.reviewer.call("GET", path, status=200)
    assert (found["live"], found["next"]) == (None, None)
    told = "\n".join(f"{item['what']} {item['after']}" for item in found["items"])
    for words in (
        "12345",
        "给谁办，办成什么。",
        "在成都居住。",
        "收入证明",
        "金额（元）",
        "示例证书",
        "甲",
        "form.kind == 'a'",
    ):
        assert words in told, words
    assert "多长 3，工作日" in told, "the meaning of a code, not the list of all codes"
    assert "规则里写" not in told, "advice to who writes the file is not for who reviews it"
    monkeypatch.setattr(differences, "PAGE", 7)
    pages: list[Any] = []
    start = 0
    while start is not None:
        page = await publishing.reviewer.call("GET", f"{path}?start={start}", status=200)
        assert len(page["items"]) <= 7
        pages += page["items"]
        start = page["next"]
    assert pages == found["items"]


async def test_differences_are_told_in_words(publishing: Publishing) -> None:
    await publishing.live(module())
    matter = (
        MATTER.replace("days = 3", "days = 2", 1)
        .replace('title = "金额（元）"', 'title = "月租金（元）"')
        .replace('name = "收入证明"', 'name = "收入证明原件"')
        + '\n[[fields]]\nname = "note"\ntitle = "备注"\ntype = "text"\n'
    ).replace('days = 2 },\n  { id = "deliver"', 'days = 1 },\n  { id = "deliver"')
    _, made = await publishing.upload(module("1.1.0", matter=matter))
    found = await publishing.publisher.call("GET", f"/publish/v1/releases/{made['id']}/differences", status=200)
    told = {(item["what"], item["change"], item["before"], item["after"]) for item in found["items"]}
    assert ("版本", "changed", "1.0.0", "1.1.0") in told
    assert ("办结时限 › 承诺时限 › 多长", "changed", "3", "2") in told
    assert ("表单", "added", None, "备注") in told
    assert ("表单“月租金（元）” › 标题", "changed", "金额（元）", "月租金（元）") in told
    assert ("材料“收入证明原件” › 材料名称", "changed", "收入证明", "收入证明原件") in told


async def step_on(seconds: float) -> int:
    with shifted(timedelta(seconds=seconds)):
        return await rollouts.advance()


async def test_a_rollout_widens_when_a_step_has_held_long_enough(publishing: Publishing) -> None:
    await publishing.live(module())
    release = await publishing.reviewed(module("1.1.0", matter=named("新名字")))
    steps = [{"percent": 5, "hold_s": 60}, {"percent": 50, "hold_s": 120}]
    made = await publishing.roll_out(release["id"], *steps)
    path = f"/publish/v1/rollouts/{made['id']}"

    async def state() -> tuple[str, int]:
        found = await publishing.publisher.call("GET", path, status=200)
        return found["state"], found["step"]

    assert (made["state"], made["step"]) == ("gray", 0)
    assert await step_on(59) == 0
    assert await step_on(61) == 1
    assert await state() == ("gray", 1)
    await publishing.publisher.call("POST", f"{path}/pause", {"reason": "周末"}, status=200)
    assert await step_on(10_000) == 0
    assert await state() == ("paused", 1)
    await publishing.publisher.call("POST", f"{path}/resume", {"reason": "上班了"}, status=200)
    assert await step_on(119) == 0, "the hold time begins anew"
    assert await step_on(200) == 1
    assert await state() == ("live", 1)
    await publishing.publisher.call("POST", f"{path}/pause", {"reason": "晚了"}, status=409)
    page = await publishing.publisher.call("GET", "/publish/v1/modules/try_module", status=200)
    assert [item["state"] for item in page["rollouts"]] == ["live", "replaced"]


async def test_a_rollout_begins_at_its_time(publishing: Publishing) -> None:
    release = await publishing.reviewed(module())
    body = {"release": release["id"], "steps": [], "start_at": (now() + timedelta(hours=1)).isoformat()}
    made = await publishing.publisher.call("POST", "/publish/v1/rollouts", body, status=201)
    assert made["state"] == "scheduled"
    assert await step_on(60) == 0
    await publishing.roll_out(release["id"], status=409)
    assert await step_on(3_700) == 1
    assert (await publishing.publisher.call("GET", f"/publish/v1/rollouts/{made['id']}", status=200))["state"] == "live"


async def test_rolling_back_serves_the_same_bytes_as_before(publishing: Publishing, http: Client) -> None:
    first = await publishing.live(module())

    async def read() -> list[bytes]:
        found = []
        for path in (GUIDE, "/api/v1/home?region=510100", "/api/v1/matters?region=510100&q=shili"):
            async with http.request("GET", path) as answer:
                assert answer.status == 200
                found.append(await answer.read() + answer.headers["etag"].encode())
        return found

    before = await read()
    second = await publishing.live(module("1.1.0", matter=named("新名字")))
    assert (await read())[0] != before[0]
    back = await publishing.publisher.call(
        "POST", f"/publish/v1/rollouts/{second['id']}/rollback", {"reason": "办不了"}, status=200
    )
    assert back["state"] == "rolled_back"
    await registry.refresh()
    assert await read() == before
    problem = await publishing.publisher.call(
        "POST", f"/publish/v1/rollouts/{first['id']}/rollback", {"reason": "再退"}, status=409
    )
    assert problem["code"] == "modules.nothing_to_return_to"
    assert await read() == before


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ([{"percent": 10}, {"percent": 5}], "steps.1"),
        ([{"regions": ["510104"]}, {"regions": ["510105"]}], "steps.1"),
        ([{}, {"regions": ["510104"]}], "steps.1"),
        ([{"cohorts": ["a_team"]}, {"percent": 5}], "steps.1"),
        ([{"regions": ["519999"]}], "steps.0.regions"),
        ([{"regions": ["510700"]}], "steps.0.regions"),
    ],
)
def test_steps_that_would_take_the_release_away_from_somebody_are_refused(steps: list[Any], wrong: str) -> None:
    problems = check_steps([RolloutStep(**step) for step in steps], ["510100"])
    assert {problem.field for problem in problems} == {wrong}


def test_steps_that_widen_are_fine() -> None:
    steps: list[dict[str, Any]] = [
        {"cohorts": ["testers"]},
        {"regions": ["510104"], "percent": 10, "cohorts": ["testers"]},
        {"regions": ["510100"], "percent": 10, "cohorts": ["testers", "more"]},
        {"percent": 100, "cohorts": ["testers", "more"]},
    ]
    assert check_steps([RolloutStep(**step) for step in steps], ["510100"]) == [
        problem for problem in check_steps([RolloutStep(**steps[0]), RolloutStep(**steps[1])], ["510100"])
    ]


async def test_switches_say_what_when_where_and_why(publishing: Publishing, http: Client) -> None:
    await publishing.live(module())
    path = "/publish/v1/switches/try_module"
    for bad in (
        {"state": "off"},
        {"state": "off", "reason": "x", "region": "510700"},
        {"state": "off", "reason": "x", "matter": "nothing"},
        {"state": "off", "reason": "x", "until": "2020-01-01T00:00:00+08:00"},
        {"state": "maybe", "reason": "x"},
    ):
        await publishing.publisher.call("PUT", path, bad, status=422)
    await publishing.elsewhere.call("PUT", path, {"state": "off", "reason": "x"}, status=403)
    until = (now() + timedelta(hours=2)).isoformat()
    body = {"state": "guide_only", "reason": "系统升级", "matter": "sample", "until": until}
    page = await publishing.publisher.call("PUT", path, body, status=200)
    assert [(item["matter"], item["state"]) for item in page["switches"]] == [("sample", "guide_only")]
    await registry.refresh()
    assert (await http.call("GET", GUIDE, status=200))["state"] == "guide_only"
    await publishing.publisher.call("PUT", path, {"state": "on", "matter": "sample"}, status=200)
    await registry.refresh()
    assert (await http.call("GET", GUIDE, status=200))["state"] == "on"


async def test_everybody_may_ask_which_generation_is_served(publishing: Publishing, http: Client) -> None:
    before = await http.call("GET", "/publish/v1/generation", status=200)
    assert before["failing"] is None
    await publishing.live(module())
    after = await http.call("GET", "/publish/v1/generation", status=200)
    assert after["generation"] > before["generation"]


async def test_acts_of_two_people_at_once_leave_one_way(publishing: Publishing) -> None:
    release = await publishing.reviewed(module())
    body = {"release": release["id"], "steps": [{"percent": 5}]}

    async def begin() -> int:
        async with publishing.publisher.request("POST", "/publish/v1/rollouts", json=body) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(*(begin() for _ in range(4)))) == [201, 409, 409, 409]
