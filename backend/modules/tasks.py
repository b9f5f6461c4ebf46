"""Background work of modules, and its part of the timetable."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from backend.core import db
from backend.core.tasks import Every, enqueue, task
from backend.modules import doors, evidence, gateway, generations, guard, releases, rollouts

STUCK = timedelta(minutes=2)


@task("modules.expire_switches")
async def expire_switches() -> None:
    """Turn timed switches back on: their rows go, and every process builds its next snapshot."""
    async with db.transaction():
        if await db.execute("DELETE FROM modules_switch WHERE until IS NOT NULL AND until <= now()"):
            await generations.bump()


@task("modules.check_release")
async def check_release(release_id: str) -> None:
    """Run the checker over a submitted release and hand it to a reviewer."""
    await releases.check(release_id)


@task("modules.replay")
async def replay() -> None:
    """Check again what a lost message or a killed worker left behind."""
    rows = await db.fetch(
        "SELECT id FROM modules_release WHERE state IN ('submitted', 'checking') AND state_at < now() - $1::interval"
        " ORDER BY state_at LIMIT 20",
        STUCK,
    )
    for row in rows:
        enqueue(check_release, str(row["id"]))


@task("modules.advance_rollouts")
async def advance_rollouts() -> None:
    """Begin, widen and finish rollouts that are due."""
    await rollouts.advance()


@task("modules.guard")
async def watch_candidates() -> None:
    """Take back a candidate that fails or dawdles more than the live release."""
    await guard.watch()


@task("modules.ask_departments")
async def ask_departments() -> None:
    """Ask every department that did not answer last whether it is back."""
    await asyncio.gather(*(gateway.probe(module) for module in await doors.failing()))


@task("modules.watch_doors")
async def watch_doors() -> None:
    """Close what needs a department that is away for long; open what needs one that is back."""
    await doors.watch()


@task("modules.forget_evidence")
async def forget_evidence() -> None:
    """Delete figures of calls after a day."""
    await evidence.forget()


TIMETABLE = [
    Every(expire_switches, timedelta(seconds=15)),
    Every(advance_rollouts, timedelta(seconds=5)),
    Every(watch_candidates, timedelta(seconds=5)),
    Every(ask_departments, timedelta(seconds=30)),
    Every(watch_doors, timedelta(seconds=15)),
    Every(replay, timedelta(minutes=1)),
    Every(forget_evidence, timedelta(hours=1)),
]
