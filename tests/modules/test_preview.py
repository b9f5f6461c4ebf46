"""`modules preview`: a folder in the real pages, each save seen, faults listed while the last good one is kept."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.async_api import async_playwright

from backend.core import db
from backend.local.instance import Instance
from backend.local.preview import Watcher
from backend.local.settings import ROOT, free_port
from backend.modules import registry
from tests.browser import chromium_path
from tests.conftest import Server
from tests.journeys.town import eventually
from tests.local.machines import remains
from tests.sdk.samples import MODULE, folder

NAME = 'name = "示例事项"'


@pytest.fixture
async def preview(tmp_path: Path) -> AsyncIterator[Instance]:
    path = folder(tmp_path / "in")
    data = tmp_path / "data"
    page = (ROOT / "docs" / "modules" / "first-module.md").read_text("utf-8")
    (words,) = re.findall(r"^modules (preview .+)$", page, re.M)
    given = [word.replace("mianyang_demo", str(path)) for word in shlex.split(words)]
    command = [sys.executable, "-m", "backend", "modules", *given]
    ports = {free_port() for _ in range(20)}
    copy = Instance(
        data,
        ports.pop(),
        module_port=ports.pop(),
        sandbox_port=ports.pop(),
        env={"TF_TEST_OF": str(data.resolve())},
        command=command,
    )
    await copy.start(180)
    yield copy
    if copy._process is not None and copy._process.poll() is None:
        await copy.stop()


async def ask(copy: Instance, path: str) -> tuple[int, Any]:
    def call() -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(copy.url + path, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as exc:
            return exc.code, None

    return await asyncio.to_thread(call)


def save(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.timeout(240)
async def test_what_is_saved_is_seen_and_faults_are_listed_while_the_last_good_one_is_kept(
    preview: Instance, tmp_path: Path
) -> None:
    matter = tmp_path / "in" / "sample_owner" / "matters" / "sample.toml"
    said = preview.log.read_text("utf-8")
    assert f"http://127.0.0.1:{preview.port}/" in said
    listening = {
        held.laddr.ip
        for process in [
            psutil.Process(preview.supervisor),
            *psutil.Process(preview.supervisor).children(recursive=True),
        ]
        for held in process.net_connections("tcp")
        if held.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}, "nobody else on the network may see it"

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=await asyncio.to_thread(chromium_path))
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(f"{preview.url}/matters/sample_owner.sample")
        await page.get_by_role("heading", name="示例事项").wait_for()
        await page.locator("#preview", has_text="正在显示 sample_owner@1.0.0").wait_for()

        save(matter, NAME, 'name = "改过的事项"')
        await page.get_by_role("heading", name="改过的事项").wait_for()  # by itself: nobody reloads here

        save(matter, "[limits]\n", '[limits]\nnonsense = "<b>x</b>"\n')
        await page.locator("#preview", has_text="页面还是上一个没有错误的版本").wait_for()
        await page.locator("#preview li", has_text="nonsense").wait_for()
        assert await page.locator("#preview b").count() == 0, "what stands in the files is text, not markup"
        await page.reload()
        await page.get_by_role("heading", name="改过的事项").wait_for()
        status, guide = await ask(preview, "/api/v1/matters/sample_owner.sample")
        assert (status, guide["name"]) == (200, "改过的事项")

        save(matter, '[limits]\nnonsense = "<b>x</b>"\n', "[limits]\n")
        save(matter, 'name = "改过的事项"', 'name = "改好的事项"')
        await page.get_by_role("heading", name="改好的事项").wait_for()
        await page.locator("#preview", has_text="正在显示").wait_for()
        await browser.close()

    assert preview._process is not None
    preview._process.send_signal(signal.SIGINT)
    assert await preview.wait() == 0
    assert remains(preview) == []


async def test_a_folder_that_never_was_right_says_so_and_shows_up_once_it_is(running: Server, tmp_path: Path) -> None:
    path = folder(tmp_path, name="try_preview", module="schema = 1\n")
    state = tmp_path / "state.json"
    watcher = Watcher(path, state)
    following = asyncio.create_task(watcher.follow())

    async def found() -> Any:
        return json.loads(state.read_text()) if state.exists() else None

    try:
        first = await eventually(found)
        assert (first["module"], first["release"]) == ("try_preview", None)
        assert any(item["severity"] == "error" for item in first["findings"])
        (path / "module.toml").write_text(MODULE.replace("sample_owner", "try_preview"), "utf-8")

        async def served() -> Any:
            await registry.refresh()
            return registry.current().releases.get("try_preview")

        assert await eventually(served) == "try_preview@1.0.0"
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        async with db.transaction():
            for table, column in (("rollout", "module_id"), ("release", "module_id"), ("module", "id")):
                await db.execute(f"DELETE FROM modules_{table} WHERE {column} = 'try_preview'")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["/no/such/folder"], "没有这个文件夹"), ([".", "--port", "0"], "TF_PORT"), ([".", "--port", "x"], "--port")],
)
def test_what_cannot_be_previewed_is_said_before_anything_starts(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    env = {**os.environ, "TF_DATA": str(tmp_path / "data")}
    ran = subprocess.run(
        [sys.executable, "-m", "backend", "modules", "preview", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode in (1, 2)
    assert words in ran.stdout + ran.stderr
    assert not (tmp_path / "data").exists()


def test_the_preview_is_not_there_in_an_ordinary_copy(running: Server) -> None:
    assert running.app.ctx.settings.preview is None
    assert not any(route.path.startswith("preview") for route in running.app.router.routes)
