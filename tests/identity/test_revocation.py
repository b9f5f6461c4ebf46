"""Ending a session reaches every process within a second, with Redis and without."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from backend.core import db, redis
from backend.core.sessions import TokenExpired, Tokens
from backend.core.settings import current
from backend.identity import revocation, sessions
from tests.conftest import Client, Server
from tests.identity.conftest import Phone
from tests.identity.people import ZHANG


async def within(seconds: float, true: Callable[[], bool]) -> float:
    """How long until it is true; fails when it takes longer."""
    started = time.perf_counter()
    while not true():
        assert time.perf_counter() - started < seconds, "too late"
        await asyncio.sleep(0.01)
    return time.perf_counter() - started


def refused(tokens: Tokens, token: str) -> bool:
    try:
        tokens.verify(token)
    except TokenExpired:
        return True
    return False


@pytest.fixture
async def other(running: Server, database: None) -> AsyncIterator[revocation.Watch]:
    """What another process of this program holds: tokens of its own, its own watch."""
    watch = revocation.Watch(Tokens(current().secrets.session))
    await watch.start()
    await within(5, lambda: watch._listening)
    yield watch
    await watch.stop()


async def test_another_process_hears_of_an_end_within_a_second(
    http: Client, phone_session: Phone, other: revocation.Watch
) -> None:
    made = await phone_session(ZHANG.phone)
    assert other.tokens is not None
    assert not refused(other.tokens, made["token"])
    http.token = made["token"]
    await http.call("DELETE", "/api/v1/session", status=204)
    await within(1, lambda: refused(other.tokens, made["token"]))


async def test_a_process_that_starts_later_knows_what_was_ended_before(
    http: Client, phone_session: Phone, running: Server
) -> None:
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    await http.call("DELETE", "/api/v1/session", status=204)
    watch = revocation.Watch(Tokens(current().secrets.session))
    await watch.start()
    try:
        assert watch.tokens is not None
        assert refused(watch.tokens, made["token"])
    finally:
        await watch.stop()


async def test_without_redis_the_rows_are_read_every_second(
    phone_session: Phone, other: revocation.Watch, http: Client
) -> None:
    made = await phone_session(ZHANG.phone)
    held = redis._client
    redis.connect("redis://127.0.0.1:1/0")
    try:
        await within(3, lambda: not other._listening)
        http.token = made["token"]
        await http.call("DELETE", "/api/v1/session", status=204)
        assert other.tokens is not None
        await within(2, lambda: refused(other.tokens, made["token"]))
    finally:
        lost = redis._client
        redis._client = held
        if lost is not None:
            await lost.aclose()


async def test_an_ended_session_is_refused_here_before_the_answer_left(http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    await http.call("GET", "/api/v1/session", status=200)
    await http.call("DELETE", "/api/v1/session", status=204)
    assert (await http.call("GET", "/api/v1/session", status=200))["level"] == 0


async def test_an_end_that_was_rolled_back_ends_nothing(running: Server, http: Client, phone_session: Phone) -> None:
    made = await phone_session(ZHANG.phone)
    who = running.app.ctx.tokens.verify(made["token"])

    async def end_and_fail() -> None:
        async with db.transaction():
            assert await sessions.end_where("signed_out", id=who.session) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await end_and_fail()
    http.token = made["token"]
    assert (await http.call("GET", "/api/v1/session", status=200))["level"] == 1


async def test_a_remembered_session_answer_follows_changes_made_in_another_process(
    http: Client, phone_session: Phone, running: Server
) -> None:
    """`announce_change` here stands for the other process: it reaches us only by the channel."""
    made = await phone_session(ZHANG.phone)
    http.token = made["token"]
    who = running.app.ctx.tokens.verify(made["token"])
    await within(5, lambda: revocation.watch()._listening)
    assert not (await http.call("GET", "/api/v1/session", status=200))["elder"]
    assert who.session in revocation.watch().answers[who.id]
    await db.execute("UPDATE identity_citizen SET elder = true")
    assert not (await http.call("GET", "/api/v1/session", status=200))["elder"]
    await redis.client().publish(revocation.CHANNEL, f"changed:{who.id}")
    await within(1, lambda: who.id not in revocation.watch().answers)
    assert (await http.call("GET", "/api/v1/session", status=200))["elder"]
