"""How calls to departments go, release by release: what the guard compares and a team reads of its module.

A row is one slice of time of one release over all processes, kept for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.core import db, logging
from backend.core.clock import now

log = logging.get("evidence")

SLICE_S = 5
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls of one release in a window; `seconds` is the sum over them."""

    calls: int = 0
    failures: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.failures / self.calls if self.calls else 0.0

    @property
    def mean(self) -> float:
        return self.seconds / self.calls if self.calls else 0.0


async def note(release: str, *, failed: bool, seconds: float) -> None:
    """Count one call. Losing one costs nothing: whatever goes wrong here must not reach the citizen."""
    moment = int(now().timestamp()) // SLICE_S * SLICE_S
    try:
        await db.execute(
            "INSERT INTO modules_evidence (release, at, calls, failures, milliseconds) VALUES ($1, $2, 1, $3, $4)"
            " ON CONFLICT (release, at) DO UPDATE SET calls = modules_evidence.calls + 1,"
            " failures = modules_evidence.failures + EXCLUDED.failures,"
            " milliseconds = modules_evidence.milliseconds + EXCLUDED.milliseconds",
            release,
            datetime.fromtimestamp(moment, UTC),
            int(failed),
            int(seconds * 1000),
        )
    except Exception as exc:  # noqa: BLE001 - as said above
        log.warning("evidence_lost", release=release, error=repr(exc))


async def figures(release: str, since: datetime) -> Figures:
    row = await db.fetch_one(
        "SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(failures), 0) AS failures,"
        " coalesce(sum(milliseconds), 0) AS milliseconds FROM modules_evidence WHERE release = $1 AND at >= $2",
        release,
        since,
    )
    assert row is not None
    return Figures(int(row["calls"]), int(row["failures"]), int(row["milliseconds"]) / 1000)


async def forget() -> None:
    await db.execute("DELETE FROM modules_evidence WHERE at < $1", now() - KEEP)
