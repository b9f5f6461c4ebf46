"""Forms of a matter: JSON Schema and UI tree for the front ends, and the validation that the server trusts.

The schema checks shape; what depends on other fields, on today, or on check digits is checked here, so that a browser
that skips a check gains nothing. Validation never raises for an input: the result is errors, or a clean form that
validates again to itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import jsonschema_rs
import msgspec

from backend.sdk.fields import (
    BOUNDED,
    COMPACT,
    NUMBER_TYPES,
    TEXT_TYPES,
    check_characters,
    check_money,
    check_number_shape,
    check_text,
    clean_text,
    number_bounds,
    object_schema,
    row_bounds,
    schema_of,
)
from backend.sdk.matter import Field, Matter
from backend.sdk.rules import Rule, RuleInvalid, compile_rule

MAX_STRING = 20_000
MAX_CHOICES = 200
MAX_UNKNOWN = 20
MAX_ABSOLUTE = 1e18

CHOSEN = frozenset({"select", "multiselect", "date", "month", "datetime", "region"})
MASKED = frozenset({"name", "id_number", "phone", "bankcard", "address"})


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one answer. `field` is dotted, rows by number: `members.0.name`; empty for the whole form."""

    field: str
    code: str
    message: str


class FormResult(msgspec.Struct, frozen=True):
    """`clean` is what may be stored; it is empty when there are errors."""

    clean: dict[str, Any]
    errors: list[FieldError]


def json_schema(matter: Matter) -> dict[str, Any]:
    """JSON Schema 2020-12 of the whole form. Fields with a `show_if` are never `required` here."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": matter.name,
        **object_schema(matter.fields),
    }


def ui_tree(matter: Matter) -> list[dict[str, Any]]:
    """How to draw the form, in order: name, widget, title, hint, options, `show_if` as expression tree, children."""
    return _ui(matter, matter.fields, "")


def _ui(matter: Matter, fields: list[Field], prefix: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for field in fields:
        path = f"{prefix}{field.name}"
        node: dict[str, Any] = {
            "name": field.name,
            "widget": field.type,
            "title": field.title,
            "required": field.required or field.type == "commitment",
        }
        if field.hint:
            node["hint"] = field.hint
        if field.text:
            node["text"] = field.text
        if field.options:
            node["options"] = [{"value": option.value, "label": option.label} for option in field.options]
        if field.prefill:
            node["prefill"] = field.prefill
            node["masked"] = field.type in MASKED
        if field.locked:
            node["readonly"] = True
        if field.type in BOUNDED:
            node |= _ui_bounds(field)
        if field.default is not None or field.type == "bool":
            node["default"] = field.default if field.default is not None else False
        if field.show_if:
            node["show_if"] = compile_rule(field.show_if, matter, "show", before=path).tree
        if field.fields:
            node["children"] = _ui(matter, field.fields, f"{path}.")
        nodes.append(node)
    return nodes


def _ui_bounds(field: Field) -> dict[str, Any]:
    if field.type == "list":
        low, high = row_bounds(field)
        return {"min": low, "max": high}
    bounds = {"min": field.min, "max": field.max}
    if field.type in NUMBER_TYPES:
        bounds["min"], bounds["max"] = number_bounds(field)
    return {name: bound for name, bound in bounds.items() if bound is not None}


class CompiledForm:
    """A matter's form, ready to validate. Built once a release; safe to share between requests."""

    def __init__(self, matter: Matter) -> None:
        """Raises RuleInvalid when a `show_if` does not compile."""
        self.matter = matter
        self._shows: dict[str, Rule] = {}
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._compile(matter.fields, "", False)

    def _compile(self, fields: list[Field], prefix: str, in_list: bool) -> None:
        for field in fields:
            key = f"{prefix}{field.name}"
            if field.show_if and in_list:
                raise RuleInvalid("列表里的项不能有显示条件", "把它移到列表外面，或去掉 show_if")
            if field.show_if:
                self._shows[key] = compile_rule(field.show_if, matter=self.matter, kind="show", before=key)
            schema = schema_of(field)
            schema.pop("items" if field.type == "list" else "properties", None)
            schema.pop("additionalProperties", None)
            schema.pop("required", None)
            self._validators[key] = jsonschema_rs.Draft202012Validator(schema)
            self._compile(field.fields, f"{key}.", in_list or field.type == "list")

    def validate(self, form: Any, *, prefill: Mapping[str, Any], today: date) -> FormResult:
        """The clean form or everything that is wrong with it.

        `prefill` maps sources to values (`{"citizen.name": "…"}`), complete for the sources that the form names; a
        read-only field takes its value from there and whatever the client sent for it is ignored.
        """
        if not isinstance(form, dict):
            return FormResult({}, [FieldError("", "type", "表单内容应为一个对象")])
        run = _Run(self, prefill, today)
        clean: dict[str, Any] = {}
        run.answers(form, self.matter.fields, "", "", clean, clean)
        return FormResult({} if run.errors else clean, run.errors)

    def shown(self, key: str, root: dict[str, Any]) -> bool:
        """Whether a field (by its name without row numbers) is shown, given the answers above it."""
        rule = self._shows.get(key)
        return rule is None or rule.holds({"form": root})

    def schema_fault(self, key: str, field: Field, value: Any) -> tuple[str, str] | None:
        """(code, sentence) of the first fault that JSON Schema finds in a value of the right kind."""
        validator = self._validators[key]
        if validator.is_valid(value):
            return None
        return _sentence(field, next(iter(validator.iter_errors(value))))


class _Run:
    """One validation: collects errors while it walks the form from top to bottom.

    `path` names an answer (`members.0.name`), `key` its field (`members.name`).
    """

    def __init__(self, form: CompiledForm, prefill: Mapping[str, Any], today: date) -> None:
        self._form = form
        self._prefill = prefill
        self._today = today
        self.errors: list[FieldError] = []

    def answers(
        self,
        form: dict[Any, Any],
        fields: list[Field],
        path: str,
        key: str,
        clean: dict[str, Any],
        root: dict[str, Any],
    ) -> None:
        """Fill `clean` from `form`: hide, take from the source, tidy, check, and miss what is required."""
        known = {field.name for field in fields}
        for name in [name for name in form if name not in known][:MAX_UNKNOWN]:
            self._fail(f"{path}{_printable(name)}", "unknown_field", f"表单里没有“{_printable(name)}”这一项")
        for field in fields:
            at, of = f"{path}{field.name}", f"{key}{field.name}"
            if not self._form.shown(of, root):
                continue
            given = self._given(field, form.get(field.name))
            if given is None and field.type != "group":
                self._missing(field, at)
            elif field.type == "group":
                self._group(field, {} if given is None else given, at, of, clean, root)
            elif field.type == "list":
                self._list(field, given, at, of, clean)
            else:
                self._single(field, given, at, of, clean)

    def _given(self, field: Field, value: Any) -> Any:
        """The value to check, None when not filled in: the source's for a read-only field, else the client's, else
        the source's or the default. A masked value sent back unchanged stands for the source's."""
        source = self._prefill.get(field.prefill) if field.prefill else None
        if field.locked and field.prefill:
            value = source
        elif value is None or value == "" or _is_mask(value, source):
            value = source if source is not None else field.default
        if isinstance(value, str) and len(value) <= MAX_STRING:
            value = clean_text(field, value)
        return None if value == "" or value == [] else value

    def _missing(self, field: Field, path: str) -> None:
        if field.type == "commitment":
            self._fail(path, "commitment", f"请阅读并勾选“{field.title}”")
        elif field.required and field.locked and field.prefill:
            self._fail(path, "source_missing", f"暂时取不到您的{field.title}，请先完成实名认证后再试")
        elif field.required:
            self._fail(path, "required", f"请{'选择' if field.type in CHOSEN else '填写'}{field.title}")

    def _group(
        self, field: Field, value: Any, path: str, key: str, clean: dict[str, Any], root: dict[str, Any]
    ) -> None:
        """The parts of a group. An optional group with nothing in it is left out, its own required parts with it."""
        if not isinstance(value, dict):
            self._fail(path, "type", f"{field.title}应为一组填写项")
            return
        if not field.required and not _filled(value):
            return
        inner: dict[str, Any] = {}
        clean[field.name] = inner
        self.answers(value, field.fields, f"{path}.", f"{key}.", inner, root)
        if not inner:
            del clean[field.name]
            if field.required and not any(error.field.startswith(f"{path}.") for error in self.errors):
                self._fail(path, "required", f"请填写{field.title}")

    def _list(self, field: Field, value: Any, path: str, key: str, clean: dict[str, Any]) -> None:
        """The rows of a list. Empty rows are dropped: a spare line on the page is no error."""
        high = row_bounds(field)[1]
        if not isinstance(value, list):
            self._fail(path, "type", f"{field.title}应为若干条填写项")
            return
        if len(value) > high:
            self._fail(path, "max_items", f"{field.title}最多{high}条")
            return
        rows: list[dict[str, Any]] = []
        before = len(self.errors)
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self._fail(f"{path}.{index}", "type", f"{field.title}第{index + 1}条应为一组填写项")
            elif _filled(item):
                row: dict[str, Any] = {}
                self.answers(item, field.fields, f"{path}.{index}.", f"{key}.", row, row)
                rows.append(row)
        if len(self.errors) > before:
            return
        if not rows:
            self._missing(field, path)
            return
        fault = self._form.schema_fault(key, field, rows)
        if fault:
            self._fail(path, *fault)
        else:
            clean[field.name] = rows

    def _single(self, field: Field, value: Any, path: str, key: str, clean: dict[str, Any]) -> None:
        value, fault = _typed(field, value)
        if fault is None and isinstance(value, str):
            fault = check_characters(field, value)
        fault = fault or self._form.schema_fault(key, field, value)
        if fault is None and isinstance(value, str):
            fault = check_text(field, value, self._today)
        elif fault is None and field.type == "commitment" and value is not True:
            fault = "commitment", f"请阅读并勾选“{field.title}”"
        elif fault is None and field.type == "money":
            fault = check_money(field, value)
        if fault:
            self._fail(path, *fault)
        else:
            clean[field.name] = value

    def _fail(self, path: str, code: str, message: str) -> None:
        self.errors.append(FieldError(path, code, message))


def _typed(field: Field, value: Any) -> tuple[Any, tuple[str, str] | None]:
    """The value in its stored type, or a fault. What passes is safe to hand to JSON Schema."""
    kind = field.type
    if kind in TEXT_TYPES:
        if isinstance(value, str):
            fault = ("max_length", f"{field.title}太长") if len(value) > MAX_STRING else None
            return value, fault
        return None, ("type", f"{field.title}应填文字")
    if kind in {"bool", "commitment"}:
        return value, None if isinstance(value, bool) else ("type", f"{field.title}应选是或否")
    if kind == "multiselect":
        if isinstance(value, list) and all(isinstance(item, str) for item in value) and len(value) <= MAX_CHOICES:
            items = [clean_text(field, item) for item in value if len(item) <= MAX_STRING]
            bad = next((fault for item in items if (fault := check_characters(field, item))), None)
            return items, bad
        return None, ("type", f"{field.title}的选项不对，请重新选择")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, ("type", f"{field.title}应填数字")
    if not -MAX_ABSOLUTE <= value <= MAX_ABSOLUTE:  # also refuses nan
        return None, ("type", f"{field.title}应填合理范围内的数字")
    if kind == "int":
        return (int(value), None) if value == int(value) else (None, ("type", f"{field.title}应填整数"))
    return value, None


def _filled(value: dict[Any, Any]) -> bool:
    """True when anything in a group or row was answered; an unticked box is not an answer."""
    return any(not (entry is None or entry is False or entry in ("", [], {})) for entry in value.values())


def _is_mask(value: Any, source: Any) -> bool:
    """True when `value` is `source` with some characters starred out."""
    if not isinstance(value, str) or not isinstance(source, str) or "*" not in value or len(value) != len(source):
        return False
    return all(shown in ("*", real) for shown, real in zip(value, source, strict=True))


def _printable(name: Any) -> str:
    """A name from outside that may be shown in a message: short and without control characters."""
    text = "".join(char for char in str(name)[:40] if char.isprintable())
    return text or "?"


def _sentence(field: Field, error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """A keyword of JSON Schema as a stable code and a Chinese sentence."""
    kind, title = error.kind, field.title
    name = kind.name
    limit = getattr(kind, "limit", None)
    if field.type in COMPACT:
        return field.type, check_number_shape(field, str(error.instance)) or f"{title}的格式不对，请核对"
    if field.type in {"date", "month", "datetime"}:
        return "date", f"{title}的日期格式不对，请重新选择"
    if name == "enum":
        return "option", f"{title}不在可选项里，请重新选择"
    sentences = {
        "maxLength": ("max_length", f"{title}最多{limit}个字"),
        "minLength": ("min_length", f"{title}至少{limit}个字"),
        "minimum": ("minimum", f"{title}不能小于{_figure(limit)}"),
        "maximum": ("maximum", f"{title}不能大于{_figure(limit)}"),
        "minItems": ("min_items", f"{title}至少{limit}条"),
        "maxItems": ("max_items", f"{title}最多{limit}项"),
        "uniqueItems": ("unique", f"{title}里有重复的选项"),
        "pattern": ("pattern", f"{title}的格式不对" + (f"：{field.hint}" if field.hint else "，请核对")),
    }
    return sentences.get(name, ("invalid", f"{title}不对，请核对"))


def _figure(limit: Any) -> str:
    return f"{limit:g}" if isinstance(limit, float) and abs(limit) < 1e6 else str(limit)
