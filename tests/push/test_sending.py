"""A message on its way: the right channel, the next one when it fails, and what each vendor's answer does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import now, shifted
from push import receipts, sending, tasks
from tests.conftest import Simulators
from tests.push.conftest import Town, at, counts, fault, received, tell

NEWS = "TPL-CASE-NEWS"


async def why(person: Any) -> dict[str, str]:
    newest = (await person.told())[0]
    return {item["channel"]: item["why"] for item in newest["deliveries"]}


async def test_wechat_tells_first_and_spends_one_grant(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True, wechat=True, alipay=True)
    await person.grant(NEWS)
    await tell(person)
    await drain()
    assert await person.deliveries() == {"wechat": "sent", "alipay": "skipped", "jpush": "skipped", "sms": "skipped"}
    [sent] = await received(sandbox, "wechat", "subscribe")
    assert sent["touser"] == person.wechat_openid
    assert sent["page"] == "pages/index/index?to=%2Fcases%2FA1"
    assert sent["data"]["thing1"]["value"] == "租房提取住房公积金"
    assert sent["data"]["phrase2"]["value"] == "待补正"
    assert len(sent["data"]["thing4"]["value"]) <= 20
    await tell(person)
    await drain()
    assert await counts(sandbox) == {"wechat": 1, "alipay": 1}


async def test_alipay_tells_who_never_used_wechat(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(alipay=True, phone=True)
    await tell(person)
    await drain()
    assert (await person.deliveries())["alipay"] == "sent"
    assert await counts(sandbox) == {"alipay": 1}


async def test_jpush_tells_all_devices_in_one_push_and_asks_for_the_receipt(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(phone=True)
    for number in range(2):
        device = {"registration_id": f"reg{number}{person.id[:8]}", "platform": "android"}
        await person.client.call("POST", "/api/v1/push/devices", device, status=204)
    await tell(person)
    await drain()
    [sent] = await received(sandbox, "jpush", "push")
    assert len(sent["audience"]["registration_id"]) == 2
    assert sent["cid"]
    assert (await person.deliveries())["jpush"] == "sent"
    with shifted(timedelta(seconds=61)):
        await receipts.settle()
    assert (await person.deliveries())["jpush"] == "received"


async def test_a_text_message_is_the_last_resort_and_its_receipt_is_read(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(phone=True)
    await tell(person, urgent=True)
    await drain()
    found = await sandbox.get(f"/_control/sms/{person.phone}")
    assert found["count"] == 1
    assert "租房提取住房公积金" in found["text"]
    assert "待补正" in found["text"]
    with shifted(timedelta(seconds=61)):
        await receipts.settle()
    assert (await person.deliveries())["sms"] == "received"


async def test_mere_progress_costs_no_text_message(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    await tell(person, "progress")
    await drain()
    assert (await person.deliveries())["sms"] == "skipped"
    assert await counts(sandbox) == {}
    assert len(await person.told()) == 1


async def test_43101_spends_the_grant_and_the_next_channel_steps_in(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True, wechat=True)
    await person.grant(NEWS, 2)
    await fault(sandbox, "wechat", "subscribe", "code", code="43101", times=1)
    await tell(person)
    await drain()
    assert await person.deliveries() == {"wechat": "failed", "alipay": "skipped", "jpush": "skipped", "sms": "sent"}
    reasons = await why(person)
    assert reasons["wechat"] == "微信的同意次数已用完"
    assert reasons["sms"] == "微信没有送到，改用短信"
    templates = await person.client.call("GET", "/api/v1/push/templates")
    assert next(item["left"] for item in templates["items"] if item["template_id"] == NEWS) == 0


async def test_1011_drops_the_devices_and_the_next_channel_steps_in(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    registration = "gone" + person.id[:8]
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": registration, "platform": "android"}, status=204
    )
    await sandbox.send("PUT", f"/_control/jpush/devices/{registration}", {"gone": True})
    await tell(person)
    await drain()
    assert await person.deliveries() == {"wechat": "skipped", "alipay": "skipped", "jpush": "failed", "sms": "sent"}
    assert await db.fetch("SELECT 1 FROM push_device") == []


async def test_the_whole_chain_is_walked_once_and_ends_in_the_inbox(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True, wechat=True, alipay=True)
    await person.grant(NEWS)
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await fault(sandbox, "wechat", "subscribe", "code", code="43101")
    await fault(sandbox, "alipay", "alipay.open.app.mini.templatemessage.send", "code", code="USER_NOT_SUBSCRIBE")
    await fault(sandbox, "jpush", "push", "code", code="1011")
    await fault(sandbox, "sms", "SendSms", "code", code="isv.MOBILE_NUMBER_ILLEGAL")
    await tell(person)
    await drain()
    assert set((await person.deliveries()).values()) == {"failed"}
    assert await counts(sandbox) == {"wechat": 1, "alipay": 1, "jpush": 1, "sms": 1}
    with shifted(timedelta(hours=1)):
        await tasks.replay.run()
    assert (await counts(sandbox)).total() == 4
    assert len(await person.told()) == 1


async def test_a_used_up_quota_pauses_the_channel_for_everybody_and_others_go_another_way(
    town: Town, drain, sandbox: Simulators
) -> None:
    first, second = town.person(wechat=True, phone=True), town.person(wechat=True, phone=True)
    await first.grant(NEWS)
    await second.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="45009")
    await tell(first)
    await drain()
    assert (await first.deliveries())["wechat"] == "failed"
    assert (await first.deliveries())["sms"] == "sent"
    await tell(second)
    await drain()
    assert await second.deliveries() == {"wechat": "skipped", "alipay": "skipped", "jpush": "skipped", "sms": "sent"}
    assert (await counts(sandbox))["wechat"] == 1


async def test_a_message_without_another_way_waits_for_the_paused_channel(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(wechat=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="45009", times=1)
    await tell(person)
    await drain()
    assert (await person.deliveries())["wechat"] == "retry"
    with shifted(timedelta(minutes=30)):
        await tasks.replay.run()
    assert (await counts(sandbox))["wechat"] == 1
    with shifted(timedelta(minutes=61)):
        await tasks.replay.run()
    assert (await person.deliveries())["wechat"] == "sent"


async def test_refused_credentials_raise_an_alarm_and_one_delivery_tries_later(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(phone=True)
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await person.prefer(channels={"sms": False})
    await fault(sandbox, "jpush", "push", "code", code="1004", times=1)
    await tell(person)
    await drain()
    [row] = await db.fetch("SELECT channel, alarm, code, paused_until FROM push_channel")
    assert (row["channel"], row["alarm"], row["code"]) == ("jpush", True, "1004")
    assert row["paused_until"] > now() + timedelta(minutes=9)
    with shifted(timedelta(minutes=11)):
        await tasks.replay.run()
        assert (await person.deliveries())["jpush"] == "sent"
    [row] = await db.fetch("SELECT alarm, paused_until FROM push_channel")
    assert (row["alarm"], row["paused_until"]) == (False, None)


async def test_a_refused_wechat_token_raises_the_alarm_and_the_next_channel_steps_in(
    town: Town, drain, sandbox: Simulators
) -> None:
    """40001 that a fresh token does not mend is no fault of the citizen's: the grant stays, the alarm rings."""
    person = town.person(wechat=True, phone=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="40001", times=4)
    await tell(person, urgent=True)
    await drain()
    [row] = await db.fetch("SELECT channel, alarm, code, paused_until FROM push_channel")
    assert (row["channel"], row["alarm"], row["code"]) == ("wechat", True, "40001")
    assert (await person.deliveries())["sms"] == "sent"
    [grant] = await db.fetch("SELECT greatest(by_client, by_event) - spent AS left FROM push_grant")
    assert grant["left"] == 1


async def test_urgent_messages_do_not_wait_a_minute_for_a_busy_channel(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True, wechat=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="45011", times=5)
    await tell(person, urgent=True)
    await drain()
    with shifted(timedelta(seconds=61)):
        await tasks.replay.run()
    assert (await person.deliveries())["sms"] == "sent"


async def test_at_night_the_message_lies_in_the_inbox_and_leaves_in_the_morning(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(phone=True)
    await person.prefer(quiet_from="22:00", quiet_to="08:00")
    with at("23:10"):
        await tell(person, "result")
        await drain()
        await tasks.replay.run()
        assert (await person.deliveries())["sms"] == "queued"
        assert await counts(sandbox) == {}
        with shifted(timedelta(hours=9)):
            await tasks.replay.run()
    assert (await counts(sandbox))["sms"] == 1


async def test_what_was_read_in_the_inbox_is_not_sent_any_more(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    await person.prefer(quiet_from="22:00", quiet_to="08:00")
    with at("23:10"):
        message = await tell(person, "result")
        await drain()
        await person.client.call("POST", f"/api/v1/messages/{message}/read", status=204)
        with shifted(timedelta(hours=9)):
            await tasks.replay.run()
    assert (await person.deliveries())["sms"] == "skipped"
    assert await counts(sandbox) == {}


async def test_what_has_lost_its_point_is_not_sent_any_more(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="45009", times=1)
    await tell(person, "progress")
    await drain()
    with shifted(timedelta(days=3)):
        await tasks.replay.run()
    assert (await person.deliveries())["wechat"] == "expired"
    assert (await counts(sandbox))["wechat"] == 1


async def test_a_channel_that_is_switched_off_is_left_alone(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True, wechat=True)
    await person.grant(NEWS)
    await person.prefer(channels={"wechat": False})
    await tell(person)
    await drain()
    assert await counts(sandbox) == {"sms": 1}
    assert (await why(person))["wechat"] == "您关闭了微信通知"


@pytest.mark.parametrize("kind", ["http500", "html502", "down", "drop_after_accept"])
async def test_a_text_message_with_an_unknown_outcome_is_asked_for_before_anything_else(
    town: Town, drain, sandbox: Simulators, kind: str
) -> None:
    person = town.person(phone=True)
    await fault(sandbox, "sms", "SendSms", kind, times=1)
    await tell(person)
    await drain()
    assert (await person.deliveries())["sms"] == "unknown"
    await tasks.replay.run()
    assert (await counts(sandbox))["sms"] == 1
    with shifted(timedelta(seconds=61)):
        await receipts.settle()
    if kind == "drop_after_accept":
        assert (await person.deliveries())["sms"] == "received"
    else:  # the vendor does not know it: after three minutes it was not sent, and is sent again
        with shifted(timedelta(minutes=4)):
            await receipts.settle()
            await tasks.replay.run()
        assert (await person.deliveries())["sms"] == "sent"
    assert (await sandbox.get(f"/_control/sms/{person.phone}"))["count"] == 1


async def test_an_unknown_push_is_settled_by_the_same_cid(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person()
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await fault(sandbox, "jpush", "push", "drop_after_accept", times=3)  # the client repeats twice by itself
    await tell(person)
    await drain()
    assert (await person.deliveries())["jpush"] == "unknown"
    with shifted(timedelta(seconds=10)):
        await tasks.replay.run()
    assert (await person.deliveries())["jpush"] == "sent"
    pushes = await received(sandbox, "jpush", "push")
    assert len(pushes) == 4
    assert len({item["cid"] for item in pushes}) == 1


async def test_an_unknown_push_older_than_a_day_is_never_sent_again(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person()
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await fault(sandbox, "jpush", "push", "drop_after_accept")
    await tell(person)
    await drain()
    with shifted(timedelta(hours=25)):
        before = len(await received(sandbox, "jpush", "push"))
        await sandbox.send("DELETE", "/_control/faults")
        await tasks.replay.run()
        await receipts.settle()
        await tasks.replay.run()
        assert len(await received(sandbox, "jpush", "push")) == before
    assert (await person.deliveries())["jpush"] == "unknown"


@pytest.mark.parametrize(("urgent", "calls", "state"), [(False, 1, "unknown"), (True, 2, "sent")])
async def test_wechat_cannot_be_asked_so_only_urgent_messages_get_a_second_try(
    town: Town, drain, sandbox: Simulators, urgent: bool, calls: int, state: str
) -> None:
    person = town.person(wechat=True)
    await person.grant(NEWS, 2)
    await fault(sandbox, "wechat", "subscribe", "drop_after_accept", times=1)
    await tell(person, urgent=urgent)
    await drain()
    for minutes in (1, 5, 60):
        with shifted(timedelta(minutes=minutes)):
            await tasks.replay.run()
    assert (await counts(sandbox))["wechat"] == calls
    assert (await person.deliveries())["wechat"] == state


async def test_after_an_unknown_send_a_used_up_grant_means_that_it_arrived(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person(wechat=True, phone=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "drop_after_accept", times=1)
    await tell(person, urgent=True)
    await drain()
    await fault(sandbox, "wechat", "subscribe", "code", code="43101", times=1)
    for minutes in (1, 5, 60):
        with shifted(timedelta(minutes=minutes)):
            await tasks.replay.run()
    assert await counts(sandbox) == {"wechat": 2}
    assert (await person.deliveries())["wechat"] == "unknown"


async def test_a_push_that_may_have_gone_out_keeps_its_cid_through_a_busy_hour(
    town: Town, drain, sandbox: Simulators
) -> None:
    person = town.person()
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await fault(sandbox, "jpush", "push", "drop_after_accept", times=3)
    await tell(person)
    await drain()
    await fault(sandbox, "jpush", "push", "code", code="2002", times=3)
    with shifted(timedelta(seconds=10)):
        await tasks.replay.run()
    assert (await person.deliveries())["jpush"] == "unknown"
    for hours in (2, 25):
        with shifted(timedelta(hours=hours)):
            await tasks.replay.run()
    assert len({item["cid"] for item in await received(sandbox, "jpush", "push")}) == 1
    assert (await person.deliveries())["jpush"] == "sent"


async def test_a_citizen_who_left_a_channel_is_reached_by_the_next_one(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(wechat=True, phone=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="43108", times=1)
    await tell(person)
    await drain()
    person.wechat_openid = None
    with shifted(timedelta(seconds=10)):
        await tasks.replay.run()
    assert await person.deliveries() == {"wechat": "failed", "alipay": "skipped", "jpush": "skipped", "sms": "sent"}


async def test_receipts_are_asked_for_less_and_less_and_then_no_more(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    await tell(person)
    await drain()
    await fault(sandbox, "sms", "QuerySendDetails", "http500")
    with shifted(timedelta(seconds=61)):
        await receipts.settle()
    await sandbox.send("DELETE", "/_control/faults")
    assert (await person.deliveries())["sms"] == "sent"
    with shifted(timedelta(minutes=3)):
        await receipts.settle()
    assert (await person.deliveries())["sms"] == "received"


async def test_sending_what_is_due_takes_urgent_messages_first(town: Town, sandbox: Simulators) -> None:
    slow = [town.person(phone=True) for _ in range(3)]
    for person in slow:
        await tell(person, "result")
    quick = town.person(phone=True)
    await tell(quick, "action_needed", urgent=True)
    for row in await db.fetch("SELECT id FROM push_message ORDER BY created_at"):
        await sending.planning.plan(str(row["id"]))
    assert await sending.send_due(limit=1) == 1
    [sent] = await received(sandbox, "sms", "SendSms")
    assert sent["PhoneNumbers"] == quick.phone
