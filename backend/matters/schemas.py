"""What citizens read of matters. These answers are encoded once per snapshot and served from memory."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

RegionCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$", examples=["510100"])]
Kind = Literal["apply", "query", "book", "pay", "certificate", "link"]


class RegionOut(msgspec.Struct, kw_only=True):
    code: str
    name: str
    short: str
    kind: str
    children: list[RegionOut] = []


class RegionTree(msgspec.Struct, kw_only=True):
    """`items`: 四川 with 21 市州 and their counties, then 重庆 with its districts (川渝通办)."""

    items: list[RegionOut]
    next: str | None = None


class MattersQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    region: RegionCode | None = None
    q: Annotated[str, Meta(max_length=100)] | None = None
    theme: Annotated[str, Meta(max_length=40)] | None = None
    audience: Literal["person", "company"] | None = None
    kind: Kind | None = None
    cursor: Annotated[str, Meta(max_length=40, pattern=r"^[0-9a-z]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class RegionQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    region: RegionCode | None = None


class MatterCard(msgspec.Struct, kw_only=True):
    id: str
    name: str
    summary: str
    kind: Kind
    level: str
    department: str
    audience: list[str]
    themes: list[str]
    regions: list[str]
    region_name: str
    promise: str
    available: bool


class MattersPage(msgspec.Struct, kw_only=True):
    items: list[MatterCard]
    next: str | None
    total: int


class FactOut(msgspec.Struct, kw_only=True):
    """`verified` false is shown with the mark 待确认."""

    text: str
    source: str | None
    verified: bool


class LimitOut(msgspec.Struct, kw_only=True):
    """`text` is ready to show; `days` null means that nobody has confirmed a figure."""

    text: str
    days: int | None
    unit: Literal["workday", "day"] | None
    source: str | None
    verified: bool


class LimitsOut(msgspec.Struct, kw_only=True):
    promise: LimitOut
    legal: LimitOut
    visits: int | None


class MaterialOut(msgspec.Struct, kw_only=True):
    """`source`: self (the citizen has it), license:<type> (taken from the wallet), department (fetched)."""

    code: str
    name: str
    need: Literal["required", "optional", "deferrable"]
    need_text: str
    source: str
    source_text: str
    formats: list[str]
    max_mb: float
    max_files: int
    note: str | None
    show_if: Any
    verified: bool


class StepOut(msgspec.Struct, kw_only=True):
    id: str
    name: str
    who: str
    days: float | None
    note: str | None


class FeeOut(msgspec.Struct, kw_only=True):
    text: str
    basis: str | None
    verified: bool


class ResultOut(msgspec.Struct, kw_only=True):
    name: str
    license: str | None
    validity: str | None
    verified: bool


class PlaceOut(msgspec.Struct, kw_only=True):
    code: str
    name: str
    region: str
    address: str | None
    hours: str | None
    verified: bool


class ContactOut(msgspec.Struct, kw_only=True):
    phone: str | None
    complaint: str


class ComponentOut(msgspec.Struct, kw_only=True):
    """A part of a 一件事."""

    name: str
    department: str
    note: str | None


class ElementOut(msgspec.Struct, kw_only=True):
    """One of the ten elements of a guide. `none`: there is none, said so (不设条件、不用交材料); `pending`: 待确认."""

    code: Literal["name", "basis", "conditions", "materials", "steps", "limit", "fee", "result", "place", "contact"]
    name: str
    state: Literal["stated", "none", "pending"]


class Guide(msgspec.Struct, kw_only=True):
    """Everything about one matter in one answer.

    `elements` are the ten that a matter must state, in reading order, each with how it is stated.
    `form` is JSON Schema 2020-12; `ui` the tree of widgets with `show_if` as expression trees; `missing` names the
    guide elements that nobody has supplied yet, in words; `uncertain` what is still to be confirmed.
    `page`: it begins in the pages of its module.
    `state` is on, guide_only (reason in `notice`) or off.
    """

    id: str
    module: str
    release: str
    name: str
    summary: str
    kind: Kind
    level: str
    level_number: int
    audience: list[str]
    themes: list[str]
    department: str
    regions: list[str]
    region_name: str
    item_code: str | None
    state: Literal["on", "guide_only", "off"]
    notice: str | None
    conditions: list[FactOut]
    basis: list[FactOut]
    limits: LimitsOut
    materials: list[MaterialOut]
    steps: list[StepOut]
    fee: FeeOut
    result: ResultOut | None
    places: list[PlaceOut]
    contact: ContactOut
    rules: list[FactOut]
    components: list[ComponentOut]
    link: str | None
    form: dict[str, Any]
    ui: list[dict[str, Any]]
    fields_read: list[str]
    elements: list[ElementOut]
    missing: list[str]
    uncertain: list[str]
    auto: bool
    decider: Literal["platform", "department"]
    page: bool


class ThemeOut(msgspec.Struct, kw_only=True):
    code: str
    name: str
    audience: Literal["person", "company"]
    count: int


class HomeBlock(msgspec.Struct, kw_only=True):
    """`kind`: hot (cards), life (cards grouped by 人生事), themes, online (matters that decide at once)."""

    kind: Literal["hot", "auto", "query", "themes"]
    title: str
    matters: list[MatterCard] = []
    themes: list[ThemeOut] = []


class Home(msgspec.Struct, kw_only=True):
    region: str
    region_name: str
    release: str
    blocks: list[HomeBlock]


class PreviewLink(msgspec.Struct, kw_only=True):
    """`path` is a page of the citizens' site. Whoever has it sees the release until `expires_at`."""

    path: str
    expires_at: datetime


class PreviewOut(msgspec.Struct, kw_only=True):
    """A release that is looked at before citizens get it. `matters` are the first two hundred of `total`."""

    release: str
    name: str
    state: str
    expires_at: datetime
    total: int
    matters: list[MatterCard]
