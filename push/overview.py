"""How the channels do, for operators: what was handed over, what waits, what rests and why."""

from __future__ import annotations

from datetime import timedelta

from backend.core import db
from backend.core.clock import now
from backend.providers.vendors import desk
from push import senders, texts
from push.choosing import ORDER
from push.schemas import ChannelOut, CodeCount, PushHealth

WINDOW = timedelta(hours=24)
CODES = 20


async def health() -> PushHealth:
    at = now()
    # by the index on next_at and the time of the last change: what is old and settled is not counted again
    counts = await db.fetch(
        "SELECT d.channel, count(*) FILTER (WHERE d.state IN ('sent', 'received', 'read')) AS sent, count(*) FILTER"
        " (WHERE d.state IN ('received', 'read')) AS received, count(*) FILTER (WHERE d.state = 'failed') AS failed,"
        " count(*) FILTER (WHERE d.state = 'unknown') AS unknown FROM push_delivery d WHERE d.updated_at > $1"
        " AND d.state IN ('sent', 'received', 'read', 'failed', 'unknown') GROUP BY d.channel",
        at - WINDOW,
    )
    waiting = await db.fetch(
        "SELECT d.channel, count(*) AS n, count(*) FILTER (WHERE s.state <> 'open') AS held, min(d.next_at) FILTER"
        " (WHERE s.state IS NULL OR s.state = 'open') AS oldest FROM push_delivery d LEFT JOIN push_sender s ON"
        " s.sender = d.sender WHERE d.next_at <= $1 AND d.state IN ('queued', 'retry') GROUP BY d.channel",
        at,
    )
    codes = await db.fetch(
        "SELECT channel, provider_code, count(*) AS n FROM push_delivery WHERE updated_at > $1"
        " AND provider_code <> 'ok' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $2",
        at - WINDOW,
        CODES,
    )
    rests = {row["channel"]: row for row in await db.fetch("SELECT * FROM push_channel")}
    unplanned = await db.fetch_one(
        "SELECT count(*) AS n FROM push_message x WHERE plan_at <= $1"  # noqa: S608
        f" AND NOT {senders.HELD_BACK.format(hour='$2')}",
        at,
        senders.hour(at),
    )
    by_channel = {row["channel"]: row for row in counts}
    due = {row["channel"]: row for row in waiting}
    rates = desk().config.rates
    items: list[ChannelOut] = []
    for channel in ORDER:
        seen, late, rest = by_channel.get(channel), due.get(channel), rests.get(channel)
        until = rest["paused_until"] if rest is not None else None
        items.append(
            ChannelOut(
                channel=channel,  # type: ignore[arg-type]
                channel_text=texts.CHANNELS[channel],
                paused_until=until if until is not None and until > at else None,
                alarm=bool(rest["alarm"]) if rest is not None else False,
                code=rest["code"] if rest is not None and (rest["alarm"] or (until and until > at)) else None,
                handed_over=seen["sent"] if seen is not None else 0,
                received=seen["received"] if seen is not None else 0,
                failed=seen["failed"] if seen is not None else 0,
                unknown=seen["unknown"] if seen is not None else 0,
                waiting=late["n"] if late is not None else 0,
                held=late["held"] if late is not None else 0,
                oldest=late["oldest"] if late is not None else None,
                rate=rates.get(channel),
            )
        )
    return PushHealth(
        channels=items,
        codes=[CodeCount(channel=row["channel"], code=row["provider_code"], count=row["n"]) for row in codes],
        unplanned=int(unplanned["n"]) if unplanned is not None else 0,
    )
