"""Queries, bookings and payments; the ways to sign in besides a phone."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from typing import Any

from tests.journeys.applying import BUS, FEE, FUND, MARRIAGE, application, wedding
from tests.journeys.town import CHINESE, Citizen, Town, eventually


async def test_a_query_is_answered_by_the_department_and_in_plain_words_while_it_is_down(town: Town) -> None:
    who = await town.citizen()
    path = f"/api/v1/queries/{FUND}"
    told = await who.call("POST", path, {"params": {}})
    assert told["rows"]
    assert told["sample"], "what a simulator says is marked as an example"
    assert any("余额" in item["label"] for item in told["summary"])

    await town.control("PUT", "/faults/department/chengdu_housing_fund.query", {"fault": "down"})
    try:
        problem = await who.refused("POST", path, {"params": {}}, status=503)
        assert CHINESE.search(problem["detail"] or problem["title"])
    finally:
        await town.control("DELETE", "/faults/department/chengdu_housing_fund.query")

    async def works_again() -> Any:
        answer = await who.send("POST", path, {"params": {}})
        return answer.body if answer.status == 200 else None

    again = await eventually(works_again, seconds=40, what="the query after the department came back")
    assert again["summary"] == told["summary"]


async def test_a_query_of_level_none_needs_nobody(town: Town) -> None:
    told = await town.client().call("POST", f"/api/v1/queries/{BUS}", {"params": {"city": "510600", "q": "9路"}})
    assert told["rows"]


async def test_the_last_place_of_a_slot_goes_to_one_of_two(town: Town) -> None:
    slots = await town.client().call("GET", f"/api/v1/matters/{MARRIAGE}/slots?office=jinjiang")
    day = next(day for day in slots["days"] if any(slot["left"] for slot in day["slots"]))
    slot = next(slot for slot in day["slots"] if slot["left"])
    booking = {"office": "jinjiang", "date": day["date"], "slot": slot["slot"]}
    couples = [(await town.citizen(), town.person()) for _ in range(slot["left"] + 1)]

    async def book(who: Citizen, other: Citizen) -> Any:
        body = await application(who, MARRIAGE, wedding(who, other), booking=booking)
        return await who.send("POST", "/api/v1/cases", body, key="book")

    answers = await asyncio.gather(*(book(*couple) for couple in couples))
    assert sorted(answer.status for answer in answers) == [201] * slot["left"] + [409], [str(item) for item in answers]
    full = next(answer for answer in answers if answer.status == 409)
    assert full.body["code"] == "appointments.slot_full"
    winner = next(index for index, answer in enumerate(answers) if answer.status == 201)
    who, case = couples[winner][0], answers[winner].body
    assert case["booking"] == booking
    assert "预约" in case["state_text"]

    loser, other = next(couples[index] for index, answer in enumerate(answers) if answer.status == 409)
    await who.call("POST", f"/api/v1/cases/{case['number']}/withdraw", {}, key="w")
    assert (await book(loser, other)).status == 201, "a place given back is free again"


async def _paid(who: Citizen, channel: str, vendor: str) -> None:
    town = who.town
    code = f"{secrets.randbelow(10**19):019}7"
    body = await application(who, FEE, {"pay_code": code})
    opened = await who.call("POST", "/api/v1/payments", {**body, "channel": channel}, status=201, key="pay")
    assert opened["state"] == "waiting"
    assert opened["amount_fen"] > 0
    assert opened["params"]
    again = await who.call("POST", "/api/v1/payments", {**body, "channel": channel}, status=201, key="pay")
    assert again["id"] == opened["id"], "the same key gives the same order"
    async with town.database() as db:
        order = await db.fetchval("SELECT out_trade_no FROM payments_order WHERE id = $1::uuid", opened["id"])

    await town.control("PUT", f"/faults/{vendor}/notify", {"fault": "wrong_signature", "times": 1})
    unpaid = await who.call("GET", f"/api/v1/payments/{opened['id']}")
    assert unpaid["state"] == "waiting"
    settled = await town.control("POST", f"/pay/{vendor}/{order}", {"result": "success"})
    assert settled["state"] == "paid"
    refused = settled["notified"][0]
    assert refused["status"] == 401 or refused["body"] == "failure", settled

    async def paid() -> Any:
        found = await who.call("GET", f"/api/v1/payments/{opened['id']}")
        return found if found["state"] == "paid" else None

    done = await eventually(paid, what="the payment")
    case = await who.call("GET", f"/api/v1/cases/{done['case_number']}")
    assert case["result"]["outcome"] == "approved"
    assert case["result"]["license"], "a receipt"
    assert case["result"]["details"]["金额（元）"] == f"{opened['amount_fen'] / 100:.2f}"
    listed = (await who.call("GET", "/api/v1/cases"))["items"]
    assert [item["number"] for item in listed] == [done["case_number"]], "paid once, one case"
    await who.refused(
        "POST", "/api/v1/payments", {**body, "channel": channel}, status=409, code="payments.paid_before", key="more"
    )


async def _signed_in_at(town: Town, vendor: str, field: str) -> Citizen:
    who = town.person()
    code = (await town.control("POST", f"/{vendor}/code", {"name": f"{who.name} {who.phone}"}))["code"]
    made = await who.call("POST", f"/api/v1/sessions/{vendor}", {field: code})
    who.token = made["token"]
    await who.refused(
        "POST", f"/api/v1/sessions/{vendor}", {field: code}, status=422, code="identity.channel_code_refused"
    )
    return who


async def test_a_fee_is_paid_by_wechat_pay_and_a_forged_notice_changes_nothing(town: Town) -> None:
    who = await _signed_in_at(town, "wechat", "code")
    assert [item["kind"] for item in (await who.call("GET", "/api/v1/me"))["accounts"]] == ["wechat"]
    await _paid(who, "wechat", "wechat_pay")


async def test_a_fee_is_paid_by_alipay_and_a_forged_notice_changes_nothing(town: Town) -> None:
    who = await _signed_in_at(town, "alipay", "auth_code")
    assert [item["kind"] for item in (await who.call("GET", "/api/v1/me"))["accounts"]] == ["alipay"]
    await _paid(who, "alipay", "alipay")


async def test_one_person_with_wechat_and_phone_becomes_one_account(town: Town) -> None:
    who = await town.citizen()
    elsewhere = await _signed_in_at(town, "wechat", "code")
    elsewhere.name, elsewhere.id_number = who.name, who.id_number
    told = await elsewhere.call("POST", "/api/v1/me/real-name", {"name": who.name, "id_number": who.id_number})
    assert told["message"], "which account is the older one is said"
    assert {item["kind"] for item in told["accounts"]} == {"phone", "wechat"}


async def test_a_code_is_on_its_way_at_once_and_not_with_the_next_replay(town: Town) -> None:
    async def seconds() -> float:
        who = town.person()
        begun = time.monotonic()
        await who.sign_in()
        return time.monotonic() - begun

    taken = [await seconds() for _ in range(5)]
    assert statistics.median(taken) < 2, f"the replay job alone would take some seconds: {taken}"
