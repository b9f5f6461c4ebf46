"""What cases take and give, for citizens and for handlers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from backend.modules.schemas import Difference

MatterId = Annotated[str, Meta(min_length=3, max_length=120, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Note = Annotated[str, Meta(max_length=500)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
State = Literal[
    "submitted",
    "correcting",
    "accepted",
    "in_review",
    "special",
    "approved",
    "refused",
    "delivered",
    "closed",
    "not_accepted",
    "withdrawn",
    "transferred",
]


class MaterialGiven(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One material: an upload of this citizen, or a licence in the wallet. Several files: several entries."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    upload: Id | None = None
    license: Id | None = None


class Booking(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Day and slot of a `book` matter; offices and slots from GET /matters/{id}/slots."""

    office: Annotated[str, Meta(min_length=1, max_length=64)]
    date: date
    slot: Annotated[str, Meta(min_length=1, max_length=32)]


class CaseCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    matter: MatterId
    release: Annotated[str, Meta(min_length=1, max_length=120)]
    form: dict[str, Any]
    materials: Annotated[list[MaterialGiven], Meta(max_length=50)] = []
    booking: Booking | None = None
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}$")] | None = None
    on_behalf_of: Id | None = None
    company: Id | None = None


class DraftPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The form as far as it is filled; nothing is validated but size and shape."""

    release: Annotated[str, Meta(min_length=1, max_length=120)]
    form: dict[str, Any]
    materials: Annotated[list[MaterialGiven], Meta(max_length=50)] = []
    step: Annotated[int, Meta(ge=0, le=50)] = 0


class DraftMaterial(msgspec.Struct, kw_only=True):
    code: str
    upload: str | None
    license: str | None
    name: str | None
    size: int | None


class DraftOut(msgspec.Struct, kw_only=True):
    """`changes` says in words what a newer release dropped or added; empty when all still fits."""

    matter: str
    matter_name: str
    release: str
    form: dict[str, Any]
    materials: list[DraftMaterial]
    step: int
    changes: list[str]
    updated_at: datetime


class DraftList(msgspec.Struct, kw_only=True):
    items: list[DraftOut]
    next: str | None = None


class PrefillField(msgspec.Struct, kw_only=True):
    field: str
    source: str
    value: Any
    masked: str


class Prefill(msgspec.Struct, kw_only=True):
    """What the state already holds for this form, masked. `ready` lists materials the wallet has (免提交)."""

    items: list[PrefillField]
    ready: dict[str, str]
    next: str | None = None


class UploadCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Announce a file; bytes follow by PATCH or POST with Content-Range, in order, resumable at `offset`."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    size: Annotated[int, Meta(ge=1, le=20 * 1024 * 1024)]
    content_type: Annotated[str, Meta(min_length=1, max_length=100)] = "application/octet-stream"
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None


class UploadPiece(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A piece as base64 text: at most 180 KiB of the file from `offset` on; `sha256` is the digest of this piece."""

    offset: Annotated[int, Meta(ge=0, lt=20 * 1024 * 1024)]
    data: Annotated[str, Meta(min_length=4, max_length=240 * 1024)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None


class UploadOut(msgspec.Struct, kw_only=True):
    """`state`: open (send from `offset`), complete, refused (`message` says why)."""

    id: str
    name: str
    size: int
    offset: int
    content_type: str
    state: Literal["open", "complete", "refused"]
    message: str | None
    chunk_size: int


class TimelineEntry(msgspec.Struct, kw_only=True):
    at: datetime
    kind: str
    title: str
    text: str
    who: str


class MissingItem(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing of a one-time completeness notice: a material code, or a field."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Reason


class Clock(msgspec.Struct, kw_only=True):
    """`days_left` in `unit`s (negative: overdue), null while no limit is confirmed or the case is done.
    `light`: none, green, yellow (70 % used), red (over)."""

    due_at: datetime | None
    days_left: int | None
    unit: Literal["workday", "day"] | None
    suspended: bool
    light: Literal["none", "green", "yellow", "red"]
    text: str


class FormLine(msgspec.Struct, kw_only=True):
    """One filled field for reading; identity numbers, phones and cards are masked."""

    field: str
    title: str
    text: str


class CaseMaterial(msgspec.Struct, kw_only=True):
    code: str
    name: str
    upload: str | None
    license: str | None
    file_name: str | None
    size: int | None


class CaseResult(msgspec.Struct, kw_only=True):
    """How it ended. `appeal` tells how to object to a refusal (行政许可法 art. 38)."""

    outcome: Literal["approved", "refused"]
    reason: str | None
    appeal: str | None
    license: str | None
    license_name: str | None
    details: dict[str, Any]


class CaseRating(msgspec.Struct, kw_only=True):
    """`again`: a bad rating was mended and may be given once more."""

    level: int
    comment: str | None
    at: datetime
    follow_up_due: datetime | None
    reply: str | None
    again: bool = False


class CaseCard(msgspec.Struct, kw_only=True):
    number: str
    matter: str
    matter_name: str
    department: str
    state: State
    state_text: str
    submitted_at: datetime
    clock: Clock


class CaseList(msgspec.Struct, kw_only=True):
    items: list[CaseCard]
    next: str | None


class BehalfQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`on_behalf_of` is the id of a delegation, `company` that of a company; never both."""

    on_behalf_of: Id | None = None
    company: Id | None = None


class CasesQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`on_behalf_of`: the cases that I opened under a delegation, instead of my own; `company`: a company's, whoever of
    its people opened them."""

    on_behalf_of: Id | None = None
    company: Id | None = None
    state: State | None = None
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class CaseOut(msgspec.Struct, kw_only=True):
    """`on_behalf_of` is the masked name of whose case it is, when the reader opened it for them."""

    number: str
    matter: str
    matter_name: str
    release: str
    department: str
    region: str
    state: State
    state_text: str
    next_step: str
    submitted_at: datetime
    decided_at: datetime | None
    clock: Clock
    timeline: list[TimelineEntry]
    missing: list[MissingItem]
    form: list[FormLine]
    materials: list[CaseMaterial]
    booking: Booking | None
    result: CaseResult | None
    rating: CaseRating | None
    can: list[Literal["supplement", "withdraw", "urge", "rate", "show"]]
    on_behalf_of: str | None = None


class Supplement(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    materials: Annotated[list[MaterialGiven], Meta(max_length=50)] = []
    form: dict[str, Any] = {}
    note: Note | None = None


class Withdraw(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    reason: Note | None = None


class Urge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    note: Note | None = None


class QueryCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    params: dict[str, Any]


class QueryColumn(msgspec.Struct, kw_only=True):
    key: str
    title: str


class QuerySummary(msgspec.Struct, kw_only=True):
    label: str
    value: str


class QueryOut(msgspec.Struct, kw_only=True):
    matter: str
    title: str
    department: str
    columns: list[QueryColumn]
    rows: list[dict[str, Any]]
    summary: list[QuerySummary]
    as_of: datetime
    sample: bool


# Handlers


class StaffCasesQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    queue: Literal["open", "mine", "done", "overdue"] = "open"
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class StaffCaseCard(msgspec.Struct, kw_only=True):
    number: str
    matter_name: str
    applicant: str
    region: str
    state: State
    state_text: str
    submitted_at: datetime
    clock: Clock
    handler: str | None
    urged: int


class StaffCaseList(msgspec.Struct, kw_only=True):
    items: list[StaffCaseCard]
    next: str | None
    counts: dict[str, int]


class StaffCaseOut(msgspec.Struct, kw_only=True):
    """A case as its handler sees it: personal data masked; opening it leaves a trace that the citizen can read."""

    number: str
    matter: str
    matter_name: str
    release: str
    region: str
    applicant: str
    applicant_phone: str | None
    state: State
    state_text: str
    submitted_at: datetime
    clock: Clock
    handler: str | None
    mine: bool
    timeline: list[TimelineEntry]
    form: list[FormLine]
    materials: list[CaseMaterial]
    material_choices: list[MissingItem]
    missing: list[MissingItem]
    result: CaseResult | None
    can: list[Literal["take", "accept", "correct", "decide", "transfer", "not_accept"]]


class CorrectRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything that is missing, told once (行政许可法 art. 32)."""

    missing: Annotated[list[MissingItem], Meta(min_length=1, max_length=30)]
    note: Note | None = None


class DecideRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    outcome: Literal["approved", "refused"]
    reason: Reason


class NotAcceptRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    reason: Reason
    right_office: Note | None = None


class TransferRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    reason: Reason


class AcceptRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    note: Note | None = None


class Rebase(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`move` false looks and changes nothing. `after` is the `next` of the answer before."""

    move: bool = False
    after: Annotated[str, Meta(max_length=64)] | None = None


class RebaseItem(msgspec.Struct, kw_only=True):
    """One case, or one draft (without a number: it is its owner's alone). `reasons` say why it stays."""

    kind: Literal["case", "draft"]
    number: str | None
    matter: str
    name: str
    release: str
    moves: bool
    reasons: list[str]


class RebaseChange(msgspec.Struct, kw_only=True):
    """What the live release says differently of a matter (its code) than `release`."""

    release: str
    matter: str
    items: list[Difference]


class RebaseOut(msgspec.Struct, kw_only=True):
    """`release` is the live one. `moved` true: what `moves` has moved. Go on with `next` until there is none."""

    release: str
    moved: bool
    items: list[RebaseItem]
    changes: list[RebaseChange]
    next: str | None
