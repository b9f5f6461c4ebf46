"""SQL and script in every text that a person may write: kept and given back as the text that it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.conftest import rows
from tests.journeys.applying import BIRTH, RENT, application, apply, birth, rent
from tests.journeys.town import Citizen, Client, Town

SQL = "'; DROP TABLE cases_case; --"
SCRIPT = "<script>alert(document.cookie)</script>"
QUOTES = "\"'`\\${{7*7}}{{7*7}}%s%n../../etc/passwd"
EMOJI = "👩‍👩‍👧 〇㐀𠀀 ﷽ é"
TEXTS = [SQL, SCRIPT, QUOTES, EMOJI]
EVERYWHERE = pytest.mark.parametrize("text", TEXTS, ids=["sql", "script", "quotes", "rare"])


async def _tables(town: Town) -> set[str]:
    async with town.database() as db:
        return set(await rows(db))


@EVERYWHERE
async def test_the_texts_of_a_case_come_back_as_they_were_written(town: Town, handler: Client, text: str) -> None:
    who = await town.citizen()
    before = await _tables(town)
    form = birth(live_address=text, household_address=text)
    draft = {"release": (await town.guide(BIRTH))["release"], "form": {"live_address": text, text[:60]: text}}
    kept = await who.call("PUT", f"/api/v1/drafts/{BIRTH}", draft)
    assert kept["form"] == draft["form"]

    case = await apply(who, BIRTH, form)
    number = case["number"]
    shown = {line["field"]: line["text"] for line in case["form"]}
    assert (shown["live_address"], shown["household_address"]) == (text, text)

    await who.call("POST", f"/api/v1/cases/{number}/urge", {"note": text}, key="u")
    missing = [{"code": "live_address", "name": text, "reason": text}]
    await handler.call("POST", f"/staff/v1/cases/{number}/correct", {"missing": missing, "note": text})
    case = await who.call("GET", f"/api/v1/cases/{number}")
    assert case["missing"] == missing
    given = {"form": {"live_address": text + "2"}, "note": text}
    await who.call("POST", f"/api/v1/cases/{number}/supplement", given, key="s")
    await handler.call("POST", f"/staff/v1/cases/{number}/accept", {"note": text})
    await handler.call("POST", f"/staff/v1/cases/{number}/decide", {"outcome": "approved", "reason": text})
    answer = await who.send("GET", f"/api/v1/cases/{number}")
    assert answer.headers["content-type"].startswith("application/json")
    case = answer.body
    assert case["result"]["reason"] == text
    assert sum(text in item["text"] for item in case["timeline"]) >= 4

    rated = await who.call("POST", f"/api/v1/cases/{number}/rating", {"level": 2, "comment": text}, status=201)
    assert rated["comment"] == text
    listed = await handler.call("GET", "/staff/v1/follow-ups?limit=100")
    mine = next(item for item in listed["items"] if item["case_number"] == number)
    assert mine["comment"] == text
    await handler.call("POST", f"/staff/v1/follow-ups/{mine['id']}/reply", {"state": "mended", "reply": text})
    assert (await who.call("GET", f"/api/v1/cases/{number}"))["rating"]["reply"] == text
    assert any(text in item["body"] for item in await who.messages())
    assert await _tables(town) == before


@EVERYWHERE
async def test_reasons_of_handlers_come_back_as_they_were_written(town: Town, handler: Client, text: str) -> None:
    who = await town.citizen()
    refused = (await apply(who, BIRTH, birth()))["number"]
    moved = (await apply(who, BIRTH, birth()))["number"]
    body = {"reason": text, "right_office": text}
    await handler.call("POST", f"/staff/v1/cases/{refused}/not-accept", body)
    await handler.call("POST", f"/staff/v1/cases/{moved}/transfer", {"region": "510107", "reason": text})
    await who.call("POST", f"/api/v1/cases/{moved}/withdraw", {"reason": text}, key="w")
    for number, times in ((refused, 1), (moved, 2)):
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert sum(text in item["text"] for item in case["timeline"]) == times, case["timeline"]


@EVERYWHERE
async def test_searching_for_anything_finds_or_finds_nothing(town: Town, text: str) -> None:
    anybody = town.client()
    answer = await anybody.send("GET", f"/api/v1/matters?q={quote(text)}")
    assert answer.status == 200, str(answer)
    assert answer.headers["content-type"].startswith("application/json")
    for name in ("region", "theme", "cursor", "audience", "kind"):
        answer = await anybody.send("GET", f"/api/v1/matters?{name}={quote(text)}")
        assert answer.status in (200, 422), str(answer)


SIGN_IN: dict[str, Any] = {
    "/api/v1/phone-codes": {"phone": "%"},
    "/api/v1/sessions/phone": {"phone": "%", "code": "%"},
    "/api/v1/sessions/wechat": {"code": "%"},
    "/api/v1/sessions/alipay": {"auth_code": "%"},
    "/api/v1/session/refresh": {"refresh_token": "%"},
    "/api/v1/sessions/webview": {"code": "%"},
    "/staff/v1/sessions": {"username": "%", "password": "%", "otp": "%"},
}


@EVERYWHERE
@pytest.mark.parametrize("path", SIGN_IN)
async def test_nobody_comes_in_by_strange_texts(town: Town, path: str, text: str) -> None:
    body = {name: text for name in SIGN_IN[path]}
    answer = await town.client().send("POST", path, body)
    assert answer.status in (401, 422), str(answer)


@EVERYWHERE
async def test_fields_with_a_form_refuse_what_has_another(somebody: Citizen, text: str) -> None:
    await somebody.refused("POST", "/api/v1/me/real-name", {"name": text, "id_number": text[:20]}, status=422)
    await somebody.refused("PATCH", "/api/v1/me", {"region": text}, status=422)
    await somebody.refused("POST", "/api/v1/webview-codes", {"target": text}, status=422)
    await somebody.refused("POST", "/api/v1/face-checks", {"purpose": text, "channel": "h5"}, status=422)
    await somebody.refused("PUT", "/api/v1/preferences", {"quiet_from": text}, status=422)
    await somebody.refused("POST", "/api/v1/push/devices", {"registration_id": text, "platform": "ios"}, status=422)
    grants = {"answers": {text[:60]: "accept"}}
    await somebody.call("POST", "/api/v1/push/grants", grants, status=204)
    problem = await somebody.refused(
        "POST",
        "/api/v1/cases",
        await application(somebody, RENT, rent(account_no=text, bank_card=text, rent_region=text, lease_start=text)),
        status=422,
        key="form",
        code="cases.form_invalid",
    )
    named = {fault["field"] for fault in problem["errors"]}
    assert named >= {"form.account_no", "form.bank_card", "form.rent_region", "form.lease_start"}


BAD_FORMS: dict[str, Any] = {
    "missing": {"monthly_rent": None},
    "a text for money": {"monthly_rent": "3200"},
    "negative": {"monthly_rent": -1},
    "three decimals": {"monthly_rent": 10.123},
    "infinite": {"monthly_rent": 1e308},
    "a number for a text": {"rent_address": 5},
    "an object": {"rent_address": {"a": 1}},
    "no such region": {"rent_region": "999999"},
    "no such date": {"lease_start": "2026-02-30"},
    "far away": {"lease_start": "1900-01-01"},
    "card digit": {"bank_card": "6222020000000000001"},
    "not promised": {"truthful": False},
    "unknown": {"nobody_knows_this": 1},
    "wrong spouse": {"married": True, "spouse": {"name": "样例", "id_number": "110101199001010016"}},
    "too long": {"rent_address": "路" * 201},
    "direction marks": {"rent_address": "abc\u202edcba"},
}


@pytest.mark.parametrize("kind", BAD_FORMS)
async def test_a_form_that_cannot_be_is_refused_with_a_sentence_at_its_field(somebody: Citizen, kind: str) -> None:
    changes = BAD_FORMS[kind]
    form = {name: value for name, value in rent(**changes).items() if value is not None}
    body = await application(somebody, RENT, form)
    problem = await somebody.refused(
        "POST", "/api/v1/cases", body, status=422, code="cases.form_invalid", key="bad-form"
    )
    name = list(changes)[-1]
    assert any(fault["field"].startswith(f"form.{name}") for fault in problem["errors"]), problem["errors"]


async def test_a_client_cannot_say_who_it_is(town: Town, somebody: Citizen) -> None:
    """What the state knows comes from the state; another's name in the form is no way to be that person."""
    other = town.person()
    body = await application(somebody, BIRTH, birth(name=other.name, id_number=other.id_number))
    answer = await somebody.send("POST", "/api/v1/cases", body, key="as-another")
    if answer.status == 201:
        shown = {line["field"]: line["text"] for line in answer.body["form"]}
        assert shown["name"].startswith(somebody.name[0])
        assert shown["id_number"][-4:] == somebody.id_number[-4:]
    else:
        assert answer.status == 422, str(answer)
