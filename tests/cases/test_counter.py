"""Somebody whom no camera recognises gets through: the whole way, and the ways around it that stay closed."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from backend.core import db
from tests.cases.conftest import Staff
from tests.cases.people import ELDER, LI, RENT, WITHDRAWAL, Citizen, Enter, Handler, forget_limits

PURPOSE = f"submit:{RENT}"


async def failed_face(who: Citizen, purpose: str = PURPOSE) -> Any:
    check = await who.call("POST", "/face-checks", {"purpose": purpose, "channel": "h5"}, status=201)
    async with aiohttp.ClientSession() as page:
        await page.post(check["params"]["url"], data={"outcome": "fail"}, allow_redirects=False)
    return await who.call("POST", f"/face-checks/{check['id']}/finish", status=200)


async def code_of(who: Citizen, purpose: str = PURPOSE) -> Any:
    return await who.call("POST", "/counter-codes", {"purpose": purpose}, status=201)


@pytest.fixture
def window(staff: Staff) -> Handler:
    return staff("window")


def card(who: Citizen, **changes: str) -> dict[str, str]:
    return {"id_number": who.person.id_number, "reason": "人证相符"} | changes


async def test_who_fails_three_times_gets_through_at_the_window(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    for _ in range(3):
        result = await failed_face(elder)
    assert result["ways"][-1]["method"] == "counter"
    status, locked = await elder.send("POST", "/face-checks", {"purpose": PURPOSE, "channel": "h5"})
    assert (status, locked["code"]) == (403, "identity.face_locked")
    assert locked["context"]["ways"][-1]["method"] == "counter"
    body = await elder.rent_body()
    assert (await elder.send("POST", "/cases", body))[1]["code"] == "identity.level_too_low"

    made = await code_of(elder)
    seen = await window.call("POST", "/counter-codes/find", {"code": made["code"].lower()})
    assert (seen["id"], seen["name"]) == (made["id"], ELDER.name)
    assert "租房" in seen["purpose_text"]
    await window.call("POST", f"/counter-codes/{made['id']}/confirm", card(elder), status=204)
    told = await elder.call("GET", f"/counter-codes/{made['id']}", status=200)
    assert told["state"] == "confirmed"
    case = await elder.apply(body, face=False)
    assert case["state"] == "submitted"

    row = await db.fetch_one("SELECT business_id, used_by FROM identity_assurance WHERE method = 'counter'")
    assert row is not None
    assert row["business_id"] == f"{window.id}:{made['id']}"  # both persons
    assert row["used_by"] == case["number"]
    trail = await db.fetch("SELECT actor_id, act FROM core_audit WHERE subject_kind = 'counter_code' ORDER BY id")
    assert [one["act"] for one in trail] == [
        "identity.counter_code_made", "identity.counter_viewed", "identity.counter_confirmed",
    ]  # fmt: skip
    assert {one["actor_id"] for one in trail[1:]} == {window.id}
    uses = [use["what"] for use in (await elder.call("GET", "/me/data-uses", status=200))["items"]]
    assert "在窗口为您核验了身份" in uses
    titles = [item["title"] for item in (await elder.call("GET", "/messages", status=200))["items"]]
    assert "窗口已为您核验身份" in titles


async def test_a_confirmation_serves_its_purpose_and_once(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    made = await code_of(elder, f"submit:{WITHDRAWAL}")
    await window.call("POST", f"/counter-codes/{made['id']}/confirm", card(elder), status=204)
    assert (await elder.send("POST", "/cases", await elder.rent_body()))[0] == 403
    made = await code_of(elder)
    await window.call("POST", f"/counter-codes/{made['id']}/confirm", card(elder), status=204)
    await elder.apply(await elder.rent_body(), face=False)
    assert (await elder.send("POST", "/cases", await elder.rent_body()))[0] == 403


async def test_a_code_is_confirmed_once_even_at_the_same_moment(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    made = await code_of(elder)
    path = f"/counter-codes/{made['id']}/confirm"
    answers = await asyncio.gather(*(window.send("POST", path, card(elder)) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [204, 404, 404]
    rows = await db.fetch("SELECT 1 FROM identity_assurance WHERE method = 'counter'")
    assert len(rows) == 1


async def test_a_wrong_card_proves_nothing_and_three_void_the_code(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    made = await code_of(elder)
    path = f"/counter-codes/{made['id']}/confirm"
    for _ in range(3):
        status, problem = await window.send("POST", path, card(elder, id_number=LI.id_number))
        assert (status, problem["code"]) == (422, "identity.counter_mismatch")
    assert (await window.send("POST", path, card(elder)))[0] == 404
    assert await db.fetch("SELECT 1 FROM identity_assurance WHERE method = 'counter'") == []


async def test_a_code_ends_after_half_an_hour_and_by_a_newer_one(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    old, new = await code_of(elder), await code_of(elder)
    assert (await window.send("POST", "/counter-codes/find", {"code": old["code"]}))[0] == 404
    await window.call("POST", "/counter-codes/find", {"code": new["code"]})
    await db.execute("UPDATE identity_counter_code SET expires_at = now() - interval '1 second'")
    assert (await window.send("POST", "/counter-codes/find", {"code": new["code"]}))[0] == 404
    assert (await window.send("POST", f"/counter-codes/{new['id']}/confirm", card(elder)))[0] == 404
    assert (await elder.call("GET", f"/counter-codes/{new['id']}", status=200))["state"] == "expired"


async def test_the_proof_belongs_to_the_session_that_asked(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    made = await code_of(elder)
    await window.call("POST", f"/counter-codes/{made['id']}/confirm", card(elder), status=204)
    other = await enter(ELDER)  # another device of the same person
    assert (await other.send("POST", "/cases", await other.rent_body()))[0] == 403


async def test_a_window_may_refuse_and_the_citizen_reads_why(enter: Enter, window: Handler) -> None:
    elder = await enter(ELDER)
    made = await code_of(elder)
    await window.call("POST", f"/counter-codes/{made['id']}/refuse", {"reason": "身份证已过期"}, status=204)
    told = await elder.call("GET", f"/counter-codes/{made['id']}", status=200)
    assert (told["state"], told["reason"]) == ("refused", "身份证已过期")
    assert (await elder.send("POST", "/cases", await elder.rent_body()))[0] == 403


async def test_only_a_window_confirms_and_only_the_owner_looks(enter: Enter, staff: Staff) -> None:
    elder, li = await enter(ELDER), await enter(LI)
    made = await code_of(elder)
    for role in ("reviewer", "operator", "publisher", "auditor", "admin"):
        assert (await staff(role).send("POST", f"/counter-codes/{made['id']}/confirm", card(elder)))[0] == 403
    assert (await li.send("GET", f"/counter-codes/{made['id']}"))[0] == 404
    for _ in range(9):
        await code_of(elder)
    assert (await elder.send("POST", "/counter-codes", {"purpose": PURPOSE}))[1][
        "code"
    ] == "identity.counter_codes_used"
    await forget_limits()
