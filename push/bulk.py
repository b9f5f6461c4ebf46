"""The bulk lane: mass sendings in batches, so that a message costs a share of a statement and not five of its own.

The ledger is the same as that of single messages: a row is claimed, with its idempotency value, in a transaction that
has ended before the vendor is called, and what came of the call is written after it. A worker that dies leaves at most
two batches of claims; they become unknown outcomes (`sending.release_dead`).
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec

from backend.core import db, logging
from backend.core.clients import ProviderError
from backend.core.clock import now
from backend.providers.vendors import desk
from push import buckets, channels, cids, health, planning, reach, senders, sending
from push.channels import Target
from push.choosing import ORDER, choose
from push.senders import Sending
from push.verdicts import CID_LIFE

log = logging.get("push")

PLAN_BATCH = 500
SEND_BATCH = 120
WIDTH = 2
"""Batches of one process at once: while one waits for the vendor, the other is claimed and written down."""
FLUSH_S = 0.1
"""How long a result may wait for the others of its batch before it is written down."""
PERSIST_S = 20.0
"""How long results are held while the database is away; after that the claims run out and count as unknown."""


async def pump(budget_s: float) -> int:
    """Plan and send what is due of the mass sendings that are open, in turn; how many rows were moved."""
    end = time.monotonic() + budget_s
    done = await senders.sweep()
    return done + sum(await asyncio.gather(*(_lane(end, plans=number == 0) for number in range(WIDTH))))


async def _lane(end: float, *, plans: bool) -> int:
    done = 0
    while time.monotonic() < end:
        moved = 0
        for item in await senders.sending(now()):
            if plans:
                moved += await plan(item.sender)
            for channel in ORDER:
                moved += await send(item, channel)
        done += moved
        if not moved:
            break
    return done


async def plan(sender: str, limit: int = PLAN_BATCH) -> int:
    """Choose a channel for messages of a mass sending that wait for one; how many were looked at."""
    at = now()
    again: list[uuid.UUID] = []
    async with db.transaction():
        if await senders.held(sender):
            return 0
        rows = await db.fetch(
            "SELECT id, citizen_id, kind, urgent, expires_at, EXISTS (SELECT 1 FROM push_delivery d WHERE"
            " d.message_id = m.id) AS tried FROM push_message m WHERE sender = $1 AND plan_at <= $2"
            " ORDER BY plan_at LIMIT $3 FOR UPDATE SKIP LOCKED",
            sender,
            at,
            limit,
        )
        again = [row["id"] for row in rows if row["tried"]]
        fresh = [row for row in rows if not row["tried"]]
        for kind, urgent in sorted({(row["kind"], row["urgent"]) for row in fresh}):
            await _plan(
                [row for row in fresh if (row["kind"], row["urgent"]) == (kind, urgent)], kind, urgent, at, sender
            )
    for message in again:  # a channel failed: the fallback looks at what was tried
        await planning.plan(message)
    return len(rows)


async def _plan(rows: list[asyncpg.Record], kind: str, urgent: bool, at: datetime, sender: str) -> None:
    await reach.one_at_a_time([row["citizen_id"] for row in rows], kind)
    reached = await reach.load_many([str(row["citizen_id"]) for row in rows], kind, urgent=urgent, at=at)
    columns: tuple[list[Any], ...] = ([], [], [], [], [], [], [])
    template = ""
    for row in rows:
        found = reached.get(str(row["citizen_id"]))
        if found is None or row["expires_at"] <= at:
            continue  # an account that was closed: the message stays in an inbox that nobody opens
        template = found.template
        for choice in choose(found.facts):
            key = uuid.uuid4()
            own = choice.channel != "jpush"  # JPush gives its own value, fetched before the first attempt
            line = (
                key,
                row["id"],
                choice.channel,
                choice.state,
                choice.why,
                choice.not_before,
                key.hex if own else None,
            )
            for column, value in zip(columns, line, strict=True):
                column.append(value)
    await db.execute(
        "INSERT INTO push_delivery (id, message_id, channel, state, why, attempts, next_at, updated_at, template,"
        " targets, idempotency, idempotency_at, created_at, sender) SELECT k, m, c, s, w, 0, n, $8::timestamptz, $9,"
        " '[]'::jsonb, i, CASE WHEN i IS NULL THEN NULL ELSE $8::timestamptz END, $8, $10 FROM unnest($1::uuid[],"
        " $2::uuid[], $3::varchar[], $4::varchar[], $5::varchar[], $6::timestamptz[], $7::varchar[])"
        " AS t (k, m, c, s, w, n, i)"
        " ON CONFLICT (message_id, channel) DO NOTHING",
        *columns,
        at,
        template,
        sender,
    )
    await db.execute("UPDATE push_message SET plan_at = NULL WHERE id = ANY($1::uuid[])", [row["id"] for row in rows])


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery that is ours, with all that its call needs."""

    row: asyncpg.Record
    attempts: int
    target: Target
    since: datetime


async def send(item: Sending, channel: str) -> int:
    """Send one batch of a mass sending on one channel; how many rows were moved."""
    at = now()
    due = await db.fetch_one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM push_delivery WHERE sender = $1 AND channel = $2 AND next_at <= $3"
        " AND state IN ('queued', 'retry', 'unknown') LIMIT $4) d",
        item.sender,
        channel,
        at,
        SEND_BATCH,
    )
    if due is None or not due["n"]:
        return 0
    wanted = await buckets.for_sender(item.sender, item.pace, int(due["n"]))
    wanted = min(wanted, await buckets.for_many(channel, wanted)) if wanted else 0
    if not wanted:
        return 0
    state = await health.load(at)
    try:
        stock = await cids.many(wanted, at) if channel == "jpush" and channel not in state.paused else []
    except ProviderError as error:
        log.warning("cids_failed", code=error.code)
        stock = []  # row by row, each is judged by what the vendor says
    claims, odd = await _claim(item.sender, channel, wanted, stock, at, paused=channel in state.paused)
    cids.give_back(stock)
    await asyncio.gather(*(sending.attempt(row) for row in odd))
    if claims:
        await _call(claims, recovers=channel in state.marked)
    return len(claims) + len(odd)


async def _claim(
    sender: str, channel: str, limit: int, stock: list[tuple[str, datetime]], at: datetime, *, paused: bool
) -> tuple[list[Claimed], list[asyncpg.Record]]:
    """Claim what is plain; what is not (expired, read, unknown, unreachable, a channel that rests) goes row by row."""
    odd: list[asyncpg.Record] = []
    ready: list[tuple[asyncpg.Record, Target, datetime]] = []
    async with db.transaction():
        if await senders.held(sender):
            return [], []
        rows = await db.fetch(
            sending.DUE
            + " AND d.sender = $2 AND d.channel = $3 ORDER BY d.next_at LIMIT $4 FOR UPDATE OF d SKIP LOCKED",
            at,
            sender,
            channel,
            limit,
        )
        plain: list[asyncpg.Record] = []
        for row in rows:
            usual = row["state"] != "unknown" and row["read_at"] is None
            asked = row["state"] == "unknown" and channel == "jpush" and at < row["idempotency_at"] + CID_LIFE
            (plain if (usual or asked) and row["expires_at"] > at and not paused else odd).append(row)
        citizens = [row["citizen_id"] for row in plain]
        devices = await reach.devices_of_many(citizens) if channel == "jpush" and plain else {}
        addresses = await reach.addresses_of([str(key) for key in citizens]) if channel != "jpush" and plain else {}
        for row in plain:
            citizen = str(row["citizen_id"])
            held = devices.get(citizen, [])
            address = reach.address_on(channel, addresses[citizen]) if citizen in addresses else ""
            idempotency, since = row["idempotency"], row["idempotency_at"]
            if channel == "jpush" and (idempotency is None or at - since >= CID_LIFE):
                if not stock or not held:
                    odd.append(row)
                    continue
                idempotency, since = stock.pop()
            elif not held and not address:
                odd.append(row)
                continue
            ready.append((row, Target(address, held, row["template"], idempotency, sending.left_of(row, at)), since))
        taken = await db.fetch(
            "UPDATE push_delivery d SET state = 'claimed', claimed_at = $1, attempts = d.attempts + 1, next_at = $2,"
            " updated_at = $1, targets = n.t::jsonb, idempotency = n.i, idempotency_at = n.b"
            " FROM unnest($3::uuid[], $4::text[], $5::varchar[], $6::timestamptz[]) AS n (k, t, i, b)"
            " WHERE d.id = n.k RETURNING d.id, d.attempts",
            at,
            at + sending.LEASE,
            [row["id"] for row, _, _ in ready],
            [msgspec.json.encode(list(target.devices)).decode() for _, target, _ in ready],
            [target.idempotency for _, target, _ in ready],
            [since for _, _, since in ready],
        )
    attempts = {row["id"]: int(row["attempts"]) for row in taken}
    return [Claimed(row, attempts[row["id"]], target, since) for row, target, since in ready], odd


Outcome = str | ProviderError


async def _call(claims: list[Claimed], *, recovers: bool) -> None:
    """Call the vendor for all of them at once, and write down each result soon after it came."""
    waiting = {asyncio.create_task(_one(claim)): claim for claim in claims}
    sent = 0
    try:
        while waiting:
            finished, _ = await asyncio.wait(waiting, timeout=FLUSH_S)
            results = [(waiting.pop(task), task.result()) for task in finished]
            good = [(claim, outcome) for claim, outcome in results if isinstance(outcome, str)]
            if good:
                await _persist(partial(_sent, good))
                sent += len(good)
            for claim, outcome in results:
                if isinstance(outcome, ProviderError):
                    await _persist(partial(_failed, claim, outcome))
    finally:
        for task in waiting:
            task.cancel()
    if sent and recovers:
        await health.recovered(claims[0].row["channel"])


async def _one(claim: Claimed) -> Outcome:
    row = claim.row
    try:
        return await channels.send(row["channel"], claim.target, sending.content(row))
    except ProviderError as error:
        return error
    except Exception as exc:
        # a defect of ours, of whatever kind: its neighbours in the batch must not fall with it, and since nobody knows
        # whether it was before or after the call, nobody sends it again by guess
        log.error("attempt_failed", delivery=str(row["id"]), error=repr(exc), exc_info=exc)
        return ProviderError("unknown", row["channel"], "defect")


async def _failed(claim: Claimed, error: ProviderError) -> None:
    await sending.failed(claim.row, claim.attempts, error, now(), expect="claimed", since=claim.since)


async def _sent(results: list[tuple[Claimed, str]]) -> None:
    at = now()
    channel = results[0][0].row["channel"]
    async with db.transaction():
        changed = await db.fetch(
            "UPDATE push_delivery d SET state = 'sent', sent_at = $1, updated_at = $1, next_at = $2,"
            " provider_code = 'ok', provider_message_id = nullif(n.p, '')"
            " FROM unnest($3::uuid[], $4::varchar[]) AS n (k, p)"
            " WHERE d.id = n.k AND d.state NOT IN ('sent', 'received', 'read') RETURNING d.id",
            at,
            at + sending.RECEIPTS[0] if channel in ("jpush", "sms") else None,
            [claim.row["id"] for claim, _ in results],
            [provider_id for _, provider_id in results],
        )
        if channel == "wechat":
            done = {row["id"] for row in changed}
            templates = desk().config.wechat.templates
            for template in sorted({claim.target.template for claim, _ in results}):
                await db.execute(
                    "UPDATE push_grant SET spent = spent + 1, updated_at = $3 WHERE template_id = $1"
                    " AND citizen_id = ANY($2::uuid[])",
                    templates.get(template, ""),
                    [
                        claim.row["citizen_id"]
                        for claim, _ in results
                        if claim.row["id"] in done and claim.target.template == template
                    ],
                    at,
                )


async def _persist(write: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Write a result down, again and again while the database is away. Each write may be repeated.

    Raises what the database said when it stays away: the claims run out and count as unknown outcomes.
    """
    end = time.monotonic() + PERSIST_S
    while True:
        try:
            return await write()
        except Exception as exc:  # the driver, the pool and the wrapper each have their own; `db` knows them all
            if not db.is_connection_error(exc) or time.monotonic() > end:
                raise
            log.warning("result_waits_for_database", error=repr(exc))
            await asyncio.sleep(0.5)
