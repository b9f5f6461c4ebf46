"""What ratings need to know of a case."""

from __future__ import annotations

from dataclasses import dataclass

from backend.cases import rows, view
from backend.cases.errors import CaseNotFound
from backend.cases.reading import NUMBER


@dataclass(frozen=True, slots=True)
class RatedCase:
    """A case of this citizen. `concluded` false: it cannot be rated yet."""

    case_id: str
    number: str
    matter: str
    matter_name: str
    department: str
    region: str
    handler_id: str | None
    concluded: bool


async def for_rating(number: str, citizen_id: str) -> RatedCase:
    """Raises CaseNotFound, for somebody else's as for none."""
    row = await rows.by_number(number) if NUMBER.match(number) else None
    if row is None or str(row.citizen_id) != citizen_id:
        raise CaseNotFound
    return RatedCase(
        case_id=str(row.id),
        number=row.number,
        matter=row.matter,
        matter_name=row.matter_name,
        department=row.department,
        region=row.region,
        handler_id=row.handler_id,
        concluded=row.state in view.RATABLE,
    )
