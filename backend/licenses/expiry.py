"""Licences by the day they end, for whoever reminds their holders; none of accounts that are closed. Every query
walks the index (type, valid_until, id): it costs what ends in the days asked for, not what exists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from backend.core import db
from backend.identity.audience import LIVING, PEOPLE

FIRST = uuid.UUID(int=0)
_HELD = f"EXISTS (SELECT 1 FROM {PEOPLE} WHERE c.id = l.citizen_id AND {LIVING})"  # noqa: S608 - words of ours


class Ending(msgspec.Struct, frozen=True):
    """A licence that ends on `valid_until`, its last valid day."""

    id: uuid.UUID
    citizen_id: uuid.UUID
    name: str
    valid_until: date


async def ending(kind: str, after: date, until: date, *, place: tuple[date, uuid.UUID], limit: int) -> list[Ending]:
    """Valid licences of a type whose last day lies in (after, until], in order of (day, id), behind `place`."""
    rows = await db.fetch(
        "SELECT id, citizen_id, name, valid_until FROM licenses_license l WHERE type = $1 AND valid_until > $2"  # noqa: S608
        f" AND valid_until <= $3 AND (valid_until, id) > ($4, $5) AND state = 'valid' AND {_HELD}"
        " ORDER BY valid_until, id LIMIT $6",
        kind,
        after,
        until,
        place[0],
        place[1],
        limit,
    )
    return [Ending(row["id"], row["citizen_id"], row["name"], row["valid_until"]) for row in rows]


async def counts(kind: str, after: date, until: date) -> dict[date, int]:
    """How many valid licences of a type end on each day in (after, until]."""
    rows = await db.fetch(
        "SELECT valid_until, count(*) AS n FROM licenses_license l WHERE type = $1 AND valid_until > $2"  # noqa: S608
        f" AND valid_until <= $3 AND state = 'valid' AND {_HELD} GROUP BY valid_until",
        kind,
        after,
        until,
    )
    return {row["valid_until"]: int(row["n"]) for row in rows}


async def still_ending(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Of these licences, those that are valid and not renewed, with the citizen who holds each now.

    Renewed is one whose holder has another valid licence of its type that ends later or never.
    """
    wanted: Sequence[uuid.UUID] = list(ids)
    rows = await db.fetch(
        "SELECT l.id, l.citizen_id FROM licenses_license l WHERE l.id = ANY($1::uuid[]) AND l.state = 'valid'"  # noqa: S608
        f" AND {_HELD}"
        " AND NOT EXISTS (SELECT 1 FROM licenses_license n WHERE n.citizen_id = l.citizen_id AND n.type = l.type"
        " AND n.id <> l.id AND n.state = 'valid' AND (n.valid_until IS NULL OR n.valid_until > l.valid_until))",
        wanted,
    )
    return {row["id"]: row["citizen_id"] for row in rows}
