"""What citizen pages show while somebody writes a module (`modules preview`): its findings, and each change at once.

Only in local mode with `TF_PREVIEW`, the file in which the program that watches the folder writes what it found.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from backend.modules import registry
from backend.sdk.findings import Finding

SCRIPT = "/preview/page.js"
_FILE = Path(__file__).with_name("previewing.js")


class Found(msgspec.Struct, kw_only=True):
    """What the watcher found in the folder last. `release` is the last one without an error, None before the first."""

    folder: str
    module: str
    release: str | None = None
    findings: list[Finding] = []
    matters: list[dict[str, str]] = []


class Shown(Found, kw_only=True):
    """And what this process serves of it: pages reload when `serving` changes."""

    serving: str | None = None


_decoder = msgspec.json.Decoder(Found)


def read(file: Path) -> Found | None:
    """What the watcher wrote; None before it looked for the first time."""
    try:
        return _decoder.decode(file.read_bytes())
    except FileNotFoundError:
        return None


def install(app: Sanic[Any, Any], file: Path) -> None:
    """Two routes beside the declared ones: they exist on the author's machine alone."""
    script = _FILE.read_bytes()

    async def page_script(_: Request) -> HTTPResponse:
        return HTTPResponse(
            script, content_type="text/javascript; charset=utf-8", headers={"cache-control": "no-cache"}
        )

    async def state(_: Request) -> HTTPResponse:
        found = await asyncio.to_thread(read, file)
        if found is None:
            found = Found(folder="", module="")
        shown = Shown(
            **{name: getattr(found, name) for name in Found.__struct_fields__},
            serving=registry.current().releases.get(found.module),
        )
        return HTTPResponse(
            msgspec.json.encode(shown), content_type="application/json", headers={"cache-control": "no-store"}
        )

    app.add_route(page_script, SCRIPT, name="preview_script")
    app.add_route(state, "/preview/state", name="preview_state")
