"""What a platform stands between, with the real copy and the vendors' simulators behind it: refused and done."""

from __future__ import annotations

import secrets
from typing import Any

from tests.journeys.applying import FEE
from tests.journeys.town import Citizen, Town, eventually
from tests.miniprogram.conftest import Given
from tests.miniprogram.driver import Phone
from tests.miniprogram.host import Platform


async def does(held: Phone, step: str) -> str:
    """Tap one step of the page and read what came of it."""
    await held.tap(step)
    await held.page.wait_for_function(
        "step => document.querySelector('.said').innerText.match(new RegExp(`^(${step}|败)`))", arg=step
    )
    return await held("view.said").inner_text()


async def _signed_in(held: Phone, who: Citizen) -> None:
    await who.known()
    await held.open("/pages/story")
    assert await does(held, "登录") == "登录 200 1"


async def test_sign_in_real_name_and_face_are_heard_by_the_vendors(
    sample: Given, town: Town, platform: Platform
) -> None:
    who = town.person()
    async with sample(who) as held:
        await _signed_in(held, who)
        await held.fill("姓名", who.name)
        await held.fill("证件号", who.id_number)
        assert await does(held, "实名") == "实名 200 2"
        await held.next("face", "cancel")
        refused = await does(held, "核验")
        assert refused.startswith(f"核验 {'码90001' if platform == 'wechat' else '6001'}")
        assert not refused.endswith("passed"), "the platform's server heard that the person left"
        assert await does(held, "核验") == f"核验 {'成' if platform == 'wechat' else '9000'} passed"
        assert await does(held, "会话") == "会话 401 identity.not_signed_in"


async def test_a_payment_is_cancelled_then_paid_once_and_rated(sample: Given, town: Town, platform: Platform) -> None:
    who = town.person()
    cancelled, paid = {
        "wechat": ("requestPayment:fail cancel", "成"),
        "alipay": ("6001", "9000"),
    }[platform]
    async with sample(who) as held:
        await _signed_in(held, who)
        await held.fill("缴款码", f"{FEE} {secrets.randbelow(10**19):019}7")
        await does(held, "下单")
        await held.next("request", "ok")
        await held.next("request", "lost")
        assert "timeout" in await does(held, "下单"), "the answer got lost on the way"
        assert await does(held, "下单") == "下单 201 waiting"
        orders = {seen.answer["id"] for seen in held.sent("POST", "/api/v1/payments")}
        assert len(orders) == 1, "one key, one order"
        await held.next("pay", "cancel")
        assert await does(held, "付款") == f"付款 {cancelled} waiting"
        assert (await does(held, "付款")).startswith(f"付款 {paid} ")

        async def settled() -> Any:
            return await does(held, "再看") == "再看 paid"

        await eventually(settled, what="the vendor's notice")
        assert (await does(held, "评价")).startswith("评价 201")


async def test_a_web_view_takes_the_session_over_once(sample: Given, town: Town) -> None:
    who = town.person()
    async with sample(who) as held:
        await _signed_in(held, who)
        await held.tap("网页")
        await held.at("pages/web")

        async def arrived() -> bool:
            return held.web is not None and held.web.url == f"{town.url}/me"

        await eventually(arrived, what="our page in the web-view")
        assert held.web is not None
        session = await held.web.evaluate("fetch('/api/v1/session').then(answer => answer.json())")
        assert session["level"] == 1
        await held.back()

        async def closed() -> bool:
            return held.web is None

        await eventually(closed, what="the web-view is gone with its page")
        code = held.sent("POST", "/api/v1/webview-codes")[-1].answer["code"]
        await who.refused("POST", "/api/v1/sessions/webview", {"code": code}, status=422)
