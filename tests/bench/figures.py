"""A measured row, and turns of subject and baseline in one run."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

ROUNDS = 3


@dataclass
class Row:
    """One figure: the subject's median, the baseline's median, and the median of their ratios round by round."""

    name: str
    unit: str
    values: list[float]
    baselines: list[float]
    note: str = ""

    def result(self) -> dict[str, Any]:
        ratios = [value / base for value, base in zip(self.values, self.baselines, strict=False) if base]
        return {
            "value": round(statistics.median(self.values), 3),
            "unit": self.unit,
            "baseline": round(statistics.median(self.baselines), 3) if self.baselines else None,
            "ratio": round(statistics.median(ratios), 3) if ratios else None,
            "n": len(self.values),
            "min": round(min(self.values), 3),
            "max": round(max(self.values), 3),
            **({"note": self.note} if self.note else {}),
        }


async def in_turn(
    name: str,
    unit: str,
    subject: Callable[[], Awaitable[float]],
    baseline: Callable[[], Awaitable[float]],
    *,
    rounds: int = ROUNDS,
    note: str = "",
) -> Row:
    """Baseline and subject one after the other, `rounds` times; the first of each is warm-up and not counted."""
    await baseline()
    await subject()
    row = Row(name, unit, [], [], note)
    for _ in range(rounds):
        row.baselines.append(await baseline())
        row.values.append(await subject())
    return row
