"""What the clock does by itself: deemed acceptance, yellow and red, delivery, filing, the end of a booking."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.cases import states
from backend.cases.rows import Row
from backend.core import calendar

DELIVERED_AFTER = timedelta(days=1)
"""The result lies in wallet and inbox from the decision on; a day later it counts as delivered."""

FILED_AFTER = timedelta(days=30)
"""Then the case is filed. Ours, not the law's."""


def next_work(row: Row) -> datetime | None:
    """When something happens to this case without anybody's doing; None when nothing will."""
    if row.state in ("approved", "refused"):
        return (row.decided_at or row.submitted_at) + DELIVERED_AFTER
    if row.state == "delivered":
        return (row.decided_at or row.submitted_at) + DELIVERED_AFTER + FILED_AFTER
    if row.state not in states.OPEN:
        return None
    booked = row.booked
    if booked is not None:
        return calendar.end_of(booked.date) + timedelta(seconds=1) if row.state == "accepted" else None
    if row.due_at is None or row.light == "red":
        return None
    if row.light == "green" and row.yellow_at is not None:
        return row.yellow_at
    return row.due_at + timedelta(seconds=1)
