"""The embedded servers for a test run on a machine that has none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from backend.local.servers import start_postgres, start_valkey


async def start_servers(data: Path) -> tuple[str, str, Callable[[], Awaitable[None]]]:
    """(database url, Redis url, stop). Not durable: a test run that dies needs nothing back."""
    postgres, valkey = await asyncio.gather(
        start_postgres(data / "servers", durable=False), start_valkey(data / "servers")
    )

    async def stop() -> None:
        await asyncio.gather(postgres.stop(), valkey.stop())

    return postgres.url, valkey.url, stop
