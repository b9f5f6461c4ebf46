"""Small machines for the tests of this folder."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from backend.local.instance import Instance
from backend.local.processes import MARK
from backend.local.settings import port_is_free

SMALL = Path(__file__).with_name("small.py")
_next_port = 18110


def three_ports() -> int:
    """The first of three ports in a row that nobody uses."""
    global _next_port
    for port in range(_next_port, 18198, 3):
        if all(port_is_free(port + offset) for offset in range(3)):
            _next_port = port + 3
            return port
    raise RuntimeError("no three free ports in a row from 18110 to 18199")


def small(data: Path, port: int | None = None, **env: str) -> Instance:
    """A machine of real servers and tiny programs; everything it starts bears its folder in its environment."""
    marked = {"TF_WEB_WORKERS": "2", "TF_TEST_OF": str(data.resolve()), **env}
    return Instance(data, port or three_ports(), env=marked, command=[sys.executable, str(SMALL)])


def remains(copy: Instance) -> list[str]:
    """Command lines of every process that belongs to a machine: its programs, their children and the servers."""
    found = []
    folder = str(copy.data)
    for process in psutil.process_iter():
        try:
            env = process.environ()
            belongs = folder in (env.get("TF_TEST_OF"), env.get(MARK)) or process.cwd().startswith(folder)
            if belongs and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


async def eventually(check: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True
