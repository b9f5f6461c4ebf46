"""Mass sendings: open, paused, stopped for good. What is paused or stopped is not looked at by the bulk lane at all, so
a pause costs one row however many messages wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.core import db
from backend.core.clock import SHANGHAI, now

WHY_STOPPED = "发送任务已终止，没有再发"
SWEEP = 2_000
"""Rows that one statement of the sweep changes."""


HELD_BACK = (
    "EXISTS (SELECT 1 FROM push_sender s WHERE s.sender = x.sender AND (s.state <> 'open' OR {hour}::int < s.hour_from"
    " OR {hour}::int >= s.hour_to))"
)
"""Whether row `x` belongs to a sending that may send nothing in this hour (`hour`)."""


def hour(at: datetime) -> int:
    """The hour that sendings go by, Asia/Shanghai."""
    return at.astimezone(SHANGHAI).hour


@dataclass(frozen=True, slots=True)
class Sending:
    """`pace` is messages a second over all workers."""

    sender: str
    pace: int


async def opened(sender: str, *, pace: int, hour_from: int = 0, hour_to: int = 24) -> None:
    """Let messages of `sender` leave, so many a second, in these hours (Asia/Shanghai). In the caller's transaction.

    One that was stopped stays so: stopping is for good.
    """
    await db.execute(
        "INSERT INTO push_sender AS s (sender, state, pace, hour_from, hour_to, swept, changed_at)"
        " VALUES ($1, 'open', $2, $3, $4, false, $5) ON CONFLICT (sender) DO UPDATE SET state = 'open',"
        " pace = excluded.pace, hour_from = excluded.hour_from, hour_to = excluded.hour_to,"
        " changed_at = excluded.changed_at WHERE s.state <> 'stopped'",
        sender,
        pace,
        hour_from,
        hour_to,
        now(),
    )


async def paused(sender: str) -> None:
    """Nothing of it leaves once this has committed, but for what a worker has in its hands already."""
    await db.execute(
        "UPDATE push_sender SET state = 'paused', changed_at = $2 WHERE sender = $1 AND state = 'open'", sender, now()
    )


async def stopped(sender: str) -> None:
    """As a pause, and for good; `sweep` writes down what was not sent. In the caller's transaction."""
    await db.execute(
        "UPDATE push_sender SET state = 'stopped', swept = false, changed_at = $2 WHERE sender = $1", sender, now()
    )


async def sending(at: datetime) -> list[Sending]:
    """The open ones whose hours these are, the earliest first."""
    rows = await db.fetch(
        "SELECT sender, pace FROM push_sender WHERE state = 'open' AND hour_from <= $1 AND $1 < hour_to"
        " ORDER BY changed_at",
        hour(at),
    )
    return [Sending(row["sender"], row["pace"]) for row in rows]


async def held(sender: str) -> bool:
    """Whether it is still open; holds a pause back until the caller's transaction has ended, some milliseconds."""
    row = await db.fetch_one("SELECT state FROM push_sender WHERE sender = $1 AND state = 'open' FOR SHARE", sender)
    return row is None


async def waits(sender: str) -> bool:
    """Whether something of it has still to leave, or to be written down."""
    row = await db.fetch_one(
        "SELECT EXISTS (SELECT 1 FROM push_message WHERE sender = $1 AND plan_at IS NOT NULL) OR EXISTS (SELECT 1 FROM"
        " push_delivery WHERE sender = $1 AND state IN ('queued', 'retry', 'claimed')) AS waits",
        sender,
    )
    return row is not None and bool(row["waits"])


async def sweep() -> int:
    """Write down for stopped sendings what was not sent; how many rows. Restartable, a few thousand at a time."""
    done = 0
    for row in await db.fetch("SELECT sender FROM push_sender WHERE state = 'stopped' AND NOT swept"):
        moved = await _sweep(row["sender"])
        done += moved
        # a claimed row may still come back as a retry: done only when nothing is in a worker's hands
        if not moved and not await waits(row["sender"]):
            await db.execute("UPDATE push_sender SET swept = true WHERE sender = $1", row["sender"])
    return done


async def _sweep(sender: str) -> int:
    at = now()
    rows = await db.execute(
        "UPDATE push_delivery SET state = CASE state WHEN 'unknown' THEN state ELSE 'stopped' END, next_at = NULL,"
        " why = CASE state WHEN 'unknown' THEN '没有收到发送结果，任务已终止，不再发送' ELSE $2 END, updated_at = $3"
        " WHERE id IN (SELECT id FROM push_delivery WHERE sender = $1 AND (state IN ('queued', 'retry')"
        " OR (state = 'unknown' AND next_at IS NOT NULL AND channel <> 'sms')) LIMIT $4 FOR UPDATE SKIP LOCKED)",
        sender,
        WHY_STOPPED,
        at,
        SWEEP,
    )
    rows += await db.execute(
        "UPDATE push_message SET plan_at = NULL WHERE id IN (SELECT id FROM push_message WHERE sender = $1"
        " AND plan_at IS NOT NULL LIMIT $2 FOR UPDATE SKIP LOCKED)",
        sender,
        SWEEP,
    )
    return rows
