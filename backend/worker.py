"""The background worker: every task and the whole timetable, on one screen."""

from __future__ import annotations

import os
from datetime import timedelta

from backend import process
from backend.campaigns import tasks as campaigns
from backend.cases import tasks as cases
from backend.core import logging, settings, tasks, upkeep
from backend.core.tasks import Every
from backend.identity import tasks as identity
from backend.modules import tasks as modules
from backend.payments import tasks as payments
from backend.reminders import tasks as reminders
from push import tasks as push

TIMETABLE: list[Every] = [
    *upkeep.TIMETABLE,
    *modules.TIMETABLE,
    *identity.TIMETABLE,
    *reminders.TIMETABLE,
    *campaigns.TIMETABLE,
    Every(push.replay, timedelta(seconds=5)),
    Every(push.pump, timedelta(seconds=1)),
    Every(push.settle_unknown, timedelta(seconds=30)),
    Every(cases.replay, timedelta(seconds=10)),
    Every(cases.tick, timedelta(minutes=1)),
    Every(cases.expire_drafts, timedelta(hours=1)),
    Every(payments.replay, timedelta(seconds=15)),
]


async def _start() -> None:
    await process.start(settings.current())


def _configure() -> None:
    logging.configure(os.environ.get("TF_PROCESS", "worker"))
    tasks.configure(settings.current().broker_url, TIMETABLE)
    tasks.on_worker(_start, process.stop)


def serve(*, queues: str, concurrency: int) -> int:
    """Run a Celery worker in the foreground; with a concurrency of one it is a single process, without children."""
    _configure()
    pool = ["--pool=solo"] if concurrency == 1 else []
    tasks.app.worker_main(
        [
            "worker",
            "--loglevel=WARNING",
            f"--queues={queues}",
            f"--concurrency={concurrency}",
            *pool,
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            f"--hostname={os.environ.get('TF_PROCESS', 'worker')}-{os.getpid()}@localhost",
        ]
    )
    return 0


def beat() -> int:
    """Run the timetable. Its state is in memory: every job is safe to run once too often."""
    _configure()
    tasks.app.start(["beat", "--loglevel=WARNING", "--schedule", os.devnull, "--scheduler", "celery.beat:Scheduler"])
    return 0
