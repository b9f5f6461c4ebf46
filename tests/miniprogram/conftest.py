"""Phones with the mini-program on them, in one browser, beside one running copy of everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser import chromium_path
from tests.journeys.town import Citizen, Town, shared
from tests.miniprogram.building import Output, built, compiled
from tests.miniprogram.driver import Phone, phone
from tests.miniprogram.host import Platform

PLATFORMS: tuple[Platform, ...] = ("wechat", "alipay")
SAMPLE = Path(__file__).with_name("sample")


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


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return cast(Platform, request.param)


@pytest.fixture(scope="session")
async def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[Platform, Output]:
    """A small program that is written by hand for each platform: it asks the harness itself."""
    folder = tmp_path_factory.mktemp("sample")
    return {name: await asyncio.to_thread(compiled, name, SAMPLE / name, folder / f"{name}.json") for name in PLATFORMS}


Given = Callable[..., AbstractAsyncContextManager[Phone]]


@pytest.fixture
def sample(browser: Browser, town: Town, samples: dict[Platform, Output], platform: Platform) -> Given:
    """`async with sample() as held`: the hand-written program on a stranger's phone."""

    def on(who: Citizen | None = None, **more: Any) -> AbstractAsyncContextManager[Phone]:
        return phone(browser, town, samples[platform], who or town.person(), name=f"sample-{platform}", **more)

    return on


@pytest.fixture(scope="session")
async def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[Platform, Output]:
    """The real program, built for both platforms."""
    folder = tmp_path_factory.mktemp("program")
    return {name: await asyncio.to_thread(built, name, folder) for name in PLATFORMS}


@pytest.fixture
def program(browser: Browser, town: Town, programs: dict[Platform, Output], platform: Platform) -> Given:
    """`async with program(who) as held`: the real program on somebody's phone."""

    def on(who: Citizen | None = None, **more: Any) -> AbstractAsyncContextManager[Phone]:
        return phone(browser, town, programs[platform], who or town.person(), name=f"program-{platform}", **more)

    return on
