"""Background work of identity, and its part of the timetable."""

from __future__ import annotations

from datetime import timedelta

from backend.core import db
from backend.core.clock import now
from backend.core.tasks import Every, task
from backend.identity.codes import replay_codes, send_code
from backend.identity.realname import learn_months

KEEP_CODES = timedelta(days=1)
KEEP_SESSIONS = timedelta(days=180)  # 网络安全法 art. 21: logs of at least six months


@task("identity.purge")
async def purge() -> None:
    """Delete codes after a day, and ended or expired sessions after half a year."""
    await db.execute("DELETE FROM identity_phone_code WHERE created_at < $1", now() - KEEP_CODES)
    await db.execute("DELETE FROM identity_session WHERE coalesce(ended_at, expires_at) < $1", now() - KEEP_SESSIONS)
    await db.execute(
        "DELETE FROM identity_staff_session WHERE coalesce(ended_at, expires_at) < $1", now() - KEEP_SESSIONS
    )


@task("identity.learn_months")
async def learn() -> None:
    """Fill the month of birth of those who were verified before it was kept."""
    await learn_months()


TIMETABLE = [
    Every(learn, timedelta(days=1)),
    Every(replay_codes, timedelta(seconds=5)),
    Every(purge, timedelta(hours=1)),
]

__all__ = ["TIMETABLE", "purge", "replay_codes", "send_code"]
