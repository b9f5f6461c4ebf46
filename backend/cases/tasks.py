"""Background work of cases. Every task takes ids, is idempotent, and may be killed at any instant."""

from __future__ import annotations

from uuid import UUID

from backend.core.tasks import enqueue, task


@task("cases.process")
async def process(case_id: str) -> None:
    """Do what the clock asks of one case now."""
    from backend.cases import running

    await running.process(UUID(case_id))


@task("cases.dispatch")
async def dispatch(case_id: str) -> None:
    """One attempt to hand a case to its department, or to call it back."""
    from backend.cases import dispatch as handover

    await handover.run(UUID(case_id))


@task("cases.replay")
async def replay() -> None:
    """Hand-overs that stayed behind: the broker was away, a worker died, or the department was."""
    from backend.cases import dispatch as handover
    from backend.core import clock

    for case_id in await handover.stuck(clock.now()):
        enqueue(dispatch, str(case_id))


@task("cases.tick")
async def tick() -> None:
    """Cases for which the clock has something to do."""
    from backend.cases import running

    for case_id in await running.waiting():
        enqueue(process, str(case_id))


@task("cases.expire_drafts")
async def expire_drafts() -> None:
    """Forget drafts and loose files that are too old."""
    from backend.cases import drafts, files

    while await drafts.expire() == 1_000:
        continue
    while await files.forget_loose() == 200:
        continue
