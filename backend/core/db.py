"""The database: Tortoise's configuration, the base model, `transaction()` with after-commit work, and raw SQL for hot
reads (asyncpg through the same pool, so a read inside a transaction sees that transaction)."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from backend.core import logging
from backend.core.clock import now

log = logging.get("db")

# What a dropped, refused or restarting server looks like from here. The outcome of a commit that met one of these is
# unknown to us; the caller's idempotency key settles it.
CONNECTION_ERRORS: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    DBConnectionError,
    ConnectionError,
    OSError,
    asyncio.TimeoutError,
)


def is_connection_error(exc: BaseException) -> bool:
    """True when the database was lost, not when a statement was wrong."""
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        if isinstance(current, CONNECTION_ERRORS):
            return True
        seen.add(id(current))
        current = current.__cause__ or (current.args[0] if _wraps(current) else None)
    return False


def _wraps(exc: BaseException) -> bool:
    return isinstance(exc, OperationalError) and bool(exc.args) and isinstance(exc.args[0], BaseException)


async def _keep_session(_: Any) -> None:
    """What a connection does when it goes back to the pool: nothing.

    asyncpg would send `RESET ALL; UNLISTEN *; …`, a round trip for every statement that runs outside a transaction.
    Nothing here changes a session: locks are of transactions, nobody listens or sets. An open transaction is rolled
    back by asyncpg itself before this is called.
    """


def config(url: str, apps: dict[str, str], *, pool_min: int = 1, pool_max: int = 10) -> dict[str, Any]:
    """Tortoise's configuration. `apps` maps a label to a models module; migrations sit beside it."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "connections": {
            "default": {
                "engine": "tortoise.backends.asyncpg",
                "credentials": {
                    "host": query.get("host") or parts.hostname or "127.0.0.1",
                    "port": parts.port or 5432,
                    "user": unquote(parts.username or "postgres"),
                    "password": unquote(parts.password or ""),
                    "database": parts.path.lstrip("/"),
                    "minsize": pool_min,
                    "maxsize": pool_max,
                    "command_timeout": 30,
                    "timeout": 5,
                    "reset": _keep_session,
                },
            }
        },
        "apps": {
            label: {
                "models": [module],
                "default_connection": "default",
                "migrations": module.rsplit(".", 1)[0] + ".migrations",
            }
            for label, module in apps.items()
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(settings: dict[str, Any]) -> None:
    """Load models and open the pool; visible from every task of this process."""
    await Tortoise.init(config=settings, _enable_global_fallback=True)
    await get_connection("default").execute_query("SELECT 1")


async def disconnect() -> None:
    await Tortoise.close_connections()


class BaseModel(Model):
    """A UUIDv4 key and a creation time."""

    id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        abstract = True


_after_commit: ContextVar[list[Callable[[], Any]] | None] = ContextVar("after_commit", default=None)
# The driver's connection of the current transaction: raw statements go to it without Tortoise's wrappers and lock,
# which cost as much as a third of a short statement. One transaction is one line of work: never gather inside it.
_raw: ContextVar[asyncpg.Connection | None] = ContextVar("raw_connection", default=None)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """One unit of work. An inner `transaction()` joins the outer one.

    What `on_commit` was given runs after the commit, and never when it fails. Never call a provider inside.
    """
    if _after_commit.get() is not None:
        yield
        return
    work: list[Callable[[], Any]] = []
    token = _after_commit.set(work)
    try:
        async with _begun() as held:
            inner = _raw.set(held._connection)
            try:
                yield
            finally:
                _raw.reset(inner)
    finally:
        _after_commit.reset(token)
    for callback in work:
        try:
            result = callback()
            if inspect.isawaitable(result):
                await result
        except Exception as exc:  # noqa: BLE001 - the work is committed; whatever was to follow is replayed from rows
            log.error("after_commit_failed", error=repr(exc))


@asynccontextmanager
async def _begun() -> AsyncIterator[Any]:
    """Tortoise's transaction, put back also where Tortoise does not: when the server is lost at BEGIN it leaves the
    connection taken and the context set, and every later statement of that context would go to a dead connection."""
    context: Any = in_transaction("default")
    before = get_connection("default")
    try:
        held = await context.__aenter__()
    except BaseException:
        taken, context.client._connection = context.client._connection, None
        if taken is not None and before._pool is not None:
            await _released(before._pool, taken)
        if get_connection("default") is not before:
            get_connections().reset(context.token)
        raise
    try:
        yield held
    except BaseException as exc:
        await _ended(context, before, exc)
        raise
    else:
        await _ended(context, before, None)


async def _ended(context: Any, before: BaseDBAsyncClient, exc: BaseException | None) -> None:
    try:
        await context.__aexit__(type(exc) if exc else None, exc, exc.__traceback__ if exc else None)
    finally:
        if get_connection("default") is not before:
            get_connections().reset(context.token)


async def _released(pool: asyncpg.Pool, taken: Any) -> None:
    try:
        await pool.release(taken)
    except Exception as exc:  # noqa: BLE001 - a broken connection is dropped by the pool; what failed first is told
        log.warning("release_failed", error=repr(exc))


def in_transaction_now() -> bool:
    return _after_commit.get() is not None


def on_commit(callback: Callable[[], Awaitable[None] | None]) -> None:
    """Run after the current transaction has committed, or at once (synchronously) when there is none."""
    work = _after_commit.get()
    if work is not None:
        work.append(callback)
        return
    result = callback()
    if inspect.isawaitable(result):
        task = asyncio.ensure_future(result)
        _running.add(task)
        task.add_done_callback(_running.discard)


_running: set[asyncio.Future[None]] = set()


def connection() -> BaseDBAsyncClient:
    """The connection of the current transaction, or the pool."""
    return get_connection("default")


async def fetch(sql: str, *values: Any) -> list[asyncpg.Record]:
    """Rows of a SELECT or of a statement with RETURNING."""
    held = _raw.get()
    if held is not None:
        return await held.fetch(sql, *values)  # type: ignore[no-any-return]
    async with connection().acquire_connection() as raw:
        rows: list[asyncpg.Record] = await raw.fetch(sql, *values)
        return rows


async def fetch_one(sql: str, *values: Any) -> asyncpg.Record | None:
    held = _raw.get()
    if held is not None:
        return await held.fetchrow(sql, *values)
    async with connection().acquire_connection() as raw:
        row: asyncpg.Record | None = await raw.fetchrow(sql, *values)
        return row


async def execute(sql: str, *values: Any) -> int:
    """Number of rows that the statement touched."""
    held = _raw.get()
    if held is not None:
        status: str = await held.execute(sql, *values)
    else:
        async with connection().acquire_connection() as raw:
            status = await raw.execute(sql, *values)
    tail = status.rsplit(" ", 1)[-1]
    return int(tail) if tail.isdigit() else 0


async def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    async with connection().acquire_connection() as raw:
        await raw.executemany(sql, rows)
