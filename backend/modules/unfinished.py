"""Forms that people begin with one release and leave: what the guard and a team read of them.

Cases stand above modules, so the function that counts comes from there, when the program is wired.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

Count = Callable[[str, datetime], Awaitable["Forms"]]


@dataclass(frozen=True, slots=True)
class Forms:
    """Of one release in a window: forms handed in, and drafts that were begun and not touched for a while."""

    finished: int = 0
    left: int = 0

    @property
    def begun(self) -> int:
        return self.finished + self.left

    @property
    def rate(self) -> float:
        return self.left / self.begun if self.begun else 0.0


_count: Count | None = None


def configure(count: Count) -> None:
    global _count
    _count = count


async def of_release(release: str, since: datetime) -> Forms:
    """Forms of a release (`module@version`) that were begun or handed in since then."""
    if _count is None:
        raise RuntimeError("modules.unfinished.configure() was not called in this process")
    return await _count(release, since)
