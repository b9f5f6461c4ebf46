"""The statements over cases' tables that are run often, and the row of a case as they give it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.clock import Reckoning
from backend.cases.schemas import Booking, State
from backend.cases.states import Kind, Standing
from backend.core import db


@dataclass(slots=True)
class Row:
    """A row of `cases_case`; the columns are explained at the model."""

    id: UUID
    created_at: datetime
    number: str
    citizen_id: UUID
    key_of: UUID
    matter: str
    matter_name: str
    module: str
    release: str
    department: str
    kind: str
    region: str
    applicant: str
    state: State
    resume: State | None
    seq: int
    sealed: bytes
    sealed_result: bytes | None
    booking: str | None
    submitted_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    phase: Any
    due_at: datetime | None
    yellow_at: datetime | None
    days_left: int | None
    unit: Any
    suspended: bool
    light: str
    corrections: int
    urged: int
    handler_id: str | None
    handler_name: str | None
    outcome: Any
    license_id: str | None
    license_name: str | None
    decider: str
    department_number: str | None
    dispatch: str
    dispatch_round: int
    dispatch_at: datetime | None
    attempts: int
    work_at: datetime | None
    company_id: UUID | None

    @property
    def standing(self) -> Standing:
        return Standing(self.state, self.resume)

    @property
    def reckoning(self) -> Reckoning:
        return Reckoning(self.phase, self.due_at, self.yellow_at, self.unit, self.suspended, self.days_left)

    @property
    def code(self) -> str:
        """The matter's code within its module."""
        return self.matter.partition(".")[2]

    @property
    def booked(self) -> Booking | None:
        return msgspec.json.decode(self.booking, type=Booking) if self.booking else None


COLUMNS = tuple(field.name for field in fields(Row))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM cases_case"  # noqa: S608 - names of our own columns


@dataclass(slots=True)
class EventRow:
    """A row of `cases_event`."""

    seq: int
    kind: Kind
    state: State
    at: datetime
    actor_kind: str
    actor_id: str
    who: str
    title: str
    text: str
    sealed: bytes | None
    external_id: str | None


@dataclass(slots=True)
class MaterialRow:
    """A row of `cases_material`."""

    code: str
    name: str
    upload_id: UUID | None
    license_id: str | None
    file_name: str | None
    size: int | None
    sha256: str | None
    round: int


EVENT_COLUMNS = tuple(field.name for field in fields(EventRow))
MATERIAL_COLUMNS = tuple(field.name for field in fields(MaterialRow))
_EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM cases_event WHERE case_id = $1 ORDER BY seq"  # noqa: S608
_MATERIALS = f"SELECT {', '.join(MATERIAL_COLUMNS)} FROM cases_material WHERE case_id = $1 ORDER BY id"  # noqa: S608


def _row(record: asyncpg.Record | None) -> Row | None:
    return None if record is None else Row(*record.values())


async def by_number(number: str, *, lock: bool = False) -> Row | None:
    return _row(await db.fetch_one(f"{_SELECT} WHERE number = $1{' FOR UPDATE' if lock else ''}", number))


async def by_id(case_id: UUID, *, lock: bool = False) -> Row | None:
    return _row(await db.fetch_one(f"{_SELECT} WHERE id = $1{' FOR UPDATE' if lock else ''}", case_id))


async def events(case_id: UUID) -> list[EventRow]:
    return [EventRow(*record.values()) for record in await db.fetch(_EVENTS, case_id)]


async def materials(case_id: UUID) -> list[MaterialRow]:
    return [MaterialRow(*record.values()) for record in await db.fetch(_MATERIALS, case_id)]


_EVENT_TYPES = {
    "seq": "int2",
    "kind": "text",
    "state": "text",
    "at": "timestamptz",
    "actor_kind": "text",
    "actor_id": "text",
    "who": "text",
    "title": "text",
    "text": "text",
    "sealed": "bytea",
    "external_id": "text",
}
_MATERIAL_TYPES = {
    "code": "text",
    "name": "text",
    "upload_id": "uuid",
    "license_id": "text",
    "file_name": "text",
    "size": "int4",
    "sha256": "text",
    "round": "int2",
}


def _many(table: str, types: dict[str, str], first: int, case: str = "$1") -> str:
    """INSERT of any number of rows of one case from one array a column."""
    arrays = ", ".join(f"${first + index}::{kind}[]" for index, kind in enumerate(types.values()))
    return (
        f"INSERT INTO {table} (case_id, {', '.join(types)})"  # noqa: S608 - names of our own columns
        f" SELECT {case}, * FROM unnest({arrays})"
    )


def _columns(rows: list[Any], names: tuple[str, ...]) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]


@lru_cache(maxsize=64)
def _insertion(names: tuple[str, ...], materials_too: bool) -> str:
    """One round trip for everything that a submission leaves in these tables; columns that are null are left out.
    Foreign keys are checked at its end."""
    values = ", ".join(f"${index + 1}{'::jsonb' if name == 'booking' else ''}" for index, name in enumerate(names))
    citizen, matter, following = names.index("citizen_id") + 1, names.index("matter") + 1, len(names) + 1
    parts = [
        f"c AS (INSERT INTO cases_case ({', '.join(names)}) VALUES ({values}))",  # noqa: S608
        f"e AS ({_many('cases_event', _EVENT_TYPES, following)})",
    ]
    if materials_too:
        parts.append(f"m AS ({_many('cases_material', _MATERIAL_TYPES, following + len(_EVENT_TYPES))})")
    gone = f"DELETE FROM cases_draft WHERE citizen_id = ${citizen} AND matter = ${matter}"  # noqa: S608
    return f"WITH {', '.join(parts)} {gone}"


async def insert(row: Row, happened: list[EventRow], given: list[MaterialRow]) -> None:
    """A new case with its events and materials; the citizen's draft of the matter goes."""
    filled = {name: value for name in COLUMNS if (value := getattr(row, name)) is not None}
    await db.execute(
        _insertion(tuple(filled), bool(given)),
        *filled.values(),
        *_columns(happened, EVENT_COLUMNS),
        *(_columns(given, MATERIAL_COLUMNS) if given else ()),
    )


_MUTABLE = tuple(
    name
    for name in COLUMNS
    if name
    not in {
        "id",
        "created_at",
        "number",
        "citizen_id",
        "company_id",
        "key_of",
        "matter",
        "matter_name",
        "module",
        "release",
        "department",
        "kind",
        "applicant",
        "booking",
        "submitted_at",
    }
)
_UPDATE = (
    "WITH c AS (UPDATE cases_case SET "  # noqa: S608
    + ", ".join(f"{name} = ${index + 2}" for index, name in enumerate(_MUTABLE))
    + " WHERE id = $1) "
    + _many("cases_event", _EVENT_TYPES, len(_MUTABLE) + 2)
)


async def update(row: Row, happened: list[EventRow]) -> None:
    """Write a locked row back, with the events that changed it."""
    await db.execute(_UPDATE, row.id, *(getattr(row, name) for name in _MUTABLE), *_columns(happened, EVENT_COLUMNS))


async def add_materials(case_id: UUID, given: list[MaterialRow]) -> None:
    if given:
        await db.execute(_many("cases_material", _MATERIAL_TYPES, 2), case_id, *_columns(given, MATERIAL_COLUMNS))
