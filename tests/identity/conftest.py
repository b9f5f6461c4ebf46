"""What the identity tests share: a browser with cookies, sign-in that may be repeated, staff."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pyotp
import pytest
from yarl import URL

from backend.sandbox.people import Person
from tests.conftest import Client, Server, Simulators


def close_breakers() -> None:
    """As if the half minute had passed for which a client refuses to call a vendor that failed."""
    from backend.providers.vendors import desk

    held = desk()
    for client in (held.authority.client, held.wechat.client, held.alipay.gateway.client, held.faceid.client):
        client.breaker.succeeded()


async def vendors_recover(sandbox: Simulators) -> None:
    await sandbox.send("DELETE", "/_control/faults")
    close_breakers()


@pytest.fixture(autouse=True)
async def _vendors_as_new(running: Server, sandbox: Simulators) -> AsyncIterator[None]:
    """No fault of one test reaches the next."""
    yield
    await vendors_recover(sandbox)


Phone = Callable[..., Awaitable[dict[str, Any]]]


async def forget_limits() -> None:
    """As if the minute, the hour and the day of the limits had passed."""
    from backend.core import redis

    async for key in redis.client().scan_iter("limit:*"):
        await redis.client().delete(key)


@pytest.fixture
def phone_session(http: Client, sandbox: Simulators, drain: Callable[[], Awaitable[int]]) -> Phone:
    """`await phone_session(phone)`: sign in by code; the whole answer. May be repeated for one number."""

    async def run(phone: str) -> dict[str, Any]:
        await forget_limits()
        await http.call("POST", "/api/v1/phone-codes", {"phone": phone}, status=202)
        await drain()
        code = await sandbox.code_for(phone)
        made: dict[str, Any] = await http.call(
            "POST", "/api/v1/sessions/phone", {"phone": phone, "code": code}, status=200
        )
        return made

    return run


Enter = Callable[..., Awaitable[Client]]


@pytest.fixture
def enter(http: Client, phone_session: Phone, sandbox: Simulators) -> Enter:
    """`await enter(person)` by phone, or `via="wechat"`/`"alipay"`; level 2 unless `verified=False`."""

    async def run(person: Person, *, via: str = "phone", verified: bool = True) -> Client:
        if via == "phone":
            made = await phone_session(person.phone)
        else:
            minted = await sandbox.send("POST", f"/_control/{via}/code", {"name": person.login})
            field = "code" if via == "wechat" else "auth_code"
            made = await http.call("POST", f"/api/v1/sessions/{via}", {field: minted["code"]}, status=200)
        client = Client(http.base, http.http, made["token"])
        if verified:
            done = await real_name(client, person, status=200)
            client.token = done["token"]
        return client

    return run


async def real_name(client: Client, person: Person, *, status: int) -> dict[str, Any]:
    body = {"name": person.name, "id_number": person.id_number}
    answer: dict[str, Any] = await client.call("POST", "/api/v1/me/real-name", body, status=status)
    return answer


@dataclass
class Browser:
    """A browser on our pages: keeps cookies, sends the CSRF header."""

    base: str
    http: aiohttp.ClientSession

    def cookie(self, name: str, path: str = "/api/v1/session") -> str | None:
        found = self.http.cookie_jar.filter_cookies(URL(self.base + path)).get(name)
        return found.value if found is not None else None

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int, csrf: bool = True, headers: Any = None
    ) -> Any:
        sent = dict(headers or {})
        token = self.cookie("tf_staff_csrf" if path.startswith("/staff/") else "tf_csrf")
        if csrf and token:
            sent["X-TF-CSRF"] = token
        async with self.http.request(method, self.base + path, json=body, headers=sent) as answer:
            text = await answer.text()
            assert answer.status == status, f"{method} {path}: {answer.status} {text}"
            return await answer.json(content_type=None) if text else None


@pytest.fixture
async def browser(
    running: Server, database: None, sandbox: Simulators, drain: Callable[[], Awaitable[int]]
) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(running.base, session)


async def browser_sign_in(browser: Browser, sandbox: Simulators, drain: Any, phone: str) -> dict[str, Any]:
    await forget_limits()
    await browser.call("POST", "/api/v1/phone-codes", {"phone": phone}, status=202)
    await drain()
    code = await sandbox.code_for(phone)
    made: dict[str, Any] = await browser.call(
        "POST", "/api/v1/sessions/phone", {"phone": phone, "code": code}, status=200
    )
    return made


@dataclass(frozen=True)
class Handler:
    """A member of staff and how to sign in as one."""

    username: str
    password: str
    secret: str
    id: str

    def otp(self, steps: int = 0) -> str:
        import time

        return str(pyotp.TOTP(self.secret).at(time.time() + steps * 30))

    def form(self, **changed: str) -> dict[str, str]:
        return {"username": self.username, "password": self.password, "otp": self.otp()} | changed


_numbers = itertools.count(1)


@pytest.fixture
async def handler(running: Server, database: None) -> Handler:
    """A window clerk of Chengdu."""
    from backend.identity import staff

    secret = pyotp.random_base32()
    username = f"clerk.{next(_numbers)}"
    member = await staff.create(username, "成都窗口", "right-password", secret, ["window"], ["510100"])
    return Handler(username, "right-password", secret, member.id)
