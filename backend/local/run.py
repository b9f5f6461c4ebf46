"""`python -m backend run`: everything on one machine."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Sequence

from backend.local import settings as local_settings
from backend.local.plan import Planner, tianfu
from backend.local.settings import StartRefused
from backend.local.supervisor import Supervisor

PR_SET_PDEATHSIG = 1


def _interrupted_make(pid: int) -> bool:
    """Whether a process is GNU make after SIGINT: it took its handler away and waits for us (Linux)."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return False
    handles = int(status.get("SigCgt", "0"), 16) >> (signal.SIGINT - 1) & 1
    return status.get("Name") in ("make", "gmake") and not handles


async def _follow_parent(supervisor: Supervisor, parent: int) -> None:
    """Stop when the program that started us is gone or wants to go.

    Killed outright, `make` or a test cannot pass the news on. Make does not pass on an interrupt either: it counts on
    the terminal for that, and a signal to make alone would leave both waiting for each other.
    """
    ignores = _interrupted_make(parent)  # `nohup make` and the like never had a handler
    while os.getppid() == parent and (ignores or not _interrupted_make(parent)):  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(0.5)
    supervisor.halt()


async def _run(planner: Planner) -> int:
    supervisor = Supervisor(local_settings.load(), planner)
    follower = None
    parent = os.environ.pop("TF_FOLLOW_PARENT", "")
    if parent.isdigit():
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        follower = asyncio.create_task(_follow_parent(supervisor, int(parent)))
    try:
        return await supervisor.run()
    finally:
        if follower is not None:
            follower.cancel()


def main(argv: Sequence[str] = (), planner: Planner = tianfu) -> int:
    """Start, serve until Ctrl-C or SIGTERM, stop. Returns the exit code."""
    if argv:
        print(f"`run` takes no arguments, settings come from the environment: {' '.join(argv)}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_run(planner))
    except StartRefused as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
