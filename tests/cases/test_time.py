"""What the clock does by itself: silence accepts, lateness shows, results are delivered and filed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.cases import running, tasks
from backend.core import clock, db
from tests.cases.conftest import Staff
from tests.cases.people import Citizen


@pytest.fixture
async def number(zhang: Citizen) -> str:
    return str((await zhang.apply(await zhang.rent_body()))["number"])


async def later(drain: Any, **by: float) -> None:
    """Let time pass, and the timetable run."""
    with clock.shifted(timedelta(**by)):
        await tasks.tick.run()
        await drain()


async def kinds(number: str) -> list[str]:
    rows = await db.fetch(
        "SELECT e.kind FROM cases_event e JOIN cases_case c ON c.id = e.case_id WHERE c.number = $1 ORDER BY e.seq",
        number,
    )
    return [row["kind"] for row in rows]


async def test_silence_of_five_working_days_accepts_from_the_day_of_receipt(
    number: str, zhang: Citizen, drain: Any
) -> None:
    await later(drain, days=4)
    assert await kinds(number) == ["submitted"]
    await later(drain, days=12)
    assert await kinds(number) == ["submitted", "deemed_accepted"]
    row = await db.fetch_one("SELECT state, accepted_at, submitted_at, due_at FROM cases_case")
    assert row is not None
    assert (row["state"], row["accepted_at"]) == ("accepted", row["submitted_at"])
    assert row["due_at"] - row["submitted_at"] < timedelta(days=4)  # three natural days of 公积金 art. 25, from receipt
    seen = await zhang.call("GET", f"/cases/{number}", status=200)
    assert "第三十二条" in seen["timeline"][-1]["text"]


async def test_lateness_is_told_once_and_shown_red(number: str, zhang: Citizen, staff: Staff, drain: Any) -> None:
    await staff("window").call("POST", f"/cases/{number}/accept", {})
    assert (await zhang.call("GET", f"/cases/{number}", status=200))["clock"]["light"] == "green"
    # the days of the clock itself: what is accepted on a Saturday is counted from Monday on
    row = await db.fetch_one("SELECT yellow_at, due_at FROM cases_case")
    assert row is not None
    assert row["yellow_at"] < row["due_at"]
    await later(drain, seconds=(row["yellow_at"] - clock.now()).total_seconds() + 60)
    row = await db.fetch_one("SELECT light, due_at FROM cases_case")
    assert row is not None
    assert row["light"] == "yellow"
    await later(drain, seconds=(row["due_at"] - clock.now()).total_seconds() + 60)
    await later(drain, days=9)
    await later(drain, days=30)
    assert await kinds(number) == ["submitted", "accepted", "overdue"]
    told = await db.fetch("SELECT title FROM push_message WHERE title LIKE '%超过%'")
    assert len(told) == 1


async def test_a_decided_case_is_delivered_and_then_filed(number: str, staff: Staff, drain: Any) -> None:
    await staff().call("POST", f"/cases/{number}/decide", {"outcome": "approved", "reason": "可以"})
    await later(drain, hours=1)
    assert (await kinds(number))[-1] == "approved"
    await later(drain, days=2)
    assert (await kinds(number))[-1] == "delivered"
    await later(drain, days=40)
    assert (await kinds(number))[-1] == "closed"
    row = await db.fetch_one("SELECT state, work_at FROM cases_case")
    assert row is not None
    assert tuple(row) == ("closed", None)


async def test_while_the_citizen_mends_nothing_happens_by_itself(number: str, staff: Staff, drain: Any) -> None:
    await staff().call(
        "POST", f"/cases/{number}/correct", {"missing": [{"code": "lease", "name": "合同", "reason": "不清楚"}]}
    )
    await later(drain, days=400)
    assert await kinds(number) == ["submitted", "correction"]


async def test_running_the_same_hour_twice_changes_nothing(number: str, drain: Any) -> None:
    row = await db.fetch_one("SELECT id FROM cases_case")
    assert row is not None
    with clock.shifted(timedelta(days=12)):
        await running.process(row["id"])
        await running.process(row["id"])
        await later(drain)
    assert await kinds(number) == ["submitted", "deemed_accepted"]
