"""Campaigns as operators write and see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

State = Literal["draft", "submitted", "approved", "running", "paused", "halted", "done", "stopped"]
RuleText = Annotated[str, Meta(min_length=1, max_length=500)]


class AttributeOut(msgspec.Struct, kw_only=True):
    name: str
    type: str
    text: str


class AttributeList(msgspec.Struct, kw_only=True):
    items: list[AttributeOut]
    next: str | None = None


class AudienceRule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """CEL over the names of GET /operate/v1/audiences/attributes."""

    rule: RuleText


class RegionCount(msgspec.Struct, kw_only=True):
    region: str | None
    name: str
    count: int


class SamplePerson(msgspec.Struct, kw_only=True):
    """Nothing that names a person."""

    region: str
    age: int | None


class AudienceCount(msgspec.Struct, kw_only=True):
    count: int
    regions: list[RegionCount]
    sample: list[SamplePerson]


class CampaignPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`reason` follows 您收到此消息，因为. `pace`: people a second. Sent only between `hour_from` and `hour_to`
    (Asia/Shanghai). `halt_percent`: it stops by itself when so many of a hundred attempts fail. `turns`: regions one
    after another, the next when all of the one before were told; the rest of the audience comes last. `standing`:
    goes on until it is stopped and each day tells who has come to fit the rule (即将可办), everybody once. `matter`:
    who is told may have it with one tap (免申即享); the link leads there and is not to be given."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Literal["policy", "reminder"] = "policy"
    title: Annotated[str, Meta(min_length=2, max_length=80)]
    body: Annotated[str, Meta(min_length=4, max_length=600)]
    link: Annotated[str, Meta(max_length=300, pattern=r"^/[^/\s\\][^\s\\]*$")] | None = None
    reason: Annotated[str, Meta(min_length=4, max_length=200)]
    rule: RuleText
    pace: Annotated[int, Meta(ge=1, le=2000)] = 50
    hour_from: Annotated[int, Meta(ge=0, le=23)] = 9
    hour_to: Annotated[int, Meta(ge=1, le=24)] = 20
    send_at: datetime | None = None
    halt_percent: Annotated[int, Meta(ge=1, le=100)] = 30
    standing: bool = False
    matter: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$")] | None = None
    turns: Annotated[list[Annotated[str, Meta(pattern=r"^51[0-9]{4}$")]], Meta(max_length=30)] = []


class CampaignChange(CampaignPut, kw_only=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1)]


class Act(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`version` is the one that was looked at."""

    version: Annotated[int, Meta(ge=1)]
    note: Annotated[str, Meta(max_length=300)] = ""


class TestSend(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Send it to one citizen who asked for it, by the phone they signed in with."""

    phone: Annotated[str, Meta(pattern=r"^1[3-9][0-9]{9}$")]


class ReasonCount(msgspec.Struct, kw_only=True):
    why: str
    count: int


class Figures(msgspec.Struct, kw_only=True):
    """targeted = sent + skipped + failed + unknown + waiting. `skipped`: told in the inbox alone, or not any more."""

    targeted: int
    sent: int
    skipped: int
    failed: int
    unknown: int
    waiting: int
    skipped_why: list[ReasonCount]
    failed_why: list[ReasonCount]


class Answers(msgspec.Struct, kw_only=True):
    """What became of an offer: cases that were opened with it, and people who do not want it."""

    confirmed: int
    declined: int


class OfferOut(msgspec.Struct, kw_only=True):
    """Something that a citizen may have without applying (免申即享). `id` is the campaign's."""

    id: str
    title: str
    body: str
    reason: str
    matter: str
    matter_name: str
    department: str
    told_at: datetime
    answer: Literal["confirmed", "declined"] | None
    case_number: str | None


class OfferList(msgspec.Struct, kw_only=True):
    items: list[OfferOut]
    next: str | None = None


class OfferLine(msgspec.Struct, kw_only=True):
    title: str
    text: str


class OfferDetail(msgspec.Struct, kw_only=True):
    """`lines`: what would be handed in, masked; `pledges`: what the tap agrees to; `missing`: why one tap is not enough
    for this citizen now, empty when it is. `release` is handed back with the tap."""

    offer: OfferOut
    release: str
    level: int
    lines: list[OfferLine]
    pledges: list[str]
    missing: list[str]


class OfferConfirm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    release: Annotated[str, Meta(min_length=1, max_length=120)]


class OfferDone(msgspec.Struct, kw_only=True):
    case_number: str


class Preview(msgspec.Struct, kw_only=True):
    """What a channel shows; `cut` when it cannot show all of it."""

    channel: Literal["inbox", "wechat", "alipay", "jpush", "sms"]
    lines: list[str]
    cut: bool


class CampaignOut(msgspec.Struct, kw_only=True):
    id: str
    name: str
    kind: str
    title: str
    body: str
    link: str | None
    reason: str
    rule: str
    scope: list[str]
    pace: int
    hour_from: int
    hour_to: int
    send_at: datetime | None
    halt_percent: int
    turns: list[str]
    standing: bool
    matter: str | None
    state: State
    state_text: str
    version: int
    made_by_name: str
    approved_by_name: str | None
    note: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    acts: list[str]
    figures: Figures | None = None
    previews: list[Preview] = []
    opted_out: int = 0
    """People who switched such notices off from this very message."""
    answers: Answers | None = None


class CampaignList(msgspec.Struct, kw_only=True):
    items: list[CampaignOut]
    next: str | None = None


class TemplatePut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Words that are used again, as in a campaign."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    kind: Literal["policy", "reminder"] = "policy"
    title: Annotated[str, Meta(min_length=2, max_length=80)]
    body: Annotated[str, Meta(min_length=4, max_length=600)]
    link: Annotated[str, Meta(max_length=300, pattern=r"^/[^/\s\\][^\s\\]*$")] | None = None
    reason: Annotated[str, Meta(min_length=4, max_length=200)]


class TemplateChange(TemplatePut, kw_only=True, forbid_unknown_fields=True):
    """`version` is the one that was looked at; the change is the next one. `retired` takes it off the list."""

    version: Annotated[int, Meta(ge=1)]
    retired: bool = False


class TemplateOut(msgspec.Struct, kw_only=True):
    key: str
    version: int
    name: str
    kind: str
    title: str
    body: str
    link: str | None
    reason: str
    retired: bool
    made_by_name: str
    created_at: datetime
    previews: list[Preview] = []


class TemplateList(msgspec.Struct, kw_only=True):
    """The newest version of each; or all versions of one, the newest first."""

    items: list[TemplateOut]
    next: str | None = None


class SenderScore(msgspec.Struct, kw_only=True):
    """How citizens took what one author sent in the last 90 days. `opted_out` of `sent` switched such notices off.
    `grade`: too_few below 200 sent, else good, watch (2 in 1,000 or more) or poor (10 in 1,000 or more)."""

    made_by_name: str
    campaigns: int
    sent: int
    opted_out: int
    grade: Literal["too_few", "good", "watch", "poor"]


class SenderScores(msgspec.Struct, kw_only=True):
    items: list[SenderScore]
    next: str | None = None
