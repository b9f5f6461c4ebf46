"""Use cases of reminders: rules for operators; what ends soon, and putting it off, for citizens."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from backend.core import audit, db
from backend.core.clock import SHANGHAI, today
from backend.core.sessions import Principal
from backend.reminders import calls
from backend.reminders.errors import CannotSnooze, ReminderNotFound
from backend.reminders.rules import all_rules, approve, put, reject
from backend.reminders.scan import link_of, scan, tell
from backend.reminders.schemas import ReminderList, ReminderOut

__all__ = ["all_rules", "approve", "mine", "move_citizen", "put", "reject", "scan", "snooze", "tell"]

MOST_SNOOZES = 3
_MORNING = time(9, 0)


async def mine(citizen_id: str) -> ReminderList:
    """One line for each licence of mine that ends soon: its newest reminder, soonest end first."""
    rows = await db.fetch(
        "SELECT * FROM (SELECT DISTINCT ON (r.license_id) r.id, r.license_id, r.license_name, r.valid_until, r.state,"
        " r.work_at, r.snoozes, u.renew FROM reminders_reminder r JOIN reminders_rule u ON u.id = r.rule_id"
        " WHERE r.citizen_id = $1 AND r.valid_until >= $2 ORDER BY r.license_id, r.days, r.created_at DESC) n"
        " ORDER BY valid_until, license_id LIMIT 100",
        uuid.UUID(citizen_id),
        today(),
    )
    return ReminderList(
        items=[
            ReminderOut(
                id=str(row["id"]),
                license_id=str(row["license_id"]),
                license_name=row["license_name"],
                valid_until=row["valid_until"],
                days_left=(row["valid_until"] - today()).days,
                state=row["state"],
                link=link_of(row["renew"]),
                snoozed_until=row["work_at"] if row["state"] == "snoozed" else None,
                can_snooze=_can(row["state"], row["snoozes"]) and row["valid_until"] > today(),
            )
            for row in rows
        ]
    )


def _can(state: str, snoozes: int) -> bool:
    return state == "snoozed" or (state == "told" and snoozes < MOST_SNOOZES)


async def snooze(who: Principal, reminder_id: str, days: int) -> None:
    """Tell it again in so many days, at nine in the morning. Raises ReminderNotFound, CannotSnooze: after the licence
    has ended, more often than three times, or for a reminder that was cancelled."""
    try:
        key = uuid.UUID(reminder_id)
    except ValueError as exc:
        raise ReminderNotFound from exc
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT state, valid_until, snoozes FROM reminders_reminder WHERE id = $1 AND citizen_id = $2 FOR UPDATE",
            key,
            uuid.UUID(who.id),
        )
        if row is None:
            raise ReminderNotFound
        day = today() + timedelta(days=days)
        if day > row["valid_until"]:
            raise CannotSnooze("那时证照已经到期，请选更早的日子")
        if not _can(row["state"], row["snoozes"]):
            raise CannotSnooze
        await db.execute(
            "UPDATE reminders_reminder SET state = 'snoozed', work_at = $2, snoozes = snoozes + $3 WHERE id = $1",
            key,
            datetime.combine(day, _MORNING, SHANGHAI),
            0 if row["state"] == "snoozed" else 1,
        )
        await audit.record(who, "reminders.snoozed", "reminder", reminder_id, citizen_id=who.id, until=day.isoformat())


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: the reminders go along with the licences."""
    await db.execute(
        "UPDATE reminders_reminder SET citizen_id = $2 WHERE citizen_id = $1", uuid.UUID(old), uuid.UUID(new)
    )
    await calls.move_citizen(old, new)
