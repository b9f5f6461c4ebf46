"""A company's space by clicking: opened with a face, staff let in, acting for the company, ended. In both versions."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browsing import Mode, Tab, phone
from tests.journeys.companies import NAME, registered
from tests.journeys.town import Town

FOOD = "province_market_regulation.food_license_renewal"


@pytest.mark.parametrize("mode", ["ordinary", "elder"])
async def test_a_space_is_opened_staff_let_in_and_the_company_acted_for(
    browser: Browser, town: Town, mode: Mode
) -> None:
    boss, clerk = await town.citizen(), await town.citizen()
    number = await registered(boss)
    context = await phone(browser, town, boss.address)
    await context.add_init_script(f"localStorage.setItem('tf.mode', '{mode}')")
    code = (await boss.call("POST", "/api/v1/webview-codes", {"target": "/me"}, status=201))["code"]
    assert (await context.request.post("/api/v1/sessions/webview", data={"code": code})).ok
    tab = Tab(await context.new_page(), f"company-{mode}")

    async with tab.step("the legal representative opens the space with a face"):
        await tab.page.goto("/me")
        await tab.tap("companies")
        await tab.fill("uscc", number)
        await tab.fill("company-name", NAME)
        await tab.tap("open-company")
        await tab.tap("face-start")
        await tab.page.get_by_role("button", name="模拟通过").click()
        await tab.page.wait_for_url("**/me/companies**")
        await tab.tap("open-company")
        await tab.see("company", NAME)
        await tab.fits()

    async with tab.step("a clerk is invited and accepts"):
        await tab.tap("company-staff")
        await tab.fill("name", clerk.name)
        await tab.tap("invite")
        await tab.see("made-code")
        invitation = {"code": await tab("made-code").inner_text()}
        await clerk.call("POST", "/api/v1/company-invitations/accept", invitation)
        await tab.tap("made-done")
        await tab.page.reload()
        await tab.see("staff", "有效")
        [mine] = (await clerk.call("GET", "/api/v1/companies"))["items"]
        assert mine["name"] == NAME
        await tab.fits()

    async with tab.step("the form is filled for the company, and for oneself it is not taken"):
        await tab.page.goto("/me/companies")
        await tab.tap("act")
        await tab.page.wait_for_url("**/services**")
        await tab.page.goto(f"/matters/{FOOD}/apply")
        await tab.see("behalf", NAME)
        await expect(tab("field-operator")).to_have_value(NAME)
        await tab.tap("behalf-off")
        await expect(tab("behalf")).to_have_count(0)

    async with tab.step("the clerk leaves at once"):
        await clerk.call("DELETE", f"/api/v1/company-staff/{mine['staff_id']}", status=204)
        await tab.page.goto(f"/me/companies/{mine['id']}")
        await tab.see("staff", "已结束")
        assert (await clerk.call("GET", "/api/v1/companies"))["items"] == []
    await context.close()
