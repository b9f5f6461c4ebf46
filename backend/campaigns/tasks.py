"""Jobs of campaigns; may run twice at once and be killed at any instant."""

from __future__ import annotations

from datetime import timedelta

from backend.campaigns import service
from backend.core.tasks import Every, task


@task("campaigns.run")
async def run() -> None:
    """One step of every running campaign."""
    await service.run()


TIMETABLE: list[Every] = [Every(run, timedelta(seconds=1))]
