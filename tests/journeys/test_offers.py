"""免申即享 by clicking: the notice, what one tap hands in, the tap, the case. In both versions."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import Mode, Tab, phone
from tests.journeys.town import Town, eventually

MATTER = "chengdu_civil_affairs.senior_allowance"


@pytest.mark.parametrize("mode", ["ordinary", "elder"])
async def test_who_is_entitled_is_told_and_taps_once(browser: Browser, town: Town, mode: Mode) -> None:
    who = await town.citizen(born="19400101")
    first, second = await town.staff("operator"), await town.staff("operator.second")
    body = {
        "name": f"高龄津贴 {mode}",
        "title": "您可能符合高龄津贴的条件",
        "body": "年满 80 周岁可以申领高龄津贴，点开确认一下就能申请。",
        "reason": "您年满 80 岁",
        "rule": "citizen.age >= 85",
        "matter": MATTER,
        "hour_from": 0,
        "hour_to": 24,
    }
    made = await first.call("POST", "/operate/v1/campaigns", body, status=201, key=f"offer-{mode}")
    for by, act in ((first, "submit"), (second, "approve"), (first, "start")):
        await by.call("POST", f"/operate/v1/campaigns/{made['id']}/{act}", {"version": 1})

    async def told() -> bool:
        return made["id"] in [item["id"] for item in (await who.call("GET", "/api/v1/offers"))["items"]]

    await eventually(told, seconds=60, what="the notice")
    context = await phone(browser, town, who.address)
    await context.add_init_script(f"localStorage.setItem('tf.mode', '{mode}')")
    code = (await who.call("POST", "/api/v1/webview-codes", {"target": "/me"}, status=201))["code"]
    assert (await context.request.post("/api/v1/sessions/webview", data={"code": code})).ok
    tab = Tab(await context.new_page(), f"offer-{mode}")
    async with tab.step("it stands under 我的"):
        await tab.page.goto("/me")
        await tab.see("offers", "高龄津贴")
        await tab.accessible()
        await tab.fits()
        await tab.page.locator(f'[data-test="offer-{MATTER}"]').first.click()
    async with tab.step("what would be handed in"):
        await tab.see("lines", "身份证号码")
        await tab.see("lines", "没有在其他地方领取")
        await expect(tab("lines")).not_to_contain_text(who.name)
        await tab.accessible()
        await tab.fits()
        await tab.shot("offer")
    async with tab.step("one tap"):
        await tab.tap("confirm")
        await tab.page.wait_for_url("**/cases/*/submitted")
    [case] = (await who.call("GET", "/api/v1/cases"))["items"]
    assert case["matter"] == MATTER
    async with tab.step("again it says that it was done"):
        await tab.page.goto(f"/offers/{made['id']}")
        await tab.see("confirmed", case["number"])
        await expect(tab("confirm")).to_have_count(0)
    await context.close()
    await first.call("POST", f"/operate/v1/campaigns/{made['id']}/stop", {"version": 1})
