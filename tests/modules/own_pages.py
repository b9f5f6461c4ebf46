"""The modules' origin on a port of its own, and small pages to serve there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from backend import origin
from backend.core import settings
from backend.modules import pages
from tests.conftest import free_socket

INDEX = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>试用</title><script src="app.js"></script>'


def files(text: str = "一", **more: bytes) -> dict[str, bytes]:
    """The pages of a bundle; `more` by name inside h5/ with `__` for a dot."""
    made = {"h5/index.html": f"{INDEX}<p>{text}</p></html>".encode(), "h5/app.js": b"document.title += '!'\n"}
    return made | {f"h5/{name.replace('__', '.')}": content for name, content in more.items()}


@dataclass
class Origin:
    """A client of the modules' port."""

    url: str
    http: aiohttp.ClientSession

    async def get(self, path: str, method: str = "GET", **options: Any) -> tuple[int, bytes, Any]:
        async with self.http.request(method, self.url + path, allow_redirects=False, **options) as answer:
            return answer.status, await answer.read(), answer.headers

    async def raw(self, target: str) -> bytes:
        """The answer to a request line as it stands, which no client cleaned up before."""
        import asyncio

        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        try:
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Origin]:
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    held = settings.current()
    pages.reset()
    server = await origin.open_on(origin.create_app(replace(held, http=replace(held.http, module_url=url))), listener)
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Origin(url, http)
    finally:
        await origin.shut(server)
