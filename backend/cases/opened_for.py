"""Which agent opened a case, as its first event tells, and who therefore hears of it too."""

from __future__ import annotations

from uuid import UUID

from backend.cases.rows import EventRow, Row
from backend.companies import service as companies
from backend.identity import service as identity

MARK = "delegation:"
COMPANY_MARK = "company:"


async def agent_to_tell(row: Row, first: EventRow) -> UUID | None:
    """The agent who opened the case, while they may still act; None for a case of one's own."""
    mark = first.external_id or ""
    if row.company_id is not None:
        return UUID(first.actor_id) if await companies.has_right(first.actor_id, row.company_id, "cases") else None
    if first.actor_kind != "citizen" or not mark.startswith(MARK):
        return None
    agent = await identity.agent_of(mark.removeprefix(MARK))
    return None if agent is None or agent == str(row.citizen_id) else UUID(agent)
