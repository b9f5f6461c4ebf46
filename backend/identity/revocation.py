"""Ending a session reaches every process within a second.

The row is the truth. After the commit the session's id goes out on a Redis channel that each web process listens to;
whoever cannot listen reads the recently ended rows every second until it can, and everybody reads them now and then.
The same channel tells processes to drop a citizen's remembered session answer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from redis.exceptions import RedisError

from backend.core import background, db, logging, redis
from backend.core.clock import now
from backend.core.sessions import Tokens
from backend.core.settings import current

log = logging.get("identity.revocation")

CHANNEL = "identity:revoked"
SAFETY_READ_SECONDS = 10


class Watch:
    """Keeps one process's `Tokens` and session answers in step with the rows."""

    def __init__(self, tokens: Tokens | None) -> None:
        self.tokens = tokens
        self.answers: dict[str, dict[str, Any]] = {}  # citizen → session → remembered answer
        self._listening = False
        self._hearing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._read()
        self._listen()
        self._watching = asyncio.create_task(self._watch(), name="identity-revocations-watch")

    async def stop(self) -> None:
        await background.end(task for task in (self._watching, self._hearing) if task is not None)
        self._watching = self._hearing = None

    def _listen(self) -> None:
        """Subscribe anew. Whatever the old subscription still holds, it may have missed something."""
        if self._hearing is not None:
            self._hearing.cancel()
        self._hearing = asyncio.create_task(
            redis.listen(CHANNEL, self._heard, self._connected), name="identity-revocations"
        )

    def refuse(self, session: str) -> None:
        if self.tokens is not None:
            self.tokens.revoke(session)
        for held in self.answers.values():
            held.pop(session, None)

    def remember(self, citizen: str, session: str, answer: Any) -> None:
        """Keep an answer while changes can be heard; about half a kilobyte each."""
        if not self._listening:
            return
        if len(self.answers) > 20_000:
            self.answers.clear()
        self.answers.setdefault(citizen, {})[session] = answer

    def forget(self, citizen: str) -> None:
        self.answers.pop(citizen, None)

    async def _heard(self, message: bytes) -> None:
        kind, _, value = message.decode("ascii", errors="replace").partition(":")
        if kind == "ended":
            self.refuse(value)
        elif kind == "changed":
            self.forget(value)

    async def _connected(self) -> None:
        self.answers.clear()  # what changed while nobody listened is unknown
        await self._read()
        self._listening = True

    async def _watch(self) -> None:
        since_read = 0.0
        while True:
            await asyncio.sleep(1)
            since_read += 1
            if self._listening:
                try:
                    await redis.client().ping()
                except (RedisError, OSError):
                    self._listening = False
                    self.answers.clear()
                    self._listen()
            if not self._listening or since_read >= SAFETY_READ_SECONDS:
                since_read = 0.0
                await self._read()

    async def _read(self) -> None:
        """Refuse what was ended while a token of it may still be alive."""
        sessions = current().sessions
        try:
            rows = await db.fetch(
                "SELECT id FROM identity_session WHERE ended_at > $1"
                " UNION ALL SELECT id FROM identity_staff_session WHERE ended_at > $2",
                now() - timedelta(seconds=sessions.access_seconds + 60),
                now() - timedelta(seconds=sessions.staff_seconds + 60),
            )
        except Exception as exc:
            if not db.is_connection_error(exc):
                raise
            log.warning("revocations_not_read", error=repr(exc))
            return
        for row in rows:
            self.refuse(str(row["id"]))


_watch = Watch(None)


async def start(tokens: Tokens) -> None:
    """Once per web process, after the database and Redis are connected."""
    global _watch
    _watch = Watch(tokens)
    await _watch.start()


async def stop() -> None:
    await _watch.stop()


def watch() -> Watch:
    return _watch


def announce_end(session: str) -> None:
    """After the commit: refuse the session here and tell the other processes."""
    db.on_commit(lambda: _ended(session))


def announce_change(citizen: str) -> None:
    """After the commit: what a session answer says of this citizen is out of date."""
    db.on_commit(lambda: _changed(citizen))


async def _ended(session: str) -> None:
    _watch.refuse(session)
    await _publish(f"ended:{session}")


async def _changed(citizen: str) -> None:
    _watch.forget(citizen)
    await _publish(f"changed:{citizen}")


async def _publish(message: str) -> None:
    try:
        await redis.client().publish(CHANNEL, message)
    except (RedisError, OSError) as exc:
        log.warning("revocation_not_published", error=repr(exc))  # the others read the rows
