"""The law's clock, held against the law's own cases and against what must always be true."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases import clock
from backend.cases.clock import Fact, Limit, reckon
from backend.core import calendar
from backend.core.clock import SHANGHAI
from backend.sdk.matter import Limits, Term

WORKDAYS_20 = Limit(20, "workday")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + ("" if "T" in text else "T10:00:00")).replace(tzinfo=SHANGHAI)


def end(text: str) -> datetime:
    return at(f"{text}T23:59:59")


def facts(*rows: str) -> list[Fact]:
    """`submitted 2026-11-02`, in order."""
    return [Fact(kind, at(when)) for kind, when in (row.split() for row in rows)]  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ art. 32, five working days


def test_the_notice_of_what_is_missing_is_due_five_working_days_after_receipt() -> None:
    found = reckon(facts("submitted 2026-11-23"), WORKDAYS_20)
    assert (found.phase, found.due_at) == ("receipt", end("2026-11-30"))
    assert clock.deemed_accepted_at(found) == end("2026-11-30")


def test_the_five_days_skip_the_spring_festival_and_count_its_worked_saturdays() -> None:
    found = reckon(facts("submitted 2026-02-12"), None)
    assert found.due_at == end("2026-02-26")


def test_silence_accepts_from_the_day_of_receipt() -> None:
    spoken = reckon(facts("submitted 2026-11-02", "accepted 2026-11-09"), WORKDAYS_20)
    silent = reckon(facts("submitted 2026-11-02", "deemed_accepted 2026-11-10"), WORKDAYS_20)
    assert spoken.due_at == end("2026-12-07")
    assert silent.due_at == end("2026-11-30")  # twenty working days from the 2nd


def test_after_a_correction_the_five_days_start_again_when_all_is_handed_in() -> None:
    found = reckon(facts("submitted 2026-11-02", "correction 2026-11-04", "supplemented 2026-11-20"), WORKDAYS_20)
    assert (found.phase, found.due_at) == ("receipt", end("2026-11-27"))
    accepted = reckon(
        facts("submitted 2026-11-02", "correction 2026-11-04", "supplemented 2026-11-20", "deemed_accepted 2026-11-30"),
        WORKDAYS_20,
    )
    assert accepted.due_at == calendar.add_workdays(at("2026-11-20"), 20)


def test_while_the_citizen_mends_nothing_is_due_and_silence_accepts_nothing() -> None:
    found = reckon(facts("submitted 2026-11-02", "correction 2026-11-04"), WORKDAYS_20)
    assert found.suspended
    assert found.due_at is None
    assert clock.deemed_accepted_at(found) is None


# --------------------------------------------------------------------------------- art. 42 and 82, from acceptance on


def test_a_licence_is_decided_twenty_working_days_after_acceptance() -> None:
    found = reckon(facts("submitted 2026-09-28", "accepted 2026-09-29"), WORKDAYS_20)
    assert found.due_at == end("2026-11-02")  # seven days of holiday, one worked Saturday


def test_joint_handling_has_forty_five_days() -> None:
    found = reckon(facts("submitted 2026-03-02", "accepted 2026-03-02"), Limit(45, "workday"))
    assert found.due_at == end("2026-05-08")


def test_three_days_of_the_housing_fund_are_natural_days() -> None:
    found = reckon(facts("submitted 2026-09-30", "accepted 2026-09-30"), Limit(3, "day"))
    assert (found.due_at, found.unit) == (end("2026-10-03"), "day")


def test_a_month_ends_on_the_same_day_of_the_next_or_on_its_last() -> None:
    assert reckon(facts("submitted 2026-01-31", "accepted 2026-01-31"), Limit(1, "month")).due_at == end("2026-02-28")
    assert reckon(facts("submitted 2026-11-24", "accepted 2026-11-24"), Limit(2, "month")).due_at == end("2027-01-24")


def test_hours_run_by_the_clock() -> None:
    found = reckon(facts("submitted 2026-11-24T09:00:00", "accepted 2026-11-24T09:00:00"), Limit(24, "hour"))
    assert found.due_at == at("2026-11-25T09:00:00")


def test_at_once_means_today_or_the_next_working_day() -> None:
    assert reckon(facts("submitted 2026-11-24", "accepted 2026-11-24"), Limit(0, "workday")).due_at == end("2026-11-24")
    assert reckon(facts("submitted 2026-11-28", "accepted 2026-11-28"), Limit(0, "workday")).due_at == end("2026-11-30")


def test_without_a_confirmed_limit_nothing_is_due() -> None:
    found = reckon(facts("submitted 2026-11-02", "accepted 2026-11-03"), None)
    assert (found.phase, found.due_at) == ("decide", None)
    assert clock.show(found, at("2026-11-04")).text == "办理时限待确认"


# ------------------------------------------------------------------------------------- art. 45 and corrections: pauses


def test_a_correction_gives_back_the_days_that_were_not_used() -> None:
    # accepted on Monday; three whole working days are over when the correction comes on Friday
    found = reckon(
        facts("submitted 2026-11-02", "accepted 2026-11-02", "correction 2026-11-06", "supplemented 2026-11-20"),
        Limit(10, "workday"),
    )
    assert found.due_at == calendar.add_workdays(at("2026-11-20"), 7)


def test_an_expert_review_does_not_count() -> None:
    found = reckon(
        facts(
            "submitted 2026-11-02",
            "accepted 2026-11-02",
            "review 2026-11-03",
            "special 2026-11-04",
            "special_ended 2026-12-04",
        ),
        WORKDAYS_20,
    )
    assert found.due_at == calendar.add_workdays(at("2026-12-04"), 19)


def test_two_pauses_add_up() -> None:
    found = reckon(
        facts(
            "submitted 2026-11-02",
            "accepted 2026-11-02",
            "correction 2026-11-05",
            "supplemented 2026-11-10",
            "special 2026-11-12",
            "special_ended 2026-11-25",
        ),
        Limit(10, "workday"),
    )
    assert found.due_at == calendar.add_workdays(at("2026-11-25"), 10 - 2 - 1)


def test_a_stopped_clock_says_how_much_is_left() -> None:
    stopped = reckon(
        facts("submitted 2026-11-02", "accepted 2026-11-02", "correction 2026-11-05"), Limit(10, "workday")
    )
    shown = clock.show(stopped, at("2027-06-01"))
    assert (shown.suspended, shown.days_left, shown.due_at) == (True, 8, None)


def test_a_month_that_was_stopped_goes_on_in_days() -> None:
    found = reckon(
        facts("submitted 2026-11-02", "accepted 2026-11-02", "correction 2026-11-12", "supplemented 2026-11-22"),
        Limit(1, "month"),
    )
    assert found.due_at == end("2026-12-13")  # 30 days, nine whole ones used, 21 left from the 22nd


# ------------------------------------------------------------------------------------------------- art. 44, delivery


def test_the_decision_is_delivered_within_ten_working_days() -> None:
    found = reckon(facts("submitted 2026-11-02", "accepted 2026-11-02", "approved 2026-11-16"), WORKDAYS_20)
    assert (found.phase, found.due_at) == ("deliver", end("2026-11-30"))
    assert clock.show(found, at("2026-11-17")) == clock.NONE


@pytest.mark.parametrize("last", ["withdrawn", "not_accepted", "delivered"])
def test_what_is_over_has_no_clock(last: str) -> None:
    rows = ["submitted 2026-11-02"] + (["accepted 2026-11-02", "approved 2026-11-03"] if last == "delivered" else [])
    assert reckon(facts(*rows, f"{last} 2026-11-04"), WORKDAYS_20) == clock.Reckoning()


# --------------------------------------------------------------------------------------------------------- the lights


def test_the_light_is_yellow_at_seventy_percent_and_red_when_over() -> None:
    found = reckon(facts("submitted 2026-11-02", "accepted 2026-11-02"), Limit(10, "workday"))
    assert found.yellow_at == end("2026-11-11")  # the seventh of ten working days is over
    assert found.due_at == end("2026-11-16")
    seen = {day: clock.light(found, at(day)) for day in ("2026-11-11", "2026-11-12", "2026-11-16", "2026-11-17")}
    assert seen == {
        "2026-11-11": "green",
        "2026-11-12": "yellow",
        "2026-11-16": "yellow",
        "2026-11-17": "red",
    }


def test_seventy_percent_of_one_day_falls_in_its_afternoon() -> None:
    found = reckon(facts("submitted 2026-11-24", "accepted 2026-11-24"), Limit(1, "workday"))
    assert found.yellow_at == at("2026-11-25T16:48:00")


@pytest.mark.parametrize(
    ("now", "left", "text"),
    [
        ("2026-11-02", 10, "还剩 10 个工作日，11月16日前办结"),
        ("2026-11-15", 1, "还剩 1 个工作日，11月16日前办结"),
        ("2026-11-16", 0, "今天到期"),
        ("2026-11-18", -2, "已超过办理时限 2 个工作日"),
    ],
)
def test_a_citizen_reads_the_days_that_are_left(now: str, left: int, text: str) -> None:
    found = clock.clock(facts("submitted 2026-11-02", "accepted 2026-11-02"), Limit(10, "workday"), at(now))
    assert (found.days_left, found.text) == (left, text)


def test_a_due_day_in_a_year_that_was_not_announced_is_told_as_uncertain() -> None:
    found = clock.clock(facts("submitted 2026-12-15", "accepted 2026-12-15"), WORKDAYS_20, at("2026-12-16"))
    assert "2027年放假安排公布后可能调整" in found.text


def test_only_a_confirmed_figure_is_a_limit() -> None:
    guess = Term(days=1, unit="workday")
    law = Term(days=3, unit="day", verified=True)
    assert clock.limit_of(Limits(promise=guess, legal=law)) == Limit(3, "day")
    assert clock.limit_of(Limits(promise=guess)) is None
    assert clock.limit_of(Limits(promise=Term(days=1, unit="workday", verified=True), legal=law)) == Limit(1, "workday")


# ------------------------------------------------------------------------------------------------------- what must hold

moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1)).map(lambda value: value.replace(tzinfo=SHANGHAI))
lengths = st.integers(1, 45)
units = st.sampled_from(["workday", "day"])


@given(moments, lengths, units)
def test_the_due_time_lies_ahead_and_the_days_left_are_the_limit(begun: datetime, days: int, unit: str) -> None:
    limit = Limit(days, unit)  # type: ignore[arg-type]
    found = reckon([Fact("submitted", begun), Fact("accepted", begun)], limit)
    assert found.due_at is not None
    assert found.yellow_at is not None
    assert begun < found.yellow_at <= found.due_at
    assert clock.days_left(found, begun) == days


@given(moments, lengths, units, st.integers(0, 30), st.integers(0, 90))
def test_a_pause_never_takes_time_away(begun: datetime, days: int, unit: str, before: int, pause: int) -> None:
    limit = Limit(days, unit)  # type: ignore[arg-type]
    stop, go = begun + timedelta(days=before), begun + timedelta(days=before + pause)
    plain = reckon([Fact("submitted", begun), Fact("accepted", begun)], limit)
    paused = reckon(
        [Fact("submitted", begun), Fact("accepted", begun), Fact("correction", stop), Fact("supplemented", go)], limit
    )
    assert plain.due_at is not None
    assert paused.due_at is not None
    if plain.due_at >= go:
        assert paused.due_at >= plain.due_at
    assert paused.due_at >= go.replace(hour=0, minute=0, second=0, microsecond=0)


@given(moments)
def test_deemed_acceptance_never_comes_before_five_working_days(begun: datetime) -> None:
    when = clock.deemed_accepted_at(reckon([Fact("submitted", begun)], None))
    assert when is not None
    assert calendar.workdays_between(begun.date(), when.astimezone(SHANGHAI).date()) == 5


@given(moments, lengths, st.integers(0, 200))
def test_the_light_only_ever_gets_redder(begun: datetime, days: int, hours: int) -> None:
    found = reckon([Fact("submitted", begun), Fact("accepted", begun)], Limit(days, "workday"))
    order = ["green", "yellow", "red"]
    first = clock.light(found, begun + timedelta(hours=hours))
    later = clock.light(found, begun + timedelta(hours=hours + 24))
    assert order.index(later) >= order.index(first)


def test_a_calendar_may_be_given() -> None:
    found = reckon(
        facts("submitted 2026-11-02", "accepted 2026-11-02"), Limit(2, "workday"), lambda day: day >= date(2026, 12, 1)
    )
    assert found.due_at == end("2026-12-02")
