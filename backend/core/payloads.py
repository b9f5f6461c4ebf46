"""From a bad payload to one Chinese sentence a field.

msgspec stops at the first error, which is right for speed; a person wants all of them. So only a payload that failed
is read again, field by field.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from backend.core.errors import FieldProblem, MalformedJson

_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_TABLE: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"Expected `str`, got"), "type", "应为文字"),
    (re.compile(r"Expected `int`, got"), "type", "应为整数"),
    (re.compile(r"Expected `float`, got"), "type", "应为数字"),
    (re.compile(r"Expected `bool`, got"), "type", "应为是或否"),
    (re.compile(r"Expected `array`, got"), "type", "应为列表"),
    (re.compile(r"Expected `object`, got"), "type", "应为一组内容"),
    (re.compile(r"Expected `(str|int|float|bool|array|object)[^`]*`, got"), "type", "类型不对"),
    (re.compile(r"matching regex"), "format", "格式不对"),
    (re.compile(r"`str` of length >= (\d+)"), "too_short", "至少 {0} 个字"),
    (re.compile(r"`str` of length <= (\d+)"), "too_long", "最多 {0} 个字"),
    (re.compile(r"`array` of length >= (\d+)"), "too_few", "至少 {0} 项"),
    (re.compile(r"`array` of length <= (\d+)"), "too_many", "最多 {0} 项"),
    (re.compile(r"`(?:int|float)` >= ([\d.-]+)"), "too_small", "不能小于 {0}"),
    (re.compile(r"`(?:int|float)` <= ([\d.-]+)"), "too_large", "不能大于 {0}"),
    (re.compile(r"Invalid enum value"), "choice", "不在可选的范围内"),
    (re.compile(r"Invalid (?:RFC3339|date|uuid|UUID)"), "format", "格式不对"),
)
_MISSING = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")


def _path(parent: str, raw: str) -> str:
    dotted = re.sub(r"\[(\d+|\.\.\.)\]", lambda found: "." + found.group(1), raw).lstrip(".")
    return ".".join(part for part in (parent, dotted) if part)


def _problem(parent: str, message: str) -> FieldProblem:
    found = _PATH.search(message)
    where = _path(parent, found.group("path") if found else "")
    text = message[: found.start()] if found else message
    if missing := _MISSING.search(text):
        return FieldProblem(field=_path(where, missing.group(1)), code="required", message="必填")
    if unknown := _UNKNOWN.search(text):
        return FieldProblem(field=_path(where, unknown.group(1)), code="unknown", message="没有这一项")
    for pattern, code, sentence in _TABLE:
        if match := pattern.search(text):
            return FieldProblem(field=where, code=code, message=sentence.format(*match.groups()))
    return FieldProblem(field=where, code="invalid", message="填得不对")


def field_problems(payload: bytes | dict[str, Any], model: Any) -> list[FieldProblem]:
    """Every bad field of a payload that `model` refused; JSON bytes, or a dict of query arguments.

    Raises MalformedJson: the decoder may meet a wrong field before the place where the text breaks off.
    """
    strict = isinstance(payload, bytes)
    try:
        value = msgspec.json.decode(payload) if isinstance(payload, bytes) else payload
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedJson from exc
    if not isinstance(value, dict):
        return [FieldProblem(field="", code="type", message="应为一组内容")]
    problems: list[FieldProblem] = []
    known: set[str] = set()
    for item in msgspec.structs.fields(model):
        name = item.encode_name
        known.add(name)
        if name not in value:
            if item.required:
                problems.append(FieldProblem(field=name, code="required", message="必填"))
            continue
        try:
            msgspec.convert(value[name], item.type, strict=strict)
        except msgspec.ValidationError as exc:
            problems.append(_problem(name, str(exc)))
    config = getattr(model, "__struct_config__", None)
    if config is not None and config.forbid_unknown_fields:
        problems.extend(
            FieldProblem(field=str(name)[:100], code="unknown", message="没有这一项")
            for name in value
            if name not in known
        )
    return problems or [FieldProblem(field="", code="invalid", message="内容填得不对")]
