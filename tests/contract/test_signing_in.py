"""Codes, sessions and names that are not what they claim to be."""

from __future__ import annotations

import base64
import time

import msgspec
import pyotp
import pytest

from backend.core.sessions import Principal, Tokens
from backend.sandbox.people import check_character
from tests.contract.conftest import Unchanged
from tests.journeys.applying import BIRTH, PENSION, RENT, application, apply, birth
from tests.journeys.town import Citizen, Client, Town, eventually


async def test_a_wrong_code_a_used_code_and_the_code_of_another_phone_are_one_answer(
    town: Town, unchanged: Unchanged
) -> None:
    who, other = town.person(), town.person()
    for one in (who, other):
        await one.call("POST", "/api/v1/phone-codes", {"phone": one.phone}, status=202)
    code = await who.code()
    theirs = await other.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    answers = []
    async with unchanged():
        for phone, given in ((who.phone, wrong), (who.phone, theirs if theirs != code else wrong)):
            answers.append(
                await who.refused(
                    "POST",
                    "/api/v1/sessions/phone",
                    {"phone": phone, "code": given},
                    status=422,
                    code="identity.code_wrong",
                )
            )
    await who.call("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": code})
    async with unchanged():
        answers.append(
            await who.refused("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": code}, status=422)
        )
        stranger = town.person()
        answers.append(
            await who.refused("POST", "/api/v1/sessions/phone", {"phone": stranger.phone, "code": code}, status=422)
        )
    assert len({answer["title"] for answer in answers}) == 1


async def test_five_wrong_codes_spend_the_right_one(town: Town) -> None:
    who = town.person()
    await who.call("POST", "/api/v1/phone-codes", {"phone": who.phone}, status=202)
    code = await who.code()
    for extra in range(1, 6):
        given = f"{(int(code) + extra) % 1_000_000:06}"
        await who.refused("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": given}, status=422)
    await who.refused("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": code}, status=422)


async def test_a_second_code_within_a_minute_is_refused_with_the_time_to_wait(town: Town) -> None:
    who = town.person()
    await who.call("POST", "/api/v1/phone-codes", {"phone": who.phone}, status=202)
    answer = await who.send("POST", "/api/v1/phone-codes", {"phone": who.phone})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60


def _number(who: Citizen) -> str:
    """The number with a wrong check character."""
    right = check_character(who.id_number[:17])
    return who.id_number[:17] + ("1" if right != "1" else "2")


@pytest.mark.parametrize("kind", ["check digit", "letters", "date", "another name", "unknown"])
async def test_a_number_or_name_that_cannot_be_is_refused_and_changes_nothing(
    town: Town, kind: str, unchanged: Unchanged
) -> None:
    who = await town.citizen(level=1)
    await who.known()
    body = {"name": who.name, "id_number": who.id_number}
    match kind:
        case "check digit":
            body["id_number"] = _number(who)
        case "letters":
            body["id_number"] = "abcdefghijklmnopqr"
        case "date":
            first = who.id_number[:6] + "19901301" + who.id_number[14:17]
            body["id_number"] = first + check_character(first)
        case "another name":
            body["name"] = "旁人某"
        case "unknown":
            body["id_number"] = town.person().id_number
    before = await town.received("authority", "two_elements")
    async with unchanged():
        await who.refused("POST", "/api/v1/me/real-name", body, status=422)
    after = await town.received("authority", "two_elements")
    if kind in ("check digit", "letters", "date"):
        assert len(after) == len(before), "what cannot be right is not asked of the authority"
    assert (await who.call("GET", "/api/v1/me"))["level"] == 1


async def test_the_name_of_one_person_cannot_be_proved_on_the_account_of_another(
    town: Town, unchanged: Unchanged
) -> None:
    who, other = town.person(), town.person()
    code = (await town.control("POST", "/wechat/code", {"name": who.name}))["code"]
    who.token = (await who.call("POST", "/api/v1/sessions/wechat", {"code": code}))["token"]
    await who.prove_name()
    await other.known()
    async with unchanged():
        await who.refused(
            "POST",
            "/api/v1/me/real-name",
            {"name": other.name, "id_number": other.id_number},
            status=409,
            code="identity.real_name_other",
        )


async def test_a_phone_that_belongs_to_somebody_else_now_shows_nothing_of_its_former_owner(town: Town) -> None:
    former = await town.citizen()
    number = (await apply(former, BIRTH, birth()))["number"]
    new = town.person()
    new.phone = former.phone
    await town.time_for_another_code()
    await new.sign_in()
    await new.prove_name()
    assert (await new.call("GET", "/api/v1/cases"))["items"] == []
    await new.refused("GET", f"/api/v1/cases/{number}", status=404, code="cases.not_found")

    async def ended() -> bool:
        return (await former.send("GET", "/api/v1/me")).status == 401

    await eventually(ended, seconds=5, what="the end of the former owner's session")


def _principal(town: Town, token: str) -> tuple[Tokens, Principal]:
    secret = (town.copy.data / "secrets" / "session.key").read_bytes()
    if len(secret) != 32:
        secret = bytes.fromhex(secret.decode().strip())
    return Tokens(secret), Tokens(secret).verify(token)


async def test_an_expired_session_says_so(town: Town, somebody: Citizen) -> None:
    assert somebody.token
    tokens, principal = _principal(town, somebody.token)
    old = Client(
        town=town,
        address=somebody.address,
        token=tokens.issue(msgspec.structs.replace(principal, expires=int(time.time()) - 1)),
    )
    await old.refused("GET", "/api/v1/me", status=401, code="identity.session_expired")
    assert (await old.call("GET", "/api/v1/session"))["level"] == 0


async def test_a_token_that_is_changed_by_a_letter_or_signed_by_others_is_refused(
    town: Town, somebody: Citizen
) -> None:
    assert somebody.token
    _, principal = _principal(town, somebody.token)
    body, _, signature = somebody.token.partition(".")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    better = base64.urlsafe_b64encode(raw.replace(b",2,", b",3,")).rstrip(b"=").decode()
    assert better != body
    forged = Tokens(b"0" * 32).issue(principal)
    for token in (f"{better}.{signature}", forged, body, "", ".", "null", "a" * 3000, f"{body}.{signature[:-2]}"):
        bad = Client(town=town, address=somebody.address, token=token)
        await bad.refused("GET", "/api/v1/me", status=401)


async def test_a_session_that_was_ended_is_over_in_every_process(town: Town) -> None:
    who = await town.citizen(level=1)
    await who.call("DELETE", "/api/v1/session", status=204)
    for _ in range(20):  # connections spread over both web processes
        await who.refused("GET", "/api/v1/me", status=401, headers={"Connection": "close"})


async def test_a_refresh_token_is_good_once(town: Town) -> None:
    who = town.person()
    await who.call("POST", "/api/v1/phone-codes", {"phone": who.phone}, status=202)
    code = await who.code()
    made = await who.call("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": code})
    path = "/api/v1/session/refresh"
    fresh = await who.call("POST", path, {"refresh_token": made["refresh_token"]})
    who.token = fresh["token"]
    await who.refused("POST", path, {"refresh_token": made["refresh_token"]}, status=401)
    await who.refused("POST", path, {"refresh_token": fresh["refresh_token"]}, status=401)


async def test_a_cookie_without_its_proof_changes_nothing(town: Town, somebody: Citizen, unchanged: Unchanged) -> None:
    anybody = town.client()
    async with unchanged():
        await anybody.refused(
            "PATCH",
            "/api/v1/me",
            {"elder": True},
            status=403,
            code="identity.csrf",
            headers={"Cookie": f"tf_session={somebody.token}"},
        )


async def test_staff_need_the_right_password_and_a_fresh_one_time_code(town: Town, unchanged: Unchanged) -> None:
    await town.staff("auditor")
    account = town.account("auditor")
    anybody = town.client()
    now = pyotp.TOTP(account["totp_secret"])
    good = {"username": "auditor", "password": account["password"]}
    async with unchanged():
        for body in (
            {**good, "password": "wrong", "otp": now.at(time.time() + 30)},
            {**good, "otp": "000000"},
            {**good, "otp": now.at(time.time() - 3600)},
            {"username": "nobody", "password": "x", "otp": "123456"},
        ):
            await anybody.refused("POST", "/staff/v1/sessions", body, status=401, code="identity.staff_sign_in_failed")


async def test_a_face_is_good_for_one_purpose_one_person_and_one_use(town: Town, unchanged: Unchanged) -> None:
    who, other = await town.citizen(born="19550101"), await town.citizen(born="19550101")
    form = {"relation": "self", "insured_region": "510107", "consent": True}
    body = await application(who, PENSION, form)
    await who.show_face(f"submit:{RENT}")
    await other.show_face(f"submit:{PENSION}")
    async with unchanged():
        problem = await who.refused("POST", "/api/v1/cases", body, status=403, key="f1")
        assert problem["context"]["purpose"] == f"submit:{PENSION}"
    await other.call("POST", "/api/v1/cases", body, status=201, key="f2")
    async with unchanged():
        await other.refused("POST", "/api/v1/cases", body, status=403, key="f3")


async def test_a_face_check_that_failed_or_was_never_done_proves_nothing(town: Town) -> None:
    who = await town.citizen()
    purpose = {"purpose": "submit:some.matter", "channel": "h5"}
    check = await who.call("POST", "/api/v1/face-checks", purpose, status=201)
    done = await who.call("POST", f"/api/v1/face-checks/{check['id']}/finish")
    assert done["state"] == "pending"
    async with town.http.post(check["params"]["url"], data={"outcome": "fail"}, allow_redirects=False):
        pass
    done = await who.call("POST", f"/api/v1/face-checks/{check['id']}/finish")
    assert done["state"] == "failed"
    assert done["ways"], "a failure names another way"
    assert (await who.call("GET", "/api/v1/session"))["assurances"] == []
