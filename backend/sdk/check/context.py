"""What a rule of the checker sees: the folder, the module, its matters, and where each was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from backend.sdk.files import SourceFile
from backend.sdk.findings import Finding
from backend.sdk.manifest import Bundle, Field, Matter, Module


@dataclass(frozen=True)
class Context:
    """One folder under check. `live` is the version that citizens have now, when there is one."""

    root: Path
    bundle: Bundle
    where: dict[str, tuple[SourceFile, str]]
    live: str | None = None

    @property
    def module(self) -> Module:
        return self.bundle.module

    @property
    def matters(self) -> list[Matter]:
        return self.bundle.matters

    @cached_property
    def texts(self) -> list[tuple[Matter | None, str, str]]:
        """Every text of the module with its matter (None: of `module.toml`) and its dotted place."""
        found: list[tuple[Matter | None, str, str]] = [(None, path, text) for path, text in strings(self.module)]
        for matter in self.matters:
            found += [(matter, path, text) for path, text in strings(matter)]
        return found

    @cached_property
    def words(self) -> list[tuple[Matter | None, str, str]]:
        """The texts that have a Chinese word in them; most others are codes and names of types."""
        return [item for item in self.texts if not item[2].isascii()]

    @cached_property
    def _walked(self) -> dict[str, list[tuple[str, str, Field, Field | None]]]:
        return {matter.code: list(walk(matter.fields)) for matter in self.matters}

    def fields(self, matter: Matter) -> list[tuple[str, str, Field, Field | None]]:
        """Every field of a matter as `walk` gives it; many rules ask."""
        return self._walked[matter.code]

    @cached_property
    def files(self) -> list[tuple[str, Path]]:
        """The plain files of the folder by relative name, sorted."""
        found = ((path.relative_to(self.root).as_posix(), path) for path in sorted(self.root.rglob("*")))
        return [(name, path) for name, path in found if path.is_file() and not path.is_symlink()]

    @cached_property
    def page_texts(self) -> list[tuple[str, str]]:
        """The HTML and CSS files below `h5/`, read."""
        return [
            (name, path.read_text("utf-8", "replace"))
            for name, path in self.files
            if name.startswith("h5/") and path.suffix.lower() in {".html", ".css"}
        ]

    @cached_property
    def page_words(self) -> list[tuple[str, str]]:
        """The HTML and scripts below `h5/`, read: what people can come to see."""
        return [
            (name, path.read_text("utf-8", "replace"))
            for name, path in self.files
            if name.startswith("h5/") and path.suffix.lower() in {".html", ".js"}
        ]

    def error(self, owner: Matter | None, path: str, code: str, message: str, mend: str = "") -> Finding:
        """A finding that stops a release. `path` is dotted, inside the matter or (owner None) the module."""
        return self._finding("error", owner, path, code, message, mend)

    def warning(self, owner: Matter | None, path: str, code: str, message: str, mend: str = "") -> Finding:
        """A finding that a reviewer should see."""
        return self._finding("warning", owner, path, code, message, mend)

    def _finding(self, severity: str, owner: Matter | None, path: str, code: str, message: str, mend: str) -> Finding:
        source, prefix = self.where["" if owner is None else owner.code]
        full = ".".join(part for part in (prefix, path) if part)
        if source.line(full) is None:  # what is missing has no line: point at the first thing that is there
            full = ".".join(part for part in (prefix, "id" if owner is None else "code") if part)
        named = message if owner is None else f"{owner.name}：{message}"
        return source.finding("error" if severity == "error" else "warning", code, full, named, mend)


def strings(value: msgspec.Struct) -> list[tuple[str, str]]:
    """Every string below a struct with its dotted place; what was not written is left out."""
    found: list[tuple[str, str]] = []
    _strings(msgspec.to_builtins(value), "", found)
    return found


def _strings(value: Any, path: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        found.append((path, value))
    elif isinstance(value, dict):
        for name, item in value.items():
            _strings(item, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _strings(item, f"{path}.{index}", found)


def walk(fields: list[Field], path: str = "fields", name: str = "") -> Iterator[tuple[str, str, Field, Field | None]]:
    """Every field with its place in the file, its dotted name and the group or list that it is in."""
    yield from _walk(fields, path, name, None)


def _walk(
    fields: list[Field], path: str, name: str, parent: Field | None
) -> Iterator[tuple[str, str, Field, Field | None]]:
    for index, field in enumerate(fields):
        at, dotted = f"{path}.{index}", f"{name}.{field.name}" if name else field.name
        yield at, dotted, field, parent
        yield from _walk(field.fields, f"{at}.fields", dotted, field)
