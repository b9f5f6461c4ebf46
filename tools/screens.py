"""Take the pictures in `docs/screens/`: one citizen's matter, 长辈版 and the handlers' desk, in a real browser.

    python -m tools.screens                               # a copy of its own in a temporary folder
    python -m tools.screens --url http://127.0.0.1:8000 --data .data    # a copy that runs

Everybody in the pictures is invented (`backend/sandbox/people.py`), and so is the contract that is uploaded.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import html
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pyotp
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, async_playwright

from backend.local.settings import ROOT
from backend.sandbox.people import PEOPLE
from tests.browser import chromium_path
from tests.journeys.applying import BIRTH, ELDER, RENT, apply, birth, rent, rent_case
from tests.journeys.town import Citizen, Town, attached, eventually, opened
from tools import palette

OUT = ROOT / "docs" / "screens"
MOST = 150_000  # bytes of one picture
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}
CITY = "510100"
STORY = ("home", "guide", "case", "elder-home")

LEASE = """<meta charset="utf-8"><body style="font:20px/2 serif;padding:40px 60px;background:#fdfcf7">
<h1 style="text-align:center">房屋租赁合同（样例）</h1>
<p>出租方（甲方）：李四　　承租方（乙方）：张三</p>
<p>一、甲方将样例路 1 号 2 栋 3 单元 4 号的房屋出租给乙方居住。</p>
<p>二、月租金 3200.50 元，按月支付。</p>
<p>三、租期一年，自签订之日起算。</p>
<p>本合同只用来演示，不是真的合同。</p>"""


class Camera:
    """Writes pictures of pages into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[str, bytes] = {}

    async def shoot(self, page: Page, name: str) -> None:
        """The page as it is once nothing loads, moves or says a passing word."""
        for passing in ("[data-test=toast]", "[data-test=loading]", ".bone", ".el-loading-mask"):
            for one in await page.locator(passing).all():
                await one.wait_for(state="hidden", timeout=15_000)
        await page.evaluate("document.fonts.ready")
        await page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
        await page.mouse.move(0, 0)
        self.keep(name, await page.screenshot(animations="disabled", caret="hide"))

    def keep(self, name: str, png: bytes) -> None:
        """Raises ValueError when a picture cannot be made small enough."""
        self._taken[name] = png
        small = palette.shrink(png)
        if len(small) > MOST:
            raise ValueError(f"{name}.png has {len(small):,} bytes; at most {MOST:,} are wanted")
        (self._folder / f"{name}.png").write_bytes(small)
        sys.stdout.write(f"{name}.png {len(small):,} bytes (was {len(png):,})\n")

    async def compose(self, browser: Browser, names: Sequence[str], name: str) -> None:
        """The named pictures side by side, as one wide picture."""
        phones = "".join(
            '<img src="data:image/png;base64,'
            + base64.b64encode(self._taken[one]).decode("ascii")
            + f'" alt="{html.escape(one)}">'
            for one in names
        )
        width = len(names) * 300 + (len(names) + 1) * 28
        page = await browser.new_page(viewport={"width": width, "height": 720}, device_scale_factor=1.2)
        await page.set_content(
            "<style>body{margin:0;height:100vh;display:flex;gap:28px;align-items:center;justify-content:center;"
            "background:#e8efed}img{width:300px;border-radius:22px;box-shadow:0 0 0 5px #17211f,0 8px 20px #0003}"
            f"</style>{phones}"
        )
        await page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
        self.keep(name, await page.screenshot())
        await page.close()


def mark(page: Page, name: str) -> Locator:
    """What bears this `data-test`."""
    return page.locator(f'[data-test="{name}"]').first


def citizen(town: Town, login: str) -> Citizen:
    """An invented person whom the authority knows from the start."""
    at, found = next((at, one) for at, one in enumerate(PEOPLE, 1) if one.login == login)
    return Citizen(town=town, address=f"10.99.0.{at}", name=found.name, id_number=found.id_number, phone=found.phone)


async def first_visit(page: Page, url: str, *, mode: str) -> None:
    """Open the home page, choose the version of the pages and 成都."""
    await page.goto(url)
    await mark(page, f"choose-{mode}").click()
    await mark(page, "region").click()
    await mark(page, f"city-{CITY}").click()
    await mark(page, f"region-{CITY}").click()
    await page.get_by_text("成都市").first.wait_for()


async def sign_in(page: Page, who: Citizen) -> None:
    """On the sign-in page: a code by short message; then the real name, where the page asks for it."""
    await who.town.time_for_another_code()
    before = len(await who.texts())
    await mark(page, "phone").fill(who.phone)
    await mark(page, "send-code").click()
    await mark(page, "code").fill(await who.code(after=before))
    await mark(page, "sign-in").click()
    await mark(page, "real-name").or_(mark(page, "step-title")).first.wait_for()
    if await mark(page, "real-name").is_visible():
        await mark(page, "real-name").fill(who.name)
        await mark(page, "id-number").fill(who.id_number)
        await mark(page, "prove").click()
    await mark(page, "step-title").wait_for()
    if await mark(page, "start-over").is_visible():  # a draft that was left behind on a running copy
        await mark(page, "start-over").click()
        await page.get_by_text("清空重填").click()
        await mark(page, "restored").wait_for(state="hidden")


async def fill_in(page: Page, form: dict[str, Any], files: dict[str, bytes]) -> None:
    """Walk through the steps of a form until it can be submitted; boxes, menus, regions and texts as they come."""
    while await mark(page, "next").is_visible():
        for name, value in form.items():
            await _answer(page, name, value)
        for code, content in files.items():
            chooser = mark(page, f"upload-{code}")
            if await chooser.count():
                await chooser.set_input_files({"name": "租房合同.png", "mimeType": "image/png", "buffer": content})
                await mark(page, f"remove-{code}").wait_for()
        title = await mark(page, "step-title").text_content()
        await mark(page, "next").click()
        await page.wait_for_function(
            "(before) => document.querySelector('[data-test=step-title]')?.textContent !== before", arg=title
        )
    await _promise(page)


async def _answer(page: Page, name: str, value: Any) -> None:
    field = mark(page, f"field-{name}")
    if await mark(page, f"field-{name}-city").is_visible():
        await mark(page, f"field-{name}-city").select_option(f"{value[:4]}00")
        await mark(page, f"field-{name}-county").select_option(value)
    elif not await field.is_visible():
        return
    elif value is True:
        await field.check()
    elif await field.evaluate("(one) => one.tagName") == "SELECT":
        await field.select_option(value)
    else:
        await field.fill(str(value))


async def _promise(page: Page) -> None:
    for box in await page.locator('form [data-test^="field-"][type=checkbox]').all():
        await box.check()


async def face(page: Page) -> None:
    """The face check on the provider's page, and back to the form."""
    await mark(page, "submit").click()
    await mark(page, "face-start").click()
    await page.get_by_role("button", name="模拟通过").click()
    await mark(page, "submit").wait_for()
    await _promise(page)


async def submit(page: Page) -> str:
    """The new case's number; the page shows its progress."""
    await mark(page, "submit").click()
    number = (await mark(page, "case-number").text_content() or "").strip()
    await mark(page, "open-case").click()
    await mark(page, "next-step").wait_for()
    return number


async def ask_for_rent(page: Page, camera: Camera, who: Citizen, lease: bytes) -> str:
    """From the home page to a submitted application; returns the case's number."""
    await first_visit(page, who.town.url, mode="ordinary")
    await camera.shoot(page, "home")
    await mark(page, "search-open").click()
    await mark(page, "search-input").fill("gjj")
    await mark(page, f"matter-{RENT}").wait_for()
    await camera.shoot(page, "search")
    await mark(page, f"matter-{RENT}").click()
    await mark(page, "guide-materials").wait_for()
    await camera.shoot(page, "guide")
    await mark(page, "start").click()
    await sign_in(page, who)
    await camera.shoot(page, "form")
    form = rent(phone=who.phone)
    await fill_in(page, form, {"lease": lease})
    await face(page)
    return await submit(page)


async def others(town: Town) -> None:
    """Cases of other invented people, so that the queue is one; the first of them is in a hurry."""
    lisi, wangjie, ayimu = [
        await (await citizen(town, login).sign_in()).prove_name() for login in ("lisi", "wangjie", "ayimu")
    ]
    first = await apply(lisi, BIRTH, birth(phone=lisi.phone), region="510104")
    await lisi.call("POST", f"/api/v1/cases/{first['number']}/urge", {}, key=secrets.token_hex(8))
    await apply(ayimu, BIRTH, birth(phone=ayimu.phone, region="510105"), region="510105")
    await rent_case(wangjie)


async def handle(page: Page, camera: Camera, town: Town, number: str) -> None:
    """At the window's desk: the queue, one case, taken and accepted."""
    account = town.account("window.chengdu")
    await page.goto(f"{town.url}/console/")
    code = pyotp.TOTP(account["totp_secret"]).now()
    for name, text in {"username": account["username"], "password": account["password"], "otp": code}.items():
        await page.locator(f"#{name}").fill(text)
    await mark(page, "sign-in").click()
    await mark(page, f"case-{number}").wait_for()
    await page.wait_for_load_state("networkidle")
    await camera.shoot(page, "console-queue")
    await mark(page, f"case-{number}").click()
    await _deed(page, "take")
    await mark(page, "accept").wait_for()
    await camera.shoot(page, "console-case")
    await _deed(page, "accept")


async def _deed(page: Page, name: str) -> None:
    await mark(page, name).click()
    await mark(page, "confirm").click()
    await mark(page, "confirm").wait_for(state="hidden")


async def result(page: Page, camera: Camera, who: Citizen, number: str) -> None:
    """Days left, the decision, the licence being shown, and what the citizen was told."""
    town = who.town
    await page.goto(f"{town.url}/cases/{number}")
    await mark(page, "next-step").wait_for()
    await camera.shoot(page, "case")
    reviewer = await town.staff("reviewer.chengdu")
    await reviewer.call("POST", f"/staff/v1/cases/{number}/take")
    decided = {"outcome": "approved", "reason": "材料齐全，符合规定"}
    await reviewer.call("POST", f"/staff/v1/cases/{number}/decide", decided)

    async def told() -> bool:
        await page.goto(f"{town.url}/messages")
        await mark(page, "messages").wait_for()
        return await page.get_by_text("准予").count() > 0

    await eventually(told, what="the message about the decision")
    await camera.shoot(page, "inbox")
    await page.goto(f"{town.url}/cases/{number}")
    await mark(page, "open-license").click()
    await mark(page, "show").click()
    await mark(page, "show-time").wait_for()
    await camera.shoot(page, "wallet")


async def elder(page: Page, camera: Camera, who: Citizen) -> None:
    """长辈版: home, a guide, and a case that a rule decided at once."""
    await first_visit(page, who.town.url, mode="elder")
    await camera.shoot(page, "elder-home")
    await page.goto(f"{who.town.url}/matters/{ELDER}")
    await mark(page, "guide-materials").wait_for()
    await camera.shoot(page, "elder-guide")
    await mark(page, "start").click()
    await sign_in(page, who)
    form = {"ethnicity": "01", "region": "510104", "address": "样例路5号", "phone": who.phone}
    await fill_in(page, form, {})
    await submit(page)
    await camera.shoot(page, "elder-case")


@contextlib.asynccontextmanager
async def town_of(url: str | None, data: Path) -> AsyncIterator[Town]:
    """A copy that runs at `url` on the folder `data`, else one of our own in a temporary folder."""
    if url is None:
        with tempfile.TemporaryDirectory(prefix="screens-") as folder:
            async with opened(Path(folder)) as town:
                yield town
        return
    async with attached(data) as town:
        if town.url != url.rstrip("/"):
            raise SystemExit(f"The copy on {data} is at {town.url}, not at {url}.")
        yield town


async def walk(town: Town, camera: Camera) -> None:
    """Take all pictures."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path())

        @contextlib.asynccontextmanager
        async def window(size: ViewportSize, scale: float) -> AsyncIterator[Page]:
            context: BrowserContext = await browser.new_context(
                viewport=size, device_scale_factor=scale, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
            context.set_default_timeout(30_000)
            yield await context.new_page()
            await context.close()

        who = citizen(town, "zhangsan")
        async with window({"width": 700, "height": 500}, 1) as page:
            await page.set_content(LEASE)
            lease = await page.screenshot()
        async with window(PHONE, 2) as phone:
            number = await ask_for_rent(phone, camera, who, lease)
            await others(town)
            async with window(DESK, 1) as desk:
                await handle(desk, camera, town, number)
            await result(phone, camera, who, number)
        async with window(PHONE, 2) as phone:
            await elder(phone, camera, citizen(town, "liguifang"))
        await camera.compose(browser, STORY, "story")
        await browser.close()


async def main(arguments: Sequence[str]) -> None:
    """Take the pictures; they replace the old ones only when all of them were taken."""
    parser = argparse.ArgumentParser(prog="python -m tools.screens", description=__doc__.split("\n\n")[0])
    parser.add_argument("--url", help="a copy that runs; without it one is started and stopped")
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="the data folder of the copy at --url")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        async with town_of(given.url, given.data) as town:
            await walk(town, Camera(Path(folder)))
        await asyncio.to_thread(shutil.copytree, folder, given.out, dirs_exist_ok=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
