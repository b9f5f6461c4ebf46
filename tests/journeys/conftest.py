"""Journeys walk through the whole program as it runs under `make run`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pyotp
import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser import chromium_path
from tests.journeys.browsing import Tab, desk
from tests.journeys.town import Town, shared


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with shared.visit(tmp_path_factory.mktemp("town")) as held:
        yield held


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = await asyncio.to_thread(chromium_path)
    async with async_playwright() as playwright:
        held = await playwright.chromium.launch(executable_path=path, headless=True)
        yield held
        await held.close()


@pytest.fixture(scope="session")
async def console(browser: Browser, town: Town) -> AsyncIterator[Tab]:
    """A handler's desk, signed in once with password and one-time code."""
    account = town.account("handler.province")
    context = await desk(browser, town, "10.255.0.1")
    tab = Tab(await context.new_page(), "console")
    async with tab.step("the handler signs in"):
        await tab.page.goto("/console/")
        await tab.fill("username", account["username"])
        await tab.fill("password", account["password"])
        # the next code: the present one may be used up by the journeys over HTTP
        await tab.fill("otp", pyotp.TOTP(account["totp_secret"]).at(time.time() + 30))
        await tab.shot("sign-in")
        await tab.tap("sign-in")
        await tab.see("staff-name", account["display_name"])
    yield tab
    await context.close()
