"""The citizen's side over HTTP: inbox, reading, settings, devices, grants."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from backend.core import db
from push import inbox, service, tasks
from tests.conftest import Client, SignIn
from tests.push.conftest import Town, tell


async def test_the_inbox_has_every_message_with_its_reason_and_the_newest_in_front(town: Town) -> None:
    person = town.person()
    await tell(person, title="第一条")
    await tell(person, title="第二条", urgent=True)
    items = await person.told()
    assert [item["title"] for item in items] == ["第二条", "第一条"]
    assert items[0]["reason"] == "您申请了租房提取住房公积金"
    assert [item["urgent"] for item in items] == [True, False]


async def test_the_same_event_told_twice_is_one_message(town: Town) -> None:
    person = town.person()
    first = await tell(person, dedupe_key="case:A1:corrected")
    again = await tell(person, dedupe_key="case:A1:corrected", title="别的标题")
    assert first == again
    assert len(await person.told()) == 1


async def test_ten_at_once_tell_one_event_once(town: Town) -> None:
    person = town.person()
    ids = await asyncio.gather(*(tell(person, dedupe_key="case:A2:decided") for _ in range(10)))
    assert len(set(ids)) == 1
    assert len(await person.told()) == 1


async def test_a_message_of_a_transaction_that_fails_was_never_told(town: Town, drain) -> None:
    person = town.person(phone=True)

    async def decide_and_fail() -> None:
        async with db.transaction():
            await service.notify(
                person.id, "result", title="已办结", body="已办结", reason="您申请了", dedupe_key=str(uuid.uuid4())
            )
            raise RuntimeError("not after all")

    with pytest.raises(RuntimeError, match="after all"):
        await decide_and_fail()
    assert await drain() == 0
    assert await person.told() == []


async def test_pages_hold_together(town: Town) -> None:
    person = town.person()
    for number in range(7):
        await tell(person, title=f"第{number}条")
    seen: list[str] = []
    cursor = ""
    while True:
        page = await person.client.call("GET", f"/api/v1/messages?limit=3{cursor}", status=200)
        seen += [item["title"] for item in page["items"]]
        assert page["unread"] == 7
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"第{number}条" for number in reversed(range(7))]


async def test_reading_is_counted_once_and_for_oneself_alone(town: Town) -> None:
    person, other = town.person(), town.person()
    message = await tell(person)
    await tell(person)
    await other.client.call("POST", f"/api/v1/messages/{message}/read", status=404)
    await person.client.call("POST", f"/api/v1/messages/{message}/read", status=204)
    first = (await person.told())[1]["read_at"]
    await person.client.call("POST", f"/api/v1/messages/{message}/read", status=204)
    assert (await person.told())[1]["read_at"] == first
    assert (await person.client.call("GET", "/api/v1/messages"))["unread"] == 1
    await person.client.call("POST", "/api/v1/messages/read-all", status=204)
    assert (await person.client.call("GET", "/api/v1/messages"))["unread"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/messages?cursor=%00",
        "/api/v1/messages?cursor=AAAA",
        "/api/v1/messages?cursor=" + "_" * 32,
        "/api/v1/messages?limit=0",
        "/api/v1/messages?limit=101",
        "/api/v1/messages?limit=x",
        "/api/v1/messages?unknown=1",
    ],
)
async def test_a_bad_page_is_a_problem_and_not_a_surprise(town: Town, path: str) -> None:
    answer = await town.person().client.call("GET", path)
    assert answer["status"] in (400, 422)
    assert answer["title"]


@pytest.mark.parametrize("key", ["x", "00000000-0000-0000-0000-000000000000", "%00", "..%2f..", "' OR 1=1 --"])
async def test_a_message_that_does_not_exist_is_not_found(town: Town, key: str) -> None:
    await town.person().client.call("POST", f"/api/v1/messages/{key}/read", status=404)


async def test_strangers_read_nothing(http: Client) -> None:
    for method, path in (
        ("GET", "/api/v1/messages"),
        ("POST", "/api/v1/messages/read-all"),
        ("GET", "/api/v1/preferences"),
        ("POST", "/api/v1/push/devices"),
    ):
        answer = await http.call(method, path, status=401)
        assert answer["context"]["required"] == "login"


async def test_settings_begin_with_everything_on_and_quiet_nights(town: Town) -> None:
    client = town.person().client
    assert await client.call("GET", "/api/v1/preferences", status=200) == {
        "channels": {"jpush": True, "wechat": True, "alipay": True, "sms": True},
        "off": [],
        "agencies_off": [],
        "quiet_from": "22:00",
        "quiet_to": "08:00",
    }


async def test_settings_are_kept_as_given(town: Town) -> None:
    client = town.person().client
    wanted = {"channels": {"sms": False}, "off": ["policy", "policy"], "quiet_from": "21:30", "quiet_to": "07:00"}
    answer = await client.call("PUT", "/api/v1/preferences", wanted, status=200)
    assert answer["channels"] == {"jpush": True, "wechat": True, "alipay": True, "sms": False}
    assert answer["off"] == ["policy"]
    assert await client.call("GET", "/api/v1/preferences") == answer


@pytest.mark.parametrize(
    "body",
    [
        {"off": ["result"]},
        {"channels": {"pigeon": True}},
        {"quiet_from": "24:00"},
        {"quiet_from": "8:00"},
        {"quiet_from": "08:00\u0000"},
        {"more": 1},
    ],
)
async def test_settings_that_make_no_sense_are_refused_field_by_field(town: Town, body: dict[str, object]) -> None:
    answer = await town.person().client.call("PUT", "/api/v1/preferences", body, status=422)
    assert answer["errors"]


async def test_a_phone_that_changed_hands_tells_its_new_owner_alone(town: Town) -> None:
    old, new = town.person(), town.person()
    device = {"registration_id": "1104a897920c3d5a0b1", "platform": "android"}
    await old.client.call("POST", "/api/v1/push/devices", device, status=204)
    await new.client.call("POST", "/api/v1/push/devices", device, status=204)
    rows = await db.fetch("SELECT citizen_id FROM push_device")
    assert [str(row["citizen_id"]) for row in rows] == [new.id]


async def test_ten_devices_are_enough(town: Town) -> None:
    client = town.person().client
    for number in range(10):
        await client.call(
            "POST", "/api/v1/push/devices", {"registration_id": f"device{number}", "platform": "ios"}, status=204
        )
    more = {"registration_id": "device10", "platform": "ios"}
    assert (await client.call("POST", "/api/v1/push/devices", more, status=409))["code"] == "push.too_many_devices"
    again = {"registration_id": "device3", "platform": "ios"}
    await client.call("POST", "/api/v1/push/devices", again, status=204)


async def test_the_device_of_an_ended_session_is_forgotten(sign_in: SignIn) -> None:
    staying, leaving = await sign_in("13800000001"), await sign_in("13800000002")
    for number, client in enumerate((staying, leaving)):
        device = {"registration_id": f"device{number}", "platform": "ios"}
        await client.call("POST", "/api/v1/push/devices", device, status=204)
    await leaving.call("DELETE", "/api/v1/session", status=204)
    assert [row["registration_id"] for row in await db.fetch("SELECT registration_id FROM push_device")] == ["device0"]


async def test_a_tap_that_is_heard_of_twice_is_one_grant(town: Town, sandbox) -> None:
    person = town.person(wechat=True)
    await person.grant("TPL-CASE-NEWS")
    event = {
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "FromUserName": person.wechat_openid,
        "TemplateId": "TPL-CASE-NEWS",
        "SubscribeStatusString": "accept",
    }
    answer = await sandbox.send("POST", "/_control/wechat/message", {"fields": event})
    assert answer["sent"] == [{"status": 200, "body": "success"}]
    assert await left(person.client) == 1


async def left(client: Client, name: str = "case_news") -> int:
    templates = await client.call("GET", "/api/v1/push/templates", status=200)
    return next(item["left"] for item in templates["items"] if item["name"] == name)


async def test_banning_takes_what_was_granted_and_foreign_templates_count_nothing(town: Town) -> None:
    person = town.person(wechat=True)
    await person.grant("TPL-CASE-NEWS", 3)
    await person.client.call("POST", "/api/v1/push/grants", {"answers": {"TPL-CASE-NEWS": "reject"}}, status=204)
    assert await left(person.client) == 3
    await person.client.call(
        "POST", "/api/v1/push/grants", {"answers": {"TPL-CASE-NEWS": "ban", "SOMEBODY-ELSES": "accept"}}, status=204
    )
    assert await left(person.client) == 0
    assert len(await db.fetch("SELECT 1 FROM push_grant")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "code"},
        {"title": ""},
        {"title": "长" * 81},
        {"body": "长" * 601},
        {"reason": ""},
        {"link": "https://elsewhere.example/"},
        {"link": "//elsewhere.example/"},
        {"dedupe_key": ""},
    ],
)
async def test_a_text_that_would_not_fit_is_a_mistake_of_ours_and_told_nobody(
    town: Town, changes: dict[str, str]
) -> None:
    person = town.person()
    with pytest.raises(ValueError, match=r"kind|title|dedupe|link"):
        await tell(person, **changes)
    assert await person.told() == []


async def test_list_and_count_of_a_large_table_go_through_indexes(town: Town) -> None:
    person = town.person()
    await db.execute(
        "INSERT INTO push_message (id, citizen_id, kind, title, body, reason, urgent, data, dedupe_key, created_at,"
        " read_at, expires_at) SELECT gen_random_uuid(), CASE WHEN n % 1000 = 0 THEN $1::uuid ELSE gen_random_uuid()"
        " END, 'progress', 't', 'b', 'r', false, '{}', n::text, now() - n * interval '1 minute', CASE WHEN n % 2 = 0"
        " THEN now() END, now() FROM generate_series(1, 30000) AS n",
        uuid.UUID(person.id),
    )
    await db.execute("ANALYZE push_message")
    for sql, values in (
        (inbox._PAGE, (uuid.UUID(person.id), *inbox.paging.FIRST_DOWN, 21, ["progress"], "b", True)),
        (inbox._UNREAD, (uuid.UUID(person.id),)),
    ):
        plan = "\n".join(row[0] for row in await db.fetch("EXPLAIN " + sql, *values))
        assert "Seq Scan" not in plan, plan
        assert "Index" in plan


async def test_words_groups_and_unread_narrow_the_inbox_and_the_counts_stay_whole(town: Town) -> None:
    person = town.person()
    await tell(person, title="材料待补", kind="action_needed")
    await tell(person, title="社保卡到期", kind="reminder")
    await tell(person, title="新的 Policy", kind="policy")
    [newest, *_] = await person.told()
    await person.client.call("POST", f"/api/v1/messages/{newest['id']}/read", status=204)

    async def found(query: str) -> list[str]:
        answer = await person.client.call("GET", f"/api/v1/messages?{query}", status=200)
        assert answer["unread"] == 2
        unread = {item["group"]: item["unread"] for item in answer["groups"]}
        assert unread == {"cases": 1, "reminders": 1, "policies": 0, "security": 0}
        return [item["title"] for item in answer["items"]]

    assert await found("q=到期") == ["社保卡到期"]
    assert await found("q=policy") == ["新的 Policy"]
    assert await found("q=%25") == [], "a sign of LIKE is only a sign"
    assert await found("group=cases") == ["材料待补"]
    assert await found("unread=true") == ["社保卡到期", "材料待补"]
    assert await found("group=policies&unread=true") == []
    await person.client.call("GET", "/api/v1/messages?group=else", status=422)


async def test_a_kind_is_switched_off_from_a_message_and_counted_once(town: Town) -> None:
    person = town.person()
    message = await tell(person, kind="policy")
    for _ in range(2):
        answer = await person.client.call("POST", f"/api/v1/messages/{message}/opt-out", {"scope": "kind"}, status=200)
        assert answer["off"] == ["policy"]
    assert len(await db.fetch("SELECT 1 FROM push_opt_out")) == 1
    other = town.person()
    await other.client.call("POST", f"/api/v1/messages/{message}/opt-out", {"scope": "kind"}, status=404)


async def test_what_a_deadline_hangs_on_cannot_be_switched_off(town: Town) -> None:
    person = town.person()
    message = await tell(person, kind="action_needed")
    refused = await person.client.call("POST", f"/api/v1/messages/{message}/opt-out", {"scope": "kind"}, status=409)
    assert refused["code"] == "push.cannot_opt_out"
    assert (await person.client.call("GET", "/api/v1/preferences", status=200))["off"] == []


async def test_a_department_is_switched_off_by_name_and_its_deadlines_still_come(town: Town) -> None:
    person = town.person(alipay=True)
    data = {"matter": "提取", "state": "办理中", "agency": "样例中心"}
    first = await tell(person, kind="progress", data=data)
    assert (await person.client.call("GET", "/api/v1/preferences/agencies", status=200))["items"] == ["样例中心"]
    await person.client.call("POST", f"/api/v1/messages/{first}/opt-out", {"scope": "agency"}, status=200)
    await tasks.deliver.run(await tell(person, kind="progress", data=data))
    [newest, *_] = await person.told()
    assert {item["why"] for item in newest["deliveries"]} == {"您关闭了样例中心的通知，只放进消息列表"}
    await tasks.deliver.run(await tell(person, kind="action_needed", data=data))
    assert (await person.deliveries())["alipay"] == "sent"
    plain = await tell(person, kind="progress", data={})
    await person.client.call("POST", f"/api/v1/messages/{plain}/opt-out", {"scope": "agency"}, status=409)
