"""Background work of identity, and its part of the timetable."""

from __future__ import annotations

from datetime import timedelta

from backend.core.tasks import Every, task
from backend.identity import closing, retention
from backend.identity.codes import replay_codes, send_code
from backend.identity.realname import learn_months


@task("identity.purge")
async def purge() -> None:
    """Delete what is past its time by the table of `retention`, and keys that no duty needs any more."""
    await retention.purge()
    await closing.destroy_keys()


@task("identity.close_due")
async def close_due() -> None:
    """Close the accounts whose week is over."""
    while await closing.close_due() == 200:
        continue


@task("identity.learn_months")
async def learn() -> None:
    """Fill the month of birth of those who were verified before it was kept."""
    await learn_months()


TIMETABLE = [
    Every(learn, timedelta(days=1)),
    Every(replay_codes, timedelta(seconds=5)),
    Every(purge, timedelta(hours=1)),
    Every(close_due, timedelta(minutes=10)),
]

__all__ = ["TIMETABLE", "close_due", "purge", "replay_codes", "send_code"]
