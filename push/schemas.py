"""The citizen's side of push: inbox, preferences, devices, WeChat grants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class DeliveryOut(msgspec.Struct, kw_only=True):
    """One channel's part in a message; `why` says in words why it was used or skipped."""

    channel: Literal["jpush", "wechat", "alipay", "sms"]
    state: str
    state_text: str
    why: str
    at: datetime


class MessageOut(msgspec.Struct, kw_only=True):
    """`reason` is the sentence 您收到此消息，因为…; `link` a path of the citizen pages; `opt_out` what can be
    switched off from here: messages of this kind, or of this `agency`."""

    id: str
    kind: str
    title: str
    body: str
    link: str | None
    reason: str
    urgent: bool
    created_at: datetime
    read_at: datetime | None
    agency: str | None
    opt_out: list[Literal["kind", "agency"]]
    deliveries: list[DeliveryOut]


Group = Literal["cases", "reminders", "policies", "security"]


class GroupOut(msgspec.Struct, kw_only=True):
    """A part of the inbox: 办事, 到期提醒, 政策, 账号安全."""

    group: Group
    text: str
    unread: int


class MessageList(msgspec.Struct, kw_only=True):
    """`unread` and `groups` count the whole inbox, whatever was asked for."""

    items: list[MessageOut]
    next: str | None
    unread: int
    groups: list[GroupOut]


class OptOut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Switch off, outside the inbox, what this message is an example of: its kind, or whoever sent it."""

    scope: Literal["kind", "agency"]


class Agencies(msgspec.Struct, kw_only=True):
    """Who has told this citizen something, by name."""

    items: list[str]
    next: str | None = None


class ChannelOut(msgspec.Struct, kw_only=True):
    """One channel in the last 24 hours. `paused_until`: it rests. `alarm`: its credentials are refused.
    `waiting` is due and not sent yet, the oldest since `oldest`; `held` of it belongs to a paused or stopped
    sending."""

    channel: Literal["jpush", "wechat", "alipay", "sms"]
    channel_text: str
    paused_until: datetime | None
    alarm: bool
    code: str | None
    handed_over: int
    received: int
    failed: int
    unknown: int
    waiting: int
    held: int
    oldest: datetime | None
    rate: float | None


class CodeCount(msgspec.Struct, kw_only=True):
    channel: str
    code: str
    count: int


class PushHealth(msgspec.Struct, kw_only=True):
    """`codes`: what vendors refused with, the most frequent first."""

    channels: list[ChannelOut]
    codes: list[CodeCount]
    unplanned: int


class DeliveryStory(msgspec.Struct, kw_only=True):
    """One channel's part, as an operator looks it up. No address and no device."""

    channel: str
    channel_text: str
    state: str
    state_text: str
    why: str
    attempts: int
    template: str | None
    chosen_at: datetime
    next_at: datetime | None
    claimed_at: datetime | None
    sent_at: datetime | None
    changed_at: datetime
    provider_code: str | None
    provider_message_id: str | None
    has_idempotency: bool


class MessageStory(msgspec.Struct, kw_only=True):
    """`event` is what told it (case, reminder, campaign …). Nothing says who was told."""

    id: str
    event: str
    kind: str
    title: str
    reason: str
    urgent: bool
    created_at: datetime
    expires_at: datetime
    read_at: datetime | None
    waits_for_a_channel: bool
    deliveries: list[DeliveryStory]


class MessagesQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    q: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    group: Group | None = None
    unread: bool = False


class Preferences(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`off` are kinds, `agencies_off` departments that the citizen does not want to hear outside the inbox (what a
    deadline or a decision hangs on still comes); quiet hours in Asia/Shanghai."""

    channels: dict[Literal["jpush", "wechat", "alipay", "sms"], bool] = {}
    off: Annotated[list[Literal["policy", "reminder", "progress"]], Meta(max_length=3)] = []
    agencies_off: Annotated[list[Annotated[str, Meta(min_length=1, max_length=300)]], Meta(max_length=100)] = []
    quiet_from: ClockTime = "22:00"
    quiet_to: ClockTime = "08:00"


class DeviceCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    registration_id: Annotated[str, Meta(min_length=6, max_length=64, pattern=r"^[0-9A-Za-z]+$")]
    platform: Literal["android", "ios", "hmos"]


class GrantCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What wx.requestSubscribeMessage answered, per template."""

    answers: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=64)], Literal["accept", "reject", "ban", "filter"]],
        Meta(max_length=20),
    ]


class SubscribeTemplate(msgspec.Struct, kw_only=True):
    """A template to hand to wx.requestSubscribeMessage; `left` is how many messages may still be sent with it."""

    name: str
    title: str
    template_id: str
    left: int


class SubscribeTemplates(msgspec.Struct, kw_only=True):
    items: list[SubscribeTemplate]
    next: str | None = None


class EchoQuery(msgspec.Struct, kw_only=True):
    """What JPush asks an address to give back."""

    echostr: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z_-]+$")]


class WechatPushQuery(msgspec.Struct, kw_only=True):
    """What WeChat writes behind the address; `echostr` only when it tests it."""

    signature: Annotated[str, Meta(max_length=64)] = ""
    timestamp: Annotated[str, Meta(max_length=20)] = ""
    nonce: Annotated[str, Meta(max_length=64)] = ""
    echostr: Annotated[str, Meta(max_length=128, pattern=r"^[0-9A-Za-z_-]*$")] = ""
    msg_signature: Annotated[str, Meta(max_length=64)] = ""
    encrypt_type: Annotated[str, Meta(max_length=16)] = ""
    openid: Annotated[str, Meta(max_length=64)] = ""
