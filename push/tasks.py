"""Jobs of push. Each takes an id or nothing, may run twice at once, and may be killed at any instant."""

from __future__ import annotations

import time

from backend.core import db, logging
from backend.core.clock import now
from backend.core.tasks import task
from push import bulk, planning, receipts, sending

log = logging.get("push")

BUDGET_S = 4.0
"""How long one replay may keep a worker of the urgent lane; the next one goes on from the rows."""


SETTLE_S = 8.0
"""How long one round of asking lasts at most; the next goes on from the rows."""

PUMP_S = 3.0
"""How long one run of the bulk lane lasts at most; a run is due every second."""


async def _deliver(message_id: str) -> None:
    await planning.plan(message_id)
    await sending.send_message(message_id)


@task("push.deliver")
async def deliver(message_id: str) -> None:
    """Choose the channels of a message and send it."""
    await _deliver(message_id)


@task("push.deliver_urgent", queue="urgent")
async def deliver_urgent(message_id: str) -> None:
    """The same in the urgent lane."""
    await _deliver(message_id)


@task("push.pump", queue="bulk")
async def pump() -> None:
    """Some seconds of mass sending. Several at once, on several machines, share the work."""
    await bulk.pump(PUMP_S)


@task("push.replay", queue="urgent")
async def replay() -> None:
    """Whatever stayed behind: messages nobody planned, claims of dead workers, deliveries that are due."""
    end = time.monotonic() + BUDGET_S
    await sending.release_dead()
    for row in await db.fetch(
        "SELECT id FROM push_message WHERE plan_at <= $1 AND sender IS NULL ORDER BY urgent DESC, plan_at LIMIT 200",
        now(),
    ):
        try:
            await planning.plan(str(row["id"]))
        except Exception as exc:
            if db.is_connection_error(exc):
                raise
            log.error("plan_failed", message=str(row["id"]), error=repr(exc))
        if time.monotonic() > end:
            return
    while time.monotonic() < end and await sending.send_due():
        pass


@task("push.settle_unknown")
async def settle_unknown() -> None:
    """Ask vendors about unknown outcomes and receipts that are due."""
    end = time.monotonic() + SETTLE_S
    while await receipts.settle() and time.monotonic() < end:
        continue
