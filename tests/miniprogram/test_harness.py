"""The harness itself, on a small program written by hand for each platform."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.journeys.town import png
from tests.miniprogram.conftest import Given
from tests.miniprogram.driver import Phone
from tests.miniprogram.host import Platform


async def said(held: Phone) -> Any:
    """What the page shows of the last answer."""
    text = await held("view.said").inner_text()
    try:
        return json.loads(text)
    except ValueError:
        return text


async def answer(held: Phone, button: str) -> Any:
    """Tap, and read what the program then says."""
    before = await held("view.said").inner_text()
    await held.tap(button)
    await held.page.wait_for_function(
        "before => document.querySelector('wx-page:not([hidden]) .said').innerText !== before", arg=before
    )
    return await said(held)


async def test_templates_events_and_forms_work_as_on_the_platform(sample: Given) -> None:
    async with sample() as held:
        await held.open("/pages/index?from=%E7%94%B2")
        await held.see('{"from":"%E7%94%B2"}')
        assert await held.title() == "首页"
        await held.see("乙 带入b")
        await held.tap("乙 带入b")
        await held.see("样例 b")
        await held.tap("城市：成都")
        await held.choose("绵阳")
        await held.see("城市：绵阳")
        await held.tap("日期：")
        await held.choose_date("2026-03-04")
        await held.see("日期：2026-03-04")
        await held.fill("备注", "一二三四五六七")
        await held.see("写了：一二三四五 ")
        await held.tap("提交表单")
        await held.see('交了：{"note":"一二三四五","on":false}')
        await held.tap(held("switch").nth(1))
        await held.see("好")
        await held.tap("甲类")
        await held.tap("乙类")
        await held.tap("邮寄")
        await held.see("选了：甲类,乙类 邮寄")
        await held.tap(held.marked("inner"))
        await held.see("内层 true 里")
        assert await held("view.said").inner_text() == "内层 true 里"
        await held("button").filter(has_text="不能点").click(force=True)
        assert await said(held) == "内层 true 里"
        assert re.fullmatch(r"高 \d+", await answer(held, "量"))
        assert await answer(held, "没有的") == "undefined undefined undefined undefined undefined"


async def test_pages_come_and_go(sample: Given) -> None:
    async with sample() as held:
        await held.open()
        await held.tap("去第二页")
        await held.at("pages/second")
        await held.see('第二页 {"name":"%E7%94%B2","n":"1"}')
        await held.back()
        await held.at("pages/index")
        await held.see("第2次")
        await held.tab("我的")
        await held.see("我的 第1次")
        await held.tab("首页")
        await held.see("第3次")
        assert 'page \\"pages/nowhere\\" is not found' in json.dumps(await answer(held, "去没有的页"))
        await held.tap("去第二页")
        await held.tap("回首页")
        await held.at("pages/index")
        await held.leave_and_return()
        await held.see("第5次")


async def test_requests_reach_the_real_copy_and_fail_as_ordered(sample: Given, platform: Platform) -> None:
    async with sample() as held:
        await held.open()
        assert await answer(held, "问") == "答 200"
        assert held.sent("GET", "/api/v1/regions")[-1].answer
        for outcome, words in (("offline", "request:fail"), ("timeout", "timeout"), ("lost", "timeout")):
            await held.next("request", outcome)
            assert words in json.dumps(await answer(held, "问"))
            await answer(held, "问")
        assert len([seen for seen in held.sent("GET", "/api/v1/regions") if seen.failed == "timeout"]) == 1
        await held.next("request", "slow", seconds=60)
        assert "abort" in json.dumps(await answer(held, "问了又停"))
        assert held.requests[-1].failed == "abort", "it never left"
        assert "not supported" in json.dumps(await answer(held, "用没有的方法"))
        assert "domain list" in json.dumps(await answer(held, "问别处"))
        assert held.host.foreign == ["https://elsewhere.example/api/v1/regions"]
        held.host.foreign.clear()
        await held.offline()
        assert "fail" in json.dumps(await answer(held, "问"))


CANCELLED: dict[str, list[tuple[str, str, str, dict[Platform, Any]]]] = {
    "face": [
        ("刷脸", "face", "cancel", {"wechat": {"errCode": 90001}, "alipay": {"resultStatus": "6001"}}),
        ("刷脸", "face", "refuse", {"wechat": {"errCode": 90002}, "alipay": {"resultStatus": "4000"}}),
        ("刷脸", "face", "ok", {"wechat": {"errMsg": "requestFacialVerify:ok"}, "alipay": {"resultStatus": "9000"}}),
    ],
    "pay": [
        ("付", "pay", "cancel", {"wechat": {"errMsg": "requestPayment:fail cancel"}, "alipay": {"resultCode": "6001"}}),
        ("付", "pay", "fail", {"wechat": {"errMsg": "requestPayment:fail 支付失败"}, "alipay": {"resultCode": "4000"}}),
    ],
    "subscribe": [
        ("订阅", "subscribe", "refuse", {"wechat": {"T1": "reject"}, "alipay": {"behavior": "cancel"}}),
        ("订阅", "subscribe", "off", {"wechat": {"errCode": 20004}, "alipay": {"error": 11}}),
        ("订阅", "subscribe", "ok", {"wechat": {"T1": "accept"}, "alipay": {"behavior": "subscribe"}}),
    ],
    "camera": [
        ("选图", "choose", "cancel", {"wechat": {"errMsg": "chooseImage:fail cancel"}, "alipay": {"error": 11}}),
        ("选图", "choose", "refuse", {"wechat": {"errno": 103}, "alipay": {"error": 2001}}),
        ("扫码", "scan", "cancel", {"wechat": {"errMsg": "scanCode:fail cancel"}, "alipay": {"error": 10}}),
    ],
}


@pytest.mark.parametrize("kind", sorted(CANCELLED))
async def test_what_a_person_refuses_is_told_as_the_platform_tells_it(
    sample: Given, platform: Platform, kind: str
) -> None:
    async with sample() as held:
        await held.open()
        for button, call, outcome, expected in CANCELLED[kind]:
            await held.next(call, outcome)
            told = await answer(held, button)
            assert {name: told.get(name) for name in expected[platform]} == expected[platform]


async def test_login_phone_pictures_and_storage(sample: Given, platform: Platform) -> None:
    async with sample() as held:
        await held.open()
        assert await answer(held, "登录") == "有码"
        await held.next("login", "fail")
        assert "fail" in json.dumps(await answer(held, "登录"))
        await held.next("phone", "refuse")
        refused = await answer(held, "用手机号")
        assert refused.get("errMsg") == ("getPhoneNumber:fail user deny" if platform == "wechat" else "用户取消授权")
        if platform == "wechat":
            given = await answer(held, "用手机号")
            assert given["errMsg"] == "getPhoneNumber:ok"
            assert given["code"]
        await held.pictures(("租房合同.png", png()))
        picked = await answer(held, "选图")
        assert held.host.files[picked["path"]] == png()
        await held.next("scan", "ok", text="https://example.test/v/1")
        assert await answer(held, "扫码") == "https://example.test/v/1"
        await answer(held, "存")
        await held.open()
        assert await answer(held, "取") == {"a": 1}
        await held.storage_full()
        full = json.dumps(await answer(held, "存"))
        assert "limit is exceeded" in full


async def test_faults_of_looks_are_found_with_their_place(sample: Given, platform: Platform) -> None:
    async with sample() as held:
        await held.open()
        await held.looks_right()
        await held.tap("变差")
        await held.see("看不清")
        with pytest.raises(AssertionError) as caught:
            await held.looks_right()
        told = str(caught.value)
        suffix = "wxml" if platform == "wechat" else "axml"
        assert re.search(rf'pages/index\.{suffix}:18:\d+ <view class="wide">: .* is cut', told)
        assert "under 44 px" in told
        assert "color-contrast" in told
        with pytest.raises(AssertionError, match="under 60 px"):
            await held.looks_right(elder=True)
        assert (await held.place(held("view.pale"))).startswith(f"pages/index.{suffix}:18:")
        await held.shot("faults")


async def test_an_error_of_the_code_fails_the_test_and_tells_the_story(sample: Given, platform: Platform) -> None:
    suffix = "wxml" if platform == "wechat" else "axml"

    async def visit() -> None:
        async with sample() as held:
            await held.open()
            assert await answer(held, "问") == "答 200"
            await held.tap("出错")
            await held.see("样例")

    with pytest.raises(AssertionError) as caught:
        await visit()
    told = str(caught.value)
    assert "样例故障" in told
    assert f"pages/index.{suffix}" in told
    assert "GET /api/v1/regions (from pages/index) → 200" in told


async def test_a_text_that_is_not_there_tells_where_things_stand(
    sample: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.miniprogram.driver.SECONDS", 500)
    async with sample() as held:
        await held.open()
        with pytest.raises(AssertionError) as caught:
            await held.tap("没有这几个字")
        notes = "\n".join(caught.value.__notes__)
        assert "page pages/index" in notes
        assert "去第二页" in notes
