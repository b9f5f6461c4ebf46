"""The number that tells every process to look again."""

from __future__ import annotations

from redis.exceptions import RedisError

from backend.core import db, logging, redis
from backend.modules import registry

log = logging.get("modules")


async def bump() -> None:
    """Grow the generation inside the caller's transaction; tell every process after the commit."""
    await db.execute(
        "INSERT INTO modules_generation (id, number, at) VALUES (1, 1, now())"
        " ON CONFLICT (id) DO UPDATE SET number = modules_generation.number + 1, at = now()"
    )
    db.on_commit(_tell)


async def _tell() -> None:
    try:
        await redis.client().publish(registry.CHANNEL, b"1")
    except RedisError as exc:
        log.warning("generation_not_announced", error=repr(exc))  # every process polls
