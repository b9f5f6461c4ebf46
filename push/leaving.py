"""What push holds of a citizen who takes their data along, or leaves."""

from __future__ import annotations

import uuid
from typing import Any

from backend.core import db
from backend.core.sessions import Principal
from push import inbox
from push.schemas import MessagesQuery

MOST = 1_000


async def export(who: Principal) -> list[Any]:
    """The inbox, newest first, at most a thousand."""
    items: list[Any] = []
    cursor: str | None = None
    while len(items) < MOST:
        page = await inbox.page(who.id, MessagesQuery(cursor=cursor, limit=100))
        items += page.items
        cursor = page.next
        if cursor is None:
            break
    return items


async def closed(citizen_id: str) -> None:
    """Nobody is reached any more, and nothing is left of what the citizen chose. What was sent stays in the ledger."""
    for table in ("push_device", "push_grant", "push_preference"):
        await db.execute(f"DELETE FROM {table} WHERE citizen_id = $1", uuid.UUID(citizen_id))  # noqa: S608
