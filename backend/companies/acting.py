"""Leave to act for a company, as whoever serves an act asks for it.

It is read from the rows in the act's own transaction (`FOR SHARE`): an end waits for an act under way, and the next act
waits for the end.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.companies.errors import CompanyNotFound, RightMissing
from backend.core import audit, db
from backend.core.clock import today
from backend.core.sessions import Level, Principal

RIGHTS = ("apply", "cases", "manage")


@dataclass(frozen=True, slots=True)
class Acting:
    """Leave to act: `staff_id` is null for the legal representative, who has every right."""

    company_id: str
    staff_id: str | None
    rights: tuple[str, ...]


def number(text: str) -> uuid.UUID:
    """Raises CompanyNotFound."""
    try:
        return uuid.UUID(text)
    except ValueError as exc:
        raise CompanyNotFound from exc


async def acting(who: Principal, company_id: str, right: str | None = None) -> Acting:
    """Leave to act for a company, held until the caller's transaction ends.

    Raises CompanyNotFound for whoever does not belong to it now, as for a company that is not there; RightMissing for
    staff without the right.
    """
    found = await _belonging(who, number(company_id))
    if found is None:
        raise CompanyNotFound
    if right is not None and right not in found.rights:
        raise RightMissing
    return found


async def _belonging(who: Principal, company: uuid.UUID) -> Acting | None:
    if who.kind != "citizen" or who.level < Level.VERIFIED:
        return None
    return await _place(who.id, company)


async def has_right(citizen_id: str, company: uuid.UUID, right: str) -> bool:
    """Whether this citizen may do that for the company now."""
    found = await _place(citizen_id, company)
    return found is not None and right in found.rights


async def _place(citizen_id: str, company: uuid.UUID) -> Acting | None:
    held = await db.fetch_one("SELECT representative_id FROM companies_company WHERE id = $1 FOR SHARE", company)
    if held is None:
        return None
    if str(held["representative_id"]) == citizen_id:
        return Acting(str(company), None, RIGHTS)
    row = await db.fetch_one(
        "SELECT id, rights FROM companies_staff WHERE company_id = $1 AND citizen_id = $2 AND state = 'active'"
        " AND starts_on <= $3 AND ends_on >= $3 ORDER BY accepted_at DESC LIMIT 1 FOR SHARE",
        company,
        uuid.UUID(citizen_id),
        today(),
    )
    return None if row is None else Acting(str(company), str(row["id"]), tuple(rights_of(row["rights"])))


def rights_of(value: Any) -> list[str]:
    found: list[str] = value if isinstance(value, list) else msgspec.json.decode(value)
    return found


async def record(who: Principal, found: Acting, act: str, kind: str, subject: str, **details: Any) -> None:
    """Write an act for a company into the trail: the person as the actor, the company among the details."""
    await audit.record(
        who, f"companies.{act}", kind, subject, citizen_id=who.id, company=found.company_id,
        staff=found.staff_id, **details,
    )  # fmt: skip
