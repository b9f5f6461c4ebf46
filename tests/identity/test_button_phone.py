"""The phone by WeChat's button: once, of this person, of this mini-program, and no stronger than it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.core import db
from tests.conftest import Client, Simulators
from tests.identity.conftest import Enter, Phone, close_breakers, real_name
from tests.identity.people import LI, WANG, ZHANG

PATH = "/api/v1/me/phone/wechat"
NUMBER = "13900000077"


async def tapped(sandbox: Simulators, phone: str = NUMBER, **more: Any) -> dict[str, Any]:
    """What the button gives."""
    return {"code": (await sandbox.send("POST", "/_control/wechat/code", {"phone": phone, **more}))["code"]}


async def phones() -> int:
    row = await db.fetch_one("SELECT count(*) AS n FROM identity_account WHERE kind = 'phone'")
    assert row is not None
    return int(row["n"])


async def test_a_tap_gives_the_account_its_phone_and_its_code_signs_in_there(
    enter: Enter, sandbox: Simulators, phone_session: Phone, http: Client
) -> None:
    client = await enter(ZHANG, via="wechat")
    assert (await client.call("GET", "/api/v1/me", status=200))["phone"] is None
    me = await client.call("POST", PATH, await tapped(sandbox, name=ZHANG.login), status=200)
    assert (me["phone"], me["level"]) == ("139****0077", 2)
    await client.call("POST", PATH, await tapped(sandbox), status=200)  # the same again changes nothing
    assert await phones() == 1
    made = await phone_session(NUMBER)
    assert made["level"] == 1, "the tap does not say whose the number is today"
    by_phone = Client(http.base, http.http, made["token"])
    seen = await by_phone.call("GET", "/api/v1/me", status=200)
    assert (seen["name"], {item["kind"] for item in seen["accounts"]}) == (None, {"wechat", "phone"})
    assert (await real_name(by_phone, ZHANG, status=200))["level"] == 2
    assert (await phone_session(NUMBER))["level"] == 2


async def test_a_code_is_good_once(enter: Enter, sandbox: Simulators) -> None:
    one, two = await enter(ZHANG, via="wechat", verified=False), await enter(LI, via="wechat", verified=False)
    body = await tapped(sandbox)
    await one.call("POST", PATH, body, status=200)
    for client in (one, two):
        problem = await client.call("POST", PATH, body, status=422)
        assert problem["code"] == "identity.phone_not_given"
    assert await phones() == 1


@pytest.mark.parametrize(
    "order", [{"name": LI.login}, {"app_id": "wx0000000000000000"}, {"country": "852", "phone": "91234567"},
              {"seconds": -1}], ids=["another person", "another mini-program", "another country", "over"],
)  # fmt: skip
async def test_a_code_that_is_not_ours_gives_nothing(enter: Enter, sandbox: Simulators, order: dict[str, Any]) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    problem = await client.call("POST", PATH, await tapped(sandbox, **order), status=422)
    assert problem["code"] == "identity.phone_not_given"
    assert await phones() == 0


async def test_a_login_code_and_nonsense_are_no_phone_codes(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    login = (await sandbox.send("POST", "/_control/wechat/code", {"name": ZHANG.login}))["code"]
    for code in (login, "x", "x" * 256):
        await client.call("POST", PATH, {"code": code}, status=422)
    assert await phones() == 0


async def test_the_phone_of_another_account_stays_there(
    enter: Enter, sandbox: Simulators, phone_session: Phone
) -> None:
    await phone_session(NUMBER)
    client = await enter(ZHANG, via="wechat")
    problem = await client.call("POST", PATH, await tapped(sandbox), status=409)
    assert problem["code"] == "identity.phone_taken"
    assert (await client.call("GET", "/api/v1/me", status=200))["phone"] is None


async def test_a_second_phone_is_not_bound_by_a_tap(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    await client.call("POST", PATH, await tapped(sandbox), status=200)
    problem = await client.call("POST", PATH, await tapped(sandbox, "13900000078"), status=409)
    assert problem["code"] == "identity.phone_differs"
    assert await phones() == 1


async def test_who_is_not_in_wechat_has_no_such_button(enter: Enter, sandbox: Simulators, http: Client) -> None:
    for client in (await enter(ZHANG, verified=False), await enter(LI, via="alipay", verified=False)):
        problem = await client.call("POST", PATH, await tapped(sandbox), status=409)
        assert problem["code"] == "identity.phone_not_wechat"
    await http.call("POST", PATH, await tapped(sandbox), status=401)


async def test_two_people_at_once_with_one_number_one_has_it(enter: Enter, sandbox: Simulators) -> None:
    people = [await enter(person, via="wechat", verified=False) for person in (ZHANG, LI, WANG)]
    bodies = [await tapped(sandbox) for _ in people]

    async def tap(client: Client, body: dict[str, Any]) -> int:
        async with client.request("POST", PATH, json=body) as answer:
            return answer.status

    assert sorted(await asyncio.gather(*map(tap, people, bodies))) == [200, 409, 409]
    assert await phones() == 1


@pytest.mark.parametrize("fault", [{"fault": "http500"}, {"fault": "html502"}, {"fault": "drop_after_accept"},
                                   {"fault": "code", "code": "45011"}, {"fault": "code", "code": "40013"}],
                         ids=lambda fault: fault.get("code", fault["fault"]))  # fmt: skip
async def test_when_wechat_does_not_answer_the_account_is_as_before_and_another_tap_helps(
    enter: Enter, sandbox: Simulators, fault: dict[str, Any]
) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    await sandbox.send("PUT", "/_control/faults/wechat/phone", {"times": 9, **fault})
    problem = await client.call("POST", PATH, await tapped(sandbox), status=503)
    assert problem["code"] == "identity.channel_unavailable"
    assert await phones() == 0
    await sandbox.send("DELETE", "/_control/faults")
    close_breakers()
    await client.call("POST", PATH, await tapped(sandbox), status=200)


async def test_a_refused_token_is_replaced_and_the_tap_counts(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    await sandbox.send("PUT", "/_control/faults/wechat/phone", {"fault": "code", "code": "40001", "times": 1})
    await client.call("POST", PATH, await tapped(sandbox), status=200)


async def test_taps_are_limited_a_day_because_each_is_paid_for(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat", verified=False)
    for _ in range(10):
        await client.call("POST", PATH, {"code": "wrong"}, status=422)
    problem = await client.call("POST", PATH, await tapped(sandbox), status=429)
    assert problem["status"] == 429
    assert await phones() == 0
