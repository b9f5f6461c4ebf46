"""好差评: one rating a case, and the follow-up of a bad one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ASPECTS = ("efficiency", "guide", "convenience", "platform")


class RatingCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`level` 5 非常满意 … 1 非常不满意; 1 and 2 are bad and open a follow-up."""

    level: Annotated[int, Meta(ge=1, le=5)]
    aspects: Annotated[list[Literal["efficiency", "guide", "convenience", "platform"]], Meta(max_length=4)] = []
    comment: Annotated[str, Meta(max_length=500)] | None = None
    anonymous: bool = False


class RatingOut(msgspec.Struct, kw_only=True):
    case_number: str
    level: int
    level_text: str
    comment: str | None
    at: datetime
    follow_up: FollowUpOut | None


class FollowUpOut(msgspec.Struct, kw_only=True):
    """`contact_due` one working day, `mend_due` fifteen working days after the rating."""

    id: str
    case_number: str
    matter_name: str
    level: int
    comment: str | None
    state: Literal["open", "contacted", "mended", "closed"]
    contact_due: datetime
    mend_due: datetime
    reply: str | None


class FollowUpsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`due` are those still owed, by their clock; `done` the latest first."""

    state: Literal["due", "done"] = "due"
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class FollowUpList(msgspec.Struct, kw_only=True):
    items: list[FollowUpOut]
    next: str | None = None


class FollowUpReply(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    state: Literal["contacted", "mended"]
    reply: Annotated[str, Meta(min_length=1, max_length=500)]
