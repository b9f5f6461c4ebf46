"""Background work: Celery carries ids, rows carry the truth.

A task is an async function on one event loop per worker process. `enqueue()` leaves after the commit; when the broker
is away the message is dropped with a log line, because a replay job of each slice finds the row that stayed behind.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown
from kombu.exceptions import OperationalError as BrokerError

from backend.core import db, logging, metrics

log = logging.get("tasks")

Queue = Literal["urgent", "default", "bulk"]
QUEUES: tuple[Queue, ...] = ("urgent", "default", "bulk")
BATCH = 25  # calls in one message at most: work that one worker loses, or holds up, together
LINGER = 0.03  # seconds that a message which is not urgent waits for company

app = Celery("tianfu")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue="default",
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2},
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="Asia/Shanghai",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A registered task; call `enqueue(task, id)`; `run` is the async function itself."""

    name: str
    queue: Queue
    run: Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Every:
    """A row of the timetable."""

    task: Task
    interval: timedelta


registry: dict[str, Task] = {}


def task(name: str, *, queue: Queue = "default") -> Callable[[Callable[..., Awaitable[None]]], Task]:
    """Register an async function as a task. It must be idempotent and may be killed at any instant."""

    def wrap(function: Callable[..., Awaitable[None]]) -> Task:
        entry = Task(name, queue, function)
        registry[name] = entry

        def execute(*calls: list[str | int]) -> None:
            """`calls` are the argument lists of so many runs; none at all is one run without arguments (the beat)."""
            for call in calls or ([],):
                # a context of its own each time: what one run leaves set must not be there for the next
                _runner().run(_observed(entry, tuple(call)), context=contextvars.copy_context())

        app.task(execute, name=name, queue=queue, max_retries=0)
        return entry

    return wrap


async def _observed(entry: Task, args: tuple[Any, ...]) -> None:
    try:
        await entry.run(*args)
    except Exception as exc:
        metrics.TASKS.labels(entry.name, "failed").inc()
        log.error("task_failed", task=entry.name, args=args, error=repr(exc), exc_info=exc)
    else:
        metrics.TASKS.labels(entry.name, "done").inc()


_process_runner: asyncio.Runner | None = None
_startup: list[Callable[[], Awaitable[None]]] = []
_shutdown: list[Callable[[], Awaitable[None]]] = []


def on_worker(start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
    """What each worker process opens and closes on its own event loop."""
    _startup.append(start)
    _shutdown.append(stop)


def _runner() -> asyncio.Runner:
    global _process_runner
    if _process_runner is None:
        _process_runner = asyncio.Runner()
        for start in _startup:
            _process_runner.run(_awaited(start))
    return _process_runner


async def _awaited(function: Callable[[], Awaitable[None]]) -> None:
    await function()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _open(**_: Any) -> None:
    global _process_runner
    _process_runner = None  # whatever the parent had belongs to the parent


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def _close(**_: Any) -> None:
    global _process_runner
    if _process_runner is not None:
        for stop in _shutdown:
            _process_runner.run(_awaited(stop))
        _process_runner.close()
        _process_runner = None


class Dispatcher:
    """Hands messages to the broker from a thread, so that a slow broker never holds up a request."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Task, tuple[Any, ...]] | None] = queue.Queue(maxsize=10_000)
        self._thread = threading.Thread(target=self._work, name="dispatch", daemon=True)
        self._thread.start()

    def put(self, entry: Task, args: tuple[Any, ...]) -> None:
        try:
            self._waiting.put_nowait((entry, args))
        except queue.Full:
            log.error("dispatch_full", task=entry.name)  # the row stays for the replay job

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(timeout=3)

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            if item[0].queue != "urgent":
                time.sleep(LINGER)
            for entry, calls in self._gather(item):
                try:
                    app.send_task(entry.name, args=calls, queue=entry.queue, retry=False)
                except (BrokerError, OSError) as exc:
                    log.warning("dispatch_failed", task=entry.name, calls=len(calls), error=repr(exc))
                except Exception as exc:  # noqa: BLE001 - the thread must outlive any surprise of the broker's client
                    log.error("dispatch_failed", task=entry.name, calls=len(calls), error=repr(exc))

    def _gather(self, first: tuple[Task, tuple[Any, ...]]) -> list[tuple[Task, list[list[Any]]]]:
        """What waits already, up to a batch, by task: one message carries many calls, since a message costs this
        process more than the row did."""
        found: dict[str, tuple[Task, list[list[Any]]]] = {first[0].name: (first[0], [list(first[1])])}
        for _ in range(BATCH - 1):
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._waiting.put(None)
                break
            found.setdefault(item[0].name, (item[0], []))[1].append(list(item[1]))
        return list(found.values())


_dispatcher: Dispatcher | None = None


def enqueue(entry: Task, *args: str | int) -> None:
    """Send a task once the current transaction has committed (at once when there is none). Arguments are ids only."""

    def send() -> None:
        global _dispatcher
        if _dispatcher is None:
            _dispatcher = Dispatcher()
        _dispatcher.put(entry, args)

    db.on_commit(send)


def configure(broker_url: str, timetable: Sequence[Every] = ()) -> Celery:
    """Point Celery at a broker and fill beat's schedule. Whoever only sends needs no timetable."""
    app.conf.broker_url = broker_url
    app.conf.beat_schedule = {
        row.task.name: {
            "task": row.task.name,
            "schedule": row.interval,
            # a message of a periodic job that nobody took before the next one is due is worth nothing
            "options": {"queue": row.task.queue, "expires": max(5.0, row.interval.total_seconds())},
        }
        for row in timetable
    }
    return app
