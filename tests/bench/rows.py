"""The baseline of `http.submit`: the rows that a real submission left, inserted again by hand with fresh keys."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

# table → (how to find the rows of the template case, columns that must be fresh)
TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("core_kept_answer", "key = $1", ("id", "key")),
    ("cases_case", "number = $2", ("id", "number")),
    ("cases_event", "case_id = (SELECT id FROM cases_case WHERE number = $2)", ("id", "case_id")),
    ("push_message", "link = '/cases/' || $2", ("id", "dedupe_key")),
    ("core_audit", "subject_id = $2 AND act = 'cases.submit'", ("id", "subject_id")),
)


async def templates(connection: asyncpg.Connection, key: str, number: str) -> list[dict[str, Any]]:
    """One entry a row: the statement, its values, and where fresh ones go."""
    found: list[dict[str, Any]] = []
    for table, where, fresh in TABLES:
        used = [item for number_of, item in ((1, key), (2, number)) if f"${number_of}" in where]
        where = where if "$1" in where else where.replace("$2", "$1")
        types = {
            row["column_name"]: (row["data_type"], row["is_identity"] == "YES" or row["column_default"] is not None)
            for row in await connection.fetch(
                "SELECT column_name, data_type, is_identity, column_default FROM information_schema.columns"
                " WHERE table_name = $1",
                table,
            )
        }
        for row in await connection.fetch(f"SELECT * FROM {table} WHERE {where}", *used):
            columns = list(row.keys())
            names = [name for name in columns if not (name == "id" and types[name][1])]
            casts = ["::jsonb" if types[name][0] == "jsonb" else "" for name in names]
            values = ", ".join(f"${index + 1}{cast}" for index, cast in enumerate(casts))
            found.append(
                {
                    "table": table,
                    "sql": f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})",
                    "values": [row[name] for name in names],
                    "fresh": [names.index(name) for name in fresh if name in names],
                    "names": names,
                }
            )
    return found


def inserter(held: list[dict[str, Any]]) -> Callable[[asyncpg.Connection], Awaitable[None]]:
    """Insert the rows once more, as one hand-written use case would."""

    async def insert(connection: asyncpg.Connection) -> None:
        case_id = uuid.uuid4()
        mark = uuid.uuid4().hex
        for item in held:
            values = list(item["values"])
            for index in item["fresh"]:
                name = item["names"][index]
                if name == "case_id" or (name == "id" and item["table"] == "cases_case"):
                    values[index] = case_id
                elif name == "id":
                    values[index] = uuid.uuid4()
                elif name == "number":
                    values[index] = mark[:13]
                else:
                    values[index] = mark
            await connection.execute(item["sql"], *values)

    return insert
