"""What happens after a commit, and only after it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection

from backend.core import db, tasks
from tests.conftest import Client


async def _fail(work: Callable[[], None]) -> None:
    async with db.transaction():
        work()
        raise RuntimeError("stop")


@pytest.mark.usefixtures("server")
async def test_work_waits_for_the_outermost_commit_and_is_dropped_with_a_rollback() -> None:
    done: list[str] = []
    async with db.transaction():
        async with db.transaction():
            db.on_commit(lambda: done.append("inner"))
        assert done == []
    assert done == ["inner"]
    with pytest.raises(RuntimeError, match="stop"):
        await _fail(lambda: db.on_commit(lambda: done.append("never")))
    assert done == ["inner"]


@pytest.mark.usefixtures("server")
async def test_a_message_leaves_only_when_the_transaction_committed() -> None:
    recorder: Any = tasks._dispatcher
    entry = next(iter(tasks.registry.values()))
    with pytest.raises(RuntimeError, match="stop"):
        await _fail(lambda: tasks.enqueue(entry, "1"))
    assert recorder.waiting == []
    async with db.transaction():
        tasks.enqueue(entry, "2")
        assert recorder.waiting == []
    assert recorder.waiting == [(entry, ("2",))]


@pytest.mark.usefixtures("server")
async def test_a_failure_after_the_commit_does_not_undo_it_nor_stop_the_rest() -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("a neighbour is away")

    async with db.transaction():
        await db.execute(
            "INSERT INTO core_kept_answer (scope, key, body_digest, created_at) VALUES ('t','k','\\x00',now())"
        )
        db.on_commit(fail)
        db.on_commit(lambda: done.append("still"))
    assert done == ["still"]
    assert await db.fetch_one("SELECT 1 FROM core_kept_answer WHERE scope = 't'") is not None


async def test_the_pool_survives_connections_that_the_server_ends(http: Client) -> None:
    await db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(50):
        async with http.request("GET", "/readyz") as answer:
            if answer.status == 200:
                break
        await asyncio.sleep(0.05)
    assert await db.fetch_one("SELECT 1 AS one") is not None


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("where", ["begin", "commit", "rollback"])
async def test_a_server_lost_at_any_edge_of_a_transaction_leaves_nothing_behind(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is back in the pool and the context is free: the next statement goes to one that lives."""
    pool = get_connection("default")._pool
    idle = pool.get_size() - pool.get_idle_size()

    async def lost(_: Any) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    async def work() -> None:
        async with db.transaction():
            if where == "rollback":
                raise RuntimeError("stop")

    for _ in range(pool.get_max_size() + 1):  # a connection lost each time would empty the pool
        with monkeypatch.context() as patched:
            patched.setattr(TransactionWrapper, where, lost)
            with pytest.raises((asyncpg.ConnectionDoesNotExistError, RuntimeError)):
                await work()
        assert not db.in_transaction_now()
        assert await db.fetch("SELECT 1 AS n")
    assert pool.get_size() - pool.get_idle_size() == idle


def test_one_task_of_a_worker_never_sees_what_the_last_one_left_in_its_context() -> None:
    """Tasks share a loop, not a context: a transaction that could not be closed would be everybody's."""
    seen: list[str] = []
    left: contextvars.ContextVar[str] = contextvars.ContextVar("left", default="")

    async def act(name: str) -> None:
        seen.append(left.get())
        left.set(name)

    entry = tasks.task("tests.context")(act)
    before, tasks._process_runner = tasks._process_runner, asyncio.Runner()
    try:
        tasks.app.tasks["tests.context"](["one"], ["two"])
    finally:
        tasks._process_runner.close()
        tasks._process_runner = before
        tasks.registry.pop(entry.name)
        tasks.app.tasks.unregister("tests.context")
    assert seen == ["", ""]
