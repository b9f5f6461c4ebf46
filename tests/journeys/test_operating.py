"""An operator at the console: a policy notice from the rule to the citizen's inbox, and the reminder rules."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pyotp
import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import Tab, desk
from tests.journeys.town import Town, eventually

TITLE = "敬老优待政策调整"


@pytest.fixture(scope="module")
async def operator(browser: Browser, town: Town) -> AsyncIterator[Tab]:
    await town.staff("operator")  # first: it takes the present code, the browser the next one
    account = town.account("operator")
    context = await desk(browser, town, "10.255.0.2")
    tab = Tab(await context.new_page(), "operator")
    async with tab.step("the operator signs in"):
        await tab.page.goto("/console/")
        await tab.fill("username", account["username"])
        await tab.fill("password", account["password"])
        await tab.fill("otp", pyotp.TOTP(account["totp_secret"]).at(time.time() + 30))
        await tab.tap("sign-in")
        await tab.see("staff-name", account["display_name"])
    yield tab
    await context.close()


async def test_a_notice_goes_from_a_rule_to_the_inbox_after_a_second_person_agreed(operator: Tab, town: Town) -> None:
    elder = await town.citizen(born="19500101")
    await elder.call("PATCH", "/api/v1/me", {"region": "510100"})
    second = await town.staff("operator.second")
    tab = operator
    async with tab.step("write"):
        await tab.tap("nav-campaigns")
        await tab.tap("new-campaign")
        await tab.fill("name", "敬老卡")
        await tab.fill("title", TITLE)
        await tab.fill("body", "符合条件的老年人可以在线换领优待卡，无需再到窗口。")
        await tab.fill("reason", "您年满 60 岁，地区选择了成都")
        await tab.fill("rule", "citizen.age >= sixty")
        await tab.see("rule-fault", "不认识的名字")
        await tab.fill("rule", "citizen.age >= 60 && citizen.region.startsWith('5101')")
        await tab.see("count", "人")
        await tab.fill("hour-from", "0")
        await tab.fill("hour-to", "24")
        await tab.accessible()
        await tab.shot("campaign-writing")
        await tab.tap("save")
        await tab.see("state", "草稿")
        await tab.see("preview-wechat")
    async with tab.step("submit"):
        await tab.tap("act-submit")
        await tab.tap("confirm")
        await tab.see("state", "等待批准")
        key = tab.page.url.rsplit("/", 1)[1]
    mine = await town.staff("operator")
    await mine.refused(
        "POST", f"/operate/v1/campaigns/{key}/approve", {"version": 1}, status=403, code="campaigns.second_person"
    )
    await second.call("POST", f"/operate/v1/campaigns/{key}/approve", {"version": 1})
    async with tab.step("start"):
        await tab.page.reload()
        await tab.see("state", "已批准")
        await tab.tap("act-start")
        await tab.tap("confirm")

        async def done() -> bool:
            found = await mine.call("GET", f"/operate/v1/campaigns/{key}")
            return bool(found["state"] == "done" and found["figures"]["waiting"] == 0)

        await eventually(done, seconds=60, what="the campaign")
        await tab.see("state", "已完成")
        await tab.see("figures")
        await tab.accessible()
        await tab.shot("campaign-done")
    found = await elder.call("GET", "/api/v1/messages")
    [message] = [item for item in found["items"] if item["title"] == TITLE]
    assert message["reason"] == "您年满 60 岁，地区选择了成都"
    numbers = (await mine.call("GET", f"/operate/v1/campaigns/{key}"))["figures"]
    parts = ("sent", "skipped", "failed", "unknown", "waiting")
    assert numbers["targeted"] == sum(numbers[part] for part in parts) >= 1


async def test_reminder_rules_are_shown_and_changed(operator: Tab) -> None:
    tab = operator
    key = "province_traffic_police.driving_license_renewal#0"
    async with tab.step("rules"):
        await tab.tap("nav-reminder-rules")
        await tab.see(f"rule-{key}", "到期前 90、30、7、1 天")
        await tab.accessible()
        await tab.shot("reminder-rules")
        await tab.tap(f"edit-{key}")
        await tab.fill("days", "60、60")
        await tab.tap("confirm")
        await tab.fill("days", "60、14、3")
        await tab.accessible()
        await tab.tap("confirm")
        await tab.see(f"rule-{key}", "到期前 60、14、3 天")


@pytest.mark.parametrize("path", ["/console/campaigns", "/console/reminder-rules"])
async def test_a_page_of_the_operators_is_accessible(operator: Tab, path: str) -> None:
    async with operator.step(path):
        await operator.page.goto(path)
        await operator.page.wait_for_load_state("networkidle")
        await operator.accessible()
        await operator.fits()
        assert operator.quiet() == []
