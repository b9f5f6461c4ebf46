"""A measured row, and turns of subject and baseline in one run."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

ROUNDS = 3


@dataclass
class Row:
    """One figure: the subject's median, the baseline's median, and the median of their ratios round by round.

    `costs` are microseconds of processor time a request, of the subject and of the baseline.
    """

    name: str
    unit: str
    values: list[float]
    baselines: list[float]
    note: str = ""
    costs: list[float] = field(default_factory=list)
    base_costs: list[float] = field(default_factory=list)

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
            **(
                {
                    "cpu_us": round(statistics.median(self.costs), 1),
                    "baseline_cpu_us": round(statistics.median(self.base_costs), 1),
                    "cpu_ratio": round(statistics.median(self.base_costs) / statistics.median(self.costs), 3),
                }
                if self.costs and statistics.median(self.costs)
                else {}
            ),
            **({"note": self.note} if self.note else {}),
        }


Measured = Callable[[], Awaitable[tuple[float, float]]]


async def in_turn(
    name: str, unit: str, subject: Measured, baseline: Measured, *, rounds: int = ROUNDS, note: str = ""
) -> Row:
    """Baseline and subject one after the other, `rounds` times; the first of each is warm-up and not counted.

    Beside the rates it keeps the processor time of each answer: on a machine with other work that is the steadier
    figure (`cpu_ratio` is baseline by subject, like `ratio` higher is better).
    """
    await baseline()
    await subject()
    row = Row(name, unit, [], [], note)
    for _ in range(rounds):
        for measure, values, costs in (
            (baseline, row.baselines, row.base_costs),
            (subject, row.values, row.costs),
        ):
            value, cost = await measure()
            values.append(value)
            costs.append(cost)
    return row
