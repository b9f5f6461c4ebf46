"""Starting and resting: `start.cold`, `start.warm`, `memory.idle`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from backend.local.instance import Instance
from tests.bench.figures import ROUNDS, Row
from tests.bench.ports import free_ports

NAMES = ("start.cold", "start.warm", "memory.idle")


def proportional_memory(pids: list[int]) -> float:
    """Memory of processes in MB, shared pages counted once (PSS where the system tells it, else RSS)."""
    total = 0
    for pid in pids:
        try:
            held = psutil.Process(pid).memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += getattr(held, "pss", held.rss)
    return total / 1_048_576


def family(pid: int) -> list[int]:
    parent = psutil.Process(pid)
    return [parent.pid, *(child.pid for child in parent.children(recursive=True))]


async def measure(only: list[str]) -> AsyncIterator[Row]:
    if only and not any(name in NAMES for name in only):
        return
    cold = Row("start.cold", "s", [], [], "an empty data folder, pages and .venv built already; aim 15 s")
    warm = Row("start.warm", "s", [], [], "the same folder again; aim 6 s")
    idle = Row("memory.idle", "MB", [], [], "all processes at rest for 5 s, shared pages counted once; aim 900 MB")
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="tf-bench-") as folder:
            port = free_ports(3)
            for row in (cold, warm):
                instance = Instance(Path(folder) / "data", port)
                started = time.monotonic()
                await instance.start()
                row.values.append(time.monotonic() - started)
                if row is warm:
                    await asyncio.sleep(5)
                    idle.values.append(proportional_memory(family(instance.supervisor)))
                await instance.stop()
    for row in (cold, warm, idle):
        yield row
