"""Booking: what is free, the last place for one, given back when taken back."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from backend.appointments import service
from backend.appointments.errors import SlotFull
from backend.cases.schemas import Booking
from backend.core import calendar, clock, db
from backend.modules import registry
from backend.sdk import manifest
from tests.cases.people import LI, MARRIAGE, ZHANG, Citizen, Enter
from tests.conftest import Client, Server


def form() -> dict[str, Any]:
    return {
        "groom_name": "张三",
        "groom_id_type": "id_card",
        "groom_id_number": ZHANG.id_number,
        "bride_name": "李四",
        "bride_id_type": "id_card",
        "bride_id_number": LI.id_number,
        "ceremony": False,
    }


async def free(who: Citizen | Client, query: str = "") -> Any:
    if isinstance(who, Citizen):
        return await who.call("GET", f"/matters/{MARRIAGE}/slots{query}", status=200)
    return await who.call("GET", f"/api/v1/matters/{MARRIAGE}/slots{query}", status=200)


async def book_body(who: Citizen, **changes: Any) -> dict[str, Any]:
    offered = await free(who)
    day = offered["days"][0]
    booking = {"office": offered["office"], "date": day["date"], "slot": day["slots"][2]["slot"], **changes}
    return {"matter": MARRIAGE, "release": await who.release(MARRIAGE), "form": form(), "booking": booking}


async def left(who: Citizen, booking: dict[str, Any]) -> int:
    offered = await free(who, f"?office={booking['office']}&date={booking['date']}")
    return int(next(slot["left"] for slot in offered["days"][0]["slots"] if slot["slot"] == booking["slot"]))


async def test_what_is_free_is_open_to_everybody_and_skips_weekends_and_holidays(http: Client) -> None:
    offered = await free(http)
    assert [office["code"] for office in offered["offices"]] == ["qingyang", "jinjiang", "wuhou"]
    days = [date.fromisoformat(day["date"]) for day in offered["days"]]
    assert days == sorted(days)
    assert all(day.weekday() < 5 and calendar.holiday(day) is None for day in days)
    assert all(slot["left"] == 8 for slot in (offered["days"][0]["slots"][0],))
    one = await free(http, f"?office=wuhou&date={days[1]}")
    assert [day["date"] for day in one["days"]] == [days[1].isoformat()]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{MARRIAGE}/slots?office=moon", 422, "appointments.office_unknown"),
        (f"{MARRIAGE}/slots?date=soon", 422, "http.invalid_payload"),
        ("chengdu_housing_fund.rent_withdrawal/slots", 409, "appointments.not_bookable"),
        ("no.such/slots", 404, "modules.matter_not_found"),
    ],
)
async def test_a_senseless_question_about_slots_is_a_clear_problem(
    http: Client, path: str, status: int, code: str
) -> None:
    problem = await http.call("GET", f"/api/v1/matters/{path}", status=status)
    assert problem["code"] == code


async def test_a_booking_takes_a_place_and_taking_it_back_frees_it(zhang: Citizen) -> None:
    body = await book_body(zhang)
    before = await left(zhang, body["booking"])
    made = await zhang.apply(body, face=False)
    assert (made["state"], made["state_text"]) == ("accepted", "预约成功")
    assert made["booking"] == body["booking"]
    assert made["region"] == "510105"
    assert made["clock"]["due_at"] is None
    assert "青羊区婚姻登记处" in made["timeline"][-1]["text"]
    assert await left(zhang, body["booking"]) == before - 1
    await zhang.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    assert await left(zhang, body["booking"]) == before
    await zhang.apply(body, face=False)
    assert await left(zhang, body["booking"]) == before - 1


async def test_one_citizen_holds_one_place_of_a_matter(zhang: Citizen) -> None:
    body = await book_body(zhang)
    answers = await asyncio.gather(
        *(zhang.send("POST", "/cases", body, headers={"Idempotency-Key": secrets.token_hex(8)}) for _ in range(3))
    )
    assert sorted(status for status, _ in answers) == [201, 409, 409]
    problem = next(answer for status, answer in answers if status == 409)
    assert problem["code"] == "cases.already_booked"
    assert problem["context"]["case"].startswith("SC-")


async def test_a_full_slot_is_told_and_nothing_is_written(zhang: Citizen, enter: Enter) -> None:
    body = await book_body(zhang)
    await zhang.apply(body, face=False)
    await db.execute("UPDATE appointments_slot SET taken = 6, capacity = 6")
    li = await enter(LI)
    status, problem = await li.send("POST", "/cases", body)
    assert (status, problem["code"]) == (409, "appointments.slot_full")
    rows = await db.fetch("SELECT count(*) AS number FROM cases_case")
    assert rows[0]["number"] == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"office": "moon"}, "appointments.office_unknown"),
        ({"slot": "03:00-04:00"}, "appointments.slot_unknown"),
        ({"date": "2020-01-01"}, "appointments.slot_unknown"),
        ({"date": "2099-01-01"}, "appointments.slot_unknown"),
        ({"date": "2026-02-30"}, "http.invalid_payload"),
        ({"date": 5}, "http.invalid_payload"),
    ],
)
async def test_a_place_that_does_not_exist_cannot_be_booked(zhang: Citizen, change: dict[str, Any], code: str) -> None:
    status, problem = await zhang.send("POST", "/cases", await book_body(zhang, **change))
    assert (status, problem["code"]) == (422, code)


async def test_a_booking_needs_a_slot_and_nothing_else_takes_one(zhang: Citizen) -> None:
    body = await book_body(zhang)
    status, problem = await zhang.send("POST", "/cases", {**body, "booking": None})
    assert (status, problem["errors"][0]["field"]) == (422, "booking")
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body(booking=body["booking"]))
    assert (status, problem["errors"][0]["field"]) == (422, "booking")


async def test_of_twenty_at_once_one_gets_the_last_place(server: Server) -> None:
    entry = registry.current().require(MARRIAGE)
    assert entry.matter.booking is not None
    day = service.open_days(entry.matter.booking, clock.today())[0]
    booking = Booking(office="qingyang", date=day, slot="11:00-12:00")
    for _ in range(5):
        await service.reserve(entry, booking, uuid.uuid4())

    async def one() -> bool:
        try:
            async with db.transaction():
                await service.reserve(entry, booking, uuid.uuid4())
                await asyncio.sleep(0.01)  # others come while this one is not committed yet
        except SlotFull:
            return False
        return True

    won = await asyncio.gather(*(one() for _ in range(20)))
    assert sum(won) == 1
    row = await db.fetch_one(
        "SELECT capacity, taken, (SELECT count(*) FROM appointments_reservation) AS held FROM appointments_slot"
    )
    assert row is not None
    assert tuple(row) == (6, 6, 6)


async def test_a_transaction_that_fails_keeps_no_place(server: Server) -> None:
    entry = registry.current().require(MARRIAGE)
    assert entry.matter.booking is not None
    day = service.open_days(entry.matter.booking, clock.today())[0]

    async def fail() -> None:
        async with db.transaction():
            await service.reserve(entry, Booking(office="wuhou", date=day, slot="09:00-10:00"), uuid.uuid4())
            raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError, match="afterwards"):
        await fail()
    rows = await db.fetch("SELECT 1 FROM appointments_slot WHERE taken > 0")
    assert rows == []


async def test_releasing_what_is_not_held_changes_nothing(server: Server) -> None:
    entry = registry.current().require(MARRIAGE)
    assert entry.matter.booking is not None
    day = service.open_days(entry.matter.booking, clock.today())[0]
    case = uuid.uuid4()
    await service.reserve(entry, Booking(office="wuhou", date=day, slot="09:00-10:00"), case)
    await service.release(uuid.uuid4())
    await asyncio.gather(service.release(case), service.release(case))
    row = await db.fetch_one("SELECT taken FROM appointments_slot")
    assert row is not None
    assert row["taken"] == 0


async def test_a_booking_ends_with_its_day(zhang: Citizen, drain: Any) -> None:
    from backend.cases import tasks

    made = await zhang.apply(await book_body(zhang), face=False)
    with clock.shifted(timedelta(days=20)):
        await tasks.tick.run()
        await drain()
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state"] == "closed"
    assert seen["timeline"][-1]["kind"] == "lapsed"


def test_public_holidays_are_closed_even_on_a_weekday() -> None:
    plan = manifest.Booking(days_ahead=10)
    days = service.open_days(plan, date(2026, 9, 29))
    assert days == [date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 9)]
