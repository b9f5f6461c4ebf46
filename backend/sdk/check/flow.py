"""Rules on the steps of a matter and on what comes after its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.manifest import Step

_WANTED = (("accept", "受理 accept"), ("decide", "决定 decide"))


def flow_has_steps(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.kind != "link" and not matter.flow.steps:
            yield context.error(matter, "flow", "flow.empty", "没有办理流程", "补上 [flow] steps")


def steps_have_ids_of_their_own(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name, count in Counter(step.id for step in matter.flow.steps).items():
            if count > 1:
                yield context.error(matter, "flow.steps", "flow.duplicate", f"步骤 {name} 重复", "每步一个 id")


def flow_is_complete(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        ids = {step.id for step in matter.flow.steps}
        if matter.kind != "apply" or not ids:
            continue
        for wanted, word in _WANTED:
            if wanted not in ids:
                yield context.error(matter, "flow.steps", "flow.step", f"流程里没有{word}", "补上这一步")
        if not ids & {"deliver", "settle"}:
            yield context.warning(matter, "flow.steps", "flow.step", "流程里没有办结或送达", "补上 settle 或 deliver")


def step_days_add_up(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        promise, steps = matter.limits.promise, matter.flow.steps
        timed: list[Step] = [step for step in steps if step.role not in {"applicant", "system"}]
        if promise is None or not timed or any(step.days is None for step in timed):
            continue
        if {step.unit for step in timed} == {promise.unit}:
            total = sum(step.days or 0 for step in timed)
            if total != promise.days:
                message = f"各步时限合计 {total:g}，承诺时限 {promise.days:g}"
                yield context.error(matter, "flow.steps", "flow.days", message, "改成相等")


def reminders_have_a_result(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        result = matter.result
        if matter.reminders and (result is None or result.license is None or result.valid_days is None):
            message = "要提醒到期，却没有写证照类型和有效天数"
            yield context.error(
                matter, "reminders.0", "reminder.result", message, "在 [result] 里写 license 和 valid_days"
            )


def reminders_renew_a_matter(context: Context) -> Iterator[Finding]:
    codes = {matter.code for matter in context.matters}
    for matter in context.matters:
        for index, reminder in enumerate(matter.reminders):
            if reminder.renew and reminder.renew not in codes:
                message = f"没有事项 {reminder.renew}"
                yield context.error(matter, f"reminders.{index}", "reminder.renew", message, "写本模块里的事项代码")


def reminders_say_when(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for index, reminder in enumerate(matter.reminders):
            if not reminder.before:
                yield context.error(
                    matter, f"reminders.{index}", "reminder.before", "没有写提前多久提醒", '写 before = ["30d", "7d"]'
                )
