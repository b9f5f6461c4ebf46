"""What of identity's own rows goes along when two accounts of one person become one."""

from __future__ import annotations

import uuid

from backend.core import db
from backend.core.clock import now

LIVE = ("invited", "review", "active")


async def delegations(old: str, new: str) -> None:
    """Two accounts became one: delegations go along; nobody acts for themselves."""
    before, after = uuid.UUID(old), uuid.UUID(new)
    for column in ("agent_id", "grantor_id", "inviter_id"):
        await db.execute(f"UPDATE identity_delegation SET {column} = $2 WHERE {column} = $1", before, after)  # noqa: S608
    await db.execute(
        "UPDATE identity_delegation SET state = 'ended', ended_at = $2, ended_by = 'merged', code_hash = NULL"
        " WHERE agent_id = $1 AND grantor_id = $1 AND state = ANY($3)",
        after,
        now(),
        list(LIVE),
    )
