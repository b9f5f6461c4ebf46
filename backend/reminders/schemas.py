"""Reminders as operators and citizens see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

DaysBefore = Annotated[int, Meta(ge=0, le=999)]
Id = Annotated[str, Meta(min_length=36, max_length=36)]


class ForecastDay(msgspec.Struct, kw_only=True):
    day: date
    count: int


class Proposed(msgspec.Struct, kw_only=True):
    """What an operator wants a rule to be; it holds once another operator has agreed. `yours`: you proposed it."""

    days: list[int]
    text: str
    active: bool
    resume: bool
    call_days: int | None
    by: str
    at: datetime
    yours: bool


class RuleOut(msgspec.Struct, kw_only=True):
    """`days`: how many days before the last valid day, largest first. `forecast`: reminders of the next 30 days, days
    without any left out. `held`: why scanning stopped and waits for a person."""

    id: str
    key: str
    license_type: str
    license_name: str
    days: list[int]
    text: str
    renew: str | None
    active: bool
    listed: bool
    held: str | None
    version: int
    edited_by: str | None
    edited_at: datetime | None
    scanned_at: datetime | None
    call_days: int | None
    forecast: list[ForecastDay]
    forecast_total: int
    told: int
    cancelled: int
    waiting: int
    proposed: Proposed | None


class RuleDecision(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`version` as it was read."""

    version: Annotated[int, Meta(ge=1)]


class RuleList(msgspec.Struct, kw_only=True):
    items: list[RuleOut]
    next: str | None = None


class RulePut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the rule is to be. It holds once another operator has agreed; a rule that is merely switched off stops at
    once. `version` as it was read. `resume`: scan again after a hold, from today on. `call_days`: so many days before
    the end, who has neither looked nor renewed is to be called; null: nobody is."""

    id: Id
    version: Annotated[int, Meta(ge=1)]
    days: Annotated[list[DaysBefore], Meta(min_length=1, max_length=8)]
    text: Annotated[str, Meta(min_length=4, max_length=120)]
    active: bool
    resume: bool = False
    call_days: Annotated[int, Meta(ge=0, le=60)] | None = None


class ReminderOut(msgspec.Struct, kw_only=True):
    """A licence of mine that ends soon and what I was or will be told. `days_left` 0 is the last valid day."""

    id: str
    license_id: str
    license_name: str
    valid_until: date
    days_left: int
    state: Literal["waiting", "snoozed", "told", "cancelled"]
    link: str | None
    snoozed_until: datetime | None
    can_snooze: bool


class ReminderList(msgspec.Struct, kw_only=True):
    items: list[ReminderOut]
    next: str | None = None


class Snooze(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=30)]


class CallOut(msgspec.Struct, kw_only=True):
    """Somebody to be called: a masked name, what ends and when. The number is asked for on its own."""

    id: str
    who: str
    license_name: str
    valid_until: date
    days_left: int
    region: str | None
    tries: int
    next_at: datetime | None


class CallList(msgspec.Struct, kw_only=True):
    items: list[CallOut]
    next: str | None = None


class CallsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class CallNumber(msgspec.Struct, kw_only=True):
    phone: str


class CallDone(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What came of a call. Who did not answer is called again the next day, three times at most."""

    outcome: Literal["reached", "renewing", "declined", "no_answer", "wrong_number"]
    note: Annotated[str, Meta(max_length=200)] = ""
