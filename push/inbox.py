"""The citizen's inbox and what they chose: reading, searching, and switching off what they do not want to hear."""

from __future__ import annotations

import uuid

import asyncpg
import msgspec

from backend.core import db, paging
from backend.core.clock import now
from push import reach, texts
from push.choosing import ORDER
from push.errors import CannotOptOut, MessageNotFound
from push.schemas import (
    Agencies,
    DeliveryOut,
    Group,
    GroupOut,
    MessageList,
    MessageOut,
    MessagesQuery,
    OptOut,
    Preferences,
)

GROUPS: dict[Group, tuple[str, tuple[str, ...]]] = {
    "cases": ("办事", ("progress", "action_needed", "result")),
    "reminders": ("到期提醒", ("reminder",)),
    "policies": ("政策", ("policy",)),
    "security": ("账号安全", ("security",)),
}
"""Part of the inbox → its name and the kinds in it."""

MUTABLE = ("policy", "reminder", "progress")
"""Kinds that may be switched off outside the inbox."""

AGENCIES = 50

_PAGE = (
    "SELECT id, kind, title, body, link, reason, urgent, created_at, read_at, data->>'agency' AS agency"
    " FROM push_message WHERE citizen_id = $1 AND (created_at, id) < ($2, $3)"
    " AND ($5::varchar[] IS NULL OR kind = ANY($5)) AND ($6::text IS NULL"
    " OR position(lower($6) IN lower(title || ' ' || body)) > 0)"
    " AND (NOT $7 OR read_at IS NULL) ORDER BY created_at DESC, id DESC LIMIT $4"
)

_UNREAD = "SELECT kind, count(*) AS n FROM push_message WHERE citizen_id = $1 AND read_at IS NULL GROUP BY kind"


async def page(citizen_id: str, query: MessagesQuery) -> MessageList:
    """Newest first, with each channel's part in words. Three queries over this citizen's rows, whatever the table's
    size; words are looked for in title and body."""
    citizen = uuid.UUID(citizen_id)
    before, last = paging.position(query.cursor, paging.FIRST_DOWN)
    kinds = list(GROUPS[query.group][1]) if query.group is not None else None
    words = " ".join(query.q.split()) if query.q else None
    rows = await db.fetch(_PAGE, citizen, before, last, query.limit + 1, kinds, words or None, query.unread)
    more, rows = len(rows) > query.limit, rows[: query.limit]
    parts = await _parts([row["id"] for row in rows])
    unread = {row["kind"]: int(row["n"]) for row in await db.fetch(_UNREAD, citizen)}
    return MessageList(
        items=[_message(row, parts.get(row["id"], [])) for row in rows],
        next=paging.cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None,
        unread=sum(unread.values()),
        groups=[
            GroupOut(group=group, text=text, unread=sum(unread.get(kind, 0) for kind in kinds))
            for group, (text, kinds) in GROUPS.items()
        ],
    )


async def _parts(messages: list[uuid.UUID]) -> dict[uuid.UUID, list[DeliveryOut]]:
    rows = await db.fetch(
        "SELECT message_id, channel, state, why, updated_at FROM push_delivery WHERE message_id = ANY($1::uuid[])",
        messages,
    )
    found: dict[uuid.UUID, list[DeliveryOut]] = {}
    for row in sorted(rows, key=lambda row: ORDER.index(row["channel"])):
        found.setdefault(row["message_id"], []).append(
            DeliveryOut(
                channel=row["channel"],
                state=row["state"],
                state_text=texts.STATES[row["state"]],
                why=row["why"],
                at=row["updated_at"],
            )
        )
    return found


def _message(row: asyncpg.Record, parts: list[DeliveryOut]) -> MessageOut:
    return MessageOut(
        id=str(row["id"]),
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        link=row["link"],
        reason=row["reason"],
        urgent=row["urgent"],
        created_at=row["created_at"],
        read_at=row["read_at"],
        agency=row["agency"] or None,
        opt_out=[*(["kind"] if row["kind"] in MUTABLE else []), *(["agency"] if row["agency"] else [])],  # type: ignore[list-item]
        deliveries=parts,
    )


async def read(citizen_id: str, message_id: str) -> None:
    """Mark one message as read; reading it again changes nothing. Raises MessageNotFound, also for another's."""
    try:
        key = uuid.UUID(message_id)
    except ValueError as exc:
        raise MessageNotFound from exc
    found = await db.execute(
        "UPDATE push_message SET read_at = coalesce(read_at, $3) WHERE id = $1 AND citizen_id = $2",
        key,
        uuid.UUID(citizen_id),
        now(),
    )
    if not found:
        raise MessageNotFound


async def read_all(citizen_id: str) -> None:
    await db.execute(
        "UPDATE push_message SET read_at = $2 WHERE citizen_id = $1 AND read_at IS NULL", uuid.UUID(citizen_id), now()
    )


async def opt_out(citizen_id: str, message_id: str, wanted: OptOut) -> Preferences:
    """Switch off, outside the inbox, the kind or the sender of this message; the author is told how many did. Doing it
    again changes nothing. Raises MessageNotFound, CannotOptOut."""
    try:
        key = uuid.UUID(message_id)
    except ValueError as exc:
        raise MessageNotFound from exc
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT kind, sender, data->>'agency' AS agency FROM push_message WHERE id = $1 AND citizen_id = $2",
            key,
            uuid.UUID(citizen_id),
        )
        if row is None:
            raise MessageNotFound
        held = await reach.preferences(citizen_id)
        if wanted.scope == "kind":
            if row["kind"] not in MUTABLE:
                raise CannotOptOut
            held.off = sorted({*held.off, row["kind"]})
        else:
            if not row["agency"]:
                raise CannotOptOut("这条消息不是部门发的，请按种类关闭")
            held.agencies_off = sorted({*held.agencies_off, row["agency"]})
        await db.execute(
            "INSERT INTO push_opt_out (id, created_at, message_id, sender, kind, scope) VALUES (gen_random_uuid(), $1,"
            " $2, $3, $4, $5) ON CONFLICT (message_id) DO NOTHING",
            now(),
            key,
            row["sender"],
            row["kind"],
            wanted.scope,
        )
        return await set_preferences(citizen_id, held)


async def agencies(citizen_id: str) -> Agencies:
    """Who has told this citizen something, so that they can be switched off one by one."""
    rows = await db.fetch(
        "SELECT DISTINCT data->>'agency' AS agency FROM push_message WHERE citizen_id = $1 AND data->>'agency' <> ''"
        " ORDER BY 1 LIMIT $2",
        uuid.UUID(citizen_id),
        AGENCIES,
    )
    return Agencies(items=[row["agency"] for row in rows])


async def preferences(citizen_id: str) -> Preferences:
    return await reach.preferences(citizen_id)


async def set_preferences(citizen_id: str, wanted: Preferences) -> Preferences:
    """Replace them all; a channel that is not named is on."""
    await db.execute(
        "INSERT INTO push_preference (citizen_id, channels, off, agencies_off, quiet_from, quiet_to, updated_at)"
        " VALUES ($1, $2::jsonb, $3::jsonb, $4::jsonb, $5, $6, $7) ON CONFLICT (citizen_id) DO UPDATE SET"
        " channels = excluded.channels, off = excluded.off, agencies_off = excluded.agencies_off,"
        " quiet_from = excluded.quiet_from,"
        " quiet_to = excluded.quiet_to, updated_at = excluded.updated_at",
        uuid.UUID(citizen_id),
        msgspec.json.encode(wanted.channels).decode(),
        msgspec.json.encode(sorted(set(wanted.off))).decode(),
        msgspec.json.encode(sorted(set(wanted.agencies_off))).decode(),
        wanted.quiet_from,
        wanted.quiet_to,
        now(),
    )
    return await reach.preferences(citizen_id)
