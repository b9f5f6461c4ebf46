"""The story by clicking, on a phone and at a handler's desk, in the ordinary version and in 长辈版."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from backend.core.clock import today
from tests.journeys.applying import BANK_CARD, RENT
from tests.journeys.browsing import Mode, Tab, phone, picture
from tests.journeys.town import Citizen, Town, png

ANSWERS = {
    "account_no": "510100200300",
    "lease_start": (today() - timedelta(days=40)).isoformat(),
    "monthly_rent": "3200.5",
    "rent_address": "样例路1号2栋3单元4号",
    "bank_card": BANK_CARD,
}


async def _fill_screen(tab: Tab) -> None:
    """Answer what this page of the form asks."""
    if await tab("field-has_contract").count():
        await tab("field-has_contract").check()
    if await tab("field-rent_region-city").count():
        await tab("field-rent_region-city").select_option("510100")
        await tab("field-rent_region-county").select_option("510107")
    for name, answer in ANSWERS.items():
        if await tab(f"field-{name}").count():
            await tab.fill(f"field-{name}", answer)
    if await tab("field-truthful").count():
        await tab("field-truthful").check()


async def _to_the_end(tab: Tab) -> None:
    """Through the pages of the form to the one with the button that submits."""
    for _ in range(12):
        await tab.see("step-title")
        await _fill_screen(tab)
        if await tab("submit").count():
            return
        title = await tab("step-title").inner_text()
        await tab.tap("next")
        await expect(tab("step-title")).not_to_have_text(title)
    raise AssertionError("the form has no end")


async def _sign_in(tab: Tab, who: Citizen) -> None:
    before = len(await who.texts())
    await tab.fill("phone", who.phone)
    await tab.tap("send-code")
    await tab.fill("code", await who.code(after=before))
    await tab.tap("sign-in")


async def _deed(console: Tab, mark: str, reason: str | None = None) -> None:
    await console.tap(mark)
    if reason is not None:
        await console.fill("reason", reason)
    await console.tap("confirm")
    await console.see("notice")


@pytest.mark.parametrize("mode", ["ordinary", "elder"])
@pytest.mark.timeout(240)
async def test_the_story_by_clicking(browser: Browser, console: Tab, town: Town, mode: Mode, tmp_path: Path) -> None:
    who = town.person()
    await who.known()
    context = await phone(browser, town, who.address)
    tab = Tab(await context.new_page(), mode)
    lease = picture(tmp_path, "租房合同.png", png(noise=50_000))

    async with tab.step("open the page and choose a version"):
        await tab.page.goto("/")
        await tab.see("first-choice")
        await tab.shot("first-choice")
        await tab.tap(f"choose-{mode}")
        await expect(tab("first-choice")).to_have_count(0)

    async with tab.step("pick Chengdu"):
        await tab.tap("region")
        await tab.shot("region")
        await tab.tap("city-510100")
        await tab.tap("region-510100")
        await tab.see("region", "成都")
        await tab.shot("home")
        await tab.fits()

    async with tab.step("search in four ways"):
        await tab.tap("search-open")
        for words in ("公积金", "gongjijin", "gjj", "交房租 提钱"):
            await tab.fill("search-input", "")
            await tab.fill("search-input", words)
            await tab.see(f"matter-{RENT}")
        await tab.shot("search")

    async with tab.step("read the guide"):
        await tab.tap(f"matter-{RENT}")
        await tab.see("guide-materials", "房屋租赁合同")
        await tab.see("guide-places", "待确认")
        await tab.shot("guide")
        await tab.fits()
        await tab.tap("start")

    async with tab.step("sign in"):
        await tab.see("phone")
        await tab.shot("sign-in")
        await _sign_in(tab, who)

    async with tab.step("prove the real name"):
        await tab.see("real-name")
        await tab.fill("real-name", who.name)
        await tab.fill("id-number", who.id_number)
        await tab.shot("real-name")
        await tab.tap("prove")

    async with tab.step("name and number are there, masked"):
        await tab.see("step-title")
        await expect(tab("field-name")).to_have_value(f"{who.name[0]}***{who.name[-1]}")
        await expect(tab("field-id_number")).to_have_value(f"{who.id_number[:3]}***********{who.id_number[-4:]}")
        await expect(tab("field-id_number")).not_to_be_editable()
        await tab.shot("form")
        await tab.fits()

    async with tab.step("what is missing is said at its field"):
        await tab.tap("next")
        await tab.see("field-account_no")
        await tab.tap("next")
        await tab.see("fault-account_no")

    async with tab.step("the network goes in the middle of a page"):
        await _fill_screen(tab)
        await expect(tab("kept")).to_have_text("已自动保存")
        await context.set_offline(True)
        await tab.fill("field-account_no", "510100200399")
        await tab.see("offline")
        await expect(tab("kept")).to_contain_text("已保存在这部手机上")
        await tab.shot("offline")

    async with tab.step("the page goes too; what was filled in comes back"):
        await tab.page.close()
        await context.set_offline(False)
        tab = Tab(await context.new_page(), f"{mode}-back")
        await tab.page.goto(f"/matters/{RENT}/apply")
        await tab.see("restored")
        await expect(tab("field-account_no")).to_have_value("510100200399")
        await tab.fill("field-account_no", ANSWERS["account_no"])

    async with tab.step("go on to the papers"):
        for _ in range(8):
            await _fill_screen(tab)
            if await tab("upload-lease").count():
                break
            title = await tab("step-title").inner_text()
            await tab.tap("next")
            await expect(tab("step-title")).not_to_have_text(title)
        await tab.shot("materials")

    async with tab.step("the network goes during the upload and comes back"):
        await context.set_offline(True)
        await tab("upload-lease").set_input_files(lease)
        await tab.see("material-lease", "网络恢复后接着传")
        await context.set_offline(False)
        await tab.see("material-lease", "已上传")

    async with tab.step("check, and show the face"):
        await _to_the_end(tab)
        await tab.see("summary", "房屋租赁合同")
        await tab.see("face-note", "请先刷脸")
        await tab.shot("confirm")
        await tab.tap("submit")
        await tab.see("face-start")
        await tab.shot("face")
        await tab.tap("face-start")
        await tab.page.get_by_role("button", name="模拟通过").click()
        await tab.page.wait_for_url("**/apply**")

    async with tab.step("submit with two presses"):
        await tab.see("step-title")
        await _to_the_end(tab)
        await tab.see("face-note", "核验已通过")
        await tab("submit").dblclick()
        await tab.see("submitted")
        number = await tab("case-number").inner_text()
        await tab.shot("submitted")
        listed = await (await context.request.get("/api/v1/cases")).json()
        assert [item["number"] for item in listed["items"]] == [number], "one case"
        drafts = await (await context.request.get("/api/v1/drafts")).json()
        assert drafts["items"] == [], "a draft that became a case is gone"

    async with tab.step("see the timeline"):
        await tab.tap("open-case")
        await expect(tab("state")).to_have_attribute("data-state", "submitted")
        await tab.see("timeline", "提交申请")
        await tab.shot("case")
        await tab.fits()

    console.name = f"console-{mode}"
    async with console.step("the handler takes the case and asks for a page"):
        await console.page.goto("/console/cases")
        await console.see("queue")
        await console.shot("queue")
        await console.tap(f"case-{number}")
        await console.see("number", number)
        await _deed(console, "take")
        await console.shot("case")
        await console.tap("correct")
        await console("missing-lease").check()
        await console.fill("missing-reason-lease", "缺少最后一页，请补拍")
        await console.shot("correct")
        await console.tap("send-correct")
        await console.tap("confirm")
        await console.see("notice")

    async with tab.step("the citizen is told in the inbox"):
        await tab.page.goto("/messages")
        await tab.see("messages", "补正")
        await tab.shot("messages")
        await tab.accessible()
        await tab.fits()
        await tab.fill("words", "没有这样的词")
        await tab.tap("look")
        await tab.tap("show-all")
        await tab.tap("group-cases")
        await tab.see("messages", "补正")
        await expect(tab("group-cases")).to_have_attribute("aria-pressed", "true")

    async with tab.step("and hands it in"):
        await tab.page.goto(f"/cases/{number}")
        await tab.see("missing", "缺少最后一页")
        await tab.see("clock")
        await tab.shot("correcting")
        await tab.tap("supplement")
        await tab("upload-lease").set_input_files(picture(tmp_path, "最后一页.png", png(noise=1000)))
        await tab.see("material-lease", "已上传")
        await tab.shot("supplement")
        await tab.tap("submit")
        await expect(tab("state")).to_have_attribute("data-state", "submitted")

    async with console.step("the handler accepts and approves"):
        await console.page.goto(f"/console/cases/{number}")
        await _deed(console, "accept")
        await _deed(console, "approve", "材料齐全，符合规定")
        await console.see("result")
        await console.shot("decided")

    async with tab.step("the citizen opens the result and shows it"):
        await tab.page.reload()
        await tab.see("result", "已通过")
        await tab.shot("result")
        await tab.tap("open-license")
        await tab.tap("show")
        await tab.see("qr")
        await tab.see("show-time")
        await tab.shot("license")
        await tab.fits()

    async with tab.step("rates it badly"):
        await tab.page.goto(f"/cases/{number}")
        await tab.tap("rate")
        await tab("rate-1").check()
        await tab.fill("comment", "等得太久")
        await tab.shot("rating")
        await tab.tap("submit")
        await tab.see("rating", "等得太久")

    async with console.step("the handler answers the bad rating"):
        await console.tap("nav-follow-ups")
        row = console.page.locator("li", has_text=number)
        await row.locator("[data-test^=reply-]").first.click()
        await console("reply-mended").check()
        await console.fill("reply", "已改为当天受理")
        await console.shot("follow-up")
        await console.tap("confirm")
        await console.see("notice")

    async with tab.step("the citizen reads the answer"):
        await tab.page.reload()
        await tab.see("rating", "已改为当天受理")
        await tab.shot("answered")

    assert tab.quiet() == []
    assert console.quiet() == []
    await context.close()
