"""Forms that people begin with one release and leave: what the guard and a team read of them."""

from __future__ import annotations

from dataclasses import dataclass


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
