"""Paying: the department's amount, one order a notice, and nothing believed but the provider's own answer."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from backend.core import clock, db
from backend.payments import tasks
from tests.cases.people import LI, Citizen, Enter
from tests.conftest import Client, Server, Simulators

MATTER = "province_finance.non_tax_payment"
CHANNELS = ["wechat", "alipay"]


@pytest.fixture(autouse=True)
async def _address(running: Server, sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/public", {"url": running.base})
    # the vendors' clients of this process read the notify addresses once
    import msgspec

    from backend.core import redis, settings
    from backend.providers import config, vendors

    held = settings.current()
    assert held.vendor_file is not None
    read = msgspec.json.decode(held.vendor_file.read_bytes(), type=config.Vendors)
    vendors.configure(read, redis.client(), held.data / "blobs")


def slip(tail: str = "123") -> str:
    return f"{secrets.randbelow(10**17):017d}{tail}"


async def pay_body(who: Citizen, channel: str = "wechat", *, code: str | None = None) -> dict[str, Any]:
    return {
        "matter": MATTER,
        "release": await who.release(MATTER),
        "form": {"pay_code": code or slip()},
        "channel": channel,
    }


async def open_payment(who: Citizen, channel: str = "wechat", **rest: Any) -> Any:
    body = await pay_body(who, channel, **rest)
    return await who.call("POST", "/payments", body, status=201, headers={"Idempotency-Key": secrets.token_hex(8)})


async def row_of(payment: str) -> Any:
    import uuid

    row = await db.fetch_one("SELECT * FROM payments_order WHERE id = $1", uuid.UUID(payment))
    assert row is not None
    return row


async def paid_at_page(url: str) -> None:
    """A person pays on the simulator's page, which notifies us and leads back."""
    async with aiohttp.ClientSession() as page, page.post(url, data={"result": "success"}, allow_redirects=False) as at:
        assert at.status in (302, 303), await at.text()
        assert "/payments/" in at.headers["location"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_payment_is_opened_paid_notified_and_becomes_a_case_with_its_receipt(
    zhang: Citizen, drain: Any, channel: str
) -> None:
    made = await open_payment(zhang, channel)
    assert made["state"] == "waiting"
    assert made["amount_fen"] > 0
    if channel == "wechat":
        assert set(made["params"]) >= {"timeStamp", "nonceStr", "package", "signType", "paySign", "url"}
    else:
        assert made["params"]["trade_no"]
    await paid_at_page(made["params"]["url"])
    assert (await row_of(made["id"]))["state"] == "waiting"  # a notification only makes us ask
    assert await drain() >= 1
    seen = await zhang.call("GET", f"/payments/{made['id']}", status=200)
    assert seen["state"] == "paid"
    case = await zhang.call("GET", f"/cases/{seen['case_number']}", status=200)
    assert case["state"] == "approved"
    assert case["result"]["details"]["金额（元）"] == f"{made['amount_fen'] / 100:.2f}"
    wallet = await zhang.call("GET", "/licenses", status=200)
    assert [item["type"] for item in wallet["items"]] == ["non_tax_receipt"]
    listed = await zhang.call("GET", "/payments", status=200)
    assert [item["id"] for item in listed["items"]] == [made["id"]]


async def test_without_any_notification_the_page_that_asks_finds_it_paid(zhang: Citizen, sandbox: Simulators) -> None:
    made = await open_payment(zhang)
    row = await row_of(made["id"])
    await sandbox.send("PUT", "/_control/public", {"url": "http://127.0.0.1:9"})
    await sandbox.send("POST", f"/_control/pay/wechat/{row['out_trade_no']}", {"result": "success"})
    seen = await zhang.call("GET", f"/payments/{made['id']}", status=200)
    assert (seen["state"], bool(seen["case_number"])) == ("paid", True)


async def test_without_anybody_asking_the_timetable_finds_it_paid(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await open_payment(zhang, "alipay")
    row = await row_of(made["id"])
    await sandbox.send("PUT", "/_control/faults/alipay/notify", {"fault": "wrong_signature"})
    await sandbox.send("POST", f"/_control/pay/alipay/{row['out_trade_no']}", {"result": "success"})
    await tasks.replay.run()
    assert await drain() == 0  # not yet its time
    with clock.shifted(timedelta(seconds=15)):
        await tasks.replay.run()
        await drain()
    assert (await row_of(made["id"]))["state"] == "paid"


async def test_two_notifications_a_page_and_a_job_at_once_make_one_case(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await open_payment(zhang)
    row = await row_of(made["id"])
    await sandbox.send("PUT", "/_control/faults/wechat_pay/notify", {"fault": "duplicate_callback"})
    await sandbox.send("POST", f"/_control/pay/wechat/{row['out_trade_no']}", {"result": "success"})
    await asyncio.gather(
        *(tasks.settle.run(made["id"]) for _ in range(4)), zhang.call("GET", f"/payments/{made['id']}", status=200)
    )
    await drain()
    rows = await db.fetch("SELECT count(*) AS number FROM cases_case")
    assert rows[0]["number"] == 1


async def test_the_client_cannot_name_the_amount(zhang: Citizen) -> None:
    body = await pay_body(zhang)
    for change in ({"amount_fen": 1}, {"form": {**body["form"], "amount": 1}}):
        status, problem = await zhang.send("POST", "/payments", {**body, **change})
        assert status == 422, problem
    assert await db.fetch("SELECT 1 FROM payments_order") == []


async def test_the_same_key_gives_the_same_order_and_another_body_is_refused(
    zhang: Citizen, sandbox: Simulators
) -> None:
    body = await pay_body(zhang)
    key = {"Idempotency-Key": "pay-once"}
    first = await zhang.call("POST", "/payments", body, status=201, headers=key)
    second = await zhang.call("POST", "/payments", body, status=201, headers=key)
    assert first["id"] == second["id"]
    status, problem = await zhang.send("POST", "/payments", {**body, "channel": "alipay"}, headers=key)
    assert (status, problem["code"]) == (409, "http.idempotency_conflict")


async def test_a_notice_is_paid_once_by_whomever(zhang: Citizen, enter: Enter, sandbox: Simulators) -> None:
    code = slip()
    made = await open_payment(zhang, code=code)
    li = await enter(LI)
    status, problem = await li.send("POST", "/payments", await pay_body(li, code=code))
    assert (status, problem["code"]) == (409, "payments.under_way")
    assert made["id"] not in str(problem)
    row = await row_of(made["id"])
    await sandbox.send("POST", f"/_control/pay/wechat/{row['out_trade_no']}", {"result": "success"})
    status, problem = await zhang.send("POST", "/payments", await pay_body(zhang, "alipay", code=code))
    assert (status, problem["code"]) == (409, "payments.paid_before")
    assert problem["context"]["payment"] == made["id"]
    status, problem = await li.send("POST", "/payments", await pay_body(li, code=code))
    assert (status, problem["code"], problem["context"]) == (409, "payments.paid_before", {})


async def test_two_at_once_for_one_notice_make_one_order(zhang: Citizen, enter: Enter) -> None:
    code = slip()
    li = await enter(LI)
    body = await pay_body(zhang, code=code)
    answers = await asyncio.gather(*(who.send("POST", "/payments", body) for who in (zhang, li, zhang, li)))
    rows = await db.fetch("SELECT 1 FROM payments_order WHERE state <> 'closed'")
    assert len(rows) == 1
    assert 201 in [status for status, _ in answers]
    assert all(status in (201, 409) for status, _ in answers)


async def test_changing_ones_mind_closes_the_first_order_at_the_provider(zhang: Citizen, sandbox: Simulators) -> None:
    code = slip()
    first = await open_payment(zhang, "wechat", code=code)
    second = await open_payment(zhang, "alipay", code=code)
    old = await row_of(first["id"])
    assert (old["state"], second["state"]) == ("closed", "waiting")
    answer = await sandbox.send("POST", f"/_control/pay/wechat/{old['out_trade_no']}", {"result": "success"})
    assert answer["state"] == "closed"  # nobody can pay the old one any more


async def test_an_order_that_nobody_pays_is_closed(zhang: Citizen, drain: Any) -> None:
    made = await open_payment(zhang)
    with clock.shifted(timedelta(minutes=31)):
        await tasks.replay.run()
        await drain()
    seen = await zhang.call("GET", f"/payments/{made['id']}", status=200)
    assert (seen["state"], seen["params"]) == ("closed", {})


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_answer_that_was_lost_is_asked_about_and_no_second_order_is_made(
    zhang: Citizen, sandbox: Simulators, drain: Any, channel: str
) -> None:
    vendor, call = ("wechat_pay", "jsapi") if channel == "wechat" else ("alipay", "alipay.trade.create")
    await sandbox.send("PUT", f"/_control/faults/{vendor}/{call}", {"fault": "drop_after_accept"})
    body = await pay_body(zhang, channel)
    key = {"Idempotency-Key": "unknown"}
    made = await zhang.call("POST", "/payments", body, status=201, headers=key)
    assert (made["state"], made["params"]) == ("unknown", {})
    assert "不要重复支付" in made["state_text"]
    await sandbox.send("DELETE", "/_control/faults")
    again = await zhang.call("POST", "/payments", body, status=201, headers=key)
    assert (again["id"], again["state"]) == (made["id"], "waiting")
    await paid_at_page(again["params"]["url"])
    await drain()
    assert (await row_of(made["id"]))["state"] == "paid"


async def test_with_the_provider_down_nothing_is_charged_and_the_words_say_so(
    zhang: Citizen, sandbox: Simulators
) -> None:
    from backend.providers.vendors import desk

    desk().wechat_pay.client.breaker.failed()
    for _ in range(10):
        desk().wechat_pay.client.breaker.failed()
    status, problem = await zhang.send("POST", "/payments", await pay_body(zhang))
    assert (status, problem["code"]) == (503, "payments.provider_away")
    assert "没有扣款" in problem["title"]


async def test_with_the_department_down_no_order_is_made(zhang: Citizen, sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/faults/department/query", {"fault": "http500"})
    status, problem = await zhang.send("POST", "/payments", await pay_body(zhang))
    assert (status, problem["code"]) == (503, "modules.department_unavailable")
    assert await db.fetch("SELECT 1 FROM payments_order") == []


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"pay_code": slip("000")}, 422, "modules.department_refused"),
        ({"pay_code": "12"}, 422, "cases.form_invalid"),
        ({}, 422, "cases.form_invalid"),
        ({"pay_code": "'; DROP TABLE payments_order; --"}, 422, "cases.form_invalid"),
    ],
)
async def test_a_notice_that_does_not_exist_is_refused(
    zhang: Citizen, form: dict[str, Any], status: int, code: str
) -> None:
    body = {**(await pay_body(zhang)), "form": form}
    found, problem = await zhang.send("POST", "/payments", body)
    assert (found, problem["code"]) == (status, code)
    assert await db.fetch("SELECT 1 FROM payments_order") == []


async def test_what_is_no_payment_is_pointed_elsewhere(zhang: Citizen) -> None:
    other = "chengdu_housing_fund.rent_withdrawal"
    body = {"matter": other, "release": await zhang.release(other), "form": {}, "channel": "wechat"}
    status, problem = await zhang.send("POST", "/payments", body)
    assert (status, problem["code"]) == (409, "cases.wrong_kind")


async def test_somebody_elses_payment_does_not_exist_for_me(zhang: Citizen, enter: Enter) -> None:
    made = await open_payment(zhang)
    li = await enter(LI)
    assert (await li.send("GET", f"/payments/{made['id']}"))[0] == 404
    assert (await li.send("GET", "/payments/nonsense"))[0] == 404
    assert (await li.call("GET", "/payments", status=200))["items"] == []


async def test_forged_notifications_change_nothing_and_are_answered_in_the_providers_words(
    zhang: Citizen, http: Client, drain: Any
) -> None:
    from backend.providers.vendors import desk

    made = await open_payment(zhang)
    row = await row_of(made["id"])
    wechat, alipay = desk().config.wechat_pay.app_id, desk().config.alipay.app_id
    async with http.request("POST", f"/callbacks/wechat/{wechat}/pay", data=b'{"id":"1"}') as answer:
        assert (answer.status, await answer.json(content_type=None)) == (
            401,
            {"code": "FAIL", "message": "signature"},
        )
    async with http.request("POST", "/callbacks/wechat/other/pay", data=b"{}") as answer:
        assert answer.status == 404
    forged = {"out_trade_no": row["out_trade_no"], "trade_status": "TRADE_SUCCESS", "sign": "AAAA", "sign_type": "RSA2"}
    for app in (alipay, "other"):
        async with http.request("POST", f"/callbacks/alipay/{app}", data=forged) as answer:
            assert (answer.status, await answer.text()) == (200, "failure")
    async with http.request("POST", f"/callbacks/alipay/{alipay}", data=b"\xff\x00%%%") as answer:
        assert await answer.text() == "failure"
    await drain()
    assert (await row_of(made["id"]))["state"] == "waiting"


async def test_what_was_filled_in_lies_sealed(zhang: Citizen) -> None:
    code = slip()
    made = await open_payment(zhang, code=code)
    row = await row_of(made["id"])
    raw = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert code.encode() not in raw


def test_questions_become_rarer_but_never_stop() -> None:
    pauses = [tasks.pause(number) for number in range(20)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=10)
    assert pauses[-1] == timedelta(minutes=5)
