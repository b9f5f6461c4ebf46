"""Background work of modules."""

from __future__ import annotations

from backend.core import db
from backend.core.tasks import task
from backend.modules import service


@task("modules.expire_switches")
async def expire_switches() -> None:
    """Turn timed switches back on: their rows go, and every process builds its next snapshot."""
    async with db.transaction():
        if await db.execute("DELETE FROM modules_switch WHERE until IS NOT NULL AND until <= now()"):
            await service.bump()
