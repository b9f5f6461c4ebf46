"""Every page in both versions: nothing sticks out to the side at 390 and 320 px, and axe finds nothing serious."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.journeys.applying import BIRTH, BUS, FEE, FILING, MARRIAGE, PENSION, RENT, apply, birth, filing
from tests.journeys.browsing import Mode, Tab, phone
from tests.journeys.companies import company_of
from tests.journeys.town import Citizen, Town

OPEN = {
    "home": "/",
    "services": "/services",
    "search": "/search?q=公积金",
    "search-nothing": "/search?q=没有这种事xyz",
    "region": "/region",
    "guide": f"/matters/{RENT}",
    "guide-booking": f"/matters/{MARRIAGE}",
    "guide-bare": "/matters/guangan_511602_catalogue.sc_0001",
    "query": f"/matters/{BUS}/query",
    "sign-in": "/sign-in",
    "display": "/me/display",
    "help": "/help",
    "lost": "/no/such/page",
    "verify-forged": "/verify/forged",
}
SIGNED_IN = {
    "apply": f"/matters/{RENT}/apply",
    "apply-booking": f"/matters/{MARRIAGE}/apply",
    "apply-certificate": f"/matters/{PENSION}/apply",
    "pay": f"/matters/{FEE}/pay",
    "real-name": "/real-name",
    "face": f"/face?purpose=submit:{RENT}&to=/me",
    "cases": "/cases",
    "case": "/cases/{waiting}",
    "case-decided": "/cases/{decided}",
    "case-missing": "/cases/{missing}",
    "supplement": "/cases/{missing}/supplement",
    "submitted": "/cases/{decided}/submitted",
    "rating": "/cases/{decided}/rating",
    "case-of-nobody": "/cases/SC-2222222222",
    "wallet": "/wallet",
    "license": "/wallet/{license}",
    "messages": "/messages",
    "me": "/me",
    "my-data": "/me/data",
    "counter-code": f"/counter-code?purpose=submit:{RENT}&to=/me",
    "closure": "/me/closure",
    "delegations": "/me/delegations",
    "delegation-new": "/me/delegations/new",
    "companies": "/me/companies",
    "company-staff": "/me/companies/{company}",
    "company-cases": "/cases?company={company}",
    "drafts": "/me/drafts",
    "payments": "/me/payments",
    "preferences": "/me/preferences",
}


class Visitor:
    """A browser that is signed in, with something on every page."""

    def __init__(self, who: Citizen, context: BrowserContext, tab: Tab, held: dict[str, str]) -> None:
        self.who, self.context, self.tab, self.held = who, context, tab, held


async def _held(who: Citizen) -> dict[str, str]:
    town = who.town
    decided = await apply(who, FILING, filing())
    waiting = await apply(who, BIRTH, birth())
    missing = await apply(who, BIRTH, birth())
    handler = await town.staff("handler.province")
    notice = [{"code": "live_address", "name": "现居住地", "reason": "门牌号看不清，请写完整"}]
    await handler.call("POST", f"/staff/v1/cases/{missing['number']}/correct", {"missing": notice})
    draft = {"release": (await town.guide(RENT))["release"], "form": {"rent_address": "样例路1号"}}
    await who.call("PUT", f"/api/v1/drafts/{RENT}", draft)
    await town.reminded(decided["result"]["license"])
    return {
        "decided": decided["number"],
        "waiting": waiting["number"],
        "missing": missing["number"],
        "license": decided["result"]["license"],
        "company": await company_of(who),
    }


async def _handed_over(who: Citizen, context: BrowserContext) -> None:
    """The pages take over the session as a mini-program's web-view does."""
    code = (await who.call("POST", "/api/v1/webview-codes", {"target": "/me"}, status=201))["code"]
    answer = await context.request.post("/api/v1/sessions/webview", data={"code": code})
    assert answer.ok, await answer.text()


@pytest.fixture(scope="module", params=["ordinary", "elder"])
async def visitor(request: pytest.FixtureRequest, browser: Browser, town: Town) -> AsyncIterator[Visitor]:
    mode: Mode = request.param
    who = await town.citizen()
    context = await phone(browser, town, who.address)
    await context.add_init_script(f"localStorage.setItem('tf.mode', '{mode}')")
    tab = Tab(await context.new_page(), f"page-{mode}")
    yield Visitor(who, context, tab, await _held(who))
    await context.close()


async def _look(visitor: Visitor, name: str, path: str) -> None:
    tab = visitor.tab
    async with tab.step(name):
        await tab.page.goto(path)
        await tab.page.wait_for_load_state("networkidle")
        await expect(tab.page.locator("main")).to_be_visible()
        await expect(tab("loading")).to_have_count(0)
        await tab.fits()
        await tab.accessible()
        await tab.shot(name)
        await tab.page.set_viewport_size({"width": 320, "height": 640})
        await tab.fits()
        await tab.page.set_viewport_size({"width": 390, "height": 844})
        assert await tab.page.locator("h1").count() == 1, "one heading of the page"
        assert tab.quiet() == []


@pytest.mark.parametrize("name", OPEN)
async def test_a_page_for_everybody_is_whole_and_accessible(visitor: Visitor, name: str) -> None:
    await _look(visitor, name, OPEN[name])


@pytest.mark.parametrize("name", SIGNED_IN)
async def test_a_page_of_ones_own_is_whole_and_accessible(visitor: Visitor, name: str) -> None:
    session: Any = await (await visitor.context.request.get("/api/v1/session")).json()
    if session["level"] == 0:
        await _handed_over(visitor.who, visitor.context)
    await _look(visitor, name, SIGNED_IN[name].format(**visitor.held))


async def test_what_ends_soon_can_be_put_off_in_the_wallet(visitor: Visitor) -> None:
    tab = visitor.tab
    async with tab.step("snooze"):
        await tab.page.goto("/wallet")
        await tab.see("ending-soon", "还有 20 天")
        await tab.tap("snooze")
        await tab.see("ending-soon", "3 天后再提醒您")
        await tab.see("ending-soon", "已推迟到")
        await tab.accessible()
        await tab.shot("wallet-snoozed")


async def test_a_department_that_is_down_is_told_in_the_page(visitor: Visitor, town: Town) -> None:
    tab = visitor.tab
    await town.control("PUT", "/faults/department/deyang_city_services.query", {"fault": "down"})
    try:
        async with tab.step("department down"):
            await tab.page.goto(f"/matters/{BUS}/query")
            await tab.fill("field-q", f"{secrets.randbelow(90) + 1}路")
            await tab.tap("submit")
            await tab.see("problem")
            await tab.accessible()
            await tab.shot("department-down")
            await expect(tab("field-q")).not_to_have_value("")
    finally:
        await town.control("DELETE", "/faults/department/deyang_city_services.query")


@pytest.mark.parametrize("path", ["/console/cases", "/console/follow-ups", "/console/counter", "/console/security"])
async def test_a_page_of_the_console_is_accessible(console: Tab, path: str) -> None:
    async with console.step(path):
        await console.page.goto(path)
        await console.page.wait_for_load_state("networkidle")
        await console.accessible()
