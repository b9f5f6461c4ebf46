"""From a message to its deliveries, and from a delivery that failed to the next channel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.core import db, logging
from backend.core.clock import now
from push import reach
from push.choosing import Choice, choose

log = logging.get("push")

LEASE = timedelta(seconds=30)
"""How long one worker may take to plan a message before another does it again; planning twice is harmless."""


async def plan(message_id: str) -> bool:
    """Choose the channels of a message that has none yet; False when another has done it or there is no such one."""
    at = now()
    row = await db.fetch_one(
        "UPDATE push_message SET plan_at = $2 WHERE id = $1 AND plan_at IS NOT NULL RETURNING citizen_id, kind, urgent",
        uuid.UUID(message_id),
        at + LEASE,
    )
    if row is None:
        return False
    reached = await reach.load(str(row["citizen_id"]), row["kind"], urgent=row["urgent"], at=at)
    choices = choose(reached.facts)
    async with db.transaction():
        await _write(uuid.UUID(message_id), choices, reached.template, at)
        await db.execute("UPDATE push_message SET plan_at = NULL WHERE id = $1", uuid.UUID(message_id))
    return True


async def _write(message_id: uuid.UUID, choices: Sequence[Choice], template: str, at: datetime) -> None:
    """Insert what is new; a channel that was skipped before may be queued now. What was tried stays as it is."""
    for choice in choices:
        key = uuid.uuid4()
        await db.execute(
            "INSERT INTO push_delivery AS d (id, message_id, channel, state, why, attempts, next_at, updated_at,"
            " template, targets, idempotency, idempotency_at, created_at)"
            " VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, '[]'::jsonb, $9, $10, $7)"
            " ON CONFLICT (message_id, channel) DO UPDATE SET state = excluded.state, why = excluded.why,"
            " next_at = excluded.next_at, updated_at = excluded.updated_at, created_at = excluded.created_at"
            " WHERE d.state = 'skipped'",
            key,
            message_id,
            choice.channel,
            choice.state,
            choice.why,
            choice.not_before,
            at,
            template,
            # JPush gives its own value (a cid), fetched before the first attempt
            None if choice.channel == "jpush" else key.hex,
            None if choice.channel == "jpush" else at,
        )


async def next_channel(message_id: uuid.UUID) -> str | None:
    """After a failure: choose again among what was not tried. Returns the channel that is queued now.

    Call it outside the transaction that wrote the failure: identity is asked for addresses.
    """
    at = now()
    message = await db.fetch_one(
        "SELECT citizen_id, kind, urgent, expires_at, read_at FROM push_message WHERE id = $1", message_id
    )
    if message is None or message["expires_at"] <= at or message["read_at"] is not None:
        return None
    tried = await _tried(message_id)
    reached = await reach.load(
        str(message["citizen_id"]), message["kind"], urgent=message["urgent"], at=at, tried=tried
    )
    choices = choose(reached.facts)
    async with db.transaction():
        # two failures of one message at once must not queue two channels
        await db.execute("SELECT 1 FROM push_message WHERE id = $1 FOR UPDATE", message_id)
        if await _tried(message_id) != tried:
            return None
        await _write(message_id, choices, reached.template, at)
    return next((choice.channel for choice in choices if choice.state == "queued"), None)


async def has_alternative(message_id: uuid.UUID, channel: str, at: datetime) -> bool:
    """Whether another channel could send the message now, were this one to be given up."""
    message = await db.fetch_one("SELECT citizen_id, kind, urgent FROM push_message WHERE id = $1", message_id)
    if message is None:
        return False
    tried = {**await _tried(message_id), channel: "…"}
    reached = await reach.load(
        str(message["citizen_id"]), message["kind"], urgent=message["urgent"], at=at, tried=tried
    )
    return any(
        choice.state == "queued" and choice.channel not in reached.facts.paused for choice in choose(reached.facts)
    )


async def _tried(message_id: uuid.UUID) -> dict[str, str]:
    """Channels that are not to be chosen (again): failed, or under way in any manner."""
    rows = await db.fetch(
        "SELECT channel, why FROM push_delivery WHERE message_id = $1 AND state <> 'skipped'"
        " ORDER BY updated_at, channel",
        message_id,
    )
    return {row["channel"]: row["why"] for row in rows}
