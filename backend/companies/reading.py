"""What members read of their companies."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from backend.companies.acting import RIGHTS, acting
from backend.companies.errors import CompanyNotFound
from backend.companies.models import Company, Staff
from backend.companies.schemas import CompanyList, CompanyOut, CompanyStaffList, CompanyStaffOut
from backend.companies.sealing import NAME, REPRESENTATIVE, USCC, key_of, opened
from backend.core import crypto
from backend.core.clock import now, today
from backend.core.sessions import Principal
from backend.identity import service as identity


def told(company: Company, staff: Staff | None) -> CompanyOut:
    key = key_of(company)
    return CompanyOut(
        id=str(company.id),
        name=opened(key, company.name_sealed, NAME),
        uscc=crypto.mask_tail(opened(key, company.uscc_sealed, USCC)),
        role="representative" if staff is None else "staff",
        rights=list(RIGHTS) if staff is None else list(staff.rights),  # type: ignore[arg-type]
        staff_id=None if staff is None else str(staff.id),
        starts_on=None if staff is None else staff.starts_on,
        ends_on=None if staff is None else staff.ends_on,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Clear values of a company and its key; for the server only."""

    id: str
    key: bytes
    name: str
    uscc: str
    legal_person: str

    def __repr__(self) -> str:
        return f"Held(id={self.id!r})"


async def held(company_id: uuid.UUID | str) -> Held:
    """Raises CompanyNotFound."""
    company = await Company.get_or_none(id=company_id)
    if company is None:
        raise CompanyNotFound
    key = key_of(company)
    return Held(
        id=str(company.id),
        key=key,
        name=opened(key, company.name_sealed, NAME),
        uscc=opened(key, company.uscc_sealed, USCC),
        legal_person=opened(key, company.representative_sealed, REPRESENTATIVE),
    )


async def list_of(who: Principal) -> CompanyList:
    """Companies that I represent or work for now, the newest first."""
    me = uuid.UUID(who.id)
    items = [told(one, None) for one in await Company.filter(representative_id=me).order_by("-created_at").limit(100)]
    places = await Staff.filter(
        citizen_id=me, state="active", starts_on__lte=today(), ends_on__gte=today()
    ).order_by("-accepted_at").limit(100)  # fmt: skip
    held = {one.id: one for one in await Company.filter(id__in=[place.company_id for place in places])}
    items += [told(held[place.company_id], place) for place in places if place.company_id in held]
    return CompanyList(items=items)


async def get(who: Principal, company_id: str) -> CompanyOut:
    """Raises CompanyNotFound."""
    found = await acting(who, company_id)
    company = await Company.get(id=found.company_id)
    return told(company, None if found.staff_id is None else await Staff.get(id=found.staff_id))


def state_of(row: Staff) -> str:
    """What it comes to today: an end that has passed needs no job to count."""
    if row.state == "active" and row.ends_on < today():
        return "expired"
    return "expired" if row.state == "invited" and row.code_expires_at <= now() else str(row.state)


async def staff_of(who: Principal, company_id: str) -> CompanyStaffList:
    """Everybody with a place, also the former ones. Raises CompanyNotFound, RightMissing."""
    found = await acting(who, company_id, "manage")
    rows = await Staff.filter(company_id=uuid.UUID(found.company_id)).order_by("-created_at").limit(500)
    return CompanyStaffList(items=[await person(row) for row in rows])


async def person(row: Staff) -> CompanyStaffOut:
    return CompanyStaffOut(
        id=str(row.id),
        name=None if row.citizen_id is None else await identity.masked_name(str(row.citizen_id)),
        rights=list(row.rights),  # type: ignore[arg-type]
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        state=state_of(row),  # type: ignore[arg-type]
    )
