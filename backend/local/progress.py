"""What the person at the terminal reads: one line a step, with the seconds since the start."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Progress:
    """Plain lines; dim figures when a terminal reads them. A reader that went away does not stop the program."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._colour = sys.stdout.isatty()

    def plain(self, text: str) -> None:
        with suppress(OSError, ValueError):
            print(text, flush=True)

    def say(self, text: str) -> None:
        figure = f"{time.monotonic() - self._start:6.1f} s"
        self.plain(f"\x1b[2m{figure}\x1b[0m  {text}" if self._colour else f"{figure}  {text}")

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say how long the block took once it is done."""
        started = time.monotonic()
        yield
        self.say(f"{text} ({time.monotonic() - started:.1f} s)")
