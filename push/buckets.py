"""Token buckets in Redis that hold over all workers: one a provider account, one a mass sending.

Without Redis nobody knows what the others took: mass sendings wait (closed), news of a case and codes go out (open).
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from backend.core import logging, redis
from backend.providers.vendors import desk

log = logging.get("push")

# A bucket holds one second's worth and never less than one. Redis' own clock counts, so that workers agree.
_TAKE = """
local rate, wanted, force = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local most = math.max(1, rate)
local tokens = most
if held[1] then tokens = math.min(most, tonumber(held[1]) + (at - tonumber(held[2])) * rate / 1000) end
local taken = force and wanted or math.min(wanted, math.max(0, math.floor(tokens)))
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', at)
redis.call('PEXPIRE', KEYS[1], 120000)
local wait = 0
if taken < wanted then wait = math.ceil((1 - tokens) * 1000 / rate) end
return {taken, wait}
"""


async def _take(key: str, rate: float, wanted: int, *, force: bool = False) -> tuple[int, float]:
    taken, wait = await cast(
        "Awaitable[list[int]]",
        redis.client().eval(_TAKE, 1, f"push:bucket:{key}", str(rate), str(wanted), "1" if force else "0"),
    )
    return taken, wait / 1000


async def for_sender(sender: str, pace: int, wanted: int) -> int:
    """How many of `wanted` a mass sending may send now; none when Redis is away."""
    try:
        return (await _take(f"sender:{sender}", pace, wanted))[0]
    except redis.REDIS_ERRORS as exc:
        log.warning("bucket_away", key=sender, error=repr(exc))
        return 0


async def for_many(channel: str, wanted: int) -> int:
    """How many of `wanted` the provider's account allows a mass sending now; none when Redis is away."""
    rate = desk().config.rates.get(channel)
    if rate is None:
        return wanted
    try:
        return (await _take(f"channel:{channel}", rate, wanted))[0]
    except redis.REDIS_ERRORS as exc:
        log.warning("bucket_away", key=channel, error=repr(exc))
        return 0


async def for_one(channel: str, *, urgent: bool) -> float:
    """Seconds that a single message has to wait; 0 for now. What is urgent goes out and is counted all the same."""
    rate = desk().config.rates.get(channel)
    if rate is None:
        return 0.0
    try:
        taken, wait = await _take(f"channel:{channel}", rate, 1, force=urgent)
    except redis.REDIS_ERRORS as exc:
        log.warning("bucket_away", key=channel, error=repr(exc))
        return 0.0
    return 0.0 if taken else max(wait, 0.05)
