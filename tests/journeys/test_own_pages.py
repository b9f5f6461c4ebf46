"""A team's own page in a real browser: the sample works for people, a hostile one gets nothing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from backend.local.settings import ROOT
from tests.journeys.browsing import Mode, Tab, phone
from tests.journeys.town import Town
from tests.sdk.samples import MATTER, MODULE

PRICES = "deyang_city_services.price_query"
HOSTILE = "try_hostile.sample"

_PUBLISH = """
import asyncio, sys
from pathlib import Path
from backend import wiring
from backend.core import db, redis
from backend.core.settings import load
from backend.modules import service

async def main(folder):
    settings = load()
    redis.connect(settings.redis_url)
    await db.connect(wiring.database(settings))
    await service.publish_folder(Path(folder), by="tests")
    await db.disconnect()
    await redis.disconnect()

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture(scope="module")
async def hostile(town: Town, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A module that passed every check and means harm; switched off at the end."""
    folder = tmp_path_factory.mktemp("hostile") / "try_hostile"
    shutil.copytree(Path(__file__).with_name("own_pages") / "try_hostile", folder)
    (folder / "module.toml").write_text(MODULE.replace("sample_owner", "try_hostile"), encoding="utf-8")
    (folder / "matters").mkdir(exist_ok=True)
    paged = MATTER.replace('kind = "apply"', 'kind = "apply"\npage = true')
    (folder / "matters" / "sample.toml").write_text(paged, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PUBLISH, str(folder)),
        cwd=ROOT,
        env=town.copy.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    await town.switch("try_hostile", "on", reason="试验开始")
    yield HOSTILE
    await town.switch("try_hostile", "off", reason="试验结束")


async def _there(town: Town, matter: str) -> dict[str, Any]:
    """The opened page, once every web process has heard of the module."""
    for _ in range(200):
        answers = [await town.client().send("GET", f"/api/v1/own-pages/{matter}") for _ in range(6)]
        if all(answer.status == 200 for answer in answers):
            return dict(answers[0].body)
        await asyncio.sleep(0.1)
    raise AssertionError(f"{matter} never came: {answers}")


@pytest.mark.parametrize("mode", ["ordinary", "elder"])
async def test_a_citizen_gets_from_the_guide_to_the_teams_page_and_an_answer(
    browser: Browser, town: Town, mode: Mode
) -> None:
    who = await town.citizen()
    context = await phone(browser, town, who.address)
    await context.add_init_script(f"try {{ localStorage.setItem('tf.mode', '{mode}') }} catch {{}}")
    tab = Tab(await context.new_page(), f"own-page-{mode}")
    async with tab.step("from the search to the page"):
        await tab.page.goto("/search?q=物价查询")
        await tab.page.get_by_role("link", name="物价查询").first.click()
        await tab.tap("start")
        frame = tab.page.frame_locator('[data-test="own-page"]')
        await frame.get_by_label("要查的品类").select_option("蔬菜")
        await frame.get_by_role("button", name="查今天的价格").click()
        await expect(frame.locator("#rows li").first).to_be_visible(timeout=15_000)
        await expect(frame.locator("html")).to_have_attribute("data-mode", "elder" if mode == "elder" else "normal")
        await tab.shot("answered")
    async with tab.step("it fits a narrow screen"):
        await tab.page.set_viewport_size({"width": 320, "height": 640})
        await tab.fits()
        inner = tab.page.frames[-1]
        assert await inner.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        heights = await inner.evaluate("[...document.querySelectorAll('button,select')].map(x => x.offsetHeight)")
        assert min(heights) >= (60 if mode == "elder" else 44)
        await tab.accessible()
        assert tab.quiet() == []
    async with tab.step("and back"):
        await frame.get_by_role("button", name="返回办事指南").click()
        await tab.see("start")
    await context.close()


NOTHING = {
    "own storage": "SecurityError",
    "session storage": "SecurityError",
    "database": "SecurityError",
    "cookie": "SecurityError",
    "parent document": "SecurityError",
    "parent storage": "SecurityError",
    "parent location": "SecurityError",
    "top navigation": "SecurityError",
    "popup": "blocked",
    "api with cookies": "TypeError",
    "api without": "TypeError",
    "own origin": "TypeError",
    "beacon": "no answer",
    "socket": "blocked",
    "foreign script": "Error",
    "platform script": "Error",
    "other module script": "Error",
    "foreign picture": "Error",
    "eval": "EvalError",
    "unknown message": "unknown",
    "undeclared field": "body",
    "other module": "body",
    "other module by name": "body",
    "undeclared call": "modules.matter_not_found",
    "other version": "version",
    "script address": "body",
    "too large": "too_large",
    "nested frame": "silence",
}


async def _loot(tab: Tab) -> dict[str, Any]:
    frame = tab.page.frame_locator('[data-test="own-page"]')
    await expect(frame.locator("body")).to_have_attribute("data-done", "yes", timeout=20_000)
    return dict(await tab.page.frames[1].evaluate("window.loot"))


async def test_a_hostile_page_gets_nothing_but_the_declared_fields_after_a_yes(
    browser: Browser, town: Town, hostile: str
) -> None:
    await _there(town, hostile)
    who = await town.citizen()
    context = await phone(browser, town, who.address)
    code = (await who.call("POST", "/api/v1/webview-codes", {"target": "/me"}, status=201))["code"]
    handed = await context.request.post("/api/v1/sessions/webview", data={"code": code})
    assert handed.ok, await handed.text()
    tab = Tab(await context.new_page(), "own-page-hostile")
    here = f"/matters/{hostile}/page"
    async with tab.step("the person says no"):
        await tab.page.goto(here)
        await tab.page.get_by_role("button", name="不同意").click(timeout=20_000)
        loot = await _loot(tab)
        assert {name: found.get("refused") for name, found in loot.items()} == NOTHING | {
            "declared fields": "declined"
        }, loot
        assert tab.page.url.endswith(here), "nobody was taken away"
        assert len(context.pages) == 1
        blocked = await tab.page.frames[1].evaluate("blocked")
        assert [rule for rule in blocked if rule == "script-src-elem"] == ["script-src-elem"] * 3
        assert blocked.count("connect-src") == 5
        assert {"img-src", "script-src"} <= set(blocked)
    async with tab.step("the person says yes"):
        await tab.page.reload()
        await tab.page.get_by_role("button", name="同意", exact=True).click(timeout=20_000)
        loot = await _loot(tab)
        told = loot.pop("declared fields")["got"]["fields"]
        assert set(told) <= {"name", "id_number", "phone", "age"}, "what module.toml declares"
        assert told["name"] == who.name
        assert {name: found.get("refused") for name, found in loot.items()} == NOTHING
    async with tab.step("a frame that goes elsewhere loses its bridge"):
        await tab.page.frames[1].evaluate("void (location.href = location.href + '?again')")
        await tab.see("own-page-left")
    await context.close()


async def test_a_page_that_is_opened_by_itself_has_no_origin_and_no_session(
    browser: Browser, town: Town, hostile: str
) -> None:
    url = (await _there(town, hostile))["url"]
    context = await phone(browser, town, "10.9.9.9")
    page = await context.new_page()
    await page.goto(url)
    assert await page.evaluate("self.origin") == "null"
    for text in ("document.cookie", "localStorage.length"):
        with pytest.raises(Exception, match=r"SecurityError|sandboxed"):
            await page.evaluate(text)
    assert await context.cookies() == []
    await context.close()
