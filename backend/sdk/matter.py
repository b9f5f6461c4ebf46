"""The shape of one 事项 in a module folder: guide, form, materials, steps, limits and rules, all of it data.

The structs are strict (unknown keys are refused) and immutable, so that one compiled release can be shared by every
request of a process. They leave defaults out when encoded: a changed default is a change of the schema number.

A fact is shown to citizens as a plain statement only when `verified` is true; everything else reaches the guide as
待确认. What another province promises is not written here at all.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Kind = Literal["apply", "query", "book", "pay", "certificate", "link"]
Audience = Literal["person", "company"]
Level = Literal["none", "login", "verified", "face"]
Pending = Literal["basis", "conditions", "materials", "steps", "limit", "fee", "result", "place"]
Role = Literal["applicant", "system", "window", "reviewer", "department"]
FieldType = Literal[
    "text",
    "textarea",
    "name",
    "id_number",
    "phone",
    "money",
    "int",
    "number",
    "date",
    "month",
    "datetime",
    "select",
    "multiselect",
    "bool",
    "region",
    "address",
    "bankcard",
    "plate",
    "uscc",
    "commitment",
    "group",
    "list",
]

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Region = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(max_length=500)]
Bound = Annotated[str, msgspec.Meta(max_length=32)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Rule = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Offset = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}d$")]
Days = Annotated[int, msgspec.Meta(ge=0, le=3660)] | Annotated[float, msgspec.Meta(ge=0, le=3660)]


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common switches of every struct of a manifest."""


class Fact(Shape, frozen=True, kw_only=True):
    """A sentence of the guide with where it was read. `verified` false is shown as 待确认."""

    text: Text
    source: Short | None = None
    verified: bool = False


class Term(Shape, frozen=True, kw_only=True):
    """A length of time. `workday` follows the holiday table, `day` is a natural day, `hour` a clock hour."""

    days: Days
    unit: Literal["workday", "day", "month", "hour"] = "workday"
    source: Short | None = None
    note: Short | None = None
    verified: bool = False


class Limits(Shape, frozen=True, kw_only=True):
    """办结时限. `promise` None means that this place's own promise is not known: the guide says 待确认."""

    promise: Term | None = None
    legal: Term | None = None
    visits: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    visits_verified: bool = False


class Option(Shape, frozen=True, kw_only=True):
    """One choice of a select. `value` is stored, `label` is shown."""

    value: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    label: Line


class Field(Shape, frozen=True, kw_only=True):
    """One question of a form. `fields/<type>` in `fields.py` says what each type stores.

    `min`/`max` bound numbers, and dates as `YYYY-MM-DD`, `today`, `today+30d`, `today-18y`; for a list they bound the
    number of rows. `prefill` names where the platform takes the value (`citizen.name`); such a field is read-only
    unless `readonly = false` is written. `show_if` is a rule over fields that stand before this one. `components`
    names the parts of a 一件事 that get the answer (none means all).
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Line
    type: FieldType
    required: bool = False
    options: list[Option] = []
    min: int | float | Bound | None = None
    max: int | float | Bound | None = None
    min_length: Annotated[int, msgspec.Meta(ge=0, le=10000)] | None = None
    max_length: Annotated[int, msgspec.Meta(ge=1, le=10000)] | None = None
    pattern: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    hint: Short | None = None
    show_if: Rule | None = None
    prefill: Annotated[str, msgspec.Meta(pattern=r"^(citizen|company)\.[a-z_]+$")] | None = None
    readonly: bool | None = None
    fields: list[Field] = []
    default: Short | int | float | bool | None = None
    text: Text | None = None
    components: list[Slug] = []

    @property
    def locked(self) -> bool:
        """True when the value comes from its source and the client's word does not count."""
        return self.prefill is not None if self.readonly is None else self.readonly


class Material(Shape, frozen=True, kw_only=True):
    """A paper that the matter needs.

    `how` says how it arrives: uploaded, shown at the counter, or generated from the form. `source` says who has it:
    the applicant, the wallet (`license:<type>`, 免提交 when held) or a department (fetched before an upload is asked).
    """

    code: Slug
    name: Line
    need: Literal["required", "optional", "deferrable"] = "required"
    source: Annotated[str, msgspec.Meta(pattern=r"^(self|department|license:[a-z][a-z0-9_]{0,63})$")] = "self"
    how: Literal["upload", "onsite", "generated"] = "upload"
    formats: list[Literal["jpg", "png", "pdf", "ofd", "heic"]] = []
    max_mb: Annotated[int, msgspec.Meta(ge=1, le=50)] = 10
    max_files: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    note: Short | None = None
    show_if: Rule | None = None
    blank_form: Short | None = None
    specimen: Short | None = None
    shared_by: Short | None = None
    basis: Short | None = None
    components: list[Slug] = []
    verified: bool = False

    @property
    def license(self) -> str | None:
        """The licence type that spares this material, or None."""
        return self.source.removeprefix("license:") if self.source.startswith("license:") else None


STEP_NAMES = {
    "apply": "申请",
    "precheck": "预审",
    "accept": "受理",
    "review": "审核",
    "decide": "决定",
    "settle": "办结",
    "deliver": "送达",
}


class Step(Shape, frozen=True, kw_only=True):
    """One step of the flow. `days` is its own limit when known, in `unit`."""

    id: Slug
    name: Short | None = None
    role: Role
    days: Days | None = None
    unit: Literal["workday", "day", "hour"] = "workday"
    note: Short | None = None
    verified: bool = False

    @property
    def title(self) -> str:
        """What citizens read: the given name, else the usual word for this id."""
        return self.name or STEP_NAMES.get(self.id, self.id)


class Eligibility(Shape, frozen=True, kw_only=True):
    """A condition that is checked before a case is taken; `message` tells the citizen why not."""

    rule: Rule
    message: Line


class Flow(Shape, frozen=True, kw_only=True):
    """办理流程. `auto_accept` and `auto_decide` are rules that may only decide in the citizen's favour."""

    steps: list[Step] = []
    auto_accept: Rule | None = None
    auto_decide: Rule | None = None
    eligibility: list[Eligibility] = []


class Fee(Shape, frozen=True, kw_only=True):
    """收费. `amount_fen` is a rule that gives an integer in fen; without it the amount is told by the department."""

    text: Line
    charged: bool = True
    basis: Short | None = None
    amount_fen: Rule | None = None
    verified: bool = False


class Result(Shape, frozen=True, kw_only=True):
    """What the citizen gets. `license` is the type of the e-licence that is issued; None means a notice only."""

    name: Line
    license: Slug | None = None
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=36600)] | None = None
    validity: Fact | None = None


class Place(Shape, frozen=True, kw_only=True):
    """Where the matter is handled in person. An unverified place is shown as 待确认 and never with an address."""

    name: Line
    address: Short | None = None
    hours: Short | None = None
    phone: Short | None = None
    region: Region | None = None
    verified: bool = False


class Contact(Shape, frozen=True, kw_only=True):
    """Whom to ask (`phone`) and where to complain. A complaint way is compulsory."""

    complaint: Line
    phone: Short | None = None
    hours: Short | None = None


class Question(Shape, frozen=True, kw_only=True):
    """常见问题."""

    question: Line
    answer: Text
    source: Short | None = None
    verified: bool = False


class Reminder(Shape, frozen=True, kw_only=True):
    """What the holder is told before the result runs out. `renew` is the code of the matter that renews it."""

    before: list[Offset]
    renew: Slug | None = None
    text: Short | None = None


class Slot(Shape, frozen=True, kw_only=True):
    """A bookable time of day with how many people fit in."""

    start: Clock
    end: Clock
    capacity: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Office(Shape, frozen=True, kw_only=True):
    """A counter that takes bookings."""

    code: Slug
    name: Line
    region: Region
    address: Short | None = None
    verified: bool = False


class Booking(Shape, frozen=True, kw_only=True):
    """预约. Offices open on `weekdays` (1 is Monday); bookings reach from `first_day` days ahead to `days_ahead`."""

    days_ahead: Annotated[int, msgspec.Meta(ge=1, le=90)]
    first_day: Annotated[int, msgspec.Meta(ge=0, le=30)] = 1
    weekdays: list[Annotated[int, msgspec.Meta(ge=1, le=7)]] = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5])
    slots: list[Slot] = []
    offices: list[Office] = []
    bring: list[Short] = []
    verified: bool = False


class Output(Shape, frozen=True, kw_only=True):
    """What a query tells the citizen, for the guide; the answer itself brings its own columns."""

    shows: list[Line] = []
    empty: Line = "没有查到相关记录"


class Payment(Shape, frozen=True, kw_only=True):
    """缴费. `notice_field` is the form field that holds the number of the payment notice.

    The amount is never taken from the form: the department answers `query` with it.
    """

    notice_field: Slug
    shows: list[Line] = []


class Component(Shape, frozen=True, kw_only=True):
    """A part of a 一件事, handled by its own department with its own clock."""

    code: Slug
    name: Line
    department: Line
    depends_on: list[Slug] = []
    matter: Short | None = None
    show_if: Rule | None = None


class Matter(Shape, frozen=True, kw_only=True):
    """One 事项. Its id is `<module id>.<code>`; its release is its module's release.

    `page` sends whoever begins it to the module's own pages (`h5/`). `pending` and `without` are about the ten elements
    (`elements.py`): what is not known yet, and what there is none of.
    """

    code: Slug
    name: Line
    kind: Kind
    audience: list[Audience]
    level: Level = "none"
    item_code: Short | None = None
    matter_type: Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"] | None = None
    handling: Literal["immediate", "promised"] | None = None
    department: Short | None = None
    themes: list[Short] = []
    keywords: list[Short] = []
    regions: list[Region] | None = None
    scope: Literal["country", "province", "city", "county", "town"] | None = None
    modes: list[Literal["online", "window", "mail"]] = []
    summary: Short = ""
    conditions: list[Fact] = []
    basis: list[Fact] = []
    limits: Limits = Limits()
    fields: list[Field] = []
    materials: list[Material] = []
    flow: Flow = Flow()
    fee: Fee | None = None
    result: Result | None = None
    places: list[Place] = []
    contact: Contact | None = None
    link: Short | None = None
    rules: list[Fact] = []
    faq: list[Question] = []
    reminders: list[Reminder] = []
    components: list[Component] = []
    uncertain: list[Short] = []
    inferred: list[Short] = []
    pending: list[Pending] = []
    without: list[Literal["conditions", "materials"]] = []
    booking: Booking | None = None
    query: Output | None = None
    payment: Payment | None = None
    hot: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    decider: Literal["platform", "department"] = "platform"
    page: bool = False
