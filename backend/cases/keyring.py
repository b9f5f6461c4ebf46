"""Whose data key a case is sealed with, and what is known for its form: a citizen's, or a company's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backend.cases import knowledge
from backend.cases.rows import EventRow, Row
from backend.companies import service as companies
from backend.identity import service as identity


async def data_key(row: Row) -> bytes:
    if row.company_id is not None:
        return (await companies.held(row.company_id)).key
    return await identity.data_key(str(row.key_of))


async def facts(row: Row, declared: Iterable[str], first: EventRow) -> dict[str, Any]:
    """What the state knows for the form of a case. In a company's, `citizen.…` is the person who applied."""
    person = str(row.citizen_id) if row.company_id is None else first.actor_id
    asked = list(declared)
    found = knowledge.known(await identity.profile(person), asked)
    if row.company_id is not None:
        found |= knowledge.known_of_company(await companies.held(row.company_id), asked)
    return found
