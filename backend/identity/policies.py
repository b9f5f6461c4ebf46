"""Policies: which ways prove a person for what, in which order, how often, and for how long a proof is good.

A policy is data of an action (`submit`, `show`, `export` …; `*` is for all that have none of their own). Every one
ends at the window: nobody ends in a dead end. `offer` is the one place that says what is left for somebody; the API,
the pages and the simulator of the editor ask it. A process holds the active ones in memory and reads them again every
few seconds, so that a change needs no restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from backend.core import access, background, db, logging
from backend.core.settings import current
from backend.identity.schemas import Way

log = logging.get("identity.policies")

Method = Literal["wechat", "alipay", "h5", "counter", "agent"]
POLL_SECONDS = 5.0
ACTIONS: dict[str, str] = {
    "*": "没有单独规定的",
    "submit": "提交申请",
    "show": "出示电子证照",
    "delegate": "同意家人代办",
    "guardian": "申请监护代办",
    "company": "开通单位空间",
    "export": "导出本人信息",
    "close": "注销账号",
}
"""Actions that may have a policy of their own: the part of a purpose before the colon."""

_WAYS: dict[str, Way] = {
    "wechat": Way(level="face", method="face", label="在微信小程序里刷脸", channel="wechat"),
    "alipay": Way(level="face", method="face", label="用支付宝刷脸", channel="alipay"),
    "h5": Way(level="face", method="face", label="在网页上刷脸", channel="h5"),
    "counter": Way(
        level="face", method="counter", label="取一个确认码，带身份证到就近的政务服务中心窗口核验", channel=None
    ),
    "agent": Way(level="face", method="agent", label="请已经授权的家人用自己的手机代办", channel=None),
}
FACES: tuple[Method, ...] = ("wechat", "alipay", "h5")


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way, for those of an age. Ages in whole years; null is no bound, and an unknown age fits no bound."""

    method: Method
    min_age: Annotated[int, Meta(ge=0, le=150)] | None = None
    max_age: Annotated[int, Meta(ge=0, le=150)] | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`steps` in the order in which they are offered. `failures`: of one's own face on one channel in a day, after
    which that channel is left out until midnight. `checks`: begun in a day on all channels. `good_for_s`: how long a
    proof may be used, once."""

    steps: Annotated[list[Step], Meta(min_length=1, max_length=10)]
    failures: Annotated[int, Meta(ge=1, le=10)] = 3
    checks: Annotated[int, Meta(ge=1, le=50)] = 20
    good_for_s: Annotated[int, Meta(ge=60, le=7200)] = 1800


@dataclass(frozen=True, slots=True)
class Situation:
    """What a choice depends on. `failures`: channel → failures of the person's own face today; `begun`: checks begun
    today on all channels. Whether WeChat knows the person is not asked: who opens the mini-program is known to it."""

    age: int | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    begun: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A step of a policy for somebody: offered, or why not."""

    method: Method
    offered: bool
    why: str = ""


def faults(policy: Policy) -> list[str]:
    """What keeps a policy from being one, in sentences."""
    found = []
    methods = [step.method for step in policy.steps]
    if len(set(methods)) != len(methods):
        found.append("同一种方式只写一次")
    window = next((step for step in policy.steps if step.method == "counter"), None)
    if window is None or window.min_age is not None or window.max_age is not None:
        found.append("要有不限年龄的窗口核验，谁都不能没有办法")
    if not set(methods) & set(FACES):
        found.append("至少要有一种刷脸")
    for step in policy.steps:
        if step.min_age is not None and step.max_age is not None and step.min_age > step.max_age:
            found.append("年龄的上限小于下限")
    if policy.checks < policy.failures:
        found.append("一天的次数不能少于失败几次后停用的次数")
    return found


def weigh(policy: Policy, about: Situation) -> list[Verdict]:
    """Every step of a policy, in order, for somebody."""
    return [Verdict(step.method, not (why := _refusal(policy, step, about)), why) for step in policy.steps]


def _refusal(policy: Policy, step: Step, about: Situation) -> str:
    if step.min_age is not None and (about.age is None or about.age < step.min_age):
        return f"只给 {step.min_age} 岁以上的人"
    if step.max_age is not None and (about.age is None or about.age > step.max_age):
        return f"只给 {step.max_age} 岁以下的人"
    if step.method not in FACES:
        return ""
    if about.begun >= policy.checks:
        return "今天的次数已用完"
    if about.failures.get(step.method, 0) >= policy.failures:
        return f"今天没有通过 {policy.failures} 次，明天再试"
    return ""


def offer(policy: Policy, about: Situation) -> list[Way]:
    """What is left to prove somebody by, in the order of the policy."""
    return [_WAYS[verdict.method] for verdict in weigh(policy, about) if verdict.offered]


_held: dict[str, Policy] = {}


def default() -> Policy:
    """What holds where nobody has written anything."""
    steps = [Step(method=method) for method in FACES]
    return Policy(steps=[*steps, Step(method="counter")], good_for_s=current().sessions.face_seconds)


def of(purpose: str | None) -> Policy:
    """The policy of a purpose: its action's, else the one for all, else the default."""
    action = (purpose or "").partition(":")[0]
    return _held.get(action) or _held.get("*") or default()


async def refresh() -> None:
    """Read the active policies. One that cannot be read (a later version of this program wrote it) is left out and
    told of: the one for all holds then."""
    rows = await db.fetch("SELECT action, body FROM identity_policy WHERE state = 'active'")
    found: dict[str, Policy] = {}
    for row in rows:
        try:
            found[row["action"]] = msgspec.json.decode(row["body"], type=Policy)
        except msgspec.ValidationError as exc:
            log.error("policy_unreadable", action=row["action"], error=str(exc))
    _held.clear()
    _held.update(found)


def hints(purpose: str | None) -> list[dict[str, str | None]]:
    """The ways of a purpose for a refusal that knows nothing of the person."""
    calls = {"face": "POST /api/v1/face-checks", "counter": "POST /api/v1/counter-codes", "agent": None}
    return [
        {"level": "face", "method": way.method, "channel": way.channel, "call": calls[way.method], "purpose": purpose}
        for way in (_WAYS[step.method] for step in of(purpose).steps)
        if way.method == "face" or purpose is not None
    ]


_tasks: list[asyncio.Task[None]] = []


async def start() -> None:
    """Read the policies, and again every few seconds; the refusals of the core ask them from now on."""
    access.face_ways = hints
    await refresh()
    _tasks.append(asyncio.create_task(_follow(), name="policies"))


async def stop() -> None:
    await background.end(_tasks)
    _tasks.clear()


async def _follow() -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        try:
            await refresh()
        except Exception as exc:  # noqa: BLE001 - what is held stays until the database is back
            log.warning("policies_not_read", error=repr(exc))
