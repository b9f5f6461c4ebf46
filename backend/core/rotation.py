"""Rotation of the master key while everything serves.

1. A new key is made; the old one stays readable beside it (`keys.renew`).
2. Rows that name another key are sealed anew in batches: read, seal, write if the row still holds what was read. A row
   that somebody changes meanwhile keeps that change and is met again.
3. Processes write with the old key until they have looked at the folder (a second) and until their transactions end;
   so rows are looked for again after every transaction that is older than the new key is over.
4. When no row names the old key it is put aside (`keys.retire`). It is not deleted: backups still need it.

May be killed at any moment and started again: what is done is in the rows, what is left is found by looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.core import audit, crypto, db, keys

BATCH = 200
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values are sealed under the master key, and for what purpose. Its table has a key `id`."""

    table: str
    name: str
    purpose: bytes


@dataclass(slots=True)
class Outcome:
    """`moved` rows sealed anew; `unreadable`: column → rows that no known key opens; `retired` key ids."""

    moved: int = 0
    unreadable: dict[str, int] | None = None
    retired: tuple[str, ...] = ()
    left: int = 0


async def status(columns: Sequence[Column]) -> dict[str, dict[str, int]]:
    """Column → key id in hex (`none` for values of before there were ids) → rows."""
    found: dict[str, dict[str, int]] = {}
    for column in columns:
        rows = await db.fetch(
            f"SELECT CASE WHEN substring({column.name}, 1, 2) = $1 THEN encode(substring({column.name}, 3, 4), 'hex')"  # noqa: S608
            f" ELSE 'none' END AS key, count(*) AS rows FROM {column.table} WHERE {column.name} IS NOT NULL GROUP BY 1",
            crypto.MASTERED,
        )
        found[f"{column.table}.{column.name}"] = {row["key"]: row["rows"] for row in rows}
    return found


async def _move(column: Column, batch: int, told: Callable[[int], None]) -> tuple[int, int]:
    """One pass over a column: (rows moved, rows that no key opens)."""
    vault = keys.vault()
    prefix = crypto.MASTERED + vault.writes_with
    moved = unreadable = 0
    after: object = None
    while True:
        further = "" if after is None else "AND id > $2"
        rows = await db.fetch(
            f"SELECT id, {column.name} AS value FROM {column.table} WHERE {column.name} IS NOT NULL"  # noqa: S608
            f" AND substring({column.name}, 1, 6) <> $1 {further} ORDER BY id LIMIT {batch}",
            prefix,
            *(() if after is None else (after,)),
        )
        if not rows:
            return moved, unreadable
        after = rows[-1]["id"]
        for row in rows:
            old = bytes(row["value"])
            try:
                new = vault.seal(vault.unseal(old, column.purpose), column.purpose)
            except crypto.Unreadable:
                unreadable += 1
                continue
            # one short statement a row: nobody who serves waits for a lock of ours
            moved += await db.execute(
                f"UPDATE {column.table} SET {column.name} = $2 WHERE id = $1 AND {column.name} = $3",  # noqa: S608
                row["id"],
                new,
                old,
            )
        told(moved)


async def _database_time() -> object:
    row = await db.fetch_one("SELECT clock_timestamp() AS now")
    assert row is not None
    return row["now"]


async def _older_work_is_over(since: object) -> bool:
    row = await db.fetch_one(
        "SELECT count(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < $1",
        since,
    )
    return row is not None and row["open"] == 0


async def _left(columns: Sequence[Column]) -> int:
    writer = keys.vault().writes_with.hex()
    return sum(rows for held in (await status(columns)).values() for key, rows in held.items() if key != writer)


async def rotate(
    columns: Sequence[Column], *, renew: bool = True, batch: int = BATCH, told: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Change the master key, or with `renew` false finish a change that was cut off. Raises keys.NotOurs, keys.Busy."""
    with keys.alone():
        return await _rotate(columns, renew=renew, batch=batch, told=told)


async def _rotate(columns: Sequence[Column], *, renew: bool, batch: int, told: Callable[[int], None]) -> Outcome:
    if renew:
        made = await asyncio.to_thread(keys.renew)
        await audit.record(None, "core.key_made", "key", made)
    keys.vault().refresh(now=True)
    # every process has looked at the folder by then, whatever it was doing when it last looked
    await asyncio.sleep(2 * crypto.Vault.RELOAD_SECONDS)
    switched = await _database_time()
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE_SECONDS
    while True:
        over = await _older_work_is_over(switched)
        lost: dict[str, int] = {}
        moved = 0
        for column in columns:
            count, unreadable = await _move(column, batch, lambda done: told(outcome.moved + done))
            moved += count
            outcome.moved += count
            if unreadable:
                lost[f"{column.table}.{column.name}"] = unreadable
        outcome.unreadable = lost or None
        outcome.left = await _left(columns)
        if over and outcome.left == 0:
            # a value may have been sealed before and written after the last look, by somebody without a transaction
            await asyncio.sleep(crypto.Vault.RELOAD_SECONDS)
            outcome.left = await _left(columns)
        if over and outcome.left == 0:
            outcome.retired = tuple(await asyncio.to_thread(keys.retire))
            keys.vault().refresh(now=True)
            for name in outcome.retired:
                await audit.record(None, "core.key_retired", "key", name, moved=outcome.moved)
            return outcome
        if (over and lost and not moved) or loop.time() > until:
            return outcome
        await asyncio.sleep(0.2)
