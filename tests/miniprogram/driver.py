"""A phone with the mini-program open: what a test does with it, and what it says when something is not there."""

from __future__ import annotations

import contextlib
import json
import mimetypes
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.journeys.browsing import AXE, RESULTS
from tests.journeys.town import Citizen, Town, eventually
from tests.miniprogram.building import HARNESS, Output
from tests.miniprogram.host import Exchange, Host

ORIGIN = "http://mini.test"
SECONDS = 10_000


class Phone:
    """One person's phone. Everything that a test can see or do goes through here."""

    def __init__(self, output: Output, host: Host, context: BrowserContext, name: str) -> None:
        self.output = output
        self.host = host
        self.context = context
        self.name = name
        self.page: Page
        self.web: Page | None = None  # what a web-view shows
        host.show = self._show
        self.log: list[str] = []
        self._places: dict[str, Any] = output.content["places"]
        self._shots = 0

    # ------------------------------------------------------------ open and close

    async def open(self, at: str = "", *, font_size: int = 16, scene: int = 1001) -> None:
        """Start the program, at its first page or at a page of a message or a share; storage is kept between starts."""
        if not hasattr(self, "page"):
            await self.context.route("**/*", self._serve)
            await self.context.expose_function("mpHost", self._told)
            self.page = await self.context.new_page()
            self.page.set_default_timeout(SECONDS)
            self.page.on("console", lambda message: self.log.append(f"{message.type}: {message.text}"))
            self.page.on("pageerror", lambda error: self.log.append(f"page error: {error.stack or error}"))
        query = {"fontSize": str(font_size), "scene": str(scene), **({"open": at} if at else {})}
        await self.page.goto(f"{ORIGIN}/{self.output.platform}/?{urlencode(query)}")
        try:
            await self.page.wait_for_function("window.mp && window.mp.started")
        except Exception as exc:
            exc.add_note(self.story())
            raise

    async def _told(self, text: str) -> str:
        with contextlib.suppress(Exception):
            self.host.page = await self.page.evaluate("window.mp?.stack.top?.path ?? ''")
        return await self.host.answer(text)

    async def _show(self, url: str | None) -> None:
        old, self.web = self.web, None
        if old is not None:
            await old.close()
        if url is not None:
            page = await self.context.new_page()
            await page.goto(url)
            self.web = page

    async def _serve(self, route: Route) -> None:
        """The harness's own files, the built ones, the phone's; nothing else but our own pages in a web-view."""
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != ORIGIN:
            if route.request.url.startswith(self.host.town.url) or url.scheme in ("data", "blob"):
                await route.continue_(headers={**route.request.headers, "X-Forwarded-For": self.host.who.address})
            else:
                self.host.foreign.append(route.request.url)
                await route.abort()
            return
        parts = url.path.strip("/").split("/")
        if parts[0] == "harness":
            await self._file(route, HARNESS, "/".join(parts[1:]))
        elif parts[1:] == []:
            await self._file(route, HARNESS, "runtime/index.html")
        elif parts[1] == "bundle.json":
            await route.fulfill(path=self.output.bundle, content_type="application/json")
        elif parts[1] == "dist":
            await self._file(route, self.output.dist, "/".join(parts[2:]))
        elif parts[1] == "temp":
            content = self.host.files.get(parse_qs(url.query)["path"][0])
            await route.fulfill(status=404) if content is None else await route.fulfill(body=content)
        elif parts[1] == "net":
            await self._picture(route, parse_qs(url.query)["url"][0])
        else:
            await route.fulfill(status=404)

    async def _file(self, route: Route, folder: Path, name: str) -> None:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            self.log.append(f"error: no file {name} in the built output")
            await route.fulfill(status=404)
            return
        kind = {".mjs": "text/javascript", ".js": "text/javascript"}.get(path.suffix, mimetypes.guess_type(name)[0])
        await route.fulfill(path=path, content_type=kind or "application/octet-stream")

    async def _picture(self, route: Route, url: str) -> None:
        address = self.host._address(url)
        if address is None:
            await route.abort()
            return
        async with self.host.town.http.get(address, headers={"X-Forwarded-For": self.host.who.address}) as answer:
            await route.fulfill(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    # ------------------------------------------------------------ what the person does

    @property
    def screen(self) -> Locator:
        """The page in front."""
        return self.page.locator("wx-page:not([hidden])")

    def text(self, text: str | re.Pattern[str], *, within: str = "") -> Locator:
        """The innermost element on the screen that says so, a button before anything else."""
        where = self.screen.locator(within) if within else self.screen
        return where.get_by_text(text)

    def __call__(self, selector: str) -> Locator:
        """By the name of an element and its class: `button.primary` finds a `<button>` of the template."""
        named = re.sub(r"(^|[\s>+~,])([a-z][a-z-]*)(?=[.\s:#\[>+~,]|$)", r"\1wx-\2", selector)
        return self.screen.locator(named)

    def marked(self, mark: str) -> Locator:
        """By `data-test` of the template."""
        return self.screen.locator(f'[data-test="{mark}"]')

    async def tap(self, what: str | Locator) -> None:
        """A text that stands on something, or an element."""
        target = await self._tappable(what) if isinstance(what, str) else what.first
        await self._try(f"tap {what}", target.click(timeout=SECONDS))

    async def _tappable(self, text: str) -> Locator:
        button = self.screen.locator("wx-button, wx-navigator, wx-picker, [role=button], [role=link]").filter(
            has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")
        )
        exact = self.screen.get_by_text(text, exact=True)
        loose = self.screen.get_by_text(text)

        async def found() -> Locator | None:
            for choice in (button, exact, loose):
                for index in range(await choice.count()):
                    if await choice.nth(index).is_visible():
                        return choice.nth(index)
            return None

        try:
            held: Locator = await eventually(found, seconds=SECONDS / 1000, what=f"「{text}」 on the screen")
        except AssertionError as exc:
            exc.add_note(await self.tell())
            raise
        return held

    async def fill(self, what: str | Locator, text: str) -> None:
        """The field that is named so by its placeholder or its label."""
        field = self.field(what) if isinstance(what, str) else what
        await self._try(f"fill {what}", field.first.fill(text))
        await field.first.blur()

    def field(self, named: str) -> Locator:
        inner = "input, textarea"
        return (
            self.screen.get_by_placeholder(named)
            .or_(self.screen.locator(inner).and_(self.page.get_by_label(named)))
            .or_(self.screen.locator(f'[data-test="{named}"]').locator(inner))
        )

    async def choose(self, text: str) -> None:
        """In the sheet that a picker, a dialog or an action sheet has opened."""
        sheet = self.page.locator(".mp-sheet")
        await self._try(f"choose {text}", sheet.get_by_role("button", name=text, exact=True).first.click())

    async def choose_date(self, value: str) -> None:
        sheet = self.page.locator(".mp-sheet")
        await self._try(f"choose {value}", sheet.locator("input").fill(value))
        await sheet.get_by_role("button", name="确定").click()

    async def tab(self, text: str) -> None:
        await self._try(f"tab {text}", self.page.locator("#mp-tabs").get_by_role("button", name=text).click())

    async def back(self) -> None:
        await self._try("back", self.page.locator("#mp-bar").get_by_role("button", name="返回").click())

    async def see(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text stands on the screen."""
        await self._try(f"see {text}", expect(self.text(text).first).to_be_visible(timeout=SECONDS))

    async def gone(self, text: str) -> None:
        await self._try(f"gone {text}", expect(self.text(text).first).to_be_hidden(timeout=SECONDS))

    async def at(self, path: str) -> None:
        """Wait until a page is in front."""

        async def there() -> bool:
            return await self.path() == path

        try:
            await eventually(there, seconds=SECONDS / 1000, what=f"the page {path}")
        except AssertionError as exc:
            exc.add_note(await self.tell())
            raise

    async def path(self) -> str:
        return str(await self.page.evaluate("window.mp.stack.top.path"))

    async def title(self) -> str:
        return str(await self.page.evaluate("window.mp.stack.top.title"))

    # ------------------------------------------------------------ what goes otherwise than usual

    async def next(self, call: str, outcome: str, **more: Any) -> None:
        """The next `call` goes so. login, phone, face, pay, subscribe, scan, choose, authorize, getLocation: `refuse`,
        `cancel`, `fail`, `off`; request: `offline`, `timeout` (not sent), `lost` (no answer), `slow` (seconds)."""
        await self.page.evaluate(
            "([call, answer]) => window.mp.order(call, answer)", [call, {"outcome": outcome, **more}]
        )

    async def pictures(self, *files: tuple[str, bytes]) -> None:
        """What the person picks when the mini-program asks for pictures or files."""
        held = [{"path": self.host.keep(name, content), "size": len(content), "name": name} for name, content in files]
        await self.next("choose", "ok", files=held)

    async def offline(self, gone: bool = True) -> None:
        await self.page.evaluate("gone => window.mp.setOffline(gone)", gone)
        # what is asked while there is no network fails at once
        await self.page.evaluate(
            "gone => { window.mp.orders.held.request = gone ? Array(200).fill({outcome: 'offline'}) : [] }", gone
        )

    async def storage_full(self, full: bool = True) -> None:
        await self.page.evaluate("full => { window.mp.storage.full = full }", full)

    async def leave_and_return(self) -> None:
        """To another program and back."""
        await self.page.evaluate("window.mp.hide()")
        await self.page.evaluate("window.mp.show()")

    # ------------------------------------------------------------ what can be read

    @property
    def requests(self) -> list[Exchange]:
        return self.host.requests

    def sent(self, method: str, path: str | re.Pattern[str]) -> list[Exchange]:
        """Requests of this kind so far, in order."""
        return [
            seen
            for seen in self.requests
            if seen.method == method
            and (path.search(seen.url) if isinstance(path, re.Pattern) else seen.url.split("?")[0] == path)
        ]

    async def calls(self, name: str) -> list[Any]:
        """What the mini-program asked of the platform under this name, in order."""
        trail = await self.page.evaluate("window.mp.trail")
        return [
            json.loads(item["given"]) if item["given"].endswith(("}", "]", "null")) else item["given"]
            for item in trail
            if item["name"] == name
        ]

    async def stored(self, key: str) -> Any:
        return await self.page.evaluate("key => window.mp.storage.get(key) ?? null", key)

    def complaints(self) -> list[str]:
        """Errors of the code; a refused request is not one."""
        bad = [line for line in self.log if line.startswith(("page error", "error:"))]
        return [line for line in bad if "Failed to load resource" not in line]

    def story(self) -> str:
        """The last requests and what the console said."""
        lines = [
            "requests:",
            *(f"  {seen}" for seen in self.requests[-8:]),
            "console:",
            *(f"  {line}" for line in self.log[-15:]),
        ]
        return "\n".join(lines)

    async def tell(self) -> str:
        """Where things stand: page, template, the texts on the screen, requests, console."""
        with contextlib.suppress(Exception):
            path = await self.path()
            words = " ".join((await self.screen.inner_text()).split())[:800]
            asked = await self.page.evaluate("window.mp.trail.slice(-8).map(item => `${item.name} ${item.given}`)")
            calls = "\n".join(f"  {call}" for call in asked)
            suffix = "wxml" if self.output.platform == "wechat" else "axml"
            return f"page {path} ({path}.{suffix})\non the screen: {words}\nplatform calls:\n{calls}\n{self.story()}"
        return self.story()

    async def place(self, target: Locator) -> str:
        """Where an element stands in the built template."""
        mark = await target.first.evaluate("element => element.closest('[mp-at]')?.getAttribute('mp-at')")
        held = self._places.get(str(mark))
        return f"{held['file']}:{held['line']}:{held['column']} {held['tag']}" if held else "no place known"

    async def _try(self, what: str, act: Any) -> None:
        try:
            await act
        except Exception as exc:
            exc.add_note(f"at: {what}")
            exc.add_note(await self.tell())
            raise

    @contextlib.asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[None]:
        """Names what was going on; keeps a picture of a failure."""
        try:
            yield
        except BaseException as exc:
            exc.add_note(f"at the step: {title}")
            RESULTS.mkdir(exist_ok=True)
            stem = f"failed-{self.name}-{re.sub(r'[^a-z0-9]+', '-', title.lower())}"
            with contextlib.suppress(Exception):  # the browser may be gone: the failure itself matters more
                await self.page.screenshot(path=RESULTS / f"{stem}.png")
                (RESULTS / f"{stem}.log").write_text(await self.tell(), encoding="utf-8")
            raise

    # ------------------------------------------------------------ how it looks

    async def shot(self, title: str) -> Path:
        """A picture of the whole page under test-results/screens/."""
        size = self.page.viewport_size
        assert size is not None
        height = int(await self.page.evaluate("document.documentElement.scrollHeight"))
        self._shots += 1
        path = RESULTS / "screens" / f"mini-{self.name}-{self._shots:02}-{title}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        await self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 4000))})
        await self.page.screenshot(path=path)
        await self.page.set_viewport_size(size)
        return path

    async def looks_right(self, *, elder: bool = False) -> None:
        """Nothing cut at 320 px, targets large enough (44 px, in 长辈版 60), contrast and names by axe-core."""
        size = self.page.viewport_size
        assert size is not None
        limit = 60 if elder else 44
        await self.page.set_viewport_size({"width": 320, "height": size["height"]})
        faults = await self._faults("cut()", "is cut or sticks out at 320 px")
        await self.page.set_viewport_size(size)
        faults += await self._faults(f"small({limit})", f"is under {limit} px")
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        faults += await self._faults("axe()", "")
        assert not faults, f"{await self.path()} ({self.output.platform}):\n" + "\n".join(dict.fromkeys(faults))

    async def _faults(self, check: str, why: str) -> list[str]:
        found = await self.page.evaluate(f"window.mp.looks.{check}")
        return [f"{self._named(item['mark'])}: {item['what']} {why}" for item in found]

    def _named(self, mark: str) -> str:
        held = self._places.get(mark)
        return f"{held['file']}:{held['line']}:{held['column']} {held['tag'][:80]}" if held else "?"


@contextlib.asynccontextmanager
async def phone(
    browser: Browser, town: Town, output: Output, who: Citizen, *, name: str = "", width: int = 390
) -> AsyncIterator[Phone]:
    """A phone of `who`, 390 by 844, with nothing of ours on it yet. Errors of the code fail the test at the end."""
    context = await browser.new_context(
        viewport={"width": width, "height": 844}, device_scale_factor=1, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    held = Phone(output, Host(town, output.platform, who), context, name or output.platform)
    try:
        yield held
        assert not held.complaints(), "errors of the code:\n" + "\n".join(held.complaints()) + "\n" + await held.tell()
        assert not held.host.foreign, f"asked of foreign hosts: {held.host.foreign}"
    finally:
        await context.close()
