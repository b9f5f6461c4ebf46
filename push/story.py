"""One message's whole story, for whoever is asked why somebody was or was not told; and what has got stuck."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import msgspec

from backend.core import audit, db
from backend.core.clock import now
from backend.core.sessions import Principal
from push import bulk, planning, senders, sending, texts
from push.errors import MessageNotFound
from push.schemas import DeliveryStory, MessageStory

STUCK = timedelta(minutes=2)
"""How long after it was due a row counts as stuck: the replay job looks every five seconds."""


async def of(message_id: str, *, who: Principal | None = None) -> MessageStory:
    """From the event to the receipts. An operator's look is an act on the citizen's data. Raises MessageNotFound."""
    try:
        key = uuid.UUID(message_id)
    except ValueError as exc:
        raise MessageNotFound from exc
    row = await db.fetch_one(
        "SELECT id, citizen_id, kind, title, reason, urgent, dedupe_key, created_at, plan_at, expires_at, read_at"
        " FROM push_message WHERE id = $1",
        key,
    )
    if row is None:
        raise MessageNotFound
    lines = await db.fetch(
        "SELECT channel, state, why, attempts, template, next_at, claimed_at, sent_at, updated_at, created_at,"
        " provider_code, provider_message_id, idempotency, idempotency_at FROM push_delivery WHERE message_id = $1"
        " ORDER BY created_at, channel",
        key,
    )
    if who is not None:
        await audit.record(
            who, "push.explained", "message", str(key), citizen_id=str(row["citizen_id"]), purpose="查询通知的发送经过"
        )
    return MessageStory(
        id=str(row["id"]),
        event=_event(row["dedupe_key"]),
        kind=row["kind"],
        title=row["title"],
        reason=row["reason"],
        urgent=row["urgent"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        read_at=row["read_at"],
        waits_for_a_channel=row["plan_at"] is not None,
        deliveries=[
            DeliveryStory(
                channel=line["channel"],
                channel_text=texts.CHANNELS[line["channel"]],
                state=line["state"],
                state_text=texts.STATES[line["state"]],
                why=line["why"],
                attempts=line["attempts"],
                template=line["template"],
                chosen_at=line["created_at"],
                next_at=line["next_at"],
                claimed_at=line["claimed_at"],
                sent_at=line["sent_at"],
                changed_at=line["updated_at"],
                provider_code=line["provider_code"],
                provider_message_id=line["provider_message_id"],
                has_idempotency=line["idempotency"] is not None,
            )
            for line in lines
        ],
    )


def _event(dedupe_key: str) -> str:
    """What told it: the part of the key that names no person."""
    return dedupe_key.partition(":")[0]


class Stuck(msgspec.Struct, kw_only=True):
    """Rows that are due and nobody has taken: messages without a channel, deliveries, claims of dead workers."""

    unplanned: int
    deliveries: int
    claims: int
    oldest: datetime | None


async def stuck() -> Stuck:
    """What waits longer than two minutes past its time. What a person, or a sending's hours, hold back does not."""
    late = now() - STUCK
    messages = await db.fetch_one(
        "SELECT count(*) AS n, min(plan_at) AS at FROM push_message x WHERE plan_at < $1"  # noqa: S608
        f" AND NOT {senders.HELD_BACK.format(hour='$2')}",
        late,
        senders.hour(now()),
    )
    rows = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE state IN ('queued', 'retry', 'unknown')) AS n,"  # noqa: S608
        " count(*) FILTER (WHERE state = 'claimed') AS claimed, min(next_at) AS at FROM push_delivery x"
        " WHERE next_at < $1 AND state IN ('queued', 'retry', 'unknown', 'claimed')"
        f" AND NOT {senders.HELD_BACK.format(hour='$2')}",
        late,
        senders.hour(now()),
    )
    assert messages is not None
    assert rows is not None  # aggregates always give a row
    times = [at for at in (messages["at"], rows["at"]) if at is not None]
    return Stuck(
        unplanned=int(messages["n"]),
        deliveries=int(rows["n"]),
        claims=int(rows["claimed"]),
        oldest=min(times) if times else None,
    )


async def replay() -> int:
    """Take up everything that is due now, to the end; how many rows were looked at. As safe as the job that does it."""
    done = await sending.release_dead()
    while rows := await db.fetch("SELECT id FROM push_message WHERE plan_at <= $1 ORDER BY plan_at LIMIT 200", now()):
        for row in rows:
            await planning.plan(row["id"])
        done += len(rows)
    while (count := await sending.send_due() + await bulk.pump(5.0)) > 0:
        done += count
    return done
