"""The Redis client of a process, and the few things done with it: rate limits, locks, publish and subscribe.

Nothing that must not be lost lives here alone: rows are in PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from backend.core import crypto, logging
from backend.core.errors import Conflict, TooManyRequests

log = logging.get("redis")

REDIS_ERRORS: tuple[type[Exception], ...] = (RedisConnectionError, RedisTimeoutError, RedisError)

_client: Redis | None = None


def connect(url: str) -> Redis:
    """Make the process-wide client. It connects on first use, fails within a second, and heals by itself."""
    global _client
    _client = Redis.from_url(
        url,
        socket_connect_timeout=1,
        socket_timeout=2,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[RedisConnectionError],
    )
    return _client


def client() -> Redis:
    if _client is None:
        raise RuntimeError("redis.connect() was not called in this process")
    return _client


async def disconnect() -> None:
    global _client
    if _client is not None:
        await _client.aclose()
        _client = None


_WINDOW = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}
"""


async def limit(key: str, allowed: int, seconds: int, *, message: str | None = None) -> None:
    """Count one act under `key`; raise TooManyRequests beyond `allowed` in a window of `seconds`.

    Raises RedisError when Redis is away: who calls decides whether to refuse (codes) or to let pass (reads).
    """
    answer = await cast("Awaitable[list[int]]", client().eval(_WINDOW, 1, f"limit:{key}", str(seconds * 1000)))
    count, left = answer
    if count > allowed:
        raise TooManyRequests(message, retry_after=max(1, -(-left // 1000)))


_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@asynccontextmanager
async def lock(key: str, seconds: int = 10) -> AsyncIterator[None]:
    """A lock that expires by itself; raises Conflict when somebody else holds it."""
    token = crypto.random_token(12)
    if not await client().set(f"lock:{key}", token, nx=True, px=seconds * 1000):
        raise Conflict
    try:
        yield
    finally:
        try:
            await cast("Awaitable[int]", client().eval(_RELEASE, 1, f"lock:{key}", token))
        except RedisError as exc:
            log.warning("lock_not_released", key=key, error=repr(exc))  # it expires


async def listen(
    channel: str, handle: Callable[[bytes], Awaitable[None]], on_connect: Callable[[], Awaitable[None]]
) -> None:
    """Hand every message of a channel to `handle`, for ever; `on_connect` runs after each (re)connection, so that
    what was missed can be read from the database. Run it as a task and cancel it at shutdown."""
    delay = 0.1
    task = asyncio.current_task()
    assert task is not None  # it awaits, so it runs in one
    while True:
        try:
            async with client().pubsub() as pubsub:
                await pubsub.subscribe(channel)
                await on_connect()
                delay = 0.1
                while True:
                    if task.cancelling():  # the client loses a cancellation that comes while it connects
                        raise asyncio.CancelledError
                    message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                    if message is not None:
                        await handle(message["data"])
        except (RedisError, OSError) as exc:
            log.warning("subscription_lost", channel=channel, error=repr(exc))
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)
