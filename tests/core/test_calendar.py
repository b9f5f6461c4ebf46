"""Working days: the announced tables, and what must hold for every date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import calendar
from backend.core.clock import SHANGHAI

days = st.dates(date(2024, 12, 1), date(2028, 1, 31))
counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),  # a Sunday worked for 春节
        ("2025-01-28", False),  # 除夕, a Tuesday
        ("2025-02-08", True),
        ("2025-10-08", False),  # 中秋 and 国庆 together
        ("2026-01-01", False),
        ("2026-01-02", False),
        ("2026-01-04", True),  # a Sunday worked for 元旦
        ("2026-02-14", True),
        ("2026-02-16", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        ("2026-04-06", False),  # 清明, a Monday
        ("2026-05-09", True),
        ("2026-06-19", False),
        ("2026-09-20", True),
        ("2026-09-25", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-11-24", True),
        ("2026-11-28", False),
    ],
)
def test_a_day_is_worked_as_the_state_council_announced(day: str, works: bool) -> None:
    assert calendar.is_workday(date.fromisoformat(day)) is works


def test_the_tables_name_their_sources_and_hold_only_days_of_their_year() -> None:
    assert calendar.confirmed(2025)
    assert calendar.confirmed(2026)
    assert "国办发明电〔2025〕7号" in (calendar.source(2026) or "")
    for year in (2025, 2026):
        marked = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        named = [day for day in marked if calendar.holiday(day) is not None]
        assert len(named) == {2025: 28, 2026: 33}[year]


def test_a_year_without_a_table_counts_weekends_only_and_says_so() -> None:
    assert not calendar.confirmed(2027)
    assert calendar.source(2027) is None
    assert calendar.is_workday(date(2027, 1, 1))  # a Friday; nobody announced otherwise yet
    assert not calendar.is_workday(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        ("2026-02-12", 1, "2026-02-13"),
        ("2026-02-13", 1, "2026-02-14"),  # a worked Saturday
        ("2026-02-14", 1, "2026-02-24"),  # over 春节
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-08", 3, "2026-10-12"),  # Saturday 10 October is worked
        ("2026-11-27", 1, "2026-11-30"),  # Friday to Monday
        ("2026-11-28", 0, "2026-11-30"),  # a Saturday, at once: the next working day
        ("2026-11-24", 0, "2026-11-24"),
    ],
)
def test_a_period_ends_with_its_last_working_day(start: str, number: int, due: str) -> None:
    begun = datetime.fromisoformat(f"{start}T15:30:00+08:00")
    ends = calendar.add_workdays(begun, number)
    assert ends == datetime.fromisoformat(f"{due}T23:59:59+08:00")


def test_the_day_is_that_of_shanghai_and_not_that_of_the_server() -> None:
    late = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 01:00 of the 25th in Chengdu
    assert calendar.day_of(late) == date(2026, 11, 25)
    assert calendar.add_workdays(late, 1).astimezone(SHANGHAI).date() == date(2026, 11, 26)


def test_natural_days_take_no_notice_of_holidays() -> None:
    begun = datetime(2026, 9, 30, 9, 0, tzinfo=SHANGHAI)
    assert calendar.add_days(begun, 3) == datetime(2026, 10, 3, 23, 59, 59, tzinfo=SHANGHAI)


@pytest.mark.parametrize("number", [-1, 40_000])
def test_a_senseless_length_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="a period has"):
        calendar.add_workdays(datetime(2026, 1, 1, tzinfo=SHANGHAI), number)


@given(days, counts)
def test_the_last_day_is_worked_and_the_count_to_it_is_the_length(day: date, number: int) -> None:
    last = calendar.nth_workday(day, number)
    assert calendar.is_workday(last)
    assert last >= day
    if number:
        assert calendar.workdays_between(day, last) == number


@given(days, counts)
def test_a_longer_period_ends_later(day: date, number: int) -> None:
    assert calendar.nth_workday(day, number) < calendar.nth_workday(day, number + 1) or number == 0


@given(days, days)
def test_counting_is_what_walking_day_by_day_gives_and_undoes_itself(left: date, right: date) -> None:
    start, end = min(left, right), max(left, right)
    walked = sum(calendar.is_workday(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))
    assert calendar.workdays_between(start, end) == walked
    assert calendar.workdays_between(end, start) == -walked


@given(days, days, days)
def test_counting_adds_up(first: date, second: date, third: date) -> None:
    whole = calendar.workdays_between(first, third)
    assert whole == calendar.workdays_between(first, second) + calendar.workdays_between(second, third)
