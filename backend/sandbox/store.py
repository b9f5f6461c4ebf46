"""What must survive a restart of the simulators: department cases, orders, added people. SQLite, in one thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from backend.sdk.department.server import KeptAnswer

Result = TypeVar("Result")


class Store:
    """Bytes by (space, key), in order of first writing. A write is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-store")
        self._path = path
        self._db: sqlite3.Connection | None = None

    async def put(self, space: str, key: str, value: bytes) -> None:
        await self._run(
            lambda db: db.execute(
                "INSERT INTO kept (space, name, value) VALUES (?, ?, ?)"
                " ON CONFLICT (space, name) DO UPDATE SET value = excluded.value",
                (space, key, value),
            )
        )

    async def get(self, space: str, key: str) -> bytes | None:
        def read(db: sqlite3.Connection) -> bytes | None:
            row = db.execute("SELECT value FROM kept WHERE space = ? AND name = ?", (space, key)).fetchone()
            return None if row is None else bytes(row[0])

        return await self._run(read)

    async def all(self, space: str) -> list[tuple[str, bytes]]:
        return await self._run(
            lambda db: [
                (str(name), bytes(value))
                for name, value in db.execute("SELECT name, value FROM kept WHERE space = ? ORDER BY id", (space,))
            ]
        )

    async def close(self) -> None:
        await self._run(lambda db: db.close())
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        def inside() -> Result:
            if self._db is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute(
                    "CREATE TABLE IF NOT EXISTS kept (id INTEGER PRIMARY KEY, space TEXT NOT NULL,"
                    " name TEXT NOT NULL, value BLOB NOT NULL, UNIQUE (space, name))"
                )
            return work(self._db)

        return await asyncio.get_running_loop().run_in_executor(self._thread, inside)


class KeptAnswers:
    """The department's answers by idempotency key, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, key: str) -> KeptAnswer | None:
        raw = await self._store.get("answer", key)
        if raw is None:
            return None
        digest, status, body = raw.split(b"\n", 2)
        return KeptAnswer(digest.decode(), int(status), body)

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        await self._store.put(
            "answer", key, b"\n".join([answer.digest.encode(), str(answer.status).encode(), answer.body])
        )
