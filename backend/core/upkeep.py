"""What the core tidies by itself."""

from __future__ import annotations

from datetime import timedelta

from backend.core import audit, db
from backend.core.tasks import Every, task

KEEP_ANSWERS = timedelta(days=7)


@task("core.chain_audit")
async def chain_audit() -> None:
    """Chain the audit rows that came since the last time."""
    while await audit.chain_new():
        continue


@task("core.forget_answers")
async def forget_answers() -> None:
    """Drop answers kept for idempotency keys that nobody will ask for again."""
    while await db.execute(
        "DELETE FROM core_kept_answer WHERE id IN"
        " (SELECT id FROM core_kept_answer WHERE created_at < now() - $1::interval ORDER BY created_at LIMIT 5000)",
        KEEP_ANSWERS,
    ):
        continue


TIMETABLE: list[Every] = [
    Every(chain_audit, timedelta(seconds=10)),
    Every(forget_answers, timedelta(hours=1)),
]
