"""Indexes over the rows where a column is (not) null. Tortoise's own PartialIndex compares with `= NULL`, which holds
for no row."""

from __future__ import annotations

from typing import Any

from tortoise.indexes import Index


class WhereNull(Index):
    """Only rows whose `column` is null (`present` false) or holds something (`present` true)."""

    def __init__(self, *, fields: tuple[str, ...] | list[str], name: str, column: str, present: bool = False) -> None:
        super().__init__(fields=fields, name=name)
        self.column = column
        self.present = present
        self.extra = f" WHERE {column} IS {'NOT NULL' if present else 'NULL'}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "column": self.column, "present": self.present}
