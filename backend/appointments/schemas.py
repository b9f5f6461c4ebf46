"""Days and slots of a `book` matter."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta


class SlotsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    office: Annotated[str, Meta(max_length=64)] | None = None
    date: dt.date | None = None


class SlotOut(msgspec.Struct, kw_only=True):
    slot: str
    label: str
    left: int


class DayOut(msgspec.Struct, kw_only=True):
    date: dt.date
    label: str
    slots: list[SlotOut]


class OfficeOut(msgspec.Struct, kw_only=True):
    code: str
    name: str
    region: str
    verified: bool


class SlotsOut(msgspec.Struct, kw_only=True):
    """`days` are those of `office` (the first one when none is named)."""

    offices: list[OfficeOut]
    office: str
    days: list[DayOut]
