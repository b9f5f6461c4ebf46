"""Writing a module's files: TOML of plain data, in the shape in which people write it by hand."""

from __future__ import annotations

import json
from typing import Any

INLINE_KEYS = 4
INLINE_LENGTH = 160


def write(data: dict[str, Any]) -> str:
    """TOML text of tables, lists, text, numbers and truth values; None is left out."""
    lines: list[str] = []
    _table(lines, "", data)
    return "\n".join(lines).strip("\n") + "\n"


def _table(lines: list[str], path: str, data: dict[str, Any]) -> None:
    later: list[tuple[str, Any]] = []
    for key, value in data.items():
        if value is None:
            continue
        if isinstance(value, dict) or (_tables(value) and not _short(value)):
            later.append((key, value))
        elif _tables(value):
            lines += [f"{key} = [", *(f"  {_inline(item)}," for item in value), "]"]
        else:
            lines.append(f"{key} = {_inline(value)}")
    for key, value in later:
        name = f"{path}.{key}" if path else key
        for item in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            _table(lines, name, item)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _short(items: list[dict[str, Any]]) -> bool:
    """Rows that read well on one line each."""
    return all(
        len(item) <= INLINE_KEYS
        and not any(isinstance(value, dict | list) for value in item.values())
        and len(_inline(item)) <= INLINE_LENGTH
        for item in items
    )


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return "{ " + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items() if item is not None) + " }"
