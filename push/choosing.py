"""Which channel tells a citizen: one pure function, and why in a sentence the citizen can read.

The inbox always has the message and is not chosen here. Of the other channels one is queued, in the order WeChat,
Alipay, JPush, SMS; the rest say why not. After a failure the same function is asked again, with what was tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from backend.core.clock import SHANGHAI
from push.texts import CHANNELS

KINDS = ("progress", "action_needed", "result", "reminder", "policy", "security")
ORDER = ("wechat", "alipay", "jpush", "sms")
TEXTED = frozenset({"action_needed", "result", "security"})
"""Kinds for which a text message is worth its cost when nothing else reaches the citizen."""

KEPT = frozenset({"action_needed", "result", "security"})
"""Kinds that an agency's being switched off does not silence: a deadline or a decision hangs on them."""

CAPS: dict[str, tuple[int, int]] = {"policy": (2, 5), "reminder": (4, 12)}
"""Kind → how many may be told outside the inbox in a day and in a week. What concerns a case of one's own has none."""

PATIENCE: dict[bool, timedelta] = {True: timedelta(seconds=60), False: timedelta(minutes=30)}
"""How long a channel may keep a message (urgent or not) from the next one in the order."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the choice depends on.

    wechat, alipay, phone  whether there is an address
    grants                 WeChat subscribe grants left for the message's template
    devices                phones that JPush reaches
    ready                  channels whose template is set up
    channels, off          the citizen's preferences; a channel that is not named is on
    paused                 channel → until when it is left alone
    tried                  channel → why it did not work for this message
    told_day, told_week    others of this kind that were told outside the inbox lately
    agency, agencies_off   who tells it, and whom the citizen does not want to hear outside the inbox
    """

    kind: str
    urgent: bool
    at: datetime
    wechat: bool = False
    grants: int = 0
    alipay: bool = False
    devices: int = 0
    phone: bool = False
    ready: frozenset[str] = frozenset(ORDER)
    channels: Mapping[str, bool] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    quiet_from: time = time(22, 0)
    quiet_to: time = time(8, 0)
    paused: Mapping[str, datetime] = field(default_factory=dict)
    tried: Mapping[str, str] = field(default_factory=dict)
    told_day: int = 0
    told_week: int = 0
    agency: str = ""
    agencies_off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """`not_before` is set for the queued one alone."""

    channel: str
    state: Literal["queued", "skipped"]
    why: str
    not_before: datetime | None = None


def quiet_until(at: datetime, start: time, end: time) -> datetime | None:
    """The end of the quiet hours that `at` falls into, else None. Start = end: no quiet hours. Asia/Shanghai."""
    local = at.astimezone(SHANGHAI)
    clock = local.time()
    if start == end:
        return None
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, SHANGHAI)


def choose(facts: Facts) -> list[Choice]:
    """One choice a channel that was not tried yet, at most one of them queued."""
    refusals = {channel: _refusal(channel, facts) for channel in ORDER if channel not in facts.tried}
    usable = [channel for channel, why in refusals.items() if why is None]
    chosen = _first(usable, facts)
    choices: list[Choice] = []
    for channel, why in refusals.items():
        if channel == chosen:
            choices.append(_queued(channel, facts))
        elif why is not None:
            choices.append(Choice(channel, "skipped", why))
        elif _waits(channel, facts):
            choices.append(Choice(channel, "skipped", f"{CHANNELS[channel]}暂时发不出去"))
        else:
            assert chosen is not None
            choices.append(Choice(channel, "skipped", f"已选择{CHANNELS[chosen]}，不重复打扰您"))
    return choices


def _refusal(channel: str, facts: Facts) -> str | None:
    """Why a channel cannot or shall not be used; None when it can."""
    if facts.kind in facts.off:
        return "您关闭了这类通知，只放进消息列表"
    if facts.agency in facts.agencies_off and facts.kind not in KEPT:
        return f"您关闭了{facts.agency[:60]}的通知，只放进消息列表"
    if not facts.urgent and not facts.tried and (often := _too_often(facts)):
        return often
    if not facts.channels.get(channel, True):
        return f"您关闭了{CHANNELS[channel]}通知"
    if channel not in facts.ready:
        return f"{CHANNELS[channel]}通知还没有开通"
    match channel:
        case "wechat":
            if not facts.wechat:
                return "您没有用微信登录过"
            return None if facts.grants > 0 else "微信要求您先同意接收，目前没有可用的同意次数"
        case "alipay":
            return None if facts.alipay else "您没有用支付宝登录过"
        case "jpush":
            return None if facts.devices else "没有登记接收推送的手机"
        case _:
            if not facts.phone:
                return "没有登记手机号码"
            if facts.kind in TEXTED or (facts.urgent and facts.kind != "policy"):
                return None
            return "短信只用于需要您知道或处理的事"


def _too_often(facts: Facts) -> str | None:
    """What a fallback tells was counted when its first channel was chosen, and is not counted again."""
    day, week = CAPS.get(facts.kind, (0, 0))
    if day and facts.told_day >= day:
        return f"这类通知一天最多提醒您 {day} 次，这一条只放进消息列表"
    if week and facts.told_week >= week:
        return f"这类通知一周最多提醒您 {week} 次，这一条只放进消息列表"
    return None


def _waits(channel: str, facts: Facts) -> bool:
    """Whether the channel is paused for longer than the message should wait for it."""
    until = facts.paused.get(channel)
    return until is not None and until > facts.at + PATIENCE[facts.urgent]


def _first(usable: list[str], facts: Facts) -> str | None:
    """The first that can send soon; when none can, the one that can soonest."""
    for channel in usable:
        if not _waits(channel, facts):
            return channel
    return min(usable, key=lambda channel: facts.paused[channel], default=None)


_WHY = {
    "wechat": "您在微信里同意过接收这类消息",
    "alipay": "您用支付宝登录过",
    "jpush": "您的手机登记了接收推送",
    "sms": "没有其他方式能通知到您，改发短信",
}


def _queued(channel: str, facts: Facts) -> Choice:
    why = _WHY[channel]
    if facts.tried:
        last = list(facts.tried)[-1]
        why = f"{CHANNELS[last]}没有送到，改用{CHANNELS[channel]}"
    moment = facts.at
    pause = facts.paused.get(channel)
    if pause is not None and pause > moment:
        moment = pause
        why += "；该渠道暂时繁忙，稍后发送"
    if not facts.urgent:
        quiet = quiet_until(moment, facts.quiet_from, facts.quiet_to)
        if quiet is not None:
            moment = quiet
            why += f"；现在是免打扰时间，{facts.quiet_to:%H:%M} 后发送"
    return Choice(channel, "queued", why, moment)
