"""Which channels are to be left alone, for how long, and whether a person has to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Gauge

from backend.core import db, logging
from backend.core.clock import now

log = logging.get("push")

ALARM = Gauge(
    "tf_push_channel_alarm", "1 while a channel's credentials are refused", ["channel"], multiprocess_mode="mostrecent"
)


@dataclass(frozen=True, slots=True)
class Health:
    """`paused` holds only what is still in force."""

    paused: dict[str, datetime]
    marked: frozenset[str]


async def load(at: datetime) -> Health:
    rows = await db.fetch("SELECT channel, paused_until, alarm FROM push_channel")
    return Health(
        paused={
            row["channel"]: row["paused_until"] for row in rows if row["paused_until"] and row["paused_until"] > at
        },
        marked=frozenset(row["channel"] for row in rows if row["paused_until"] or row["alarm"]),
    )


async def pause(channel: str, until: datetime, *, alarm: bool, code: str) -> None:
    """Leave a channel alone until then; a longer pause that is in force stays."""
    await db.execute(
        "INSERT INTO push_channel AS c (channel, paused_until, alarm, code, changed_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (channel) DO UPDATE SET paused_until = greatest(c.paused_until, $2), alarm = c.alarm OR $3,"
        " code = $4, changed_at = $5",
        channel,
        until,
        alarm,
        code,
        now(),
    )
    if alarm:
        ALARM.labels(channel).set(1)
        log.error("channel_stopped", channel=channel, code=code, until=until.isoformat())
    else:
        log.warning("channel_slowed", channel=channel, code=code, until=until.isoformat())


async def recovered(channel: str) -> None:
    """A delivery went through: the channel works again."""
    changed = await db.execute(
        "UPDATE push_channel SET paused_until = NULL, alarm = false, changed_at = $2"
        " WHERE channel = $1 AND (alarm OR paused_until IS NOT NULL) AND changed_at < $2",
        channel,
        now(),
    )
    if changed:
        ALARM.labels(channel).set(0)
        log.info("channel_recovered", channel=channel)
