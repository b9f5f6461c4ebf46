"""Background work of payments: what is open is asked about until it is paid or closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.core.tasks import enqueue, task

FIRST_LOOK = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)


def pause(attempts: int) -> timedelta:
    """How long until the next question: from ten seconds, doubling, to five minutes."""
    return min(LONGEST_PAUSE, FIRST_LOOK * (1 << min(attempts, 8)))


@task("payments.settle", queue="urgent")
async def settle(order: str) -> None:
    """Ask the provider about one order and act on the answer."""
    from backend.payments import service  # the service enqueues this task

    await service.settle(UUID(order))


@task("payments.replay")
async def replay() -> None:
    """Ask about every order whose time has come."""
    from backend.payments import service

    for order in await service.waiting():
        enqueue(settle, str(order))
