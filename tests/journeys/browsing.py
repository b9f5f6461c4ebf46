"""A phone and a handler's desk in a real browser; what they saw is kept under test-results/."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from backend.local.settings import ROOT
from tests.journeys.town import Town

Mode = Literal["ordinary", "elder"]
RESULTS = ROOT / "test-results"
AXE = ROOT / "h5" / "node_modules" / "axe-core" / "axe.min.js"
SECONDS = 15_000


class Tab:
    """One page of a browser. `name` names its pictures."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.log: list[str] = []
        self._shots = 0
        page.set_default_timeout(SECONDS)
        page.on("console", lambda message: self.log.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.log.append(f"page error: {error}"))
        page.on("requestfailed", lambda request: self.log.append(f"failed: {request.method} {request.url}"))

    def __call__(self, mark: str) -> Locator:
        """The element that is marked so."""
        return self.page.locator(f'[data-test="{mark}"]')

    async def tap(self, mark: str) -> None:
        await self(mark).first.click()

    async def fill(self, mark: str, text: str) -> None:
        await self(mark).first.fill(text)

    async def see(self, mark: str, text: str | re.Pattern[str] | None = None) -> None:
        await expect(self(mark).first).to_be_visible(timeout=SECONDS)
        if text is not None:
            await expect(self(mark).first).to_contain_text(text, timeout=SECONDS)

    async def shot(self, title: str) -> None:
        """A picture of the whole page under test-results/screens/, on a screen long enough for all of it."""
        await self.page.wait_for_load_state("networkidle")
        size = self.page.viewport_size
        assert size is not None
        height = await self.page.evaluate("document.documentElement.scrollHeight")
        self._shots += 1
        path = RESULTS / "screens" / f"{self.name}-{self._shots:02}-{title}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        await self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 4000))})
        await self.page.screenshot(path=path)
        await self.page.set_viewport_size(size)
        # laid out again before anybody taps: what sticks to the bottom has just moved
        await self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    @contextlib.asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[None]:
        """On failure: a picture, what the browser's console said, and the step's name."""
        try:
            yield
        except BaseException as exc:
            exc.add_note(f"at the step: {title} ({self.page.url})")
            RESULTS.mkdir(exist_ok=True)
            stem = RESULTS / f"failed-{self.name}-{re.sub(r'[^a-z0-9]+', '-', title.lower())}"
            (stem.parent / f"{stem.name}.log").write_text("\n".join(self.log), encoding="utf-8")
            with contextlib.suppress(Exception):  # the browser may be gone: the failure itself matters more
                await self.page.screenshot(path=stem.parent / f"{stem.name}.png")
            raise

    async def fits(self) -> None:
        """Nothing sticks out to the side."""
        over = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{self.page.url} is {over} px too wide"

    async def accessible(self) -> None:
        """axe finds nothing serious."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        # what fades in has no contrast of its own yet; endless animations (a skeleton) are not waited for
        await self.page.evaluate(
            "Promise.all(document.getAnimations().filter(one => one.effect.getComputedTiming().iterations !== Infinity)"
            ".map(one => one.finished.catch(() => null))).then(() => null)"
        )
        found: list[dict[str, Any]] = await self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(item => ({id: item.id,"
            " impact: item.impact, where: item.nodes.map(node => node.target.join(' ')).slice(0, 5)})))"
        )
        bad = [item for item in found if item["impact"] in ("serious", "critical")]
        assert not bad, f"{self.page.url}: {bad}"

    def quiet(self) -> list[str]:
        """What the browser complained of, but for refused requests and a network that was taken away."""
        expected = ("the server responded with a status of", "net::ERR_INTERNET_DISCONNECTED")
        bad = [line for line in self.log if line.startswith(("page error", "error:"))]
        return [line for line in bad if not any(text in line for text in expected)]


async def phone(browser: Browser, town: Town, address: str) -> BrowserContext:
    """390 by 844, touch, in Chinese, at an address of its own."""
    return await browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=1,
        has_touch=True,
        is_mobile=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=town.url,
        extra_http_headers={"X-Forwarded-For": address},
    )


async def desk(browser: Browser, town: Town, address: str) -> BrowserContext:
    return await browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=town.url,
        extra_http_headers={"X-Forwarded-For": address},
    )


def picture(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
