"""From a message to its deliveries, and from a delivery that failed to the next channel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.core import db, logging
from backend.core.clock import now
from push import reach, senders
from push.choosing import Choice, choose

log = logging.get("push")

LEASE = timedelta(seconds=30)
"""How long one worker may take to plan a message before another does it again; planning twice is harmless."""


async def plan(message_id: str | uuid.UUID) -> bool:
    """Choose a channel for a message that waits for one: a new one, or one whose last channel failed.

    `plan_at` says that it waits; whoever writes a failure sets it in the same transaction (`ask_again`), so that a
    fallback is never lost. Returns whether something was chosen here. Identity is asked for addresses, outside any
    transaction; its errors come through, and the message is planned again after the lease.
    """
    key = uuid.UUID(str(message_id))
    at = now()
    message = await db.fetch_one(
        "UPDATE push_message SET plan_at = $2 WHERE id = $1 AND plan_at IS NOT NULL"
        " RETURNING citizen_id, kind, urgent, expires_at, read_at, sender, data->>'agency' AS agency",
        key,
        at + LEASE,
    )
    if message is None:
        return False
    before = await _used(key)
    reached: reach.Reach | None = None
    pointless = message["expires_at"] <= at or (message["read_at"] is not None and before)
    if not pointless and all(state == "failed" for state, _ in before.values()):
        tried = {channel: why for channel, (_, why) in before.items()}
        reached = await reach.load(
            str(message["citizen_id"]),
            message["kind"],
            urgent=message["urgent"],
            at=at,
            tried=tried,
            agency=message["agency"] or "",
        )
    choices: list[Choice] = []
    async with db.transaction():
        # two workers that plan one message at once must not queue two channels
        await db.execute("SELECT 1 FROM push_message WHERE id = $1 FOR UPDATE", key)
        if await _used(key) != before:
            return False
        if message["sender"] is not None and await senders.held(message["sender"]):
            return False  # paused: planned again after the lease, if it is open then; the sweep ends what was stopped
        if reached is not None:
            await reach.one_at_a_time([message["citizen_id"]], message["kind"])
            choices = choose(await reach.counted_again(reached.facts, message["citizen_id"]))
            await _write(key, choices, reached.template, at, message["sender"])
        await db.execute("UPDATE push_message SET plan_at = NULL WHERE id = $1", key)
    return bool(choices)


async def ask_again(message_id: uuid.UUID, at: datetime) -> None:
    """A channel failed: let the message wait for another. In the transaction that writes the failure."""
    await db.execute("UPDATE push_message SET plan_at = $2 WHERE id = $1", message_id, at)


async def _write(
    message_id: uuid.UUID, choices: Sequence[Choice], template: str, at: datetime, sender: str | None
) -> None:
    """Insert what is new; a channel that was skipped before may be queued now. What was tried stays as it is."""
    for choice in choices:
        key = uuid.uuid4()
        await db.execute(
            "INSERT INTO push_delivery AS d (id, message_id, channel, state, why, attempts, next_at, updated_at,"
            " template, targets, idempotency, idempotency_at, created_at, sender)"
            " VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, '[]'::jsonb, $9, $10, $7, $11)"
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
            sender,
        )


async def has_alternative(message_id: uuid.UUID, channel: str, at: datetime) -> bool:
    """Whether another channel could send the message now, were this one to be given up."""
    message = await db.fetch_one(
        "SELECT citizen_id, kind, urgent, data->>'agency' AS agency FROM push_message WHERE id = $1", message_id
    )
    if message is None:
        return False
    used = await _used(message_id)
    tried = {**{name: why for name, (_, why) in used.items()}, channel: "…"}
    reached = await reach.load(
        str(message["citizen_id"]),
        message["kind"],
        urgent=message["urgent"],
        at=at,
        tried=tried,
        agency=message["agency"] or "",
    )
    return any(
        choice.state == "queued" and choice.channel not in reached.facts.paused for choice in choose(reached.facts)
    )


async def _used(message_id: uuid.UUID) -> dict[str, tuple[str, str]]:
    """Channel → (state, why), oldest first, of all that were not merely skipped."""
    rows = await db.fetch(
        "SELECT channel, state, why FROM push_delivery WHERE message_id = $1 AND state <> 'skipped'"
        " ORDER BY updated_at, channel",
        message_id,
    )
    return {row["channel"]: (row["state"], row["why"]) for row in rows}
