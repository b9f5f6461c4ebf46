"""How calls to departments go and how often guides are read, release by release: what the guard compares and a team
reads of its module.

A row is one slice of time of one release over all processes, kept for a day.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.core import db, logging
from backend.core.clock import now

log = logging.get("evidence")

SLICE_S = 5
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Calls of one release in a window; `seconds` is the sum over them. `views`: how often its guides were read."""

    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    views: int = 0

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
            "INSERT INTO modules_evidence (release, at, calls, failures, milliseconds, views)"
            " VALUES ($1, $2, 1, $3, $4, 0)"
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


_views: Counter[str] = Counter()


def viewed(release: str) -> None:
    """Count one reading of a guide, in memory: the path that most requests take waits for nothing."""
    _views[release] += 1


async def flush() -> None:
    """Write what was counted since the last time; what cannot be written now stays for the next."""
    moment = datetime.fromtimestamp(int(now().timestamp()) // SLICE_S * SLICE_S, UTC)
    counted = dict(_views)
    if not counted:
        return
    await db.execute(
        "INSERT INTO modules_evidence (release, at, calls, failures, milliseconds, views)"
        " SELECT release, $1, 0, 0, 0, views FROM unnest($2::text[], $3::int[]) AS counted (release, views)"
        " ORDER BY release ON CONFLICT (release, at)"
        " DO UPDATE SET views = coalesce(modules_evidence.views, 0) + EXCLUDED.views",
        moment,
        list(counted),
        list(counted.values()),
    )
    _views.subtract(counted)
    for release in [key for key, left in _views.items() if left <= 0]:
        del _views[release]


async def follow() -> None:
    """Flush every few seconds until cancelled, and once more then."""
    try:
        while True:
            await asyncio.sleep(SLICE_S)
            await _quietly()
    finally:
        await _quietly()


async def _quietly() -> None:
    try:
        await flush()
    except Exception as exc:  # noqa: BLE001 - a database that is away costs figures, nothing else
        log.warning("views_not_written", error=repr(exc))


async def figures(release: str, since: datetime) -> Figures:
    row = await db.fetch_one(
        "SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(failures), 0) AS failures,"
        " coalesce(sum(milliseconds), 0) AS milliseconds, coalesce(sum(views), 0) AS views"
        " FROM modules_evidence WHERE release = $1 AND at >= $2",
        release,
        since,
    )
    assert row is not None
    return Figures(int(row["calls"]), int(row["failures"]), int(row["milliseconds"]) / 1000, int(row["views"]))


async def forget() -> None:
    await db.execute("DELETE FROM modules_evidence WHERE at < $1", now() - KEEP)
