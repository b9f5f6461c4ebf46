"""A module at the console: a key, a release that two people look at, gray, live, a switch, and back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Browser

from backend.sdk import sign
from backend.sdk.department import fingerprint, new_pair, public_key
from tests.journeys.browsing import Tab, desk
from tests.journeys.town import Client, Town, eventually
from tests.modules.conftest import MATTER, module, named

MODULE = "desk_module"
TEAM = "desk_team"
GUIDE = f"/api/v1/matters/{MODULE}.sample"


async def signed_in(browser: Browser, town: Town, username: str, address: str) -> Tab:
    await town.staff(username)  # first: it takes the present code, the browser the next one
    account = town.account(username)
    context = await desk(browser, town, address)
    tab = Tab(await context.new_page(), username)
    async with tab.step("signing in"):
        await tab.page.goto("/console/")
        await tab.fill("username", account["username"])
        await tab.fill("password", account["password"])
        await tab.fill("otp", pyotp.TOTP(account["totp_secret"]).at(time.time() + 30))
        await tab.tap("sign-in")
        await tab.see("staff-name", account["display_name"])
    return tab


@pytest.fixture(scope="module")
async def publisher(browser: Browser, town: Town) -> AsyncIterator[Tab]:
    tab = await signed_in(browser, town, "publisher", "10.255.0.11")
    yield tab
    await tab.page.context.close()


@pytest.fixture(scope="module")
async def admin(browser: Browser, town: Town) -> AsyncIterator[Tab]:
    tab = await signed_in(browser, town, "admin", "10.255.0.12")
    yield tab
    await tab.page.context.close()


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return sign.generate()


async def upload(who: Client, data: bytes, key: Ed25519PrivateKey) -> str:
    form = aiohttp.FormData()
    form.add_field("bundle", data, filename="m.tar", content_type="application/x-tar")
    signature = msgspec.json.encode(sign.sign(data, key))
    form.add_field("signature", signature, filename="m.tar.sig", content_type="application/json")
    headers = {"Authorization": f"Bearer {who.token}", "X-Forwarded-For": who.address}
    async with who.town.http.post(f"{who.town.url}/publish/v1/releases", data=form, headers=headers) as answer:
        made = await answer.json()
        assert answer.status == 201, made
        return str(made["id"])


def made(version: str, name: str) -> bytes:
    return module(version, id=MODULE, owners=TEAM, matter=named(name) if name else MATTER)


async def shown(town: Town, name: str) -> None:
    """Every web process gives the guide under this name."""

    async def all_say_so() -> bool:
        answers = [await town.client().send("GET", GUIDE) for _ in range(6)]
        return all(answer.status == 200 and answer.body["name"] == name for answer in answers)

    await eventually(all_say_so, what=f"the guide as {name}")


async def test_an_admin_registers_a_team_and_its_key(admin: Tab, key: Ed25519PrivateKey) -> None:
    tab = admin
    async with tab.step("team"):
        await tab.tap("nav-teams")
        await tab.tap("new-team")
        await tab.fill("team-id", "Desk Team")
        await tab.page.get_by_text("编号用小写字母").wait_for()
        await tab.fill("team-id", TEAM)
        await tab.fill("team-name", "台前团队")
        await tab.tap("confirm")
        await tab.see("team", "台前团队")
    async with tab.step("key"):
        await tab.tap("add-key")
        await tab.fill("team-key", sign.public_pem(key.public_key()))
        await tab.tap("confirm")
        await tab.see(f"key-{sign.key_id(key.public_key())}", "在用")
        await tab.accessible()
        await tab.fits()
        await tab.shot("keys")
    lost = sign.generate()
    async with tab.step("another key waits for a second admin, and is revoked"):
        await tab.tap("add-key")
        await tab.fill("team-key", sign.public_pem(lost.public_key()))
        await tab.tap("confirm")
        await tab.see("notice", "还要另一位管理员")
        name = sign.key_id(lost.public_key())
        await tab.see(f"key-{name}", "等另一位管理员同意")
        await tab.tap(f"revoke-{name}")
        await tab.fill("reason", "登记错了")
        await tab.tap("confirm")
        await tab.see(f"key-{name}", "已吊销")


async def test_a_release_is_reviewed_by_somebody_else_goes_gray_live_and_back(
    publisher: Tab, console: Tab, town: Town, key: Ed25519PrivateKey
) -> None:
    by = await town.staff("publisher")
    first = await upload(by, made("1.0.0", ""), key)
    tab = publisher
    async with tab.step("the publisher submits and cannot review"):
        await tab.page.goto(f"/console/modules/{MODULE}/releases/{first}")
        await tab.see("state", "草稿")
        await tab.tap("act-submit")
        await tab.tap("confirm")

        async def waits() -> bool:
            return bool((await by.call("GET", f"/publish/v1/releases/{first}"))["state"] == "in_review")

        await eventually(waits, what="the check")
        await tab.page.reload()
        await tab.see("yours", "由另一个人来做")
        assert await tab("act-pass").count() == 0
    desk = console
    async with desk.step("the reviewer"):
        await desk.page.goto("/console/modules")
        await desk.see(f"waiting-{MODULE}@1.0.0", "模块发布 提交")
        await desk.accessible()
        await desk.shot("waiting")
        await desk.tap(f"review-{MODULE}")
        await desk.see("no-secrecy")
        assert await desk("act-approve").count() == 0, "first the secrecy review"
        await desk.tap("preview")
        async with desk.page.context.expect_page() as opened:
            await desk.tap("preview-link")
        seen = Tab(await opened.value, "the preview")
        await seen.page.set_viewport_size({"width": 390, "height": 844})
        await seen.see("preview-note", f"{MODULE}@1.0.0")
        await seen.tap(f"preview-{MODULE}.sample")
        await seen.see("guide-materials")
        await seen.accessible()
        await seen.fits()
        await seen.shot("preview-guide")
        await seen.tap("preview-toggle")
        await seen.see("preview-form")
        await seen.accessible()
        await seen.shot("preview-form")
        await seen.page.close()
        await desk.tap("act-pass")
        await desk.fill("note", "没有不宜公开的内容")
        await desk.accessible()
        await desk.tap("confirm")
        await desk.see("secrecy", "省级经办")
        await desk.tap("act-approve")
        await desk.tap("confirm")
        await desk.see("state", "已通过")
        await desk.accessible()
        await desk.fits()
        await desk.shot("release-approved")
    async with tab.step("live at once"):
        await tab.page.reload()
        await tab.tap("act-rollout")
        await tab.see("no-steps")
        await tab.tap("confirm")
        await tab.see("live", "线上 1.0.0")
    await shown(town, "示例事项")

    second = await upload(by, made("1.1.0", "改过的示例事项"), key)
    await by.call("POST", f"/publish/v1/releases/{second}/submit")
    reviewer = await town.staff("reviewer.chengdu")

    async def checked() -> bool:
        return bool((await by.call("GET", f"/publish/v1/releases/{second}"))["state"] == "in_review")

    await eventually(checked, what="the second check")
    await reviewer.call("POST", f"/publish/v1/releases/{second}/secrecy-review", {"passed": True})
    await reviewer.call("POST", f"/publish/v1/releases/{second}/approve")
    async with tab.step("what is different, and gray in steps"):
        await tab.page.goto(f"/console/modules/{MODULE}/releases/{second}")
        await tab.page.get_by_text("改过的示例事项").first.wait_for()
        await tab.tap("act-rollout")
        await tab.tap("add-step")
        await tab.fill("percent-0", "500")
        await tab.page.get_by_text("0 到 100 的整数").first.wait_for()
        await tab.fill("percent-0", "0")
        await tab.fill("cohorts-0", "desk_testers")
        await tab.tap("add-step")
        await tab.fill("percent-1", "50")
        await tab.accessible()
        await tab.shot("rollout-steps")
        await tab.tap("confirm")
        await tab.see("candidate", "灰度 1.1.0")
        await tab.see("rollout-1.1.0", "试用组 desk_testers")
        await tab.see("health", "灰度")
        await tab.accessible()
        await tab.fits()
        await tab.shot("module-gray")
    await shown(town, "示例事项")
    async with tab.step("paused, resumed, rolled back"):
        await tab.tap("pause-1.1.0")
        await tab.fill("reason", "周末不看")
        await tab.tap("confirm")
        await tab.see("rollout-1.1.0", "已暂停")
        await tab.tap("resume-1.1.0")
        await tab.fill("reason", "继续")
        await tab.tap("confirm")
        await tab.see("rollout-1.1.0", "灰度中")
        await tab.tap("rollback-1.1.0")
        await tab.fill("reason", "有错字")
        await tab.tap("confirm")
        await tab.see("rollout-1.1.0", "已回退")
        await tab.see("live", "线上 1.0.0")


async def test_a_departments_key_is_registered_by_one_and_confirmed_by_another(publisher: Tab, admin: Tab) -> None:
    public = new_pair("sm2")[1]
    name = fingerprint(public_key(public))
    async with publisher.step("registered"):
        await publisher.page.goto(f"/console/modules/{MODULE}")
        await publisher.tap("add-department-key")
        await publisher.page.get_by_text("私钥不要贴在任何地方").first.wait_for()
        await publisher.fill("department-key", public)
        await publisher.accessible()
        await publisher.tap("confirm")
        await publisher.see(f"department-key-{name}", "等管理员确认")
        assert await publisher(f"confirm-{name}").count() == 0
    async with admin.step("confirmed"):
        await admin.page.goto(f"/console/modules/{MODULE}")
        await admin.see(f"department-key-{name}", "国密 SM2")
        await admin.tap(f"confirm-{name}")
        await admin.tap("confirm")
        await admin.see(f"department-key-{name}", "在用")
        await admin.accessible()
        await admin.fits()
        await admin.shot("department-keys")
    async with publisher.step("revoked"):
        await publisher.page.reload()
        await publisher.tap(f"revoke-{name}")
        await publisher.fill("department-reason", "换新")
        await publisher.tap("confirm")
        await publisher.see(f"department-key-{name}", "已吊销")


async def test_a_module_is_switched_off_and_on_again(publisher: Tab, town: Town) -> None:
    tab = publisher
    async with tab.step("off"):
        await tab.page.goto(f"/console/modules/{MODULE}")
        await tab.see("all-on")
        await tab.tap("switch")
        await tab("switch-state").select_option("off")
        await tab.page.get_by_text("写明原因，群众会看到").first.wait_for()
        await tab.fill("switch-reason", "系统升级，明早恢复")
        await tab.accessible()
        await tab.tap("confirm")
        await tab.see("switch-all", "系统升级，明早恢复")

    async def off() -> bool:
        return bool((await town.client().send("GET", GUIDE)).body["state"] == "off")

    await eventually(off, what="the switch")
    async with tab.step("on"):
        await tab.tap("on-all")
        await tab.see("notice", "已恢复正常")

    async def on() -> bool:
        return bool((await town.client().send("GET", GUIDE)).body["state"] == "on")

    await eventually(on, what="the switch back")
    assert tab.quiet() == []


@pytest.mark.parametrize("path", ["/console/modules", f"/console/modules/{MODULE}", "/console/teams"])
async def test_a_page_of_the_publishers_fits_a_phone(publisher: Tab, path: str) -> None:
    async with publisher.step(path):
        size = publisher.page.viewport_size
        await publisher.page.set_viewport_size({"width": 390, "height": 844})
        await publisher.page.goto(path)
        await publisher.page.wait_for_load_state("networkidle")
        await publisher.accessible()
        await publisher.fits()
        await publisher.shot(path.strip("/").replace("/", "-"))
        assert size is not None
        await publisher.page.set_viewport_size(size)
