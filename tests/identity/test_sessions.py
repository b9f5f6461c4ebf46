"""Sessions: refresh, cookies and CSRF, ending, devices, the hand-over to a web-view, other sign-ins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.core import db
from backend.core.sessions import Principal, Tokens
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Browser, Enter, Phone, browser_sign_in
from tests.identity.people import LI, ZHANG

Drain = Any


async def refresh(http: Client, token: str, *, status: int, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return await http.call("POST", "/api/v1/session/refresh", {"refresh_token": token}, status=status, headers=headers)


async def me(http: Client, token: str, *, status: int) -> Any:
    return await http.call("GET", "/api/v1/me", status=status, headers={"Authorization": f"Bearer {token}"})


async def test_a_refresh_token_gives_new_tokens_once(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    fresh = await refresh(http, made["refresh_token"], status=200)
    assert fresh["refresh_token"] != made["refresh_token"]
    await me(http, fresh["token"], status=200)


async def test_a_stolen_refresh_token_used_after_the_owner_ends_the_whole_family(
    http: Client, phone_session: Phone
) -> None:
    made = await phone_session(ZHANG.phone)
    owner = await refresh(http, made["refresh_token"], status=200)
    stolen = await refresh(http, made["refresh_token"], status=401)
    assert stolen["code"] == "identity.refresh_refused"
    await refresh(http, owner["refresh_token"], status=401)
    assert (await me(http, owner["token"], status=401))["code"] == "identity.session_expired"
    assert (await me(http, made["token"], status=401))["code"] == "identity.session_expired"


async def test_a_refresh_whose_answer_was_lost_may_be_repeated_with_its_key(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    first = await refresh(http, made["refresh_token"], status=200, key="k-1")
    again = await refresh(http, made["refresh_token"], status=200, key="k-1")
    assert again["refresh_token"] == first["refresh_token"]
    await refresh(http, first["refresh_token"], status=200)


async def test_a_repeated_refresh_with_another_key_is_a_theft(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    first = await refresh(http, made["refresh_token"], status=200, key="k-1")
    await refresh(http, made["refresh_token"], status=401, key="k-2")
    await refresh(http, first["refresh_token"], status=401)


async def test_a_replay_is_over_after_two_minutes(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    await refresh(http, made["refresh_token"], status=200, key="k-1")
    await db.execute("UPDATE identity_session SET refreshed_at = refreshed_at - interval '3 minutes'")
    await refresh(http, made["refresh_token"], status=401, key="k-1")


async def test_two_refreshes_at_once_leave_no_two_holders(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)

    async def one() -> int:
        body = {"refresh_token": made["refresh_token"]}
        async with http.request("POST", "/api/v1/session/refresh", json=body) as answer:
            return int(answer.status)

    assert sorted(await asyncio.gather(one(), one(), one())) == [200, 401, 401]


@pytest.mark.parametrize("spoil", ["flip", "cut", "empty", "words"])
async def test_a_forged_refresh_token_is_refused_and_harms_nobody(
    http: Client, phone_session: Phone, spoil: str
) -> None:
    made = await phone_session(ZHANG.phone)
    token = made["refresh_token"]
    forged = {
        "flip": token[:30] + ("A" if token[30] != "A" else "B") + token[31:],
        "cut": token[:-4],
        "empty": "",
        "words": "不是令牌",
    }[spoil]
    await refresh(http, forged, status=401)
    await refresh(http, token, status=200)


async def test_an_expired_refresh_token_is_refused(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    await db.execute("UPDATE identity_session SET expires_at = now() - interval '1 second'")
    await refresh(http, made["refresh_token"], status=401)


async def test_an_expired_access_token_says_so_and_a_missing_one_says_otherwise(
    http: Client, running: Server, phone_session: Phone
) -> None:
    made = await phone_session(ZHANG.phone)
    tokens: Tokens = running.app.ctx.tokens
    held = tokens.verify(made["token"])
    old = tokens.issue(Principal(kind="citizen", id=held.id, session=held.session, level=1, expires=1))
    assert (await me(http, old, status=401))["code"] == "identity.session_expired"
    assert (await me(http, made["token"][:-3], status=401))["code"] == "identity.not_signed_in"
    missing = await http.call("GET", "/api/v1/me", status=401)
    assert [way["method"] for way in missing["context"]["ways"]] == ["phone", "wechat", "alipay"]


async def test_a_token_with_a_raised_level_is_refused(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    forged = Tokens(b"\x00" * 32).issue(Principal(kind="citizen", id="x", session="y", level=4, expires=4_000_000_000))
    body, _ = forged.split(".")
    await me(http, f"{body}.{made['token'].split('.')[1]}", status=401)


async def test_signing_out_ends_the_token_at_once(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    await http.call("DELETE", "/api/v1/session", status=204)
    await http.call("GET", "/api/v1/me", status=401)
    await refresh(http, made["refresh_token"], status=401)


async def test_signing_out_without_a_session_is_fine(http: Client) -> None:
    await http.call("DELETE", "/api/v1/session", status=204)


async def test_a_device_can_be_ended_from_another(http: Client, phone_session: Phone) -> None:
    first = await phone_session(ZHANG.phone)
    second = await phone_session(ZHANG.phone)
    devices = (await me(http, second["token"], status=200))["devices"]
    assert [device["current"] for device in devices].count(True) == 1
    other = next(device for device in devices if not device["current"])
    http.token = second["token"]
    await http.call("DELETE", f"/api/v1/me/devices/{other['id']}", status=204)
    await me(http, first["token"], status=401)
    assert len((await me(http, second["token"], status=200))["devices"]) == 1


@pytest.mark.parametrize("device", ["nothing", "00000000-0000-0000-0000-000000000000", "%27%20OR%201=1", "1" * 400])
async def test_an_unknown_device_is_not_found(http: Client, phone_session: Phone, device: str) -> None:
    http.token = (await phone_session(ZHANG.phone))["token"]
    await http.call("DELETE", f"/api/v1/me/devices/{device}", status=404)


async def test_somebody_elses_device_is_not_found(http: Client, phone_session: Phone) -> None:
    victim = await phone_session(ZHANG.phone)
    device = (await me(http, victim["token"], status=200))["devices"][0]["id"]
    http.token = (await phone_session(LI.phone))["token"]
    await http.call("DELETE", f"/api/v1/me/devices/{device}", status=404)
    await me(http, victim["token"], status=200)


async def test_a_browser_signs_in_with_cookies_that_scripts_cannot_read(
    browser: Browser, sandbox: Simulators, drain: Drain
) -> None:
    await browser_sign_in(browser, sandbox, drain, ZHANG.phone)
    flags = {cookie.key: bool(cookie["httponly"]) for cookie in browser.http.cookie_jar}
    assert flags == {"tf_session": True, "tf_refresh": True, "tf_csrf": False}
    paths = {cookie.key: cookie["path"] for cookie in browser.http.cookie_jar}
    assert paths["tf_refresh"] == "/api/v1/session"
    assert (await browser.call("GET", "/api/v1/session", status=200))["level"] == 1


async def test_a_cookie_without_the_csrf_header_changes_nothing(
    browser: Browser, sandbox: Simulators, drain: Drain
) -> None:
    await browser_sign_in(browser, sandbox, drain, ZHANG.phone)
    refused = await browser.call("PATCH", "/api/v1/me", {"elder": True}, status=403, csrf=False)
    assert refused["code"] == "identity.csrf"
    assert not (await browser.call("GET", "/api/v1/me", status=200))["elder"]
    wrong = {"X-TF-CSRF": "guessed"}
    await browser.call("PATCH", "/api/v1/me", {"elder": True}, status=403, csrf=False, headers=wrong)
    assert (await browser.call("PATCH", "/api/v1/me", {"elder": True}, status=200))["elder"]


async def test_a_browser_refreshes_and_signs_out_by_cookie_only_with_the_csrf_header(
    browser: Browser, sandbox: Simulators, drain: Drain
) -> None:
    await browser_sign_in(browser, sandbox, drain, ZHANG.phone)
    before = browser.cookie("tf_refresh")
    await browser.call("POST", "/api/v1/session/refresh", {}, status=403, csrf=False)
    await browser.call("POST", "/api/v1/session/refresh", {}, status=200)
    assert browser.cookie("tf_refresh") != before
    drop_access_cookie(browser)
    await browser.call("DELETE", "/api/v1/session", status=403, csrf=False)
    await browser.call("DELETE", "/api/v1/session", status=204)
    row = await db.fetch_one("SELECT count(*) AS open FROM identity_session WHERE ended_at IS NULL")
    assert row is not None
    assert row["open"] == 0
    assert browser.cookie("tf_refresh") is None


def drop_access_cookie(browser: Browser) -> None:
    browser.http.cookie_jar.clear(lambda cookie: cookie.key == "tf_session")


async def test_an_attackers_session_cookie_is_replaced_at_sign_in(
    browser: Browser, sandbox: Simulators, drain: Drain, http: Client, phone_session: Phone
) -> None:
    planted = await phone_session(LI.phone)
    browser.http.cookie_jar.update_cookies({"tf_session": planted["token"], "tf_csrf": planted["csrf"]})
    made = await browser_sign_in(browser, sandbox, drain, ZHANG.phone)
    assert browser.cookie("tf_session") == made["token"] != planted["token"]
    session = await me(http, planted["token"], status=200)
    assert session["phone"] == "138****0002"


async def test_a_web_view_takes_the_session_over_once(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    code = await http.call("POST", "/api/v1/webview-codes", {"target": "/matters/x"}, status=201)
    http.token = None
    opened = await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=200)
    assert (opened["target"], opened["level"]) == ("/matters/x", 1)
    again = await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=422)
    assert again["code"] == "identity.webview_code_refused"
    await me(http, opened["token"], status=200)


async def test_a_web_view_ends_with_the_session_that_it_came_from(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    code = await http.call("POST", "/api/v1/webview-codes", {"target": "/"}, status=201)
    opened = await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=200)
    await http.call("DELETE", "/api/v1/session", status=204)
    await me(http, opened["token"], status=401)


async def test_a_web_view_code_dies_with_its_session(http: Client, phone_session: Phone) -> None:
    http.token = (await phone_session(ZHANG.phone))["token"]
    code = await http.call("POST", "/api/v1/webview-codes", {"target": "/"}, status=201)
    await http.call("DELETE", "/api/v1/session", status=204)
    http.token = None
    await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=422)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "/a\n", "javascript:1", ""],
)
async def test_a_web_view_target_is_a_path_of_our_own(http: Client, phone_session: Phone, target: str) -> None:
    http.token = (await phone_session(ZHANG.phone))["token"]
    await http.call("POST", "/api/v1/webview-codes", {"target": target}, status=422)


async def test_wechat_and_alipay_sign_in_by_their_code_exchange(http: Client, enter: Enter) -> None:
    for via, label in (("wechat", "微信账号"), ("alipay", "支付宝账号")):
        client = await enter(ZHANG, via=via, verified=False)
        accounts = (await client.call("GET", "/api/v1/me", status=200))["accounts"]
        assert [account["label"] for account in accounts] == [label]


async def test_the_same_openid_comes_back_to_the_same_citizen(running: Server, enter: Enter) -> None:
    tokens: Tokens = running.app.ctx.tokens
    first = await enter(ZHANG, via="wechat", verified=False)
    second = await enter(ZHANG, via="wechat", verified=False)
    other = await enter(LI, via="wechat", verified=False)
    assert first.token is not None
    assert second.token is not None
    assert other.token is not None
    assert tokens.verify(first.token).id == tokens.verify(second.token).id != tokens.verify(other.token).id


@pytest.mark.parametrize(("via", "field"), [("wechat", "code"), ("alipay", "auth_code")])
async def test_a_vendors_code_is_good_once(http: Client, sandbox: Simulators, via: str, field: str) -> None:
    minted = await sandbox.send("POST", f"/_control/{via}/code", {"name": "zhangsan"})
    await http.call("POST", f"/api/v1/sessions/{via}", {field: minted["code"]}, status=200)
    refused = await http.call("POST", f"/api/v1/sessions/{via}", {field: minted["code"]}, status=422)
    assert refused["code"] == "identity.channel_code_refused"


@pytest.mark.parametrize(
    ("via", "field", "call"),
    [("wechat", "code", "code2session"), ("alipay", "auth_code", "alipay.system.oauth.token")],
)
async def test_a_vendor_that_is_down_is_told_as_such(
    http: Client, sandbox: Simulators, via: str, field: str, call: str
) -> None:
    await sandbox.send("PUT", f"/_control/faults/{via}/{call}", {"fault": "http500"})
    problem = await http.call("POST", f"/api/v1/sessions/{via}", {field: "demo-zhangsan"}, status=503)
    assert problem["code"] == "identity.channel_unavailable"
    assert await db.fetch("SELECT 1 FROM identity_citizen") == []


async def test_many_first_sign_ins_at_once_make_one_citizen(http: Client, sandbox: Simulators) -> None:
    async def one() -> int:
        async with http.request("POST", "/api/v1/sessions/wechat", json={"code": "demo-parallel"}) as answer:
            return int(answer.status)

    assert set(await asyncio.gather(*(one() for _ in range(6)))) == {200}
    row = await db.fetch_one("SELECT count(*) AS citizens FROM identity_citizen")
    assert row is not None
    assert row["citizens"] == 1
