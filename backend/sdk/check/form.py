"""Rules on forms: names, options, bounds, prefill, patterns, and that every rule of a matter compiles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import jsonschema_rs

from backend.sdk.check.context import Context
from backend.sdk.check.module import COMPANY, PROFILE
from backend.sdk.fields import BOUNDED, FREE_TEXT, NUMBER_TYPES, TEXT_TYPES, day_bound, schema_of
from backend.sdk.findings import Finding
from backend.sdk.forms import CompiledForm
from backend.sdk.manifest import Field, Matter
from backend.sdk.rules import CITIZEN, RESERVED, RuleInvalid, RuleKind, compile_rule

CHOICES = frozenset({"select", "multiselect"})
CONTAINERS = frozenset({"group", "list"})
MAX_FIELDS = 200
_lookaround = re.compile(r"\(\?[=!<]|\\[1-9]")


def names_are_unique(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for name, count in Counter(dotted for _, dotted, _, _ in context.fields(matter)).items():
            if count > 1:
                yield context.error(matter, "fields", "field.duplicate", f"表单项 {name} 重复", "每项一个名字")


def forms_are_not_too_long(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        count = sum(1 for _ in context.fields(matter))
        if count > MAX_FIELDS:
            message = f"表单有 {count} 项，最多 {MAX_FIELDS} 项"
            yield context.error(matter, "fields", "field.count", message, "少问一些")


def names_are_not_reserved(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.name in RESERVED:
                yield context.error(matter, path, "field.reserved", f"{field.name} 是规则语言的保留字", "换一个名字")


def options_are_complete(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            values = [option.value for option in field.options]
            if field.type in CHOICES and len(values) < (2 if field.type == "select" else 1):
                yield context.error(matter, path, "field.options", f"{field.title} 的选项不够", "补上 options")
            elif field.type not in CHOICES and values:
                yield context.error(
                    matter, path, "field.options", f"{field.title} 不是选择题，不该有选项", "删去 options"
                )
            elif len(set(values)) != len(values):
                yield context.error(matter, path, "field.options", f"{field.title} 的选项值重复", "每个选项一个值")


def containers_hold_fields(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.type in CONTAINERS and not field.fields:
                yield context.error(
                    matter, path, "field.empty", f"{field.title} 里没有填写项", "补上 [[fields.fields]]"
                )


def only_containers_hold_fields(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.type not in CONTAINERS and field.fields:
                yield context.error(
                    matter, path, "field.nested", f"{field.title} 不能有下级项", "type 改成 group 或 list"
                )


def containers_are_not_nested(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, parent in context.fields(matter):
            if parent is not None and field.type in CONTAINERS:
                yield context.error(
                    matter, path, "field.depth", f"{field.title} 嵌套太深", "group 和 list 里只放普通项"
                )


def commitments_have_a_text(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.type == "commitment" and not field.text:
                yield context.error(matter, path, "field.text", f"{field.title} 没有写承诺内容", "补上 text")


def bounds_make_sense(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            for message in _bounds(field):
                yield context.error(matter, path, "field.bounds", f"{field.title}：{message}", "改 min、max 或长度")


def _bounds(field: Field) -> Iterator[str]:
    bounds = [bound for bound in (field.min, field.max) if bound is not None]
    if bounds and field.type not in BOUNDED:
        yield "这种类型没有 min 和 max"
    elif any(isinstance(bound, bool) for bound in bounds):
        yield "min 和 max 应为数"
    elif field.type in NUMBER_TYPES | {"list"}:
        whole = field.type in {"int", "list"}
        if any(isinstance(bound, str) or (whole and not isinstance(bound, int)) for bound in bounds):
            yield "min 和 max 应为整数" if whole else "min 和 max 应为数"
        elif len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]
            yield "min 大于 max"
    elif bounds:
        yield from _day_bounds(bounds)
    if (field.min_length or field.max_length or field.pattern) and field.type not in FREE_TEXT:
        yield "这种类型不能写长度和 pattern"
    if field.min_length and field.max_length and field.min_length > field.max_length:
        yield "min_length 大于 max_length"


def _day_bounds(bounds: list[int | float | str]) -> Iterator[str]:
    today = date(2026, 1, 1)  # any day serves: only the form of the bound is looked at
    try:
        for bound in bounds:
            day_bound(bound if isinstance(bound, str) else "", today)
    except ValueError:
        yield "日期界限应写成 2026-01-01、today、today+30d、today-18y 这样"


def _patterns(context: Context) -> Iterator[tuple[Matter, str, Field, str]]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.pattern is not None and field.type in FREE_TEXT:
                yield matter, path, field, field.pattern


def patterns_are_safe(context: Context) -> Iterator[Finding]:
    for matter, path, _, pattern in _patterns(context):
        message = _unsafe(pattern)
        if message:
            mend = "写成 ^…$，不用环视和反向引用，检查括号和转义"
            yield context.error(matter, f"{path}.pattern", "field.pattern", message, mend)


def _unsafe(pattern: str) -> str | None:
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return "pattern 要用 ^ 开头、$ 结尾"
    if _lookaround.search(pattern):
        return "pattern 不能用环视和反向引用"
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, jsonschema_rs.ValidationError):
        return "pattern 不是正则表达式"
    return None


def patterns_are_explained(context: Context) -> Iterator[Finding]:
    for matter, path, field, _ in _patterns(context):
        if not field.hint:
            yield context.warning(
                matter, path, "field.hint", f"{field.title} 有格式要求却没有提示", "用 hint 说明怎么填"
            )


def read_only_fields_have_a_source(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.readonly and field.prefill is None and field.default is None:
                message = f"{field.title} 只读却没有来源"
                yield context.error(matter, path, "field.readonly", message, "写 prefill 或去掉 readonly")


def prefill_is_declared(context: Context) -> Iterator[Finding]:
    declared = set(context.module.fields)
    for matter in context.matters:
        for path, _, field, parent in context.fields(matter):
            if field.prefill is None:
                continue
            name = field.prefill.removeprefix("citizen.")
            if name not in PROFILE | COMPANY:
                mend = "可用：" + "、".join(f"citizen.{item}" for item in sorted(PROFILE))
                yield context.error(matter, f"{path}.prefill", "field.prefill", f"没有 {field.prefill} 这个来源", mend)
            elif name not in declared:
                mend = f"在 module.toml 的 fields 里加上 {name}"
                yield context.error(matter, f"{path}.prefill", "field.prefill", f"模块没有声明要用 {name}", mend)
            if parent is not None and parent.type == "list":
                yield context.error(matter, path, "field.prefill", "列表里的项不能预填", "移到列表外面")


def prefill_needs_its_level(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for _, _, field, _ in context.fields(matter):
            if field.prefill is None:
                continue
            name = field.prefill.removeprefix("citizen.")
            if matter.level == "none" or (matter.level == "login" and name not in {"phone", "level"}):
                message = f"{field.title} 要预填，须先{'登录' if name == 'phone' else '实名'}"
                yield context.error(matter, "level", "field.prefill_level", message, "提高 level，或不预填")


def defaults_are_valid(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, _ in context.fields(matter):
            if field.default is None:
                continue
            if field.type not in TEXT_TYPES | NUMBER_TYPES | {"bool"}:
                yield context.error(matter, path, "field.default", f"{field.title} 不能有默认值", "删去 default")
            elif not jsonschema_rs.Draft202012Validator(schema_of(field)).is_valid(field.default):
                yield context.error(matter, path, "field.default", f"{field.title} 的默认值不合要求", "改 default")


def asked_once(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, parent in context.fields(matter):
            if parent is None and field.type == "id_number" and field.prefill is None and matter.kind == "apply":
                message = f"{field.title}：实名后平台已知本人身份证号码"
                yield context.warning(matter, path, "field.asked_again", message, "本人的写 prefill，他人的放进 group")


def rules_compile(context: Context) -> Iterator[Finding]:
    citizen = [name for name in CITIZEN if name in context.module.fields]
    for matter in context.matters:
        for path, kind, expression in _rules(matter):
            try:
                compile_rule(expression, matter, kind, citizen=citizen)
            except RuleInvalid as fault:
                at = f"（第 {fault.column} 个字符）" if fault.column else ""
                yield context.error(matter, path, "rule.invalid", f"规则 {expression}{at}：{fault.message}", fault.mend)
        for path, dotted, field, parent in context.fields(matter):
            if field.show_if is None or (parent is not None and parent.type == "list"):
                continue
            try:
                compile_rule(field.show_if, matter, "show", before=dotted)
            except RuleInvalid as fault:
                message = f"显示条件 {field.show_if}：{fault.message}"
                yield context.error(matter, f"{path}.show_if", "rule.invalid", message, fault.mend)


def rows_of_lists_are_always_shown(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for path, _, field, parent in context.fields(matter):
            if field.show_if is not None and parent is not None and parent.type == "list":
                yield context.error(matter, path, "rule.list", "列表里的项不能有显示条件", "移到列表外面")


def _rules(matter: Matter) -> Iterator[tuple[str, RuleKind, str]]:
    flow = matter.flow
    for name, rule in (("auto_accept", flow.auto_accept), ("auto_decide", flow.auto_decide)):
        if rule:
            yield f"flow.{name}", "condition", rule
    for index, item in enumerate(flow.eligibility):
        yield f"flow.eligibility.{index}", "condition", item.rule
    if matter.fee and matter.fee.amount_fen:
        yield "fee.amount_fen", "amount", matter.fee.amount_fen
    shown = [(f"materials.{index}", material.show_if) for index, material in enumerate(matter.materials)]
    shown += [(f"components.{index}", component.show_if) for index, component in enumerate(matter.components)]
    for path, rule in shown:
        if rule:
            yield f"{path}.show_if", "show", rule


def automatic_decisions_are_ours(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.flow.auto_decide and matter.decider == "department":
            message = "由部门决定的事项不能由平台自动决定"
            yield context.error(matter, "flow.auto_decide", "rule.decider", message, "删去 auto_decide，或改 decider")


def automatic_decisions_are_accepted_first(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.flow.auto_decide and not matter.flow.auto_accept:
            message = "自动决定的事项没有写自动受理"
            yield context.error(matter, "flow.auto_decide", "rule.auto", message, '补上 auto_accept，例如 "true"')


def form_compiles(context: Context) -> Iterator[Finding]:
    """The last word: whatever the rules above did not see, the host would stumble over."""
    for matter in context.matters:
        try:
            CompiledForm(matter)
        except RuleInvalid:
            continue  # said above, with its place
        except (ValueError, jsonschema_rs.ValidationError) as error:
            yield context.error(matter, "fields", "form.invalid", f"表单不能生成：{error}", "检查各项的类型和界限")
