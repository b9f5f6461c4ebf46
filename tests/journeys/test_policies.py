"""An admin changes how people are proved, tries it on somebody, and another agrees; the next check obeys."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.journeys.test_publishing import signed_in
from tests.journeys.town import Town, eventually


async def test_ways_are_put_in_order_tried_and_agreed_to(browser: Browser, town: Town) -> None:
    # the other account signs in by browser in test_publishing: a one-time code is good once
    tab = await signed_in(browser, town, "admin.second", "10.255.0.14")
    second = await town.staff("admin")
    async with tab.step("the window first for the old"):
        await tab.tap("nav-policies")
        await tab.see("policy-guardian", "没有单独规定")
        await tab.accessible()
        await tab.fits()
        await tab.shot("policies")
        await tab.tap("edit-guardian")
        for _ in range(3):
            await tab.tap("up-counter")
        await tab.fill("max-h5", "80")
        await tab.tap("add-agent")
        await tab.fill("failures", "2")
        await tab.fill("reason", "老人刷脸常常失败")
    async with tab.step("tried on somebody of 85"):
        await tab.fill("age", "85")
        await tab.tap("try")
        await tab.see("tried", "网页刷脸：只给 80 岁以下的人")
        await tab.accessible()
        await tab.shot("policy-tried")
    async with tab.step("proposed"):
        await tab.tap("confirm")
        await tab.see("proposed-guardian", "窗口核验 → 微信小程序刷脸")
        assert await tab("agree-guardian").count() == 0, "not one's own"
        await tab.see("policy-guardian", "没有单独规定")
    items = (await second.call("GET", "/staff/v1/policies"))["items"]
    [item] = [one for one in items if one["action"] == "guardian"]
    await second.call("POST", f"/staff/v1/policies/{item['proposed']['id']}/agree")
    async with tab.step("agreed"):
        await tab.page.reload()
        await tab.see("policy-guardian", "一天失败 2 次")
        assert await tab("proposed-guardian").count() == 0
    who = await town.citizen()

    async def obeyed() -> bool:
        """Every web process refuses WeChat's place at the front."""
        check = await who.call("POST", "/api/v1/face-checks", {"purpose": "guardian:1", "channel": "h5"}, status=201)
        told = await who.call("POST", f"/api/v1/face-checks/{check['id']}/finish")
        return bool(told["ways"][0]["method"] == "counter")

    await eventually(obeyed, seconds=20, what="the policy in every process")
    assert tab.quiet() == []
    await tab.page.context.close()
