"""The simulators on a free port, and a small hand on their control interface."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis
from sanic import Sanic

from backend.providers.config import Vendors, load
from backend.sandbox.app import create_app
from backend.sandbox.world import World
from tests.conftest import free_socket


@dataclass
class Desk:
    """The running simulators as a test sees them."""

    base: str
    world: World
    folder: Path

    @property
    def vendors(self) -> Vendors:
        return load(self.folder / "sandbox" / "credentials.json")

    async def control(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        address = f"{self.base}/_control{path}"
        async with aiohttp.ClientSession() as http, http.request(method, address, json=body) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json(content_type=None)

    async def fault(self, vendor: str, call: str, fault: str, **more: Any) -> None:
        await self.control("PUT", f"/faults/{vendor}/{call}", {"fault": fault, **more})

    async def count(self, vendor: str, call: str) -> int:
        found = await self.control("GET", f"/received?vendor={vendor}&call={call}")
        return int(found["count"])

    async def last(self, vendor: str, call: str) -> dict[str, Any]:
        found = await self.control("GET", f"/received?vendor={vendor}&call={call}")
        detail: dict[str, Any] = found["items"][-1]["detail"]
        return detail


@asynccontextmanager
async def listening(app: Sanic[Any, Any], listener: Any) -> AsyncIterator[None]:
    """The app on a socket, in this loop, until the end of the block."""
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    try:
        yield
    finally:
        await server.before_stop()
        server.server.close()  # does not wait for connections that clients keep
        await server.after_stop()


@asynccontextmanager
async def simulators(folder: Path, *, public_url: str = "http://127.0.0.1:9") -> AsyncIterator[Desk]:
    listener = free_socket()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(folder, base_url=base, public_url=public_url)
    async with listening(app, listener):
        yield Desk(base, app.ctx.world, folder)


@asynccontextmanager
async def a_redis(folder: Path) -> AsyncIterator[Redis]:
    """A client on an empty Redis database: the given server's number 2, or an embedded one's."""
    address, stop = os.environ.get("TF_TEST_REDIS_URL"), None
    if not address:
        from backend.local.servers import start_valkey

        server = await start_valkey(folder / "servers")
        address, stop = server.url, server.stop
    client = Redis.from_url(address.rsplit("/", 1)[0] + "/2")
    await client.flushdb()
    try:
        yield client
    finally:
        await client.aclose()
        if stop is not None:
            await stop()
