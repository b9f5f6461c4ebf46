"""A citizen hears of a sign-in by a kind of device that was not there before, and can end it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.conftest import Client, Simulators
from tests.identity.conftest import forget_limits
from tests.identity.people import LI, ZHANG

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
ANDROID = "Mozilla/5.0 (Linux; Android 15) MicroMessenger/8.0"
TITLE = "您的账号在新设备上登录"
Drain = Callable[[], Awaitable[int]]


async def sign_in(http: Client, sandbox: Simulators, drain: Drain, phone: str, agent: str) -> Client:
    await forget_limits()
    await http.call("POST", "/api/v1/phone-codes", {"phone": phone}, status=202)
    await drain()
    form = {"phone": phone, "code": await sandbox.code_for(phone)}
    made = await http.call("POST", "/api/v1/sessions/phone", form, status=200, headers={"User-Agent": agent})
    return Client(http.base, http.http, made["token"])


async def told(client: Client) -> list[Any]:
    items = (await client.call("GET", "/api/v1/messages", status=200))["items"]
    return [item for item in items if item["title"] == TITLE]


async def test_a_new_kind_of_device_is_told_once_and_the_first_and_the_known_are_not(
    http: Client, sandbox: Simulators, drain: Drain
) -> None:
    first = await sign_in(http, sandbox, drain, ZHANG.phone, IPHONE)
    assert await told(first) == []
    await sign_in(http, sandbox, drain, ZHANG.phone, IPHONE)
    assert await told(first) == []
    await sign_in(http, sandbox, drain, ZHANG.phone, ANDROID)
    [message] = await told(first)
    assert "微信 · 安卓" in message["body"]
    assert ZHANG.phone not in message["body"]
    await sign_in(http, sandbox, drain, ZHANG.phone, ANDROID)
    assert len(await told(first)) == 1


async def test_the_stranger_is_ended_from_the_list_of_devices(http: Client, sandbox: Simulators, drain: Drain) -> None:
    mine = await sign_in(http, sandbox, drain, ZHANG.phone, IPHONE)
    strange = await sign_in(http, sandbox, drain, ZHANG.phone, ANDROID)
    devices = (await mine.call("GET", "/api/v1/me", status=200))["devices"]
    [found] = [device for device in devices if not device["current"]]
    await mine.call("DELETE", f"/api/v1/me/devices/{found['id']}", status=204)
    await strange.call("GET", "/api/v1/me", status=401)


async def test_other_peoples_devices_do_not_count(http: Client, sandbox: Simulators, drain: Drain) -> None:
    await sign_in(http, sandbox, drain, LI.phone, ANDROID)
    mine = await sign_in(http, sandbox, drain, ZHANG.phone, IPHONE)
    await sign_in(http, sandbox, drain, ZHANG.phone, ANDROID)
    assert len(await told(mine)) == 1
