"""The access token of a WeChat mini-program: one value for all processes, fetched by one writer.

Kept in Redis per app id. Whoever finds it near its end takes a short lock and fetches; the others go on with the
old value, which WeChat keeps valid for the overlap, or wait when there is none. A fencing number makes sure that
a writer that was paused longer than its lock cannot put an old token over a newer one.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

import msgspec
from redis.asyncio import Redis

from backend.core.clients import Client, ProviderError
from backend.providers.config import WeChatConfig
from backend.providers.wechat_codes import CODES

REFRESH_EARLY_S = 300.0
JITTER_S = 60.0
LOCK_MS = 15_000
FORCE_PAUSE_S = 60

_STORE = """
local held = redis.call('HGET', KEYS[1], 'fence')
if held and tonumber(held) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'value', ARGV[2], 'expires_at', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class _Held(msgspec.Struct, frozen=True):
    value: str
    expires_at: float


class AccessTokens:
    """Gives a valid access token. `redis` is a redis.asyncio client; `clock` gives seconds since the epoch."""

    def __init__(
        self,
        config: WeChatConfig,
        client: Client,
        redis: Redis,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._client = client
        self._redis = redis
        self._clock = clock
        # One hash tag per app, so that a cluster keeps the keys of the script on one node.
        name = f"wechat:token:{{{config.app_id}}}"
        self._key, self._lock_key, self._fence_key, self._forced_key = (
            name,
            f"{name}:lock",
            f"{name}:fence",
            f"{name}:forced",
        )

    async def get(self) -> str:
        """A token that is valid now. Raises ProviderError when none can be had within the client's deadline."""
        held = await self._read()
        early = REFRESH_EARLY_S + random.uniform(0, JITTER_S)  # noqa: S311 - spreads refreshes, not a secret
        now = self._clock()
        if held is not None and held.expires_at - early > now:
            return held.value
        usable = held.value if held is not None and held.expires_at > now else None
        try:
            return await self._renew(rejected=None, fallback=usable)
        except ProviderError:
            if usable is not None:
                return usable
            raise

    async def replace(self, rejected: str) -> str:
        """Another token than `rejected`, which WeChat refused."""
        return await self._renew(rejected=rejected, fallback=None)

    async def _renew(self, *, rejected: str | None, fallback: str | None) -> str:
        owner = secrets.token_hex(8)
        deadline = time.monotonic() + self._client.timeout_s
        while not await self._redis.set(self._lock_key, owner, nx=True, px=LOCK_MS):
            if fallback is not None:
                return fallback
            await asyncio.sleep(0.05)
            held = await self._read()
            if held is not None and held.value != rejected and held.expires_at > self._clock():
                return held.value
            if time.monotonic() > deadline:
                raise ProviderError("retryable", "wechat", "token_busy", call="stable_token", retry_after=1.0)
        try:
            held = await self._read()
            fresh_until = self._clock() + REFRESH_EARLY_S + JITTER_S
            if held is not None and held.value != rejected and held.expires_at > fresh_until:
                return held.value  # somebody renewed it while we waited for the lock
            fence = int(await self._redis.incr(self._fence_key))
            value, expires_in = await self._fetch(force=False)
            if value == rejected and await self._redis.set(self._forced_key, "1", nx=True, ex=FORCE_PAUSE_S):
                value, expires_in = await self._fetch(force=True)
            await self._store(fence, value, expires_in)
            return value
        finally:
            await self._eval(_UNLOCK, [self._lock_key], [owner])

    async def _fetch(self, *, force: bool) -> tuple[str, float]:
        call = "stable_token"
        answer = await self._client.request(
            "POST",
            "/cgi-bin/stable_token",
            call=call,
            json={
                "grant_type": "client_credential",
                "appid": self._config.app_id,
                "secret": self._config.secret,
                "force_refresh": force,
            },
            idempotent=not force,
        )
        data = self._client.decode_object(answer, call)
        token = data.get("access_token")
        if not isinstance(token, str) or not token:
            raise CODES.error(str(data.get("errcode", "unreadable_answer")), call=call, status=answer.status)
        return token, float(data.get("expires_in", 7200))

    async def _store(self, fence: int, value: str, expires_in: float) -> None:
        expires_at = self._clock() + expires_in
        await self._eval(_STORE, [self._key], [str(fence), value, repr(expires_at), str(int(expires_in * 1000))])

    async def _read(self) -> _Held | None:
        found: Any = await self._redis.hmget(self._key, ["value", "expires_at"])
        value, expires_at = (item.decode() if isinstance(item, bytes) else item for item in found)
        return _Held(value, float(expires_at)) if value and expires_at else None

    async def _eval(self, script: str, keys: list[str], values: list[str]) -> Any:
        return await self._redis.eval(script, len(keys), *keys, *values)
