"""Staff come to a second factor, lose it, and get another: always by two people, never with anything sent along."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pyotp
import pytest

from backend.core import db
from backend.identity import staff
from tests.conftest import Client
from tests.identity.conftest import Handler, forget_limits

PASSWORD = "a quiet river 27"


class Console:
    """Somebody's browser in the console, by bearer token."""

    def __init__(self, http: Client, username: str, token: str) -> None:
        self.http, self.username = http, username
        self.headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, body: Any = None, *, status: int) -> Any:
        return await self.http.call(method, f"/staff/v1{path}", body, status=status, headers=self.headers)


async def admin(http: Client, username: str) -> Console:
    secret = pyotp.random_base32()
    await staff.create(username, username, PASSWORD, secret, ["admin"], ["510000"])
    form = {"username": username, "password": PASSWORD, "otp": pyotp.TOTP(secret).now()}
    return Console(http, username, (await http.call("POST", "/staff/v1/sessions", form, status=200))["token"])


@pytest.fixture
async def first(http: Client, handler: Handler) -> Console:
    return await admin(http, "admin.first")


@pytest.fixture
async def second(http: Client, handler: Handler) -> Console:
    return await admin(http, "admin.other")


NEW = {"username": "wang.window", "display_name": "王窗口", "roles": ["window"], "regions": ["510100"]}


async def invited(first: Console, second: Console) -> str:
    """A new member's setup code."""
    await first.call("POST", "/members", NEW, status=201)
    [waiting] = (await first.call("GET", "/enrolments", status=200))["items"]
    told = await second.call("POST", f"/enrolments/{waiting['id']}/approve", status=200)
    return str(told["setup_code"])


async def enrol(http: Client, username: str, code: str, *, password: str = PASSWORD) -> tuple[str, list[str]]:
    """(the secret, the recovery codes)."""
    known = {"username": username, "setup_code": code}
    begun = await http.call("POST", "/staff/v1/enrolment", known, status=200)
    parsed = pyotp.parse_uri(begun["otpauth"])
    assert (parsed.secret, parsed.name, parsed.issuer) == (begun["secret"], username, "天府通办")
    otp = pyotp.TOTP(begun["secret"]).now()
    done = await http.call(
        "POST", "/staff/v1/enrolment/confirm", {**known, "password": password, "otp": otp}, status=200
    )
    return begun["secret"], done["codes"]


async def sign_in(http: Client, *, status: int, **form: str) -> Any:
    return await http.call(
        "POST", "/staff/v1/sessions", {"username": NEW["username"], "password": PASSWORD, **form}, status=status
    )


async def test_a_new_member_enrols_with_a_code_that_two_admins_made(
    http: Client, first: Console, second: Console
) -> None:
    code = await invited(first, second)
    secret, codes = await enrol(http, NEW["username"], code)
    assert len(set(codes)) == 10
    later = pyotp.TOTP(secret).at(int(time.time()) + 30)
    made = await sign_in(http, status=200, otp=later)
    assert (made["staff"]["roles"], made["recovery_left"]) == (["window"], 10)
    members = {one["username"]: one for one in (await first.call("GET", "/members", status=200))["items"]}
    assert (
        members[NEW["username"]] | {"enrolled": True, "disabled": False, "enrolment": None} == members[NEW["username"]]
    )
    rows = await db.fetch(
        "SELECT act FROM core_audit WHERE subject_id = (SELECT id::text FROM identity_staff WHERE username = $1)"
        " ORDER BY id",
        NEW["username"],
    )
    assert [row["act"].removeprefix("identity.") for row in rows] == [
        "staff_created", "enrolment_asked", "enrolment_approved", "staff_enrolled", "recovery_codes_made",
        "staff_signed_in",
    ]  # fmt: skip


async def test_the_code_of_the_enrolment_does_not_sign_in_as_well(
    http: Client, first: Console, second: Console
) -> None:
    code = await invited(first, second)
    secret, _ = await enrol(http, NEW["username"], code)
    await sign_in(http, status=401, otp=pyotp.TOTP(secret).now())


async def test_before_the_enrolment_nobody_signs_in(http: Client, first: Console, second: Console) -> None:
    code = await invited(first, second)
    for form in ({"otp": "000000"}, {"otp": "000000", "password": code}, {"recovery_code": code[:14]}):
        assert (await sign_in(http, status=401, **form))["code"] == "identity.staff_sign_in_failed"
    await forget_limits()


async def test_whoever_asked_and_whoever_it_is_about_may_not_agree(
    http: Client, first: Console, second: Console
) -> None:
    await first.call("POST", "/members", NEW, status=201)
    [waiting] = (await first.call("GET", "/enrolments", status=200))["items"]
    refused = await first.call("POST", f"/enrolments/{waiting['id']}/approve", status=409)
    assert refused["code"] == "identity.second_person_needed"
    asked = await first.call("POST", f"/members/{second.username}/resets", {"reason": "手机丢失"}, status=201)
    refused = await second.call("POST", f"/enrolments/{asked['id']}/approve", status=409)
    assert refused["code"] == "identity.second_person_needed"
    await second.call("GET", "/members", status=200)  # nothing happened to them


async def test_a_setup_code_is_good_once_and_not_after_its_day(http: Client, first: Console, second: Console) -> None:
    code = await invited(first, second)
    known = {"username": NEW["username"], "setup_code": code}
    await enrol(http, **{"username": NEW["username"], "code": code})
    assert (await http.call("POST", "/staff/v1/enrolment", known, status=401))["code"] == "identity.enrolment_refused"
    await first.call("POST", f"/members/{NEW['username']}/resets", {"reason": "换手机"}, status=201)
    [waiting] = (await first.call("GET", "/enrolments", status=200))["items"]
    again = (await second.call("POST", f"/enrolments/{waiting['id']}/approve", status=200))["setup_code"]
    await db.execute(
        "UPDATE identity_staff_enrolment SET expires_at = now() - interval '1 second' WHERE state = 'open'"
    )
    late = {"username": NEW["username"], "setup_code": again}
    assert (await http.call("POST", "/staff/v1/enrolment", late, status=401))["code"] == "identity.enrolment_refused"
    await first.call("POST", f"/members/{NEW['username']}/resets", {"reason": "过期重开"}, status=201)


async def test_two_confirmations_at_once_make_one_enrolment(http: Client, first: Console, second: Console) -> None:
    code = await invited(first, second)
    known = {"username": NEW["username"], "setup_code": code}
    begun = await http.call("POST", "/staff/v1/enrolment", known, status=200)
    form = {**known, "password": PASSWORD, "otp": pyotp.TOTP(begun["secret"]).now()}

    async def one() -> int:
        async with http.request("POST", "/staff/v1/enrolment/confirm", json=form) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(*(one() for _ in range(3)))) == [200, 401, 401]


async def test_a_wrong_code_of_the_authenticator_leaves_the_enrolment_open(
    http: Client, first: Console, second: Console
) -> None:
    code = await invited(first, second)
    known = {"username": NEW["username"], "setup_code": code}
    begun = await http.call("POST", "/staff/v1/enrolment", known, status=200)
    wrong = f"{(int(pyotp.TOTP(begun['secret']).now()) + 1) % 1_000_000:06}"
    form = {**known, "password": PASSWORD, "otp": wrong}
    refused = await http.call("POST", "/staff/v1/enrolment/confirm", form, status=422)
    assert refused["code"] == "identity.enrolment_code_wrong"
    for weak in ("aaaaaaaaaaaa", "wang.window"[:11] + "x"):
        if len(set(weak)) < 6:
            named = await http.call("POST", "/staff/v1/enrolment/confirm", {**form, "password": weak}, status=422)
            assert named["errors"][0]["field"] == "password"
    await enrol(http, NEW["username"], code)


async def test_guessing_setup_codes_is_locked_and_unknown_users_are_not_told(http: Client, handler: Handler) -> None:
    told = []
    for username in (handler.username, "nobody.here"):
        form = {"username": username, "setup_code": "X" * 16}
        for _ in range(staff.FAILURES):
            problem = await http.call("POST", "/staff/v1/enrolment", form, status=401)
        problem.pop("instance")
        told.append(problem)
        assert (await http.call("POST", "/staff/v1/enrolment", form, status=429))["code"] == "identity.staff_locked"
    assert told[0] == told[1]


async def test_a_recovery_code_opens_once_even_at_the_same_moment(
    http: Client, first: Console, second: Console
) -> None:
    _, codes = await enrol(http, NEW["username"], await invited(first, second))
    form = {"username": NEW["username"], "password": PASSWORD, "recovery_code": codes[0].lower()}

    async def one() -> int:
        async with http.request("POST", "/staff/v1/sessions", json=form) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(*(one() for _ in range(3)))) == [200, 401, 401]
    made = await sign_in(http, status=200, recovery_code=codes[1])
    assert made["recovery_left"] == 8
    await sign_in(http, status=401, recovery_code=codes[2], password="not the password")
    assert (await sign_in(http, status=200, recovery_code=codes[2]))["recovery_left"] == 7
    row = await db.fetch_one("SELECT details FROM core_audit WHERE act = 'identity.staff_signed_in' ORDER BY id DESC")
    assert row is not None
    assert "recovery_code" in str(row["details"])


async def test_another_members_recovery_code_opens_nothing(http: Client, first: Console, second: Console) -> None:
    _, codes = await enrol(http, NEW["username"], await invited(first, second))
    form = {"username": first.username, "password": PASSWORD, "recovery_code": codes[0]}
    await http.call("POST", "/staff/v1/sessions", form, status=401)


async def test_neither_or_both_factors_are_refused_in_words(http: Client, handler: Handler) -> None:
    form = {"username": handler.username, "password": handler.password}
    for more in ({}, {"otp": handler.otp(), "recovery_code": "ABCD-EFGH-JKLM"}):
        problem = await http.call("POST", "/staff/v1/sessions", {**form, **more}, status=422)
        assert [fault["field"] for fault in problem["errors"]] == ["otp"]


async def test_new_recovery_codes_void_the_old_ones_and_ask_for_a_fresh_code(http: Client, handler: Handler) -> None:
    made = await http.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    own = Console(http, handler.username, made["token"])
    await own.call("POST", "/recovery-codes", {"otp": handler.otp()}, status=422)  # spent at the sign-in
    old = (await own.call("POST", "/recovery-codes", {"otp": handler.otp(1)}, status=200))["codes"]
    await db.execute("UPDATE identity_staff SET totp_last_step = 0")
    new = (await own.call("POST", "/recovery-codes", {"otp": handler.otp()}, status=200))["codes"]
    form = {"username": handler.username, "password": handler.password}
    await http.call("POST", "/staff/v1/sessions", {**form, "recovery_code": old[0]}, status=401)
    await http.call("POST", "/staff/v1/sessions", {**form, "recovery_code": new[0]}, status=200)


async def test_a_reset_voids_password_factor_codes_and_sessions_when_it_is_agreed_to(
    http: Client, first: Console, second: Console, handler: Handler
) -> None:
    made = await http.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    own = Console(http, handler.username, made["token"])
    codes = (await own.call("POST", "/recovery-codes", {"otp": handler.otp(1)}, status=200))["codes"]
    asked = await first.call("POST", f"/members/{handler.username}/resets", {"reason": "手机丢失"}, status=201)
    pending = await first.call("POST", f"/members/{handler.username}/resets", {"reason": "再来"}, status=409)
    assert pending["code"] == "identity.enrolment_pending"
    await own.call("GET", "/session", status=200)  # asking alone takes nothing away
    told = await second.call("POST", f"/enrolments/{asked['id']}/approve", status=200)
    await own.call("GET", "/session", status=401)
    form = {"username": handler.username, "password": handler.password, "recovery_code": codes[0]}
    await http.call("POST", "/staff/v1/sessions", form, status=401)
    await second.call("POST", f"/enrolments/{asked['id']}/approve", status=404)  # the code is told once
    await enrol(http, handler.username, told["setup_code"], password="another quiet river")


async def test_a_withdrawn_setup_code_is_void(http: Client, first: Console, second: Console) -> None:
    code = await invited(first, second)
    [waiting] = (await first.call("GET", "/enrolments", status=200))["items"]
    await first.call("POST", f"/enrolments/{waiting['id']}/withdraw", status=204)
    await http.call("POST", "/staff/v1/enrolment", {"username": NEW["username"], "setup_code": code}, status=401)
    await second.call("POST", f"/enrolments/{waiting['id']}/withdraw", status=404)


async def test_disabling_ends_sessions_and_coming_back_takes_two(
    http: Client, first: Console, second: Console, handler: Handler
) -> None:
    made = await http.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    own = Console(http, handler.username, made["token"])
    await first.call("POST", f"/members/{handler.username}/disable", {"reason": "调离岗位"}, status=204)
    await own.call("GET", "/session", status=401)
    await http.call("POST", "/staff/v1/sessions", handler.form(otp=handler.otp(1)), status=401)
    refused = await first.call("POST", f"/members/{first.username}/disable", {"reason": "自己"}, status=409)
    assert refused["code"] == "identity.staff_self"
    await first.call("POST", "/members/nobody.here/disable", {"reason": "没有"}, status=404)
    asked = await first.call("POST", f"/members/{handler.username}/resets", {"reason": "回岗"}, status=201)
    told = await second.call("POST", f"/enrolments/{asked['id']}/approve", status=200)
    await enrol(http, handler.username, told["setup_code"])


async def test_roles_that_watch_each_other_are_not_one_persons(first: Console) -> None:
    for roles in (["admin", "window"], ["auditor", "operator"], ["admin", "auditor"]):
        problem = await first.call("POST", "/members", NEW | {"roles": roles}, status=422)
        assert [fault["field"] for fault in problem["errors"]] == ["roles"]
    await first.call("POST", "/members", NEW, status=201)
    assert (await first.call("POST", "/members", NEW, status=409))["code"] == "identity.staff_exists"


async def test_nothing_of_the_way_is_stored_in_clear(http: Client, first: Console, second: Console) -> None:
    code = await invited(first, second)
    begun = await http.call(
        "POST", "/staff/v1/enrolment", {"username": NEW["username"], "setup_code": code}, status=200
    )
    row = await db.fetch_one("SELECT code_hash, secret_sealed FROM identity_staff_enrolment WHERE state = 'open'")
    assert row is not None
    assert begun["secret"].encode() not in bytes(row["secret_sealed"])
    assert code.replace("-", "").encode() not in bytes(row["code_hash"])
    _, codes = await enrol(http, NEW["username"], code)
    for kept in await db.fetch("SELECT code_hash FROM identity_recovery_code"):
        assert not any(one.replace("-", "").encode() in bytes(kept["code_hash"]) for one in codes)
    left = await db.fetch_one(
        "SELECT count(*) AS n FROM identity_staff_enrolment"
        " WHERE secret_sealed IS NOT NULL OR (code_hash IS NOT NULL AND state <> 'open')"
    )
    assert left is not None
    assert left["n"] == 0


async def test_a_place_that_the_table_does_not_have_is_nobodys(first: Console) -> None:
    for regions in (["519999"], ["510100", "999999"]):
        problem = await first.call("POST", "/members", {**NEW, "regions": regions}, status=422)
        assert problem["errors"][0]["message"] == f"没有这个地区：{regions[-1]}"
    assert (await first.call("GET", "/enrolments", status=200))["items"] == []
