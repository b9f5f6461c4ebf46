"""What happens after a commit, and only after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

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
