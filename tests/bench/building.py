"""A process that builds the newest snapshot once, and prints seconds and megabytes (a program of `swapping.py`)."""

from __future__ import annotations

import asyncio
import json
import time

import psutil

from backend import wiring
from backend.core import db, redis
from backend.core.settings import load
from backend.matters import catalogue
from backend.modules import registry


async def main() -> None:
    settings = load()
    redis.connect(settings.redis_url)
    catalogue.install()
    await db.connect(wiring.database(settings))
    me = psutil.Process()
    before, started = me.memory_full_info().uss, time.perf_counter()
    await registry.refresh()
    seconds = time.perf_counter() - started
    matters = len(registry.current().entries)
    if matters < 20_000:
        raise RuntimeError(f"only {matters} matters")
    print(json.dumps({"seconds": seconds, "mb": (me.memory_full_info().uss - before) / 1_048_576, "matters": matters}))
    await db.disconnect()
    await redis.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
