"""Sending what is due: prepare, claim, call the vendor, write down what came of it.

A row is claimed (`FOR UPDATE SKIP LOCKED`) right before the call and no lock is held during it. Everything that may
take time or fail harmlessly, addresses and cids, comes before the claim, so that a worker that dies between claim and
call is rare; its row then counts as an unknown outcome, never as not sent.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg
import msgspec

from backend.core import db, logging
from backend.core.clients import ProviderError
from backend.core.clock import now
from backend.providers.vendors import desk
from push import buckets, channels, cids, grants, health, planning, reach
from push.channels import Target
from push.choosing import PATIENCE
from push.ports import ports
from push.texts import Content
from push.verdicts import CID_LIFE, Verdict, judge

log = logging.get("push")

LEASE = timedelta(seconds=60)
"""Longer than the slowest call with its token renewal; a claim older than this belongs to a dead worker."""

SURPRISE = timedelta(minutes=1)
"""How long a delivery waits that failed for no reason of the vendor's."""

RECEIPTS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""When the vendor is asked whether a message arrived, after it was sent."""

AT_ONCE = 20

DUE = (
    "SELECT d.id, d.message_id, d.channel, d.state, d.attempts, d.template, d.created_at, d.idempotency,"
    " d.idempotency_at, m.citizen_id, m.kind, m.title, m.body, m.link, m.urgent, m.data, m.read_at, m.expires_at,"
    " m.created_at AS told_at FROM push_delivery d JOIN push_message m ON m.id = d.message_id"
    " WHERE d.next_at <= $1 AND (d.state IN ('queued', 'retry') OR (d.state = 'unknown' AND d.channel <> 'sms'))"
)


async def send_message(message_id: str) -> int:
    """Send what is due of one message, with its fallbacks; returns how many attempts were made."""
    made = 0
    for _ in range(8):  # a chain has four channels; each may be prepared once and sent once
        rows = await db.fetch(DUE + " AND d.message_id = $2 ORDER BY d.next_at", now(), uuid.UUID(message_id))
        if not rows:
            break
        for row in rows:
            made += await attempt(row)
    return made


async def send_due(limit: int = AT_ONCE) -> int:
    """Send what is due of all messages but mass sendings, the most urgent and oldest first; how many rows were
    looked at."""
    rows = await db.fetch(DUE + " AND d.sender IS NULL ORDER BY m.urgent DESC, d.next_at LIMIT $2", now(), limit)
    await asyncio.gather(*(attempt(row) for row in rows))
    return len(rows)


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything a call needs, gathered before the claim."""

    address: str
    devices: list[str]
    idempotency: str
    idempotency_at: datetime


async def attempt(row: asyncpg.Record) -> bool:
    """One attempt for one due delivery; True when the vendor was called.

    A surprise (an address that cannot be read, a defect) is logged and waits a minute: one delivery must hold up
    neither the others nor the loop over them. Raises only when the database is lost.
    """
    try:
        return await _attempt(row, now())
    except Exception as exc:
        if db.is_connection_error(exc):
            raise
        log.error("attempt_failed", delivery=str(row["id"]), error=repr(exc), exc_info=exc)
        at = now()
        await _mark(row, row["state"], None, at + SURPRISE, at)
        return False


async def _attempt(row: asyncpg.Record, at: datetime) -> bool:
    if row["expires_at"] <= at or (row["read_at"] is not None and row["state"] != "unknown"):
        await _close(row, at)
        return False
    if row["state"] == "unknown" and row["channel"] == "jpush" and at >= row["idempotency_at"] + CID_LIFE:
        await _close(row, at)  # JPush has forgotten the cid: asking again would be sending again
        return False
    state = await health.load(at)
    until = state.paused.get(row["channel"])
    if until is not None:
        await _postpone(row, until, at)
        return False
    try:
        ready = await _prepare(row, at)
    except ProviderError as error:
        # nothing was sent: whatever the code says, this is no unknown outcome
        kind = error if error.outcome != "unknown" else ProviderError("retryable", error.provider, error.code)
        await failed(row, row["attempts"] + 1, kind, at, expect=row["state"])
        return False
    if ready is None:
        await _give_up(row, "这个渠道已经联系不到您", at)
        return False
    wait = await buckets.for_one(row["channel"], urgent=row["urgent"])
    if wait:
        await _mark(row, row["state"], None, at + timedelta(seconds=wait), at)
        return False
    attempts = await _claim(row, ready, at)
    if attempts is None:
        return False
    try:
        provider_id = await channels.send(row["channel"], _target(row, ready, at), content(row))
    except ProviderError as error:
        await failed(row, attempts, error, now(), expect="claimed", since=ready.idempotency_at)
    else:
        await _sent(row, provider_id, now())
        if row["channel"] in state.marked:
            await health.recovered(row["channel"])
    return True


async def _prepare(row: asyncpg.Record, at: datetime) -> Ready | None:
    """Address and idempotency value; None when the citizen cannot be reached here any more."""
    citizen = str(row["citizen_id"])
    devices: list[str] = []
    address = ""
    if row["channel"] == "jpush":
        devices = await reach.devices(citizen)
    else:
        addresses = await ports().addresses(citizen)
        address = reach.address_on(row["channel"], addresses)
    if not devices and not address:
        return None
    idempotency, born = row["idempotency"], row["idempotency_at"]
    stale = born is not None and at - born >= CID_LIFE and row["state"] != "unknown"
    if row["channel"] == "jpush" and (idempotency is None or stale):
        cid, since = await cids.take(at)
        kept = await db.fetch_one(
            "UPDATE push_delivery SET idempotency = $2, idempotency_at = $3 WHERE id = $1"
            " AND idempotency IS NOT DISTINCT FROM $4 RETURNING idempotency, idempotency_at",
            row["id"],
            cid,
            since,
            idempotency,
        )
        if kept is None:  # another worker was faster: its value counts
            kept = await db.fetch_one("SELECT idempotency, idempotency_at FROM push_delivery WHERE id = $1", row["id"])
            assert kept is not None
        idempotency, born = kept["idempotency"], kept["idempotency_at"]
    return Ready(address, devices, idempotency, born)


async def _claim(row: asyncpg.Record, ready: Ready, at: datetime) -> int | None:
    """Take the row for one attempt; None when another worker has it. Returns the attempt's number."""
    claimed = await db.fetch_one(
        "UPDATE push_delivery SET state = 'claimed', claimed_at = $2, attempts = attempts + 1, next_at = $3,"
        " targets = $4::jsonb, updated_at = $2 WHERE id = (SELECT id FROM push_delivery WHERE id = $1"
        " AND state = $5 AND attempts = $6 AND next_at <= $2 FOR UPDATE SKIP LOCKED) RETURNING attempts",
        row["id"],
        at,
        at + LEASE,
        msgspec.json.encode(ready.devices).decode(),
        row["state"],
        row["attempts"],
    )
    return None if claimed is None else int(claimed["attempts"])


def _target(row: asyncpg.Record, ready: Ready, at: datetime) -> Target:
    return Target(ready.address, ready.devices, row["template"], ready.idempotency, left_of(row, at))


def left_of(row: asyncpg.Record, at: datetime) -> int:
    """Seconds for which a vendor may keep trying."""
    return max(60, min(86_400, int((row["expires_at"] - at).total_seconds())))


def content(row: asyncpg.Record) -> Content:
    return Content(
        id=str(row["message_id"]),
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        link=row["link"],
        data=msgspec.json.decode(row["data"]),
        created_at=row["told_at"],
    )


async def _sent(row: asyncpg.Record, provider_id: str, at: datetime) -> None:
    """The vendor has it. That is true whatever a replay job has made of the row in between."""
    asks = row["channel"] in ("jpush", "sms")
    async with db.transaction():
        changed = await db.execute(
            "UPDATE push_delivery SET state = 'sent', sent_at = $2, updated_at = $2, next_at = $3,"
            " provider_code = 'ok', provider_message_id = $4"
            " WHERE id = $1 AND state NOT IN ('sent', 'received', 'read')",
            row["id"],
            at,
            at + RECEIPTS[0] if asks else None,
            provider_id or None,
        )
        if changed and row["channel"] == "wechat":
            template = desk().config.wechat.templates.get(row["template"], "")
            await grants.spend_one(str(row["citizen_id"]), template)


async def failed(
    row: asyncpg.Record,
    attempts: int,
    error: ProviderError,
    at: datetime,
    *,
    expect: str,
    since: datetime | None = None,
) -> None:
    """Write a failed attempt and what follows from it; go on to the next channel when this one is done for."""
    verdict = judge(
        error,
        channel=row["channel"],
        urgent=row["urgent"],
        attempts=attempts,
        idempotent_since=since or row["idempotency_at"],
        at=at,
    )
    log.warning(
        f"delivery_{verdict.state}",
        delivery=str(row["id"]),
        channel=row["channel"],
        code=error.code,
        attempts=attempts,
    )
    if row["state"] == "unknown":
        verdict = _still_unknown(row["channel"], verdict)
    gives_up = verdict.state == "failed"
    if verdict.state == "retry" and verdict.next_at is not None:
        late = verdict.next_at > row["created_at"] + PATIENCE[row["urgent"]]
        gives_up = late and await planning.has_alternative(row["message_id"], row["channel"], at)
    changed = 0
    async with db.transaction():
        changed = await db.execute(
            "UPDATE push_delivery SET state = $4, why = $5, next_at = $6, provider_code = $7, attempts = $3,"
            " updated_at = $8 WHERE id = $1 AND state = $2 AND attempts IN ($3, $3 - 1)",
            row["id"],
            expect,
            attempts,
            "failed" if gives_up else verdict.state,
            verdict.reason,
            None if gives_up else verdict.next_at,
            error.code[:64],
            at,
        )
        if changed:
            await _consequences(row, verdict, error)
            if gives_up:
                await planning.ask_again(row["message_id"], at)
    if changed and gives_up:
        await planning.plan(row["message_id"])


def _still_unknown(channel: str, verdict: Verdict) -> Verdict:
    """An earlier attempt may have been taken. A refusal that did nothing leaves that open, and WeChat's or Alipay's
    "used up" after it says rather that it was; only JPush, which compares cids, can say that nothing was sent."""
    if verdict.state == "retry":
        return replace(verdict, state="unknown")
    if verdict.state == "failed" and channel != "jpush":
        return replace(verdict, state="unknown", reason="没有收到发送结果，为免重复不再发送")
    return verdict


async def _consequences(row: asyncpg.Record, verdict: Verdict, error: ProviderError) -> None:
    citizen = str(row["citizen_id"])
    if verdict.spends_grant:
        await grants.spend_all(citizen, desk().config.wechat.templates.get(row["template"], ""))
    if verdict.drops_devices:
        await db.execute(
            "DELETE FROM push_device WHERE citizen_id = $1 AND registration_id IN"
            " (SELECT jsonb_array_elements_text(targets) FROM push_delivery WHERE id = $2)",
            row["citizen_id"],
            row["id"],
        )
    if verdict.pause is not None:
        await health.pause(row["channel"], verdict.pause, alarm=verdict.alarm, code=error.code[:64])


async def _postpone(row: asyncpg.Record, until: datetime, at: datetime) -> None:
    """The channel is paused: wait for it, or go another way when the message has waited long enough."""
    late = until > row["created_at"] + PATIENCE[row["urgent"]]
    if late and row["state"] != "unknown" and await planning.has_alternative(row["message_id"], row["channel"], at):
        await _give_up(row, "该渠道暂时发不出去", at)
        return
    await _mark(row, row["state"], None, until, at)


async def _give_up(row: asyncpg.Record, why: str, at: datetime) -> None:
    if row["state"] == "unknown":
        await _mark(row, "unknown", why, None, at)
        return
    async with db.transaction():
        changed = await _mark(row, "failed", why, None, at)
        if changed:
            await planning.ask_again(row["message_id"], at)
    if changed:
        await planning.plan(row["message_id"])


async def _close(row: asyncpg.Record, at: datetime) -> None:
    if row["state"] == "unknown":
        await _mark(row, "unknown", "没有收到发送结果，为免重复不再发送", None, at)
    elif row["read_at"] is not None:
        await _mark(row, "skipped", "您已经在消息列表里看过", None, at)
    else:
        await _mark(row, "expired", "已过时，不再发送", None, at)


async def _mark(row: asyncpg.Record, state: str, why: str | None, next_at: datetime | None, at: datetime) -> int:
    """Change a row that nobody has claimed since it was read."""
    return await db.execute(
        "UPDATE push_delivery SET state = $3, why = coalesce($4, why), next_at = $5, updated_at = $6"
        " WHERE id = $1 AND state = $2 AND attempts = $7",
        row["id"],
        row["state"],
        state,
        why,
        next_at,
        at,
        row["attempts"],
    )


async def release_dead(limit: int = 100) -> int:
    """Claims of workers that are gone become unknown outcomes, to be settled as any other."""
    at = now()
    rows = await db.fetch(
        "SELECT d.id, d.message_id, d.channel, d.state, d.attempts, d.template, d.created_at, d.idempotency_at,"
        " m.citizen_id, m.urgent FROM push_delivery d JOIN push_message m ON m.id = d.message_id"
        " WHERE d.state = 'claimed' AND d.next_at <= $1 ORDER BY d.next_at LIMIT $2",
        at,
        limit,
    )
    for row in rows:
        lost = ProviderError("unknown", row["channel"], "worker_lost")
        await failed(row, row["attempts"], lost, at, expect="claimed")
    return len(rows)
