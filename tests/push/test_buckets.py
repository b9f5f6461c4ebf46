"""Limits that hold over all workers: what is taken in one place is gone in the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from backend.core import db, redis
from backend.providers import vendors
from push import buckets, tasks
from tests.conftest import Simulators
from tests.journeys.town import eventually
from tests.push.conftest import Town, counts, tell
from tests.push.test_once import with_device


@pytest.fixture
async def limited(town: Town) -> AsyncIterator[None]:
    """JPush's account allows two messages a second."""
    desk = vendors.desk()
    before = desk.config
    desk.config = msgspec.structs.replace(before, rates={"jpush": 2.0})
    await redis.client().delete("push:bucket:channel:jpush")
    yield
    desk.config = before


@dataclass
class Away:
    """Redis that does not answer."""

    async def eval(self, *_: Any) -> Any:
        raise RedisConnectionError("away")


async def test_many_hands_take_no_more_than_there_is(limited: None) -> None:
    taken = await asyncio.gather(*(buckets.for_many("jpush", 1) for _ in range(20)))
    assert 2 <= sum(taken) <= 3, "one second's worth, and what came in while they asked"
    assert await buckets.for_many("sms", 7) == 7, "no limit is known for that channel"


async def test_a_single_message_waits_its_turn_and_an_urgent_one_does_not(limited: None) -> None:
    assert await buckets.for_many("jpush", 2) == 2
    assert 0 < await buckets.for_one("jpush", urgent=False) <= 1
    assert await buckets.for_one("jpush", urgent=True) == 0
    assert await buckets.for_many("jpush", 1) == 0, "what went out urgently was counted"


async def test_without_redis_many_wait_and_one_goes_out(limited: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets.redis, "client", Away)
    assert await buckets.for_many("jpush", 5) == 0
    assert await buckets.for_sender("campaign:x", 50, 5) == 0
    assert await buckets.for_one("jpush", urgent=False) == 0


async def test_a_delivery_over_the_limit_keeps_its_place_and_leaves_later(
    town: Town, sandbox: Simulators, limited: None
) -> None:
    people = [town.person() for _ in range(4)]
    for person in people:
        await with_device(person)
    for person in people:
        await tasks.deliver.run(await tell(person))
    assert 2 <= (await counts(sandbox))["jpush"] <= 3
    waiting = await db.fetch("SELECT state, attempts FROM push_delivery WHERE channel = 'jpush' AND state = 'queued'")
    assert {row["attempts"] for row in waiting} == {0}, "waiting for a turn is no attempt"

    async def all_out() -> bool:
        await tasks.replay.run()
        return (await counts(sandbox))["jpush"] == 4

    await eventually(all_out, seconds=20)
