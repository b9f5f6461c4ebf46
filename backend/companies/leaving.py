"""What companies hold of a citizen, when accounts become one or close."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.companies import reading
from backend.core import db
from backend.core.clock import now
from backend.core.sessions import Principal


async def export(who: Principal) -> list[Any]:
    return list((await reading.list_of(who)).items)


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: what was the old one's is the new one's."""
    before, after = UUID(old), UUID(new)
    await db.execute("UPDATE companies_company SET representative_id = $2 WHERE representative_id = $1", before, after)
    await db.execute("UPDATE companies_staff SET citizen_id = $2 WHERE citizen_id = $1", before, after)
    await db.execute("UPDATE companies_staff SET inviter_id = $2 WHERE inviter_id = $1", before, after)
    await db.execute("UPDATE companies_proof SET citizen_id = $2 WHERE citizen_id = $1", before, after)


async def closed(citizen_id: str) -> None:
    """Nobody acts any more; the company waits for whoever proves to represent it."""
    gone = UUID(citizen_id)
    await db.execute("UPDATE companies_company SET representative_id = NULL WHERE representative_id = $1", gone)
    await db.execute(
        "UPDATE companies_staff SET state = 'ended', ended_at = $2, ended_by = 'closed' WHERE citizen_id = $1"
        " AND state = 'active'",
        gone,
        now(),
    )
