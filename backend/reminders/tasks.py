"""Jobs of reminders; each may run twice at once and be killed at any instant."""

from __future__ import annotations

import time
from datetime import timedelta

from backend.core.tasks import Every, task
from backend.reminders import calls, rules, scan

BUDGET_S = 20.0


@task("reminders.scan")
async def find() -> None:
    """Follow the modules' rules and write the reminders that are due."""
    await rules.follow_modules()
    await scan.scan()


@task("reminders.list_calls")
async def list_calls() -> None:
    """Whom people are to call, and who needs no call any more."""
    await calls.drop_settled()
    await calls.find()


@task("reminders.tell")
async def tell() -> None:
    """Turn due reminders into messages, for a while; the next run goes on."""
    end = time.monotonic() + BUDGET_S
    while time.monotonic() < end and await scan.tell():
        pass


@task("reminders.recheck")
async def recheck() -> None:
    """Hold back reminders that wait to be sent and are settled already."""
    await scan.recheck()


TIMETABLE: list[Every] = [
    Every(find, timedelta(minutes=10)),
    Every(list_calls, timedelta(minutes=30)),
    Every(tell, timedelta(seconds=30)),
    Every(recheck, timedelta(minutes=1)),
]
