"""Asking vendors what became of messages: unknown outcomes of SMS, and receipts of JPush and SMS."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

from backend.core import db, logging
from backend.core.clients import ProviderError
from backend.core.clock import SHANGHAI, now
from backend.providers.vendors import desk
from push import planning
from push.ports import ports
from push.sending import RECEIPTS

log = logging.get("push")

LEASE = timedelta(seconds=60)
SETTLED = timedelta(minutes=3)
"""After this long a text message that the vendor does not know was not sent."""

_COLUMNS = "d.id, d.message_id, d.channel, d.idempotency, d.claimed_at, d.sent_at, d.provider_message_id, m.citizen_id"


async def _due(channel: str, state: str, at: datetime, limit: int) -> list[asyncpg.Record]:
    """Rows to ask about; two workers never ask about the same row at once."""
    return await db.fetch(
        f"UPDATE push_delivery d SET next_at = $4 FROM push_message m WHERE m.id = d.message_id AND d.id IN"  # noqa: S608
        " (SELECT id FROM push_delivery WHERE channel = $1 AND state = $2 AND next_at <= $3 ORDER BY next_at LIMIT $5"
        f" FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}",
        channel,
        state,
        at,
        at + LEASE,
        limit,
    )


async def settle(limit: int = 100) -> int:
    """Ask about everything that is due; returns how many rows were asked about."""
    at = now()
    asked = 0
    for state in ("unknown", "sent"):
        for row in await _due("sms", state, at, limit):
            asked += 1
            try:
                await _sms(row, at, unknown=state == "unknown")
            except Exception as exc:
                if db.is_connection_error(exc):
                    raise
                log.error("receipt_failed", delivery=str(row["id"]), error=repr(exc), exc_info=exc)  # asked again
    asked += await _jpush(at, limit)
    await db.execute("DELETE FROM push_inbound WHERE created_at < $1", at - timedelta(days=7))
    return asked


async def _sms(row: asyncpg.Record, at: datetime, *, unknown: bool) -> None:
    addresses = await ports().addresses(str(row["citizen_id"]))
    if addresses.phone is None:
        await _set(row, "unknown" if unknown else "sent", None, at)
        return
    try:
        found = await desk().sms.find(
            addresses.phone,
            sent_on=row["claimed_at"].astimezone(SHANGHAI).date(),
            out_id=row["idempotency"],
        )
    except ProviderError as error:
        log.warning("receipt_not_read", channel="sms", code=error.code)  # the lease ends, and it is asked again
        return
    if found is None:
        if not unknown:
            await _set(row, "sent", _later(row, at), at)
        elif at - row["claimed_at"] >= SETTLED:
            await _set(row, "retry", at, at, why="运营商没有收到，重新发送")
        else:
            await _set(row, "unknown", at + LEASE, at)
    elif found.state == "delivered":
        await _set(row, "received", None, at)
    elif found.state == "failed":
        async with db.transaction():
            changed = await _set(row, "failed", None, at, why="短信没有送到", code=found.code)
            if changed:
                await planning.ask_again(row["message_id"], at)
        if changed:
            await planning.plan(row["message_id"])
    else:
        await _set(row, "sent", _later(row, at), at)


async def _jpush(at: datetime, limit: int) -> int:
    rows = await _due("jpush", "sent", at, min(limit, 100))
    by_id = {row["provider_message_id"]: row for row in rows if row["provider_message_id"]}
    if not by_id:
        return 0
    try:
        reports = await desk().jpush.received(list(by_id))
    except ProviderError as error:
        log.warning("receipt_not_read", channel="jpush", code=error.code)
        return 0
    arrived = {
        report.msg_id for report in reports if (report.android or 0) + (report.ios_received or report.ios_sent or 0) > 0
    }
    for msg_id, row in by_id.items():
        if msg_id in arrived:
            await _set(row, "received", None, at)
        else:
            await _set(row, "sent", _later(row, at), at)
    return len(by_id)


def _later(row: asyncpg.Record, at: datetime) -> datetime | None:
    """When to ask next; None once a day has passed."""
    since = row["sent_at"] or row["claimed_at"]
    return next((since + step for step in RECEIPTS if since + step > at), None)


async def _set(
    row: asyncpg.Record,
    state: str,
    next_at: datetime | None,
    at: datetime,
    *,
    why: str | None = None,
    code: str | None = None,
) -> int:
    return await db.execute(
        "UPDATE push_delivery SET state = $2::varchar, next_at = $3, updated_at = $4, why = coalesce($5, why),"
        " provider_code = coalesce($6, provider_code), sent_at = CASE WHEN $2::varchar IN ('sent', 'received')"
        " THEN coalesce(sent_at, claimed_at) ELSE sent_at END WHERE id = $1 AND state IN ('unknown', 'sent')",
        row["id"],
        state,
        next_at,
        at,
        why,
        code or None,
    )
