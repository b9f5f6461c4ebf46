"""The real mini-program, built for both platforms: one person from the search to the rating, and what goes wrong."""

from __future__ import annotations

from datetime import timedelta

from backend.core.clock import today
from tests.journeys.applying import BANK_CARD, RENT
from tests.journeys.town import Citizen, Town, png
from tests.miniprogram.building import PROGRAM, Output, run
from tests.miniprogram.checking import faults
from tests.miniprogram.conftest import Given
from tests.miniprogram.driver import Phone
from tests.miniprogram.host import Platform


def test_what_is_built_keeps_to_the_platforms_rules(programs: dict[Platform, Output], platform: Platform) -> None:
    assert faults(platform, programs[platform].dist) == []


def test_the_source_has_no_type_faults(programs: dict[Platform, Output]) -> None:
    """Behind the build, so that what it needs is installed."""
    run(PROGRAM, "npm", "run", "types")


async def test_large_letters_of_the_platform_give_the_elder_version(
    town: Town, program: Given, platform: Platform
) -> None:
    async with program() as held:
        async with held.step("the platform's letters are large"):
            await held.open(font_size=20)
            await held.marked("search-open").wait_for()
            await held.see("办事")
            await held.page.locator(".elder").first.wait_for()
            await held.looks_right(elder=True)
            await held.shot("home-elder")
            await find(held, "gjj", RENT)
            await held.see("要准备什么")
            await held.looks_right(elder=True)
            await held.shot("guide-elder")
        async with held.step("the person's own choice wins"):
            await held.open("/pages/me/me", font_size=20)
            await held.looks_right(elder=True)
            await held.shot("me-elder")
            await held.tap(held.marked("elder-switch"))
            await held.page.locator(".elder").first.wait_for(state="detached")
            await held.looks_right()


async def test_without_a_network_the_page_says_so_and_comes_back(program: Given) -> None:
    async with program() as held:
        await held.open()
        await held.see("高频")
        await held.offline()
        await held.tap(held.marked("search-open"))
        await held.fill("search-input", "医保")
        await held.see("网络好像断开了")
        await held.offline(False)
        await held.tap(held.marked("retry"))
        await held.marked("results").wait_for()


async def test_a_platform_that_gives_no_code_leaves_the_short_message(town: Town, program: Given) -> None:
    who = town.person()
    async with program(who) as held:
        await held.open("/identity/sign-in")
        await held.next("login", "fail")
        await held.tap(held.marked("sign-in-silent"))
        await held.fill("phone", "123")
        await held.tap(held.marked("send-code"))
        await held.see("请填写 11 位手机号码")
        await held.fill("phone", who.phone)
        await held.tap(held.marked("send-code"))
        await held.fill("code", await who.code())
        await held.tap(held.marked("sign-in"))
        await held.at("pages/home/home")
        await held.tab("我的")
        await held.see("还没有实名认证")


async def test_the_phone_of_the_account_by_the_platforms_button(town: Town, program: Given, platform: Platform) -> None:
    async with program(town.person()) as held:
        await held.open("/identity/sign-in")
        await held.tap(held.marked("sign-in-silent"))
        await held.at("pages/home/home")
        await held.tab("我的")
        await held.marked("go-real-name").wait_for()
        if platform == "alipay":  # its sealed answer is not opened by the server: the short message is the way there
            assert await held.marked("bind-phone").count() == 0
            return
        await held.next("phone", "refuse")
        await held.tap(held.marked("bind-phone"))
        await held.page.get_by_text("没有绑定手机号").wait_for()
        await held.tap(held.marked("bind-phone"))
        await held.see(f"{held.host.who.phone[:3]}****{held.host.who.phone[-4:]}")


async def find(held: Phone, words: str, matter: str) -> None:
    await held.tap(held.marked("search-open"))
    await held.at("matter/search")
    await held.fill("search-input", words)
    await held.tap(held.marked(f"matter-{matter}"))
    await held.at("matter/guide")


async def identify(held: Phone, who: Citizen) -> None:
    """From the guide's button to the open form: the account, then the name."""
    await held.tap(held.marked("start"))
    await held.see("办这件事要先登录")
    await held.tap(held.marked("go-sign-in"))
    await held.tap(held.marked("sign-in-silent"))
    await held.see("办这件事要先实名认证")
    await held.tap(held.marked("go-real-name"))
    await held.fill("real-name", who.name)
    await held.fill("id-number", who.id_number)
    await held.tap(held.marked("prove"))
    await held.see("核对您的信息")


async def pick_region(held: Phone, field: str, city: str, county: str) -> None:
    await held.tap(held.marked(f"field-{field}-city"))
    await held.choose(city)
    await held.tap(held.marked(f"field-{field}"))
    await held.choose(county)


async def fill_rent(held: Phone) -> None:
    """Every page of the form, as far as the materials."""
    await held.fill("field-phone", "13900000000")
    texts = {
        "account_no": "510100200300",
        "monthly_rent": "3200.5",
        "rent_address": "样例路1号2栋3单元4号",
        "bank_card": BANK_CARD,
    }
    for _ in range(8):
        if await held.marked("material-lease").count():
            return
        if await held.marked("field-has_contract").count():
            box = held.marked("field-has_contract")
            if await box.get_attribute("aria-checked") != "true":
                await held.tap(box)
                await held.marked("field-lease_start").wait_for()
        if await held.marked("field-lease_start").count():
            await held.tap(held.marked("field-lease_start"))
            await held.choose_date((today() - timedelta(days=40)).isoformat())
        for name, text in texts.items():
            if await held.marked(f"field-{name}").count():
                await held.fill(f"field-{name}", text)
        if await held.marked("field-rent_region-city").count():
            await pick_region(held, "rent_region", "成都市", "武侯区")
        before = await held.marked("where").inner_text()
        await held.tap(held.marked("forward"))
        await held.page.wait_for_function(
            "before => document.querySelector('wx-page:not([hidden]) [data-test=where]').innerText !== before",
            arg=before,
        )
    raise AssertionError(await held.tell())


async def corrected(town: Town, number: str) -> None:
    window = await town.staff("window.chengdu")
    await window.call("POST", f"/staff/v1/cases/{number}/take")
    missing = [{"code": "lease", "name": "房屋租赁合同", "reason": "缺少最后一页，请补拍"}]
    await window.call("POST", f"/staff/v1/cases/{number}/correct", {"missing": missing})


async def decided(town: Town, number: str) -> None:
    window, reviewer = await town.staff("window.chengdu"), await town.staff("reviewer.chengdu")
    await window.call("POST", f"/staff/v1/cases/{number}/accept", {"note": None})
    await reviewer.call("POST", f"/staff/v1/cases/{number}/take")
    await reviewer.call("POST", f"/staff/v1/cases/{number}/decide", {"outcome": "approved", "reason": "材料齐全"})


async def test_from_the_search_to_the_rating(town: Town, program: Given, platform: Platform) -> None:
    who = town.person()
    await who.known()
    async with program(who) as held:
        async with held.step("the first page, one request"):
            await held.open()
            await held.see("四川办事，一个入口")
            await held.see("我的办件")
            await held.marked("search-open").wait_for()
            assert len([one for one in held.requests if one.method == "GET"]) <= 2, held.story()
            await held.shot("home")
        async with held.step("choose Chengdu"):
            await held.tap(held.marked("region"))
            await held.tap(held.marked("city-510100"))
            await held.tap(held.marked("region-510100"))
            await held.see("成都市")
        async with held.step("find the matter by letters, read the guide"):
            await find(held, "gjj", RENT)
            await held.see("要准备什么")
            await held.looks_right()
            await held.shot("guide")
        async with held.step("sign in and prove the name on the way"):
            await identify(held, who)
        async with held.step("fill in the form"):
            await held.looks_right()
            await held.shot("form")
            await fill_rent(held)
        async with held.step("the contract is asked for, then photographed"):
            await held.tap(held.marked("forward"))
            await held.see("请上传")
            photo = png(noise=200_000)
            await held.pictures(("合同.png", photo))
            await held.tap(held.marked("upload-lease"))
            await held.see("已上传")
            await held.tap(held.marked("forward"))
            await held.see("确认并提交")
            await held.looks_right()
            await held.shot("confirm")
        async with held.step("submit: the face is shown; cancelled at first"):
            await held.tap(held.marked("field-truthful"))
            await held.tap(held.marked("forward"))
            await held.at("identity/face")
            await held.next("face", "cancel")
            await held.tap(held.marked("face-start"))
            await held.see("您退出了刷脸")
            await held.tap(held.marked("face-start"))
            await held.at("matter/apply")
            await held.tap(held.marked("forward"))
            await held.at("matter/submitted")
            number = (await held.marked("case-number").inner_text()).strip()
            await held.shot("submitted")
        if platform == "wechat":
            async with held.step("messages are asked for now, and not before"):
                assert await held.calls("requestSubscribeMessage") == []
                await held.tap(held.marked("subscribe"))
                await held.marked("subscribe").wait_for(state="detached")
                assert len(await held.calls("requestSubscribeMessage")) == 1
        await corrected(town, number)
        async with held.step("what is missing is asked for once, and handed in"):
            await held.tap(held.marked("open-case"))
            await held.see("缺少最后一页，请补拍")
            await held.tap(held.marked("supplement"))
            await held.tap(held.marked("send"))
            await held.see("请上传房屋租赁合同")
            await held.pictures(("最后一页.png", png()))
            await held.tap(held.marked("upload-lease"))
            await held.see("已上传")
            await held.looks_right()
            await held.shot("supplement")
            await held.tap(held.marked("send"))
            await held.at("mine/case")
            await held.marked("urge").or_(held.marked("withdraw")).first.wait_for()
        await decided(town, number)
        async with held.step("the result, its licence"):
            await held.back()
            await held.tap(held.marked("open-case"))
            await held.see("办成了")
            await held.looks_right()
            await held.shot("case")
            await held.tap(held.marked("open-license"))
            await held.see("持证人")
            await held.back()
        async with held.step("rate it"):
            await held.tap(held.marked("rate"))
            await held.tap(held.marked("level-5"))
            await held.tap(held.marked("send"))
            await held.see("您已评价")
    assert len([one for one in held.requests if one.method == "POST" and one.url == "/api/v1/cases"]) == 1
