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


async def _follow_parent(supervisor: Supervisor, parent: int) -> None:
    """Stop when the program that started us is gone: `make` or a test, killed outright, cannot pass the news on."""
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing announces a new parent
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
