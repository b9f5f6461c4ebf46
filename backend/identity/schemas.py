"""What identity's endpoints take and give. Personal data leaves masked; there is no unmasked answer here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

# The lengths are not idle: `$` alone lets a line feed pass at the end.
Phone = Annotated[str, Meta(pattern=r"^1[3-9][0-9]{9}$", max_length=11, examples=["13800000001"])]
Code = Annotated[str, Meta(pattern=r"^[0-9]{6}$", max_length=6)]
ShortText = Annotated[str, Meta(min_length=1, max_length=256)]
Reason = Annotated[str, Meta(min_length=2, max_length=200)]
Channel = Literal["wechat", "alipay", "h5"]
# Browsers drop tabs and line feeds and read a backslash as a slash: `/<tab>/host` would leave our pages.
OwnPath = Annotated[
    str,
    Meta(min_length=1, max_length=300, pattern=r"^/(?![/\\])[^\\\x00-\x20\x7f]*(?!\n)$", examples=["/matters/list"]),
]


class PhoneCodeCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`captcha` is `<id>:<answer>`, asked for only after several codes (429 with `context.captcha`)."""

    phone: Phone
    captcha: Annotated[str, Meta(max_length=200)] | None = None


class PhoneCodeSent(msgspec.Struct, kw_only=True):
    expires_at: datetime
    retry_at: datetime


class PhoneSession(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    phone: Phone
    code: Code


class WechatSession(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: ShortText


class WechatPhone(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The `code` that `<button open-type="getPhoneNumber">` hands over, not that of wx.login."""

    code: ShortText


class AlipaySession(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    auth_code: ShortText


class WebviewSession(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: ShortText


class WebviewCodeCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`target` is a path of our own pages, such as `/matters/…`."""

    target: OwnPath


class WebviewCode(msgspec.Struct, kw_only=True):
    code: str
    expires_at: datetime


class SessionRefresh(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """H5 sends no token: the cookie carries it."""

    refresh_token: Annotated[str, Meta(max_length=200)] | None = None


class SessionCreated(msgspec.Struct, kw_only=True):
    """`token` goes into `Authorization: Bearer`; pages use the cookies set beside it and send `csrf` as X-TF-CSRF."""

    token: str
    refresh_token: str
    expires_at: datetime
    level: int
    level_name: str
    csrf: str
    target: str | None = None


class AssuranceOut(msgspec.Struct, kw_only=True):
    """A proof that is still good: a face check for one purpose, unused."""

    purpose: str
    method: str
    expires_at: datetime


class SessionOut(msgspec.Struct, kw_only=True):
    """Without a session: level 0 and nulls, so that pages need no error path."""

    level: int
    level_name: str
    expires_at: datetime | None
    csrf: str | None
    name: str | None
    phone: str | None
    elder: bool
    assurances: list[AssuranceOut]


class AccountOut(msgspec.Struct, kw_only=True):
    kind: Literal["phone", "wechat", "alipay"]
    label: str
    created_at: datetime


class DeviceOut(msgspec.Struct, kw_only=True):
    id: str
    channel: str
    label: str
    created_at: datetime
    seen_at: datetime
    current: bool


class Me(msgspec.Struct, kw_only=True):
    level: int
    level_name: str
    name: str | None
    id_number: str | None
    phone: str | None
    age: int | None
    elder: bool
    region: str | None
    accounts: list[AccountOut]
    devices: list[DeviceOut]


class MeUpdate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    elder: bool | None = None
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}$", max_length=6)] | None = None


class RealName(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Spaces and a small x in the number are tolerated."""

    name: Annotated[str, Meta(min_length=2, max_length=50)]
    id_number: Annotated[str, Meta(min_length=15, max_length=24)]


class RealNameDone(Me, kw_only=True):
    """The answer of real-name: `Me` and a new token of level 2, which replaces the old one.

    `refresh_token` is set only when the session itself is new (accounts were joined, or a phone changed hands): then
    the old tokens are void. `message` says what happened to accounts, e.g. in which channel the older one was made.
    """

    token: str
    refresh_token: str | None
    expires_at: datetime
    csrf: str
    message: str | None


Purpose = Annotated[
    str, Meta(min_length=1, max_length=160, pattern=r"^[a-z][a-z_]{0,30}(:[A-Za-z0-9_.-]{1,120})?(?!\n)$")
]


class FaceCheckCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`purpose` comes from the 403 that asked for the face, e.g. `submit:chengdu_housing_fund.rent_withdrawal`."""

    purpose: Purpose
    channel: Channel
    return_to: OwnPath | None = None


class FaceCheckOut(msgspec.Struct, kw_only=True):
    """`params`: wechat {verify_id}; alipay {certify_id, url}; h5 {url} to open."""

    id: str
    provider: str
    params: dict[str, Any]
    expires_at: datetime


class Way(msgspec.Struct, kw_only=True):
    level: str
    method: str
    label: str
    channel: str | None = None


class FaceCheckResult(msgspec.Struct, kw_only=True):
    """`ways` is what to offer when the check did not pass."""

    state: Literal["passed", "pending", "failed", "expired"]
    message: str
    ways: list[Way]


class DataUse(msgspec.Struct, kw_only=True):
    """One line of 谁看过我的信息."""

    at: datetime
    who: str
    what: str
    purpose: str | None


class DataUses(msgspec.Struct, kw_only=True):
    items: list[DataUse]
    next: str | None = None


class DataUsesQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=18, pattern=r"^[0-9]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


MatterScope = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^(\*|[a-z0-9_]+\.[a-z0-9_]+)(?!\n)$")]
Scope = Annotated[list[MatterScope], Meta(min_length=1, max_length=20)]
DelegationCodeText = Annotated[str, Meta(min_length=12, max_length=20)]


class DelegationCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`role` is mine: agent (I act for them) or grantor (they act for me; needs my face, purpose `delegate:new`).
    `relation` is what the person acted for is to the agent. `name` is the other's, as on the id card. `matters` are
    ids, or `*` alone. `wallet`: may look at licences. `ends_on` is the last day."""

    role: Literal["agent", "grantor"]
    relation: Literal["parent", "spouse", "child", "other"]
    name: Annotated[str, Meta(min_length=2, max_length=50)]
    matters: Scope
    wallet: bool = False
    ends_on: date


class DelegationCreated(msgspec.Struct, kw_only=True):
    """`code` is told once: to hand to the other person, or to show at the window."""

    id: str
    code: str
    expires_at: datetime


class DelegationCode(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: DelegationCodeText


class InvitationOut(msgspec.Struct, kw_only=True):
    """What a code would agree to. `role` is the reader's. `purpose` is the face check that accepting needs, or null."""

    id: str
    name: str
    role: str
    relation: str
    relation_text: str
    matters: list[str]
    wallet: bool
    ends_on: date
    purpose: str | None


class DelegationOut(msgspec.Struct, kw_only=True):
    """`role` is mine; `name` is the other's, masked, null until they accept. `state`: invited, review (待窗口核对),
    active, expired, ended, declined, refused."""

    id: str
    role: str
    name: str | None
    relation: str
    relation_text: str
    matters: list[str]
    wallet: bool
    ends_on: date
    state: str
    proved: str | None
    reason: str | None


class DelegationsOut(msgspec.Struct, kw_only=True):
    items: list[DelegationOut]


class GuardianshipCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A minor ends at eighteen by itself. A face check for `guardian:new` comes first."""

    relation: Literal["minor", "ward"]
    name: Annotated[str, Meta(min_length=2, max_length=50)]
    id_number: Annotated[str, Meta(min_length=15, max_length=24)]
    matters: Scope
    wallet: bool = False
    ends_on: date


class GuardianshipCode(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: DelegationCodeText


class GuardianshipSeen(msgspec.Struct, kw_only=True):
    """For a window with the papers in hand: full names, masked numbers."""

    id: str
    relation_text: str
    guardian: str
    guardian_id_number: str
    person: str
    person_id_number: str
    ends_on: date
    asked_at: datetime


class CounterCodeCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`purpose` as for a face check."""

    purpose: Purpose


class CounterCodeCreated(msgspec.Struct, kw_only=True):
    id: str
    code: str
    expires_at: datetime


class CounterCodeOut(msgspec.Struct, kw_only=True):
    """`state`: open, confirmed, refused, expired, void."""

    id: str
    state: str
    purpose: str
    purpose_text: str
    reason: str | None
    expires_at: datetime


class CounterCodeTyped(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=8, max_length=12)]


class CounterSeen(msgspec.Struct, kw_only=True):
    """The full name, to be held against the card."""

    id: str
    name: str
    purpose_text: str
    asked_at: datetime
    expires_at: datetime


class CounterConfirm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`id_number` as the card shows it; it is compared and not kept."""

    id_number: Annotated[str, Meta(min_length=15, max_length=24)]
    reason: Reason


class DataExport(msgspec.Struct, kw_only=True):
    """Everything held, in clear: `parts` by kind."""

    made_at: datetime
    parts: dict[str, Any]


class Kept(msgspec.Struct, kw_only=True):
    """What stays after closing, and why."""

    what: str
    why: str


class ClosureOut(msgspec.Struct, kw_only=True):
    """`state`: none or waiting. `open` must end first; `kept` stays afterwards."""

    state: str
    due_at: datetime | None
    open: list[str]
    kept: list[Kept]
