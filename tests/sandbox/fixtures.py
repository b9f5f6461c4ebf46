"""Fixtures that the tests of providers and of the simulators share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.sandbox.serving import Desk, a_redis, simulators


@pytest.fixture(scope="session")
async def running_desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with simulators(tmp_path_factory.mktemp("simulators")) as desk:
        yield desk


@pytest.fixture(scope="session")
async def running_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Redis]:
    async with a_redis(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.fixture
async def desk(running_desk: Desk) -> Desk:
    """The simulators without faults, orders for the next outcome, or memories of earlier calls."""
    world = running_desk.world
    world.faults.clear()
    world.received.clear()
    world.next_faces.clear()
    world.authority_answers.clear()
    return running_desk


@pytest.fixture
async def redis(running_redis: Redis) -> Redis:
    await running_redis.flushdb()
    return running_redis
