"""TOML values to manifest structs with every fault reported, where msgspec alone stops at the first."""

from __future__ import annotations

import math
import re
import types
import typing
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import msgspec

from backend.sdk.files import SourceFile
from backend.sdk.findings import Finding

T = TypeVar("T", bound=msgspec.Struct)

MAX_FINDINGS = 300
MAX_DEPTH = 24

_reasons = (
    (re.compile(r"Expected `(.+?)`, got `(.+?)`"), "应为{0}，现在是{1}"),
    (re.compile(r"Expected `str` matching regex (.+?)(?: - at.*)?$"), "格式不对，应符合 {0}"),
    (re.compile(r"Expected `str` of length <= (\d+)"), "文字太长，最多 {0} 个字"),
    (re.compile(r"Expected `str` of length >= (\d+)"), "不能是空的"),
    (re.compile(r"Expected `(?:int|float|number).*` ([<>]=?) (\S+)"), "数值应 {0} {1}"),
    (re.compile(r"Invalid enum value (.+?)(?: - at.*)?$"), "没有这个选项：{0}"),
)
_kinds = {
    "str": "文字",
    "int": "整数",
    "float": "小数",
    "bool": "true/false",
    "array": "数组",
    "object": "表",
    "null": "空",
}


def convert(value: Any, shape: type[T], source: SourceFile, path: str, findings: list[Finding]) -> T | None:
    """`value` as `shape`, or None after adding a finding for each fault found in it.

    What is right is converted in one go; only what is not is walked part by part for all its faults.
    """
    if _plain(value, 0):
        try:
            return msgspec.convert(value, shape, strict=True)
        except msgspec.ValidationError:
            pass  # told below, with everything else that is wrong
    before = len(findings)
    _inspect(value, shape, source, path, findings)
    if len(findings) > before:
        return None
    try:
        return msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        findings.append(_fault(source, path, error))
        return None


def _plain(value: Any, depth: int) -> bool:
    """True when nothing is nested too deep and every number is finite: msgspec looks at neither."""
    if isinstance(value, dict):
        return depth <= MAX_DEPTH and all(_plain(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return depth <= MAX_DEPTH and all(_plain(item, depth + 1) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


@cache
def _fields(shape: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(shape)  # evaluates every annotation anew, each time


@cache
def _hints(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(shape, include_extras=True)


def _inspect(value: Any, kind: Any, source: SourceFile, path: str, findings: list[Finding]) -> None:
    """Walk structs and lists; leaves are left to msgspec."""
    if len(findings) >= MAX_FINDINGS:
        return
    struct = _struct(kind)
    if path.count(".") > MAX_DEPTH:
        findings.append(source.finding("error", "manifest.depth", path, "内容嵌套太深", "减少层级"))
    elif isinstance(value, float) and not math.isfinite(value):
        findings.append(source.finding("error", "manifest.type", path, "不能写 inf 和 nan", "写一个确定的数"))
    elif struct is not None and isinstance(value, dict):
        _inspect_struct(value, struct, source, path, findings)
    elif typing.get_origin(kind) is list and isinstance(value, list):
        (item,) = typing.get_args(kind)
        for index, entry in enumerate(value):
            _inspect(entry, item, source, f"{path}.{index}", findings)
    else:
        try:
            msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            findings.append(_fault(source, path, error))


def _inspect_struct(
    value: dict[str, Any], struct: type[msgspec.Struct], source: SourceFile, path: str, findings: list[Finding]
) -> None:
    hints = _hints(struct)
    for name in [name for name in value if name not in hints][:MAX_FINDINGS]:
        close = get_close_matches(name[:60], list(hints), 1)
        mend = f"是不是 {close[0]}？" if close else "可用的键：" + "、".join(sorted(hints))
        message = f"不认识的键 {name[:60]}"
        findings.append(source.finding("error", "manifest.unknown_key", _join(path, name), message, mend))
    for field in _fields(struct):
        if field.name in value:
            _inspect(value[field.name], hints[field.name], source, _join(path, field.name), findings)
        elif field.required:
            findings.append(
                source.finding("error", "manifest.missing_key", path, f"缺少 {field.name}", f"补上 {field.name} = …")
            )


def _struct(kind: Any) -> type[msgspec.Struct] | None:
    """The struct behind `X` or `X | None`."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        found = [item for item in (_struct(arg) for arg in typing.get_args(kind)) if item is not None]
        return found[0] if found else None
    return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _fault(source: SourceFile, path: str, error: msgspec.ValidationError) -> Finding:
    text = str(error)
    message = text
    for pattern, sentence in _reasons:
        match = pattern.search(text)
        if match:
            words = [" 或 ".join(_kinds.get(part, part) for part in group.split(" | ")) for group in match.groups()]
            message = sentence.format(*words)
            break
    name = path.rsplit(".", 1)[-1] or "内容"
    return source.finding("error", "manifest.type", path, f"{name}：{message}")
