"""Campaigns: written, approved by another, sent at a pace, paused, stopped, halted, and counted."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from backend.campaigns import running, templates
from backend.core import db
from backend.core.clock import shifted
from push import buckets, bulk, inbox, senders, tasks
from push.schemas import OptOut
from tests.campaigns.conftest import WORDS, Town, act, figures, make, sent_out, started, steps
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, Simulators

pytestmark = pytest.mark.usefixtures("noon")


async def received(sandbox: Simulators) -> list[str]:
    """The registrations that JPush was handed something for, one entry each time."""
    items = (await sandbox.send("GET", "/_control/received?vendor=jpush&call=push"))["items"]
    found: list[str] = []
    for item in items:
        found += item["detail"]["audience"]["registration_id"]
    return found


async def people(town: Town, count: int, **changes: Any) -> list[uuid.UUID]:
    return [await town.person(age=70, **changes) for _ in range(count)]


async def test_what_the_operator_counted_is_who_is_told(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 7)
    await town.person(age=30)
    await town.person(age=70, device=False)
    counted = await operator.api.call("POST", "/operate/v1/audiences/count", {"rule": WORDS["rule"]}, status=200)
    assert counted["count"] == 8
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 3)
    assert (await figures(operator, campaign))["waiting"] == 8
    await sent_out(campaign)
    await steps(campaign, 1, seconds=180)
    numbers = await figures(operator, campaign)
    assert (numbers["targeted"], numbers["sent"], numbers["skipped"]) == (8, 7, 1)
    assert numbers["skipped_why"] == [{"why": "没有能用的渠道，只放进消息列表", "count": 1}]
    assert numbers["state"] == "done"
    assert len(await received(sandbox)) == 7
    rows = await db.fetch("SELECT reason FROM push_message")
    assert {row["reason"] for row in rows} == {WORDS["reason"]}


async def test_nobody_approves_their_own_words(operator: Handler, second: Handler) -> None:
    campaign = await make(operator)
    await act(operator, campaign, "approve", status=409)
    await act(operator, campaign, "submit")
    problem = await act(operator, campaign, "approve", status=403)
    assert problem["code"] == "campaigns.second_person"
    await act(operator, campaign, "start", status=409)
    approved = await act(second, campaign, "approve")
    assert approved["approved_by_name"] == "乙"


async def test_what_was_approved_cannot_be_changed_afterwards(operator: Handler, second: Handler) -> None:
    campaign = await make(operator)
    path = f"/operate/v1/campaigns/{campaign['id']}"
    changed = await operator.api.call("PUT", path, {**WORDS, "title": "新的标题", "version": 1}, status=200)
    assert changed["version"] == 2
    stale = await operator.api.call("PUT", path, {**WORDS, "version": 1}, status=409)
    assert stale["code"] == "campaigns.changed"
    await act(operator, changed, "submit")
    assert (await act(second, campaign, "approve", status=409))["code"] == "campaigns.changed"
    await act(second, changed, "approve")
    await operator.api.call("PUT", path, {**WORDS, "version": 2}, status=409)


async def test_the_pace_is_kept_and_a_pause_stops_the_next_second(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 12)
    campaign = await started(operator, second, pace=3)
    await steps(campaign, running.SHARDS)
    assert await steps(campaign, 1, seconds=running.SHARDS + 1) == 3
    await act(operator, campaign, "pause")
    assert await steps(campaign, 5, seconds=30) == 0
    await act(operator, campaign, "resume")
    assert await steps(campaign, 6) > 0
    await steps(campaign, 8)
    await sent_out(campaign)
    await steps(campaign, 1, seconds=180)
    numbers = await figures(operator, campaign)
    assert (numbers["targeted"], numbers["sent"], numbers["state"]) == (12, 12, "done")
    told = await received(sandbox)
    assert len(told) == len(set(told)) == 12, "nobody twice"


async def test_stop_is_for_good(town: Town, operator: Handler, second: Handler) -> None:
    await people(town, 10)
    campaign = await started(operator, second, pace=2)
    await steps(campaign, running.SHARDS + 1)
    await sent_out(campaign)
    await act(operator, campaign, "stop")
    assert await steps(campaign, 5, seconds=60) == 0
    numbers = await figures(operator, campaign)
    assert numbers["sent"] + numbers["skipped"] == 10
    assert numbers["skipped_why"] == [{"why": "任务终止前还没有发", "count": numbers["skipped"]}]
    for name in ("resume", "start", "approve", "pause"):
        await act(second, campaign, name, status=409)


async def test_two_workers_at_once_tell_each_person_once(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 40)
    campaign = await started(operator, second, pace=15)
    key = uuid.UUID(campaign["id"])
    for number in range(1, running.SHARDS + 8):
        with shifted(timedelta(seconds=number)):
            await asyncio.gather(*(running.step(key) for _ in range(4)))
    await sent_out(campaign)
    told = await received(sandbox)
    assert len(told) == len(set(told)) == 40
    assert (await figures(operator, campaign))["sent"] == 40


async def test_a_worker_killed_inside_a_step_leaves_it_undone(
    town: Town, operator: Handler, second: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step fails after the messages were written: all of it is taken back, and the next one does it once."""
    await people(town, 5)
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS)
    whole = running.push.notify_many

    async def killed(*args: Any, **kwargs: Any) -> Any:
        await whole(*args, **kwargs)
        raise ConnectionResetError

    monkeypatch.setattr(running.push, "notify_many", killed)
    with pytest.raises(ConnectionResetError):
        await steps(campaign, 1, seconds=running.SHARDS + 2)
    assert await db.fetch("SELECT 1 FROM push_message") == []
    monkeypatch.undo()
    assert await steps(campaign, 1, seconds=running.SHARDS + 2) == 5
    assert len(await db.fetch("SELECT 1 FROM push_message")) == 5


async def test_too_many_failures_stop_it_with_the_reason(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 60)
    campaign = await started(operator, second, pace=30)
    await steps(campaign, running.SHARDS)
    await sandbox.send("PUT", "/_control/faults/jpush/push", {"fault": "code", "code": "1011"})
    assert await steps(campaign, 1, seconds=running.SHARDS + 1) == 30
    await sent_out(campaign)
    await steps(campaign, 3, seconds=running.SHARDS + 2)
    numbers = await figures(operator, campaign)
    assert numbers["state"] == "halted"
    assert numbers["note"] == "最近 30 人中 30 人没有送到，超过 30%，已自动停止"
    assert (numbers["failed"], numbers["waiting"]) == (30, 30)
    await act(operator, campaign, "stop")


async def test_a_timeout_after_accepting_is_unknown_and_never_sent_twice(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 6)
    await sandbox.send("PUT", "/_control/faults/jpush/push", {"fault": "drop_after_accept", "times": 3})
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 2)
    await sent_out(campaign)
    await tasks.replay.run()
    numbers = await figures(operator, campaign)
    assert numbers["sent"] + numbers["unknown"] + numbers["waiting"] == 6
    cids = [
        item["detail"]["cid"]
        for item in (await sandbox.send("GET", "/_control/received?vendor=jpush&call=push"))["items"]
    ]
    assert len(set(cids)) == 6, "what is repeated carries the value of the first attempt"


async def test_who_turned_policy_notices_off_has_them_in_the_inbox_alone(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    [one, two] = await people(town, 2)
    await db.execute(
        "INSERT INTO push_preference (citizen_id, channels, off, quiet_from, quiet_to, updated_at)"
        " VALUES ($1, '{}', '[\"policy\"]', '22:00', '08:00', now())",
        one,
    )
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 2)
    await sent_out(campaign)
    numbers = await figures(operator, campaign)
    assert (numbers["sent"], numbers["skipped"]) == (1, 1)
    assert numbers["skipped_why"] == [{"why": "您关闭了这类通知，只放进消息列表", "count": 1}]
    assert len(await db.fetch("SELECT 1 FROM push_message WHERE citizen_id IN ($1, $2)", one, two)) == 2


async def test_outside_its_hours_nothing_goes_out(town: Town, operator: Handler, second: Handler) -> None:
    await people(town, 3)
    campaign = await started(operator, second, hour_from=20, hour_to=21)
    assert await steps(campaign, running.SHARDS + 3) == 0
    assert (await figures(operator, campaign))["targeted"] == 0


async def test_the_list_of_outcomes_names_nobody(town: Town, operator: Handler, second: Handler) -> None:
    told = await people(town, 3)
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 2)
    await sent_out(campaign)
    path = f"/operate/v1/campaigns/{campaign['id']}/outcomes"
    headers = {"authorization": f"Bearer {operator.api.token}"}
    async with operator.api.request("GET", path, headers=headers) as answer:
        assert answer.status == 200
        text = (await answer.read()).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "序号,结果,渠道,原因或服务商代码"
    assert lines[1:] == [f"{number},已发送,手机推送," for number in (1, 2, 3)]
    assert not any(str(key) in text for key in told)


async def test_the_previews_show_what_each_channel_cuts(operator: Handler) -> None:
    campaign = await make(operator, title="敬老优待政策" * 5)
    shown = {item["channel"]: item for item in campaign["previews"]}
    assert set(shown) == {"inbox", "wechat", "alipay", "jpush", "sms"}
    assert shown["wechat"]["cut"]
    assert len(shown["wechat"]["lines"][0]) == 20
    assert not shown["jpush"]["cut"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"body": "短"},
        {"link": "https://evil.example/"},
        {"link": "//evil.example"},
        {"link": "/\\evil.example"},
        {"rule": "citizen.name == 'x'"},
        {"pace": 0},
        {"pace": 2001},
        {"hour_from": 9, "hour_to": 9},
        {"send_at": "2026-12-01T09:00:00"},
        {"kind": "security"},
        {"halt_percent": 0},
        {"state": "approved"},
    ],
)
async def test_a_bad_campaign_is_refused_whole(operator: Handler, change: dict[str, Any]) -> None:
    await operator.api.call("POST", "/operate/v1/campaigns", {**WORDS, **change}, status=422)
    assert await db.fetch("SELECT 1 FROM campaigns_campaign") == []


async def test_a_city_sees_nothing_of_the_province_and_no_other_role_sends(
    running: Server, http: Client, operator: Handler, second: Handler
) -> None:
    campaign = await make(operator)
    city = handler(running, http, "operator", regions=("510100",))
    await act(city, campaign, "submit", status=404)
    assert (await city.api.call("GET", "/operate/v1/campaigns", status=200))["items"] == []
    for role in ("window", "reviewer", "publisher", "admin", "auditor"):
        other = handler(running, http, role)
        await act(other, campaign, "submit", status=403)
        await other.api.call("POST", "/operate/v1/campaigns", WORDS, status=403)


async def test_a_pause_holds_back_who_was_told_and_waits(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    """All are on their way (a channel that rests, quiet hours): none leaves while it is paused, each once after it."""
    await people(town, 9)
    campaign = await started(operator, second)
    assert await steps(campaign, running.SHARDS + 1) == 9
    await act(operator, campaign, "pause")
    with shifted(timedelta(seconds=120)):
        await bulk.pump(1)
        await tasks.replay.run()
    assert await received(sandbox) == []
    assert (await figures(operator, campaign))["waiting"] == 9
    await act(operator, campaign, "resume")
    await sent_out(campaign)
    told = await received(sandbox)
    assert len(told) == len(set(told)) == 9


async def test_a_stop_holds_back_for_good_who_waits_for_the_morning(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    """Three have a channel chosen and their quiet hours until evening; three are not even planned; one was sent."""
    late = await people(town, 3)
    for person in late:
        await db.execute(
            "INSERT INTO push_preference (citizen_id, channels, off, quiet_from, quiet_to, updated_at)"
            " VALUES ($1, '{}', '[]', '11:00', '20:00', now())",
            person,
        )
    await people(town, 1)
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 1)
    await sent_out(campaign)
    numbers = await figures(operator, campaign)
    assert (numbers["sent"], numbers["waiting"], numbers["state"]) == (1, 3, "running"), "not done while some wait"
    await db.execute("UPDATE push_message SET plan_at = now() WHERE citizen_id = $1", late[0])
    await db.execute(
        "DELETE FROM push_delivery d USING push_message m WHERE m.id = d.message_id AND m.citizen_id = $1", late[0]
    )
    await act(operator, campaign, "stop")
    with shifted(timedelta(hours=9)):
        for _ in range(3):
            await bulk.pump(0.5)
        await tasks.replay.run()
    assert len(await received(sandbox)) == 1
    numbers = await figures(operator, campaign)
    assert (numbers["sent"], numbers["skipped"], numbers["waiting"]) == (1, 3, 0)
    assert numbers["skipped_why"] == [{"why": "任务终止前还没有发", "count": 3}]
    assert await senders.opened(running.sender_of(uuid.UUID(campaign["id"])), pace=5) is None
    [row] = await db.fetch("SELECT state, swept FROM push_sender")
    assert (row["state"], row["swept"]) == ("stopped", True), "what was stopped cannot be opened again"


async def test_nothing_leaves_outside_its_hours_even_when_it_was_told_within(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 2)
    campaign = await started(operator, second, hour_from=9, hour_to=13)
    await steps(campaign, running.SHARDS + 1)
    with shifted(timedelta(hours=2)):
        await bulk.pump(0.5)
    assert await received(sandbox) == []
    await sent_out(campaign, seconds=60)
    assert len(await received(sandbox)) == 2


async def test_more_notices_than_a_day_may_bring_stay_in_the_inbox(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 1)
    for number in range(3):
        campaign = await started(operator, second, name=f"通知 {number}")
        await steps(campaign, running.SHARDS + 1)
        await sent_out(campaign)
    assert len(await received(sandbox)) == 2
    numbers = await figures(operator, campaign)
    assert (numbers["sent"], numbers["skipped"]) == (0, 1)
    assert numbers["skipped_why"] == [{"why": "这类通知一天最多提醒您 2 次，这一条只放进消息列表", "count": 1}]


async def test_without_the_counter_of_the_pace_a_mass_sending_waits(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(town, 3)
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 1)

    class Away:
        async def eval(self, *_: Any) -> Any:
            raise RedisConnectionError("away")

    with monkeypatch.context() as patched:
        patched.setattr(buckets.redis, "client", Away)
        with shifted(timedelta(seconds=60)):
            await bulk.pump(0.3)
        assert await received(sandbox) == []
    await sent_out(campaign)
    assert len(await received(sandbox)) == 3


async def test_regions_are_told_in_turn_and_who_lives_elsewhere_last(
    town: Town, operator: Handler, second: Handler
) -> None:
    order = {"511602": 0, "510104": 1, "513437": 2}
    people = {await town.person(age=70, region=region): turn for region, turn in order.items() for _ in range(3)}
    campaign = await started(operator, second, pace=3, turns=["511600", "510100"])
    await steps(campaign, running.SHARDS)
    for turn in range(3):
        assert await steps(campaign, 1, seconds=running.SHARDS + 1 + turn) == 3
        told = {row["citizen_id"] for row in await db.fetch("SELECT citizen_id FROM push_message")}
        assert {people[person] for person in told} == set(range(turn + 1)), "the next when all before it were told"
    for turns in (["510199"], ["510100", "510100"], ["990000"]):
        await operator.api.call("POST", "/operate/v1/campaigns", {**WORDS, "turns": turns}, status=422)


async def test_a_template_has_versions_and_two_writers_cannot_pass_each_other(
    town: Town, operator: Handler, second: Handler
) -> None:
    words = {key: WORDS[key] for key in ("name", "title", "body", "reason")}
    made = await operator.api.call("POST", "/operate/v1/templates", words, status=201)
    assert (made["version"], [item["channel"] for item in made["previews"]][:2]) == (1, ["inbox", "wechat"])
    path = f"/operate/v1/templates/{made['key']}"
    changed = await second.api.call("PUT", path, {**words, "title": "改过的标题", "version": 1}, status=200)
    assert changed["version"] == 2
    refused = await operator.api.call("PUT", path, {**words, "version": 1}, status=409)
    assert refused["code"] == "campaigns.template_changed"
    both = await asyncio.gather(
        *(operator.api.call("PUT", path, {**words, "title": f"标题 {n}", "version": 2}) for n in range(4))
    )
    assert sorted(answer.get("version", 0) for answer in both) == [0, 0, 0, 3]
    versions = (await operator.api.call("GET", path, status=200))["items"]
    assert [item["version"] for item in versions] == [3, 2, 1]
    listed = (await operator.api.call("GET", "/operate/v1/templates", status=200))["items"]
    assert [item["version"] for item in listed] == [3]
    await operator.api.call("PUT", path, {**words, "version": 3, "retired": True}, status=200)
    assert (await operator.api.call("GET", "/operate/v1/templates", status=200))["items"] == []
    for key in ("nonsense", str(uuid.uuid4())):
        await operator.api.call("GET", f"/operate/v1/templates/{key}", status=404)


async def test_who_switches_a_notice_off_counts_for_who_wrote_it(
    town: Town, operator: Handler, second: Handler
) -> None:
    [one, _] = await people(town, 2)
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 1)
    await sent_out(campaign)
    [message] = await db.fetch("SELECT id FROM push_message WHERE citizen_id = $1", one)
    await inbox.opt_out(str(one), str(message["id"]), OptOut(scope="kind"))
    shown = await operator.api.call("GET", f"/operate/v1/campaigns/{campaign['id']}", status=200)
    assert shown["opted_out"] == 1
    [score] = (await operator.api.call("GET", "/operate/v1/senders", status=200))["items"]
    assert score == {"made_by_name": "甲", "campaigns": 1, "sent": 2, "opted_out": 1, "grade": "too_few"}


@pytest.mark.parametrize(
    ("sent", "opted_out", "grade"),
    [
        (199, 199, "too_few"),
        (200, 0, "good"),
        (1000, 1, "good"),
        (1000, 2, "watch"),
        (1000, 9, "watch"),
        (1000, 10, "poor"),
    ],
)
def test_a_grade_needs_enough_to_go_by(sent: int, opted_out: int, grade: str) -> None:
    assert templates.grade(sent, opted_out) == grade


async def test_operators_see_how_the_channels_do(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 4)
    await sandbox.send("PUT", "/_control/faults/jpush/push", {"fault": "code", "code": "1011", "times": 1})
    campaign = await started(operator, second)
    await steps(campaign, running.SHARDS + 1)
    await sent_out(campaign)
    held = await started(operator, second, name="第二个", kind="reminder")
    await steps(held, running.SHARDS + 1)
    with shifted(timedelta(seconds=120)):
        await bulk.plan(running.sender_of(uuid.UUID(held["id"])))
    await act(operator, held, "pause")
    await db.execute("UPDATE push_delivery SET next_at = now() - interval '1 minute' WHERE state = 'queued'")
    await db.execute("UPDATE push_delivery SET updated_at = now() WHERE state <> 'queued'")
    found = await operator.api.call("GET", "/operate/v1/push/health", status=200)
    channels = {item["channel"]: item for item in found["channels"]}
    jpush = channels["jpush"]
    assert (jpush["handed_over"], jpush["failed"], jpush["waiting"], jpush["held"]) == (3, 1, 3, 3)
    assert jpush["oldest"] is None, "what a person holds back is not late"
    assert found["codes"] == [{"channel": "jpush", "code": "1011", "count": 1}]
    assert channels["sms"]["handed_over"] == 0


async def test_a_standing_notice_tells_each_day_who_has_come_to_fit_and_nobody_twice(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    [old] = await people(town, 1)
    campaign = await started(operator, second, standing=True, title="您可以办优待卡了")

    async def day(number: int) -> list[uuid.UUID]:
        with shifted(timedelta(days=number)):
            await steps(campaign, 2 * running.SHARDS + 4)
            await sent_out(campaign, seconds=120)
        rows = await db.fetch("SELECT citizen_id FROM push_message ORDER BY created_at")
        return [row["citizen_id"] for row in rows]

    assert await day(0) == [old]
    assert await day(1) == [old], "nobody new"
    new = await town.person(age=61)
    assert await day(2) == [old, new]
    assert await day(3) == [old, new]
    assert len(await received(sandbox)) == 2
    assert (await figures(operator, campaign))["state"] == "running", "it ends when somebody stops it"
    await act(operator, campaign, "stop")
    late = await town.person(age=62)
    assert late not in await day(4)


async def test_the_open_ones_alone_are_what_the_calendar_reads(
    town: Town, operator: Handler, second: Handler, sandbox: Simulators
) -> None:
    await people(town, 1)
    over = await started(operator, second)
    waiting = await operator.api.call("POST", "/operate/v1/campaigns", WORDS, status=201)
    await act(operator, over, "stop")
    listed = await operator.api.call("GET", "/operate/v1/campaigns?open=true&limit=100", status=200)
    found = {item["id"]: item["state"] for item in listed["items"]}
    assert waiting["id"] in found
    assert over["id"] not in found
    assert not {"done", "stopped"} & set(found.values())
    every = await operator.api.call("GET", "/operate/v1/campaigns?limit=100", status=200)
    assert {over["id"], waiting["id"]} <= {item["id"] for item in every["items"]}
