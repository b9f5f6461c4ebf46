"""What a rule of the checker sees: the folder, the module, its matters, and where each was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.sdk.files import SourceFile
from backend.sdk.findings import Finding
from backend.sdk.manifest import Bundle, Field, Matter, Module


@dataclass(frozen=True, slots=True)
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

    def error(self, owner: Matter | None, path: str, code: str, message: str, mend: str = "") -> Finding:
        """A finding that stops a release. `path` is dotted, inside the matter or (owner None) the module."""
        return self._finding("error", owner, path, code, message, mend)

    def warning(self, owner: Matter | None, path: str, code: str, message: str, mend: str = "") -> Finding:
        """A finding that a reviewer should see."""
        return self._finding("warning", owner, path, code, message, mend)

    def _finding(self, severity: str, owner: Matter | None, path: str, code: str, message: str, mend: str) -> Finding:
        source, prefix = self.where["" if owner is None else owner.code]
        full = ".".join(part for part in (prefix, path) if part)
        named = message if owner is None else f"{owner.name}：{message}"
        return source.finding("error" if severity == "error" else "warning", code, full, named, mend)


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
