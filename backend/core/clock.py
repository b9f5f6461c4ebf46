"""Time as the law and the wall clock see it. Every other module asks here, so that tests can move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())


def now() -> datetime:
    """The present instant, UTC, aware."""
    return datetime.now(UTC) + _offset.get()


def today() -> date:
    """The calendar day in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move `now()` for the code inside; for tests and forecasts."""
    token = _offset.set(_offset.get() + by)
    try:
        yield
    finally:
        _offset.reset(token)
