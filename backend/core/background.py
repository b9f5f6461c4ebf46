"""Ending tasks that run beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until each is over.

    A client library can lose a cancellation that meets an answer halfway (`asyncio.wait_for` before Python 3.12 does);
    so it is repeated until it is heard.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.5)
