"""What follows from a vendor's answer: one table for codes that mean more than their outcome, one rule for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.core.clients import ProviderError

State = Literal["retry", "unknown", "failed"]

CID_LIFE = timedelta(hours=23)
"""JPush forgets a cid after a day; an hour is left for clocks."""

DELAYS = (5, 15, 60, 300, 900, 3600)
"""Seconds before the next attempt, by attempts made; the last holds on."""

AUTH_PAUSE = timedelta(minutes=10)
"""How long a channel whose credentials were refused is left alone before one delivery tries it again."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a code means besides its outcome. `reason` is for the citizen."""

    reason: str = ""
    spends_grant: bool = False
    drops_devices: bool = False
    only_this: bool = False
    """The limit is this citizen's, not the channel's: nobody else has to wait."""


EFFECTS: dict[tuple[str, str], Effect] = {
    ("wechat", "43101"): Effect("微信的同意次数已用完", spends_grant=True),
    ("wechat", "43107"): Effect("您在微信里关闭了这类消息", spends_grant=True),
    ("wechat", "40003"): Effect("微信账号已失效"),
    ("wechat", "43108"): Effect(only_this=True),
    ("alipay", "USER_NOT_SUBSCRIBE"): Effect("您没有在支付宝里同意接收这类消息"),
    ("jpush", "1011"): Effect("登记的手机已收不到推送", drops_devices=True),
    ("sms", "isv.BUSINESS_LIMIT_CONTROL"): Effect(only_this=True),
    ("sms", "isv.MOBILE_NUMBER_ILLEGAL"): Effect("手机号码不能接收短信"),
}

LOCAL = frozenset({"connect_failed", "breaker_open"})
"""Ours, not the vendor's: the line is down. The delivery waits; the breaker of each process guards the line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`next_at` None: final. `pause` leaves the whole channel alone until then; `alarm` calls a person."""

    state: State
    reason: str
    next_at: datetime | None = None
    spends_grant: bool = False
    drops_devices: bool = False
    pause: datetime | None = None
    alarm: bool = False


def backoff(attempts: int) -> timedelta:
    return timedelta(seconds=DELAYS[min(max(attempts, 1), len(DELAYS)) - 1])


def judge(
    error: ProviderError,
    *,
    channel: str,
    urgent: bool,
    attempts: int,
    idempotent_since: datetime | None,
    at: datetime,
) -> Verdict:
    """What a failed attempt means. `attempts` counts this one.

    An unknown outcome is not a failure: JPush is asked again with the same cid while it remembers it, SMS is asked
    what became of the message, WeChat and Alipay have no way to ask: one more try for urgent kinds, else it stays
    unknown.
    """
    effect = EFFECTS.get((error.provider, error.code), Effect())
    if error.outcome == "unknown":
        return _unknown(channel, urgent, attempts, idempotent_since, at)
    if error.outcome == "auth":
        until = at + AUTH_PAUSE
        return Verdict("retry", "发送渠道出现故障，正在处理", until, pause=until, alarm=True)
    if error.outcome == "throttled":
        asked = timedelta(seconds=error.retry_after or 0)
        slows = error.code not in LOCAL and not effect.only_this
        return Verdict(
            "retry",
            "发送的人较多，稍后重试",
            at + max(backoff(attempts), asked),
            pause=at + max(asked, timedelta(seconds=1)) if slows else None,
        )
    return Verdict(
        "failed",
        effect.reason or "发送失败",
        spends_grant=effect.spends_grant,
        drops_devices=effect.drops_devices,
    )


def _unknown(channel: str, urgent: bool, attempts: int, idempotent_since: datetime | None, at: datetime) -> Verdict:
    reason = "没有收到发送结果，正在核实"
    if channel == "jpush":
        if idempotent_since is not None and at < idempotent_since + CID_LIFE:
            return Verdict("unknown", reason, at + backoff(attempts))
    elif channel == "sms":
        return Verdict("unknown", reason, at + timedelta(seconds=60))
    elif urgent and attempts < 2:
        return Verdict("unknown", reason, at + timedelta(seconds=30))
    return Verdict("unknown", "没有收到发送结果，为免重复不再发送")
