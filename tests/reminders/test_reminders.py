"""Expiry reminders: once each, on time, caught up, and not after the licence was renewed."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import SHANGHAI, now, shifted, today
from backend.reminders import rules, scan, tasks
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server
from tests.licenses.conftest import citizen_of, entry, issue
from tests.reminders.conftest import second

KEY = "chengdu_housing_fund.rent_withdrawal#0"
DAYS = [30, 7, 1]


async def holds(client: Client, left: int) -> str:
    """Put a licence into the wallet that ends in so many days; its id."""
    made = await issue(client, matter=entry(valid_days=365), decided_at=now() - timedelta(days=365 - left))
    assert made is not None
    return made


async def night() -> int:
    """What the timetable does: follow the modules, scan, tell until nothing is left."""
    await rules.follow_modules()
    found = await scan.scan()
    while await scan.tell():
        pass
    return found


async def told(client: Client) -> list[dict[str, Any]]:
    items = (await client.call("GET", "/api/v1/messages?limit=100", status=200))["items"]
    return [item for item in items if item["kind"] == "reminder"]


async def rule_of(operator: Handler, key: str = KEY) -> dict[str, Any]:
    listed = await operator.api.call("GET", "/operate/v1/reminder-rules", status=200)
    return next(item for item in listed["items"] if item["key"] == key)


async def write(operator: Handler, body: dict[str, Any]) -> dict[str, Any]:
    """Have a rule changed: one operator proposes, another agrees."""
    made = await operator.api.call("PUT", "/operate/v1/reminder-rules", body, status=200)
    if made["proposed"] is None:
        return dict(made)
    path = f"/operate/v1/reminder-rules/{made['id']}/approve"
    return dict(await second(operator).api.call("POST", path, {"version": made["version"]}, status=200))


async def test_a_holder_is_told_on_the_day_with_the_way_to_renew(zhang: Client) -> None:
    await holds(zhang, 7)
    assert await night() == 1
    [message] = await told(zhang)
    ends = today() + timedelta(days=7)
    assert message["title"] == "住房公积金提取核准通知到期提醒：还有 7 天"
    assert f"{ends.year} 年 {ends.month} 月 {ends.day} 日" in message["body"]
    assert message["link"] == "/matters/chengdu_housing_fund.rent_withdrawal/apply"
    assert "将在" in message["reason"]
    assert message["body"].endswith("您的租房提取核准即将满一年，仍在租房的可以再次申请。")


@pytest.mark.parametrize("left", [31, 29, 8, 6, 2])
async def test_on_other_days_nobody_is_told(zhang: Client, left: int) -> None:
    await holds(zhang, left)
    assert await night() == 0
    assert await told(zhang) == []


async def test_each_step_is_told_once_over_all_nights(zhang: Client) -> None:
    await holds(zhang, 31)
    for day in range(33):
        with shifted(timedelta(days=day)):
            await night()
            await night()
    titles = [item["title"] for item in await told(zhang)]
    assert sorted(titles) == sorted(f"住房公积金提取核准通知到期提醒：还有 {left} 天" for left in DAYS)


async def test_three_missed_nights_are_caught_up_with_the_true_number_of_days(zhang: Client) -> None:
    await holds(zhang, 32)
    await night()
    with shifted(timedelta(days=4)):
        assert await night() == 1
        assert [item["title"][-7:] for item in await told(zhang)] == ["还有 28 天"[-7:]]
        assert await night() == 0


async def test_a_long_pause_tells_the_nearest_step_alone(zhang: Client) -> None:
    await holds(zhang, 32)
    await night()
    with shifted(timedelta(days=26)):  # the 30th and the 7th day before passed unseen
        await night()
        [message] = await told(zhang)
        assert message["title"].endswith("还有 6 天")


async def test_two_scans_and_two_tellers_at_once_tell_once(zhang: Client, li: Client) -> None:
    await holds(zhang, 30)
    await holds(li, 30)
    await rules.follow_modules()
    found = await asyncio.gather(*(scan.scan() for _ in range(4)))
    assert sum(found) == 2
    await asyncio.gather(*(scan.tell() for _ in range(4)))
    assert len(await told(zhang)) == 1
    assert len(await told(li)) == 1


async def test_a_licence_renewed_between_scan_and_telling_is_not_told(zhang: Client) -> None:
    await holds(zhang, 7)
    await rules.follow_modules()
    assert await scan.scan() == 1
    await holds(zhang, 365)
    await scan.tell()
    assert await told(zhang) == []
    [row] = await db.fetch("SELECT state, why FROM reminders_reminder")
    assert (row["state"], row["why"]) == ("cancelled", "证照已续办或已注销")


async def test_what_waits_for_the_morning_is_held_back_when_it_was_renewed(zhang: Client) -> None:
    await zhang.call("POST", "/api/v1/push/devices", {"registration_id": "dev12345", "platform": "ios"}, status=204)
    late = datetime.combine(today() + timedelta(days=1), datetime.min.time(), SHANGHAI) + timedelta(hours=23)
    with shifted(late - now()):
        await holds(zhang, 7)
        await night()
        await _plan_all()
        waiting = await db.fetch("SELECT state FROM push_delivery WHERE state = 'queued'")
        assert len(waiting) == 1, "it must wait for the end of the quiet hours"
        await holds(zhang, 365)
        assert await scan.recheck() == 1
    assert await db.fetch("SELECT 1 FROM push_delivery WHERE state IN ('queued', 'retry')") == []
    assert len(await told(zhang)) == 1, "the inbox keeps it"


async def _plan_all() -> None:
    from push import planning

    for row in await db.fetch("SELECT id FROM push_message WHERE plan_at IS NOT NULL"):
        await planning.plan(row["id"])


async def test_a_revoked_licence_is_not_told(zhang: Client) -> None:
    key = await holds(zhang, 7)
    await rules.follow_modules()
    await scan.scan()
    await db.execute("UPDATE licenses_license SET state = 'revoked' WHERE id = $1", uuid.UUID(key))
    await scan.tell()
    assert await told(zhang) == []


async def test_a_clock_that_jumps_far_stops_the_rule_until_a_person_looks(zhang: Client, operator: Handler) -> None:
    await holds(zhang, 300)
    await night()
    with shifted(timedelta(days=290)):
        assert await night() == 0
    assert await told(zhang) == []
    rule = await rule_of(operator)
    assert "核对系统时间" in rule["held"]
    body = {key: rule[key] for key in ("id", "version", "days", "text", "active")}
    mended = await write(operator, {**body, "resume": True})
    assert mended["held"] is None
    with shifted(timedelta(days=270)):
        assert await night() == 1


async def test_a_clock_that_goes_back_tells_nothing_again(zhang: Client) -> None:
    await holds(zhang, 7)
    await night()
    with shifted(-timedelta(days=3)):
        assert await night() == 0
    assert await night() == 0
    assert len(await told(zhang)) == 1


async def test_a_snoozed_reminder_comes_back_on_the_morning_asked_for(zhang: Client) -> None:
    await holds(zhang, 30)
    await night()
    [item] = (await zhang.call("GET", "/api/v1/reminders", status=200))["items"]
    assert (item["state"], item["days_left"], item["can_snooze"]) == ("told", 30, True)
    await zhang.call("POST", f"/api/v1/reminders/{item['id']}/snooze", {"days": 3}, status=204)
    [item] = (await zhang.call("GET", "/api/v1/reminders", status=200))["items"]
    assert item["state"] == "snoozed"
    with shifted(timedelta(days=2)):
        await night()
        assert len(await told(zhang)) == 1
    with shifted(timedelta(days=4)):
        await night()
        assert sorted(message["title"][-4:] for message in await told(zhang)) == ["26 天", "30 天"]


async def test_nobody_snoozes_past_the_end_or_for_somebody_else(zhang: Client, li: Client) -> None:
    await holds(zhang, 7)
    await night()
    [item] = (await zhang.call("GET", "/api/v1/reminders", status=200))["items"]
    path = f"/api/v1/reminders/{item['id']}/snooze"
    assert (await zhang.call("POST", path, {"days": 8}, status=409))["code"] == "reminders.cannot_snooze"
    assert (await li.call("POST", path, {"days": 1}, status=404))["code"] == "reminders.not_found"
    await zhang.call("POST", path, {"days": 0}, status=422)
    await zhang.call("POST", "/api/v1/reminders/nonsense/snooze", {"days": 1}, status=404)
    [same] = (await zhang.call("GET", "/api/v1/reminders", status=200))["items"]
    assert same == item


async def test_the_forecast_is_what_then_comes(zhang: Client, li: Client, operator: Handler) -> None:
    for left in (31, 35, 10):
        await holds(zhang, left)
    await holds(li, 35)
    rule = await rule_of(operator)
    assert rule["forecast_total"] == sum(day["count"] for day in rule["forecast"])
    expected: dict[str, int] = {}
    for left in (31, 35, 10, 35):
        for before in DAYS:
            if 0 < left - before <= 30:
                day = (today() + timedelta(days=left - before)).isoformat()
                expected[day] = expected.get(day, 0) + 1
    assert {day["day"]: day["count"] for day in rule["forecast"]} == expected


async def test_what_an_operator_writes_stays_and_is_used(zhang: Client, operator: Handler) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "version": rule["version"], "days": [5, 12], "text": "请尽早办理。", "active": True}
    written = await write(operator, body)
    assert (written["days"], written["edited_by"], written["proposed"]) == ([12, 5], "消息运营", None)
    stale = await operator.api.call("PUT", "/operate/v1/reminder-rules", body, status=409)
    assert stale["code"] == "reminders.rule_changed"
    await holds(zhang, 12)
    assert await night() == 1
    assert (await told(zhang))[0]["body"].endswith("请尽早办理。")
    assert (await rule_of(operator))["told"] == 1
    acts = await db.fetch("SELECT act FROM core_audit WHERE act LIKE 'reminders.rule%' ORDER BY id")
    assert [row["act"] for row in acts] == ["reminders.rule_proposed", "reminders.rule_approved"]


async def test_a_change_waits_for_another_operator(zhang: Client, operator: Handler) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "version": rule["version"], "days": [12], "text": "请尽早办理。", "active": True}
    made = await operator.api.call("PUT", "/operate/v1/reminder-rules", body, status=200)
    assert (made["days"], made["text"]) == (rule["days"], rule["text"]), "nothing holds yet"
    assert (made["proposed"]["days"], made["proposed"]["by"], made["proposed"]["yours"]) == ([12], "消息运营", True)
    await holds(zhang, 12)
    assert await night() == 0
    path = f"/operate/v1/reminder-rules/{rule['id']}"
    version = {"version": made["version"]}
    problem = await operator.api.call("POST", f"{path}/approve", version, status=403)
    assert problem["code"] == "reminders.second_person"
    other = second(operator)
    assert (await rule_of(other))["proposed"]["yours"] is False
    stale = await other.api.call("POST", f"{path}/approve", {"version": rule["version"]}, status=409)
    assert stale["code"] == "reminders.rule_changed"
    # proposed anew in between: who agrees must have read what he agrees to
    again = await operator.api.call("PUT", "/operate/v1/reminder-rules", {**body, **version, "days": [3]}, status=200)
    await other.api.call("POST", f"{path}/approve", version, status=409)
    gone = await other.api.call("POST", f"{path}/reject", {"version": again["version"]}, status=200)
    assert (gone["proposed"], gone["days"]) == (None, rule["days"])
    nothing = await other.api.call("POST", f"{path}/approve", {"version": gone["version"]}, status=409)
    assert nothing["code"] == "reminders.nothing_proposed"
    assert await night() == 0


async def test_two_who_agree_at_once_write_once(operator: Handler) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "version": rule["version"], "days": [12], "text": "请尽早办理。", "active": True}
    made = await operator.api.call("PUT", "/operate/v1/reminder-rules", body, status=200)
    path = f"/operate/v1/reminder-rules/{rule['id']}/approve"

    async def agree() -> int:
        async with second(operator).api.request("POST", path, json={"version": made["version"]}) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(*(agree() for _ in range(4)))) == [200, 409, 409, 409]


async def test_nobody_is_reminded_after_the_account_was_closed(zhang: Client, operator: Handler) -> None:
    await holds(zhang, 7)
    citizen = uuid.UUID(await citizen_of(zhang))
    await rules.follow_modules()
    await db.execute("UPDATE identity_citizen SET closed_at = now() WHERE id = $1", citizen)
    try:
        assert await scan.scan() == 0
        assert (await rule_of(operator))["forecast_total"] == 0
    finally:
        await db.execute("UPDATE identity_citizen SET closed_at = NULL WHERE id = $1", citizen)
    await db.execute("UPDATE reminders_rule SET reached = '{}'::jsonb")
    assert await scan.scan() == 1
    await db.execute("UPDATE identity_citizen SET closed_at = now() WHERE id = $1", citizen)
    try:
        await scan.tell()
        [row] = await db.fetch("SELECT state, why FROM reminders_reminder")
        assert row["state"] == "cancelled", "closed between the scan and the telling"
    finally:
        await db.execute("UPDATE identity_citizen SET closed_at = NULL WHERE id = $1", citizen)


async def test_a_rule_that_is_off_tells_nobody_and_does_not_make_up_for_it(zhang: Client, operator: Handler) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "days": rule["days"], "text": rule["text"]}
    off = await write(operator, {**body, "version": rule["version"], "active": False})
    assert (off["active"], off["proposed"]) == (False, None), "what only stops needs no second person"
    await holds(zhang, 8)
    for day in range(3):
        with shifted(timedelta(days=day)):
            assert await night() == 0
    back = await write(operator, {**body, "version": off["version"], "active": True})
    assert back["active"] is True
    with shifted(timedelta(days=3)):
        assert await night() == 0
    assert await told(zhang) == []


@pytest.mark.parametrize(
    "change",
    [{"days": []}, {"days": [7, 7]}, {"days": [-1]}, {"days": [1000]}, {"text": "短"}, {"text": "字" * 121}, {"x": 1}],
)
async def test_a_bad_rule_is_refused_whole(operator: Handler, change: dict[str, Any]) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "version": rule["version"], "days": [3], "text": "请尽早办理。", "active": True}
    await operator.api.call("PUT", "/operate/v1/reminder-rules", {**body, **change}, status=422)
    assert await rule_of(operator) == rule


async def test_only_an_operator_writes_rules(running: Server, http: Client, operator: Handler) -> None:
    rule = await rule_of(operator)
    body = {"id": rule["id"], "version": rule["version"], "days": [3], "text": "请尽早办理。", "active": True}
    for role in ("window", "reviewer", "publisher", "auditor", "admin"):
        other = handler(running, http, role)
        await other.api.call("PUT", "/operate/v1/reminder-rules", body, status=403)
    auditor = handler(running, http, "auditor")
    await auditor.api.call("GET", "/operate/v1/reminder-rules", status=200)


async def test_many_that_end_on_one_day_are_all_told(zhang: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a batch on one day, and days that a batch cuts through."""
    citizen = uuid.UUID(await citizen_of(zhang))
    key = await holds(zhang, 300)
    await _copies(citizen, uuid.UUID(key), {40: 7, 41: 5, 42: 1})
    await night()
    monkeypatch.setattr(scan, "BATCH", 3)
    with shifted(timedelta(days=12)):
        await rules.follow_modules()
        assert await scan.scan() == 13
        assert await scan.scan() == 0


async def _copies(citizen: uuid.UUID, key: uuid.UUID, left: dict[int, int]) -> None:
    for days, count in left.items():
        for _ in range(count):
            await db.execute(
                "INSERT INTO licenses_license SELECT gen_random_uuid(), created_at, $2, key_of, type, name, issuer,"
                " issuer_code, issued_on, $3, state, gen_random_uuid()::text, serial, version, gen_random_uuid(),"
                " case_number, holder_sealed, number_sealed, details_sealed FROM licenses_license WHERE id = $1",
                key,
                citizen,
                today() + timedelta(days=days),
            )


async def test_the_timetable_tells_by_itself(zhang: Client) -> None:
    await holds(zhang, 1)
    await tasks.find.run()
    await tasks.tell.run()
    assert (await told(zhang))[0]["title"].endswith("还有 1 天")
