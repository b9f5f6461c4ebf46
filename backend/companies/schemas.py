"""What goes in and out of a company's space."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Right = Literal["apply", "cases", "manage"]
Name = Annotated[str, Meta(min_length=2, max_length=100)]


class CompanyOpen(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """As on the business licence. Whoever sends it must be its legal representative."""

    uscc: Annotated[str, Meta(min_length=18, max_length=40)]
    name: Name


class CompanyOut(msgspec.Struct, kw_only=True):
    """`uscc` is masked. `rights` are the reader's, from `starts_on` to `ends_on` (null: as long as they represent).

    `staff_id` is the reader's own place, null for the legal representative.
    """

    id: str
    name: str
    uscc: str
    role: Literal["representative", "staff"]
    rights: list[Right]
    staff_id: str | None
    starts_on: date | None
    ends_on: date | None


class CompanyList(msgspec.Struct, kw_only=True):
    items: list[CompanyOut]


class CompanyStaffInvite(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`name` as on the person's id card; only they can accept."""

    name: Annotated[str, Meta(min_length=2, max_length=50)]
    rights: Annotated[list[Right], Meta(min_length=1, max_length=4)]
    starts_on: date
    ends_on: date


class CompanyStaffInvited(msgspec.Struct, kw_only=True):
    """`code` is told once: to hand to the person."""

    id: str
    code: str
    expires_at: datetime


class CompanyStaffOut(msgspec.Struct, kw_only=True):
    """`name` is masked, null until somebody accepts. `state` counts today: an end that has passed is `expired`."""

    id: str
    name: str | None
    rights: list[Right]
    starts_on: date
    ends_on: date
    state: Literal["invited", "active", "expired", "ended", "declined"]


class CompanyStaffList(msgspec.Struct, kw_only=True):
    items: list[CompanyStaffOut]


class CompanyInvitationCode(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=12, max_length=20)]


class CompanyInvitation(msgspec.Struct, kw_only=True):
    """What a code would agree to."""

    id: str
    company: str
    rights: list[Right]
    starts_on: date
    ends_on: date
