"""The contract's table of bad input runs against the same copy as the journeys."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest

from tests.journeys.applying import BIRTH, apply, birth
from tests.journeys.town import Citizen, Client, Town, shared

Unchanged = Callable[[], AbstractAsyncContextManager[None]]

# What may grow: the trail and the ledger of proofs note refusals; background work goes on for what came before.
GROWING = (
    "core_audit",
    "identity_assurance",
    "push_delivery",
    "push_attempt",
    "tortoise_migrations",
    "reminders_",
    "modules_evidence",
)


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with shared.visit(tmp_path_factory.mktemp("town")) as held:
        yield held


@pytest.fixture(scope="session")
async def somebody(town: Town) -> Citizen:
    """A citizen with a proved name who sends nonsense."""
    return await town.citizen()


@pytest.fixture(scope="session")
async def handler(town: Town) -> Client:
    """A handler of the whole province: takes, accepts, decides."""
    return await town.staff("handler.province")


@pytest.fixture(scope="session")
async def case_number(somebody: Citizen) -> str:
    """An open case of that citizen."""
    return str((await apply(somebody, BIRTH, birth()))["number"])


async def rows(db: asyncpg.Connection) -> dict[str, int]:
    tables = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    names = [row["tablename"] for row in tables if not row["tablename"].startswith(GROWING)]
    counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in names)
    return dict(await db.fetchrow(f"SELECT {counts}"))


@pytest.fixture
async def unchanged(town: Town) -> Unchanged:
    """`async with unchanged():` nothing is written by what happens inside."""

    @contextlib.asynccontextmanager
    async def watch() -> AsyncIterator[None]:
        async with town.database() as db:
            before = await rows(db)
            yield
            after = await rows(db)
        written = {name: after[name] - count for name, count in before.items() if after[name] != count}
        assert not written, f"written half-way: {written}"

    return watch
