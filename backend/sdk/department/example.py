"""A department system in one file, to start from: it keeps cases in SQLite and survives a restart at any moment.

`python -m backend.sdk.department serve` runs it. What a real department replaces is `receive` and `answer_query`: who
decides, and from which register a question is answered.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from backend.sdk.department.messages import (
    Column,
    QueryAnswer,
    QueryCall,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    UpdateEvent,
    UpdateKind,
    WithdrawAnswer,
    WithdrawCall,
)
from backend.sdk.department.server import KeptAnswer, Refused

CHINA = ZoneInfo("Asia/Shanghai")
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS cases (
    module TEXT NOT NULL, number TEXT NOT NULL, ours TEXT NOT NULL, state TEXT NOT NULL, call BLOB NOT NULL,
    PRIMARY KEY (module, number));
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, module TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL,
    told INTEGER NOT NULL DEFAULT 0);
"""
T = TypeVar("T")


class Register:
    """The department's memory, and its answers to the four calls."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_TABLES)
        self._one = threading.Lock()

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` as one transaction, off the event loop."""

        def run() -> T:
            with self._one:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    found = work(self._db)
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
                return found

        return await asyncio.to_thread(run)

    # ------------------------------------------------------------------------------- what the server needs to remember

    async def find(self, key: str) -> KeptAnswer | None:
        row = await self._do(
            lambda db: db.execute("SELECT digest, status, body FROM answers WHERE key = ?", (key,)).fetchone()
        )
        return KeptAnswer(*row) if row else None

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        await self._do(
            lambda db: db.execute(
                "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", (key, answer.digest, answer.status, answer.body)
            )
        )

    async def seen(self, nonce: str, seconds: int) -> bool:
        def work(db: sqlite3.Connection) -> bool:
            at = time.time()
            db.execute("DELETE FROM nonces WHERE until < ?", (at,))
            made = db.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, at + seconds))
            return made.rowcount == 0

        return await self._do(work)

    # ----------------------------------------------------------------------------------------------------- the calls

    async def submit(self, module: str, call: SubmitCall) -> SubmitAnswer:
        def work(db: sqlite3.Connection) -> SubmitAnswer:
            known = db.execute(
                "SELECT ours FROM cases WHERE module = ? AND number = ?", (module, call.case_number)
            ).fetchone()
            if known:  # the same case under another key is still the same case
                return SubmitAnswer(state="received", department_number=known[0], message="这个办件已经收到过")
            answer = self.receive(module, call)
            db.execute(
                "INSERT INTO cases VALUES (?, ?, ?, ?, ?)",
                (module, call.case_number, answer.department_number, answer.state, msgspec.json.encode(call)),
            )
            return answer

        return await self._do(work)

    def receive(self, module: str, call: SubmitCall) -> SubmitAnswer:
        """What to say to a new case. Replace it: look at the form, or leave it to people and say `received`."""
        number = f"BM{datetime.now(CHINA):%Y%m%d}{secrets.randbelow(10**8):08d}"
        return SubmitAnswer(state="received", department_number=number, message="已收到，正在核对材料")

    async def query(self, module: str, call: QueryCall) -> QueryAnswer:
        return await self._do(lambda db: self.answer_query(db, module, call))

    def answer_query(self, db: sqlite3.Connection, module: str, call: QueryCall) -> QueryAnswer:
        """Answer from the department's own register. Replace it; this one tells what it was asked."""
        return QueryAnswer(
            title="查询结果",
            columns=[Column(key="name", title="项目"), Column(key="value", title="内容")],
            rows=[{"name": str(name), "value": str(value)} for name, value in call.params.items()],
            as_of=datetime.now(CHINA).isoformat(timespec="seconds"),
            source="示例部门",
            sample=True,
        )

    async def track(self, module: str, call: TrackCall) -> TrackAnswer:
        def work(db: sqlite3.Connection) -> TrackAnswer:
            ours, state = _must(db, module, call.case_number)
            rows = db.execute(
                "SELECT body FROM events WHERE module = ? AND number = ? ORDER BY rowid", (module, call.case_number)
            ).fetchall()
            events = [msgspec.json.decode(row[0], type=UpdateEvent) for row in rows]
            return TrackAnswer(case_number=call.case_number, department_number=ours, state=state, events=events)

        return await self._do(work)

    async def withdraw(self, module: str, call: WithdrawCall) -> WithdrawAnswer:
        def work(db: sqlite3.Connection) -> WithdrawAnswer:
            _, state = _must(db, module, call.case_number)
            if state in ("decided", "rejected"):
                return WithdrawAnswer(state="refused", message="办件已经办结，不能撤回")
            _move(db, module, call.case_number, "withdrawn")
            return WithdrawAnswer(state="withdrawn", message="已撤回")

        return await self._do(work)

    # ---------------------------------------------------------------------------------- what the department's people do

    async def cases(self, module: str) -> list[tuple[str, str, str, SubmitCall]]:
        """(number, our number, state, call) of every case, oldest first."""
        rows = await self._do(
            lambda db: db.execute(
                "SELECT number, ours, state, call FROM cases WHERE module = ? ORDER BY rowid", (module,)
            ).fetchall()
        )
        return [(number, ours, state, msgspec.json.decode(call, type=SubmitCall)) for number, ours, state, call in rows]

    async def note(self, module: str, number: str, kind: UpdateKind, **rest: Any) -> UpdateEvent:
        """Write news of a case down before it is told. Raises Refused when there is no such case."""
        event = UpdateEvent(
            event_id=f"evt-{secrets.token_hex(12)}",
            case_number=number,
            kind=kind,
            at=datetime.now(CHINA).isoformat(timespec="seconds"),
            **rest,
        )

        def work(db: sqlite3.Connection) -> None:
            _must(db, module, number)
            db.execute(
                "INSERT INTO events (id, module, number, body) VALUES (?, ?, ?, ?)",
                (event.event_id, module, number, msgspec.json.encode(event)),
            )
            if kind != "progress":
                _move(db, module, number, kind)

        await self._do(work)
        return event

    async def untold(self, module: str) -> list[UpdateEvent]:
        """News that the platform has not confirmed, oldest first. Tell them until it does: each counts once there."""
        rows = await self._do(
            lambda db: db.execute(
                "SELECT body FROM events WHERE module = ? AND told = 0 ORDER BY rowid", (module,)
            ).fetchall()
        )
        return [msgspec.json.decode(row[0], type=UpdateEvent) for row in rows]

    async def told(self, event: UpdateEvent) -> None:
        await self._do(lambda db: db.execute("UPDATE events SET told = 1 WHERE id = ?", (event.event_id,)))

    def close(self) -> None:
        self._db.close()


def _must(db: sqlite3.Connection, module: str, number: str) -> tuple[str, str]:
    row = db.execute("SELECT ours, state FROM cases WHERE module = ? AND number = ?", (module, number)).fetchone()
    if row is None:
        raise Refused("case_missing", "没有收到过这个办件", status=404)
    return row[0], row[1]


def _move(db: sqlite3.Connection, module: str, number: str, state: str) -> None:
    db.execute("UPDATE cases SET state = ? WHERE module = ? AND number = ?", (state, module, number))
