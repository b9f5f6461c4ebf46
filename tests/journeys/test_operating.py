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


async def test_reminder_rules_are_shown_and_changed_by_two(operator: Tab, town: Town) -> None:
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
        await tab.see(f"proposed-{key}", "到期前 60、14、3 天")
        await tab.see(f"rule-{key}", "到期前 90、30、7、1 天")
        assert await tab(f"approve-{key}").count() == 0, "not one's own"
        await tab.accessible()
        await tab.shot("reminder-proposed")
    second = await town.staff("operator.second")
    rules = (await second.call("GET", "/operate/v1/reminder-rules"))["items"]
    [rule] = [item for item in rules if item["key"] == key]
    await second.call("POST", f"/operate/v1/reminder-rules/{rule['id']}/approve", {"version": rule["version"]})
    async with tab.step("agreed"):
        await tab.page.reload()
        await tab.see(f"rule-{key}", "到期前 60、14、3 天")
        assert await tab(f"proposed-{key}").count() == 0


async def test_a_template_is_written_changed_and_used(operator: Tab) -> None:
    tab = operator
    async with tab.step("write"):
        await tab.tap("nav-templates")
        await tab.tap("new-template")
        await tab.fill("t-name", "政策通知样例")
        await tab.fill("t-title", "一项政策有调整")
        await tab.fill("t-body", "您所在地区的一项政策有调整，点开查看具体内容。")
        await tab.fill("t-reason", "您的地区在政策范围内")
        await tab.accessible()
        await tab.tap("confirm")
        await tab.see("template-政策通知样例", "第 1 版")
    async with tab.step("change"):
        await tab.tap("open-政策通知样例")
        await tab.fill("t-title", "一项政策已经调整")
        await tab.tap("confirm")
        await tab.see("template-政策通知样例", "第 2 版")
        await tab.shot("templates")
    async with tab.step("use"):
        await tab.tap("nav-campaigns")
        await tab.tap("new-campaign")
        await tab("template").select_option(label="政策通知样例（第 2 版）")
        assert await tab.page.locator("#title").input_value() == "一项政策已经调整"
        await tab.fill("name", "分两地")
        await tab.fill("turns", "510100、511600")
        await tab.fill("send-at", "2030-01-02T09:30")
        await tab.tap("save")
        await tab.see("state", "草稿")
        await tab.page.reload()
        assert await tab.page.locator("#send-at").input_value() == "2030-01-02T09:30", "the clock of Sichuan"
        assert await tab.page.locator("#turns").input_value() == "510100、511600"


async def test_the_calendar_and_the_channels_are_shown_and_a_message_is_looked_up(operator: Tab, town: Town) -> None:
    tab = operator
    who = await town.citizen()
    async with town.database() as db:
        await db.execute(
            "INSERT INTO push_message (id, citizen_id, kind, title, body, reason, urgent, data, dedupe_key, created_at,"
            " plan_at, expires_at) SELECT gen_random_uuid(), id, 'policy', '查这一条', '内容内容', '您的地区在范围内',"
            " false, '{}', 'campaign:look-me-up', now(), now(), now() + interval '1 day' FROM identity_citizen"
            " WHERE id = (SELECT citizen_id FROM identity_session ORDER BY created_at DESC LIMIT 1)"
        )
        number = await db.fetchval("SELECT id::text FROM push_message WHERE dedupe_key = 'campaign:look-me-up'")
    async with tab.step("calendar"):
        await tab.tap("nav-calendar")
        await tab.page.locator(".month > li").first.wait_for()
        await tab.accessible()
        await tab.shot("calendar")
    async with tab.step("channels"):
        await tab.tap("nav-delivery")
        await tab.see("channel-jpush", "手机推送")
        await tab.fill("message-number", "nonsense")
        await tab.tap("look")
        await tab.page.get_by_text("没有找到这条消息").wait_for()
        await tab.fill("message-number", number)
        await tab.tap("look")
        await tab.see("story", "查这一条")
        await tab.accessible()
        await tab.shot("delivery")
    looked = (await who.call("GET", "/api/v1/me/data-uses"))["items"]
    assert any("通知" in item["purpose"] for item in looked), "a look at a message is told to the citizen"


@pytest.mark.parametrize(
    "path",
    ["/console/campaigns", "/console/reminder-rules", "/console/templates", "/console/calendar", "/console/delivery"],
)
async def test_a_page_of_the_operators_is_accessible(operator: Tab, path: str) -> None:
    async with operator.step(path):
        await operator.page.goto(path)
        await operator.page.wait_for_load_state("networkidle")
        await operator.accessible()
        await operator.fits()
        assert operator.quiet() == []
