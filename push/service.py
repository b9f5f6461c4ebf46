"""Use cases of push: telling a citizen something, and the citizen's side of it.

`notify` writes one row in the caller's transaction; choosing channels and sending happen later, from that row
(`planning`, `sending`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from backend.core import db
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.core.tasks import enqueue
from backend.providers.vendors import desk
from push import grants, tasks, texts
from push.choosing import KINDS
from push.errors import TooManyDevices
from push.schemas import (
    DeviceCreate,
    GrantCreate,
    SubscribeTemplate,
    SubscribeTemplates,
)

MAX_DEVICES = 10
PLAN_GRACE = timedelta(seconds=5)
"""How long the queue may take to plan a message before the replay job does it."""

LIFETIMES: dict[str, timedelta] = {
    "progress": timedelta(days=2),
    "action_needed": timedelta(days=7),
    "result": timedelta(days=7),
    "reminder": timedelta(days=2),
    "policy": timedelta(days=2),
    "security": timedelta(days=1),
}
"""How long telling it outside the inbox makes sense."""


async def notify(
    citizen_id: str | uuid.UUID,
    kind: str,
    *,
    title: str,
    body: str,
    reason: str,
    dedupe_key: str,
    link: str | None = None,
    urgent: bool = False,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Tell a citizen something; returns the message's id. Writes in the caller's transaction, sends nothing itself.

    kind        progress, action_needed, result, reminder, policy or security; codes are identity's to send
    title,body  ≤ 80 and ≤ 600 characters, without names and numbers of persons: lock screens show them
    reason      what follows 您收到此消息，因为 (≤ 200)
    link        a path of the citizen pages
    dedupe_key  of the event (≤ 200): told again, it is the same message
    data        for templates: `matter`, `state` (≤ 5 characters), `license`, `date`; longer texts are cut

    Raises ValueError for anything else: these texts come from our code, not from a request.
    """
    _check(kind, title, body, reason, link)
    if not 1 <= len(dedupe_key) <= 200:
        raise ValueError("dedupe_key has 1 to 200 characters")
    moment = now()
    row = await db.fetch_one(
        "INSERT INTO push_message (id, citizen_id, kind, title, body, link, reason, urgent, data, dedupe_key,"
        " created_at, plan_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13)"
        " ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
        uuid.uuid4(),
        uuid.UUID(str(citizen_id)),
        kind,
        title,
        body,
        link,
        reason,
        urgent,
        msgspec.json.encode(dict(data or {})).decode(),
        dedupe_key,
        moment,
        moment + PLAN_GRACE,
        moment + LIFETIMES[kind],
    )
    if row is None:
        row = await db.fetch_one("SELECT id FROM push_message WHERE dedupe_key = $1", dedupe_key)
        assert row is not None  # nothing deletes messages
        return str(row["id"])
    message_id = str(row["id"])
    enqueue(tasks.deliver_urgent if urgent else tasks.deliver, message_id)
    return message_id


async def notify_many(
    told: Mapping[uuid.UUID, str],
    kind: str,
    *,
    title: str,
    body: str,
    reason: str,
    link: str | None,
    sender: str | None = None,
) -> dict[uuid.UUID, uuid.UUID]:
    """The same words to many, citizen → dedupe key, in one statement; citizen → message. As `notify` otherwise.

    With a `sender` (`senders.opened`) they leave by the bulk lane, at its pace, and stop with it.
    """
    _check(kind, title, body, reason, link)
    moment = now()
    citizens, keys = list(told), list(told.values())
    rows = await db.fetch(
        "WITH made AS (INSERT INTO push_message (id, citizen_id, kind, title, body, link, reason, urgent, data,"
        " dedupe_key, created_at, plan_at, expires_at, sender) SELECT gen_random_uuid(), c, $1, $2, $3, $4, $5, false,"
        " '{}'::jsonb, k, $6, $7, $8, $11 FROM unnest($9::uuid[], $10::varchar[]) AS t (c, k)"
        " ON CONFLICT (dedupe_key) DO NOTHING RETURNING id, citizen_id)"
        " SELECT id, citizen_id, true AS fresh FROM made UNION ALL SELECT m.id, m.citizen_id, false FROM push_message m"
        " WHERE m.dedupe_key = ANY($10::varchar[])",
        kind,
        title,
        body,
        link,
        reason,
        moment,
        moment + PLAN_GRACE if sender is None else moment,
        moment + LIFETIMES[kind],
        citizens,
        keys,
        sender,
    )
    if sender is None:
        for row in rows:
            if row["fresh"]:
                enqueue(tasks.deliver, str(row["id"]))
    elif rows:
        enqueue(tasks.pump)
    return {row["citizen_id"]: row["id"] for row in rows}


def _check(kind: str, title: str, body: str, reason: str, link: str | None) -> None:
    if kind not in KINDS:
        raise ValueError(f"not a kind of message: {kind!r}")
    if not 1 <= len(title) <= 80 or not 1 <= len(body) <= 600 or not 1 <= len(reason) <= 200:
        raise ValueError("title, body or reason is empty or too long")
    if link is not None and (len(link) > 300 or not link.startswith("/") or link.startswith("//")):
        raise ValueError("link is a path of our own pages")


async def looked_at(message_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Of these messages, those that the citizen has read."""
    rows = await db.fetch(
        "SELECT id FROM push_message WHERE id = ANY($1::uuid[]) AND read_at IS NOT NULL", list(message_ids)
    )
    return {row["id"] for row in rows}


async def withdraw(message_ids: Sequence[uuid.UUID]) -> None:
    """Send no more of these messages than what has left already: what they told of is settled. They stay in the
    inbox. In the caller's transaction."""
    await db.execute(
        "UPDATE push_delivery SET state = 'expired', why = '事情已经办好，不再发送', next_at = NULL, updated_at = $2"
        " WHERE message_id = ANY($1::uuid[]) AND state IN ('queued', 'retry')",
        list(message_ids),
        now(),
    )
    await db.execute("UPDATE push_message SET plan_at = NULL WHERE id = ANY($1::uuid[])", list(message_ids))


async def add_device(who: Principal, device: DeviceCreate) -> None:
    """Bind a registration to this citizen and session; one that was somebody else's moves. Raises TooManyDevices."""
    citizen = uuid.UUID(who.id)
    async with db.transaction():
        # one at a time for a citizen, so that two cannot pass the limit together
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('push_device:' || $1, 0))", who.id)
        held = await db.fetch_one(
            "SELECT count(*) AS n FROM push_device WHERE citizen_id = $1 AND registration_id <> $2",
            citizen,
            device.registration_id,
        )
        if held is not None and held["n"] >= MAX_DEVICES:
            raise TooManyDevices
        await db.execute(
            "INSERT INTO push_device (id, citizen_id, session_id, registration_id, platform, created_at, seen_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (registration_id) DO UPDATE SET"
            " citizen_id = excluded.citizen_id, session_id = excluded.session_id, platform = excluded.platform,"
            " seen_at = excluded.seen_at",
            uuid.uuid4(),
            citizen,
            who.session,
            device.registration_id,
            device.platform,
            now(),
        )


async def forget_sessions(session_ids: Sequence[str]) -> None:
    """Stop pushing to the devices of sessions that ended; for identity, in its transaction."""
    await db.execute("DELETE FROM push_device WHERE session_id = ANY($1::varchar[])", list(session_ids))


async def subscribe_templates(citizen_id: str) -> SubscribeTemplates:
    """The WeChat templates that are set up, with what this citizen has left of each."""
    left = await grants.left(citizen_id)
    return SubscribeTemplates(
        items=[
            SubscribeTemplate(
                name=name,
                title=texts.TEMPLATES[name].title,
                template_id=template_id,
                left=left.get(template_id, 0),
            )
            for name, template_id in desk().config.wechat.templates.items()
            if name in texts.TEMPLATES
        ]
    )


async def add_grants(citizen_id: str, given: GrantCreate) -> None:
    """Count the client's word for a tap on WeChat's dialog. Templates that are not ours are left out."""
    ours = set(desk().config.wechat.templates.values())
    async with db.transaction():
        # sorted: two requests lock the same rows in the same order
        for template_id, answer in sorted(given.answers.items()):
            if template_id in ours:
                await grants.count(citizen_id, template_id, answer, "by_client")


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: the inbox, devices and grants move, the newer account's preferences stay."""
    left, right = uuid.UUID(old), uuid.UUID(new)
    for table in ("push_message", "push_device"):
        await db.execute(f"UPDATE {table} SET citizen_id = $2 WHERE citizen_id = $1", left, right)  # noqa: S608
    await db.execute(
        "INSERT INTO push_grant AS g (citizen_id, template_id, by_client, by_event, spent, updated_at)"
        " SELECT $2, template_id, by_client, by_event, spent, updated_at FROM push_grant WHERE citizen_id = $1"
        " ON CONFLICT (citizen_id, template_id) DO UPDATE SET by_client = g.by_client + excluded.by_client,"
        " by_event = g.by_event + excluded.by_event, spent = g.spent + excluded.spent",
        left,
        right,
    )
    await db.execute("DELETE FROM push_grant WHERE citizen_id = $1", left)
    await db.execute(
        "UPDATE push_preference SET citizen_id = $2 WHERE citizen_id = $1"
        " AND NOT EXISTS (SELECT 1 FROM push_preference WHERE citizen_id = $2)",
        left,
        right,
    )
