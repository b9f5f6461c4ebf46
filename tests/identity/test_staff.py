"""Staff sign-in: password and one-time code, lock-out, and the wall between staff and citizens."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from backend.core import db
from backend.identity import service, staff
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Browser, Handler, Phone, browser_sign_in, forget_limits
from tests.identity.people import ZHANG

FAILED = "identity.staff_sign_in_failed"


async def sign_in(http: Client, form: Any, *, status: int) -> Any:
    return await http.call("POST", "/staff/v1/sessions", form, status=status)


async def session(http: Client, token: str, *, status: int) -> Any:
    return await http.call("GET", "/staff/v1/session", status=status, headers={"Authorization": f"Bearer {token}"})


async def test_password_and_one_time_code_open_a_session_with_roles(http: Client, handler: Handler) -> None:
    made = await sign_in(http, handler.form(), status=200)
    assert made["staff"] == {
        "username": handler.username,
        "display_name": "成都窗口",
        "roles": ["window"],
        "regions": ["510100"],
    }
    assert (await session(http, made["token"], status=200))["staff"] == made["staff"]


@pytest.mark.parametrize(
    "change",
    [{"password": "wrong"}, {"otp": "000000"}, {"username": "nobody"}, {"username": "admin' --"}],
    ids=["password", "code", "user", "sql"],
)
async def test_what_is_wrong_is_not_told(http: Client, handler: Handler, change: dict[str, str]) -> None:
    problem = await sign_in(http, handler.form(**change), status=401)
    assert problem["code"] == FAILED
    del problem["instance"]
    other = await sign_in(http, {"username": "x", "password": "y", "otp": "123456"}, status=401)
    del other["instance"]
    assert problem == other


async def test_a_one_time_code_is_good_once(http: Client, handler: Handler) -> None:
    form = handler.form()
    await sign_in(http, form, status=200)
    assert (await sign_in(http, form, status=401))["code"] == FAILED


async def test_a_one_time_code_is_good_once_even_at_the_same_moment(http: Client, handler: Handler) -> None:
    form = handler.form()

    async def one() -> int:
        async with http.request("POST", "/staff/v1/sessions", json=form) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(*(one() for _ in range(3)))) == [200, 401, 401]


async def test_an_older_code_is_refused_after_a_newer_one(http: Client, handler: Handler) -> None:
    await sign_in(http, handler.form(otp=handler.otp(1)), status=200)
    await sign_in(http, handler.form(otp=handler.otp(0)), status=401)


async def test_a_code_of_two_minutes_ago_is_refused(http: Client, handler: Handler) -> None:
    await sign_in(http, handler.form(otp=handler.otp(-4)), status=401)


@pytest.mark.parametrize("known", [True, False])
async def test_five_failures_lock_and_nobody_learns_whether_the_user_exists(
    http: Client, handler: Handler, known: bool
) -> None:
    form = handler.form(password="wrong") if known else {"username": "ghost", "password": "wrong", "otp": "123456"}
    for _ in range(staff.FAILURES):
        await sign_in(http, form, status=401)
    async with http.request("POST", "/staff/v1/sessions", json=form) as answer:
        problem = await answer.json()
        assert (answer.status, problem["code"]) == (429, "identity.staff_locked")
        assert 1 <= int(answer.headers["Retry-After"]) <= 900


async def test_a_locked_account_stays_closed_to_the_right_password_even_when_redis_forgot(
    http: Client, handler: Handler
) -> None:
    from backend.core import redis

    for _ in range(staff.FAILURES):
        await sign_in(http, handler.form(password="wrong"), status=401)
    await redis.client().flushdb()
    assert (await sign_in(http, handler.form(), status=429))["code"] == "identity.staff_locked"
    await db.execute("UPDATE identity_staff SET locked_until = now() - interval '1 second'")
    await sign_in(http, handler.form(), status=200)


async def test_a_password_guesser_who_changes_names_is_slowed_down_by_address(http: Client, handler: Handler) -> None:
    from backend.core import redis
    from backend.identity.sealing import redis_name

    key = f"limit:identity:staff:address:{redis_name('address', '127.0.0.1')}"
    await redis.client().set(key, staff.TRIES_AN_ADDRESS[0], ex=100)
    form = {"username": "another", "password": "wrong", "otp": "123456"}
    for forwarded in ("203.0.113.1", "203.0.113.2"):
        headers = {"X-Forwarded-For": forwarded}
        problem = await http.call("POST", "/staff/v1/sessions", form, status=429, headers=headers)
        assert problem["code"] == "identity.staff_locked"
    await forget_limits()
    await sign_in(http, form, status=401)


async def test_unknown_users_take_as_long_as_known_ones(http: Client, handler: Handler) -> None:
    """In turn, and the faster of several: machines are noisy."""
    ghost = {"username": "ghost", "password": "wrong", "otp": "123456"}
    await sign_in(http, ghost | {"username": "ghost2"}, status=401)  # makes the hash for unknown users
    known = unknown = 10.0
    for _ in range(4):
        started = time.perf_counter()
        await sign_in(http, handler.form(password="wrong"), status=401)
        between = time.perf_counter()
        await sign_in(http, ghost, status=401)
        known, unknown = min(known, between - started), min(unknown, time.perf_counter() - between)
    assert 0.4 < known / unknown < 2.5


async def test_a_disabled_member_is_out_at_once(http: Client, handler: Handler) -> None:
    made = await sign_in(http, handler.form(), status=200)
    await staff.disable(handler.username)
    await session(http, made["token"], status=401)
    assert (await sign_in(http, handler.form(otp=handler.otp(1)), status=401))["code"] == FAILED


async def test_signing_out_ends_the_session(http: Client, handler: Handler) -> None:
    made = await sign_in(http, handler.form(), status=200)
    headers = {"Authorization": f"Bearer {made['token']}"}
    await http.call("DELETE", "/staff/v1/session", status=204, headers=headers)
    await session(http, made["token"], status=401)


async def test_a_staff_token_opens_no_citizens_door_and_the_other_way_round(
    http: Client, handler: Handler, phone_session: Phone
) -> None:
    made = await sign_in(http, handler.form(), status=200)
    citizen = await phone_session(ZHANG.phone)
    problem = await http.call("GET", "/api/v1/me", status=403, headers={"Authorization": f"Bearer {made['token']}"})
    assert problem["code"] == "identity.forbidden"
    assert (await session(http, citizen["token"], status=403))["code"] == "identity.forbidden"
    level = await http.call("GET", "/api/v1/session", status=200, headers={"Authorization": f"Bearer {made['token']}"})
    assert level["level"] == 0


async def test_a_citizens_cookie_is_no_staff_cookie(running: Server, phone_session: Phone, database: None) -> None:
    citizen = await phone_session(ZHANG.phone)
    cookies = {"tf_staff": citizen["token"], "tf_session": citizen["token"]}
    async with (
        aiohttp.ClientSession(cookies=cookies) as stolen,
        stolen.get(running.base + "/staff/v1/session") as answer,
    ):
        assert answer.status == 403


async def test_a_console_signs_in_with_a_cookie_and_needs_the_csrf_header(browser: Browser, handler: Handler) -> None:
    await browser.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    flags = {cookie.key: bool(cookie["httponly"]) for cookie in browser.http.cookie_jar}
    assert flags == {"tf_staff": True, "tf_staff_csrf": False}
    await browser.call("GET", "/staff/v1/session", status=200)
    await browser.call("DELETE", "/staff/v1/session", status=403, csrf=False)
    await browser.call("DELETE", "/staff/v1/session", status=204)
    await browser.call("GET", "/staff/v1/session", status=401)


async def test_a_citizen_who_signs_out_in_the_same_browser_leaves_the_console_signed_in(
    browser: Browser, handler: Handler, sandbox: Simulators, drain: Any
) -> None:
    await browser.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    await browser_sign_in(browser, sandbox, drain, ZHANG.phone)
    await browser.call("DELETE", "/api/v1/session", status=204)
    await browser.call("DELETE", "/staff/v1/session", status=204)


async def test_nothing_of_a_password_or_secret_is_stored_in_clear(handler: Handler) -> None:
    row = await db.fetch_one(
        "SELECT password_hash, totp_sealed FROM identity_staff WHERE username = $1", handler.username
    )
    assert row is not None
    assert row["password_hash"].startswith("$argon2id$")
    assert handler.password not in row["password_hash"]
    assert handler.secret.encode() not in bytes(row["totp_sealed"])


async def test_every_sign_in_and_lock_is_in_the_trail(http: Client, handler: Handler) -> None:
    await sign_in(http, handler.form(), status=200)
    for _ in range(staff.FAILURES):
        await sign_in(http, handler.form(password="wrong"), status=401)
    rows = await db.fetch("SELECT act FROM core_audit WHERE subject_id = $1 ORDER BY id", handler.id)
    assert [row["act"] for row in rows] == [
        "identity.staff_created",
        "identity.staff_signed_in",
        "identity.staff_locked",
    ]


async def test_the_floors_above_can_ask_who_a_member_is(handler: Handler) -> None:
    member = await service.staff_member(handler.id)
    assert (member.username, member.roles, member.regions) == (handler.username, ("window",), ("510100",))


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "a", "password": "b", "otp": "12345"},
        {"username": "a", "password": "b", "otp": "１２３４５６"},
        {"username": "a", "password": "b", "otp": "123456\n"},
        {"username": "a" * 100, "password": "b", "otp": "123456"},
        {"username": ["a"], "password": "b", "otp": "123456"},
        {"username": "a", "password": "b", "otp": "123456", "roles": ["admin"]},
    ],
)
async def test_a_malformed_form_names_its_fields(http: Client, form: dict[str, Any]) -> None:
    assert (await sign_in(http, form, status=422))["errors"]
