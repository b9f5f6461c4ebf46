"""Slots of `book` matters: shown, reserved and released.

Reserving counts up one row in the caller's transaction and only while there is room, so that two who want the last
place meet at that row: the second waits for the first and then finds it full.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.appointments.errors import NotBookable, OfficeUnknown, SlotFull, SlotUnknown
from backend.appointments.schemas import DayOut, OfficeOut, SlotOut, SlotsOut, SlotsQuery
from backend.cases.schemas import Booking
from backend.core import calendar, clock, db
from backend.core.clock import SHANGHAI
from backend.modules import registry
from backend.modules.registry import MatterEntry
from backend.sdk import manifest

_WEEKDAYS = "一二三四五六日"


def slot_name(slot: manifest.Slot) -> str:
    return f"{slot.start}-{slot.end}"


def open_days(plan: manifest.Booking, today: date) -> list[date]:
    """Days that may be booked: within reach, on the plan's weekdays, no public holiday; a weekend that is worked
    counts where the plan opens on the weekday that it makes up for, which nobody knows, so it does not."""
    days = (today + timedelta(days=ahead) for ahead in range(plan.first_day, plan.days_ahead + 1))
    return [day for day in days if day.isoweekday() in plan.weekdays and calendar.holiday(day) is None]


def _plan(entry: MatterEntry) -> manifest.Booking:
    plan = entry.matter.booking
    if entry.matter.kind != "book" or plan is None or not plan.slots or not plan.offices:
        raise NotBookable
    return plan


async def slots(matter: str, query: SlotsQuery) -> SlotsOut:
    """Free places of one office, for every open day or for one. Raises MatterNotFound, NotBookable, OfficeUnknown."""
    entry = registry.current().require(matter)
    plan = _plan(entry)
    chosen = query.office or plan.offices[0].code
    if chosen not in {office.code for office in plan.offices}:
        raise OfficeUnknown
    days = [day for day in open_days(plan, clock.today()) if query.date is None or day == query.date]
    taken = {
        (row["date"], row["slot"]): row["taken"]
        for row in await db.fetch(
            "SELECT date, slot, taken FROM appointments_slot WHERE matter = $1 AND office = $2 AND date = ANY($3)",
            matter,
            chosen,
            days,
        )
    }
    return SlotsOut(
        offices=[
            OfficeOut(code=office.code, name=office.name, region=office.region, verified=office.verified)
            for office in plan.offices
        ],
        office=chosen,
        days=[
            DayOut(
                date=day,
                label=f"{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}",
                slots=[
                    SlotOut(
                        slot=slot_name(slot),
                        label=slot_name(slot),
                        left=_left(slot, day, taken.get((day, slot_name(slot)), 0)),
                    )
                    for slot in plan.slots
                ],
            )
            for day in days
        ],
    )


def _left(slot: manifest.Slot, day: date, taken: int) -> int:
    return 0 if _over(slot, day) else max(0, slot.capacity - taken)


def _over(slot: manifest.Slot, day: date) -> bool:
    """Whether the slot has begun."""
    return datetime.combine(day, time.fromisoformat(slot.start), SHANGHAI) <= clock.now()


async def reserve(entry: MatterEntry, booking: Booking, case_id: UUID) -> None:
    """Take a place in the caller's transaction. Raises NotBookable, OfficeUnknown, SlotUnknown, SlotFull."""
    plan = _plan(entry)
    if booking.office not in {office.code for office in plan.offices}:
        raise OfficeUnknown
    slot = next((item for item in plan.slots if slot_name(item) == booking.slot), None)
    if slot is None or booking.date not in open_days(plan, clock.today()) or _over(slot, booking.date):
        raise SlotUnknown
    async with db.transaction():
        # The capacity of the newest release counts; a slot that was made smaller keeps whom it has.
        row = await db.fetch_one(
            "INSERT INTO appointments_slot AS s (matter, office, date, slot, capacity, taken)"
            " VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (matter, office, date, slot)"
            " DO UPDATE SET taken = s.taken + 1, capacity = $5 WHERE s.taken < $5 RETURNING s.id",
            entry.id,
            booking.office,
            booking.date,
            booking.slot,
            slot.capacity,
        )
        if row is None:
            raise SlotFull
        await db.execute(
            "INSERT INTO appointments_reservation (case_id, slot_id, created_at) VALUES ($1, $2, now())",
            case_id,
            row["id"],
        )


async def release(case_id: UUID) -> None:
    """Give a case's place back in the caller's transaction; nothing happens when it holds none."""
    await db.execute(
        "WITH gone AS (DELETE FROM appointments_reservation WHERE case_id = $1 RETURNING slot_id)"
        " UPDATE appointments_slot SET taken = taken - 1 FROM gone WHERE id = gone.slot_id AND taken > 0",
        case_id,
    )
