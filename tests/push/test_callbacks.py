"""Callbacks: verified, taken in once, and never believed."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import shifted
from backend.providers.vendors import desk
from push import tasks
from tests.conftest import Client, Simulators
from tests.push.conftest import Town, received, tell

NEWS = "TPL-CASE-NEWS"


def basic() -> str:
    config = desk().config.jpush
    return "Basic " + base64.b64encode(f"{config.app_key}:{config.master_secret}".encode()).decode()


def event(openid: str | None, kind: str = "subscribe_msg_popup_event", status: str = "accept") -> dict[str, Any]:
    fields = {
        "MsgType": "event",
        "Event": kind,
        "FromUserName": openid,
        "CreateTime": str(int(time.time())),
        "TemplateId": NEWS,
        "SubscribeStatusString": status,
    }
    return {"fields": fields}


async def left(client: Client) -> int:
    templates = await client.call("GET", "/api/v1/push/templates", status=200)
    return next(item["left"] for item in templates["items"] if item["template_id"] == NEWS)


async def test_an_event_of_wechat_feeds_the_grants(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    answer = await sandbox.send("POST", "/_control/wechat/message", event(person.wechat_openid))
    assert answer["sent"] == [{"status": 200, "body": "success"}]
    assert await left(person.client) == 1


async def test_an_event_that_wechat_repeats_counts_once(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await sandbox.send("PUT", "/_control/faults/wechat/message", {"fault": "duplicate_callback", "times": 1})
    answer = await sandbox.send("POST", "/_control/wechat/message", event(person.wechat_openid))
    assert [item["status"] for item in answer["sent"]] == [200, 200]
    assert await left(person.client) == 1


async def test_a_forged_event_changes_nothing(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await sandbox.send("PUT", "/_control/faults/wechat/message", {"fault": "wrong_signature", "times": 1})
    answer = await sandbox.send("POST", "/_control/wechat/message", event(person.wechat_openid))
    assert [item["status"] for item in answer["sent"]] == [403]
    assert await left(person.client) == 0


async def test_switching_it_off_in_wechat_takes_the_grants(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await person.grant(NEWS, 2)
    change = event(person.wechat_openid, "subscribe_msg_change_event", "reject")
    await sandbox.send("POST", "/_control/wechat/message", change)
    assert await left(person.client) == 0


async def test_an_event_of_a_stranger_is_answered_and_forgotten(town: Town, sandbox: Simulators) -> None:
    answer = await sandbox.send("POST", "/_control/wechat/message", event("o" + "x" * 27))
    assert [item["status"] for item in answer["sent"]] == [200]
    assert await db.fetch("SELECT 1 FROM push_grant") == []


def echo(token: str, nonce: str = "n1") -> str:
    stamp = str(int(time.time()))
    signature = hashlib.sha1("".join(sorted([token, stamp, nonce])).encode()).hexdigest()
    return f"?signature={signature}&timestamp={stamp}&nonce={nonce}&echostr=5921"


async def test_wechats_test_of_the_address_gets_its_word_back(town: Town, http: Client) -> None:
    config = desk().config.wechat
    path = f"/callbacks/wechat/{config.app_id}"
    async with http.request("GET", path + echo(config.push_token)) as answer:
        assert (answer.status, await answer.text()) == (200, "5921")
    async with http.request("GET", path + echo("another token")) as answer:
        assert answer.status == 403
    async with http.request("GET", "/callbacks/wechat/wxother" + echo(config.push_token)) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "body", [b"", b"<xml>", b"{}", b"<xml><Encrypt>AAAA</Encrypt></xml>", b"\x00\xff", b"<xml><Encrypt/></xml>"]
)
async def test_what_is_no_message_of_wechat_is_refused(town: Town, http: Client, body: bytes) -> None:
    config = desk().config.wechat
    path = f"/callbacks/wechat/{config.app_id}{echo(config.push_token)}&msg_signature=00"
    async with http.request("POST", path, data=body, headers={"content-type": "text/xml"}) as answer:
        assert answer.status == 403
        assert (await answer.json(content_type=None))["code"] == "push.callback_refused"


async def test_jpush_must_prove_itself_with_our_key_pair(town: Town, http: Client) -> None:
    for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer x"}):
        async with http.request("GET", "/callbacks/jpush?echostr=571fd1", headers=headers) as answer:
            assert answer.status == 403
        async with http.request("POST", "/callbacks/jpush", data=b"{}", headers=headers) as answer:
            assert answer.status == 403
    async with http.request("GET", "/callbacks/jpush?echostr=571fd1", headers={"authorization": basic()}) as answer:
        assert (answer.status, await answer.text()) == (200, "571fd1")


async def test_a_receipt_of_jpush_is_asked_for_and_not_believed(
    town: Town, http: Client, drain, sandbox: Simulators
) -> None:
    person = town.person()
    await person.client.call(
        "POST", "/api/v1/push/devices", {"registration_id": "dev" + person.id[:8], "platform": "ios"}, status=204
    )
    await tell(person)
    await drain()
    [row] = await db.fetch("SELECT provider_message_id FROM push_delivery WHERE channel = 'jpush'")
    claims = [{"msg_id": row["provider_message_id"], "status": "delivered"}, {"msg_id": "1", "status": "delivered"}]
    async with http.request(
        "POST", "/callbacks/jpush", data=json.dumps(claims), headers={"authorization": basic()}
    ) as answer:
        assert (answer.status, await answer.text()) == (200, "success")
    assert (await person.deliveries())["jpush"] == "sent", "a callback alone must not change a delivery"
    await drain()
    asked = await received(sandbox, "jpush", "received")
    assert asked == [{"msg_ids": [row["provider_message_id"]]}]
    assert (await person.deliveries())["jpush"] == "received"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000, b'{"msg_id": "a\\u0000b"}', b"[1, 2]"])
async def test_what_jpush_never_sends_is_no_surprise(town: Town, http: Client, body: bytes) -> None:
    async with http.request("POST", "/callbacks/jpush", data=body, headers={"authorization": basic()}) as answer:
        assert answer.status in (200, 403)


async def test_events_are_remembered_for_a_week(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await sandbox.send("POST", "/_control/wechat/message", event(person.wechat_openid))
    await tasks.settle_unknown.run()
    assert len(await db.fetch("SELECT 1 FROM push_inbound")) == 1
    with shifted(timedelta(days=8)):
        await tasks.settle_unknown.run()
    assert await db.fetch("SELECT 1 FROM push_inbound") == []
