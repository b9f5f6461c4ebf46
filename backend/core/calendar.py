"""Working days of mainland China, from tables of what the State Council announced; Asia/Shanghai throughout.

`data/holidays.json` holds one table a year: days off, weekends that are worked to make up for them, and where it was
read. A year without a table counts weekends only, and `confirmed` says so: what is reckoned there may still move.

A period does not count the day on which it starts (民法典 art. 201); limits of 行政许可法 are working days (art. 82).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec

from backend.core.clock import SHANGHAI

_ONE = timedelta(days=1)
_LAST = time(23, 59, 59)
LONGEST = 36_600  # days; a longer period is a mistake, and dates have an end


class _Year(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    holidays: list[tuple[date, date, str]]
    workdays: list[date]


@dataclass(frozen=True, slots=True)
class _Table:
    off: dict[date, str]
    worked: frozenset[date]
    sources: dict[int, str]


def _load(path: Path) -> _Table:
    off: dict[date, str] = {}
    worked: set[date] = set()
    sources: dict[int, str] = {}
    for year, row in msgspec.json.decode(path.read_bytes(), type=dict[str, _Year]).items():
        sources[int(year)] = row.source
        worked.update(row.workdays)
        for first, last, name in row.holidays:
            for number in range((last - first).days + 1):
                off[first + timedelta(days=number)] = name
    return _Table(off, frozenset(worked), sources)


_table = _load(Path(__file__).parent / "data" / "holidays.json")
_weekdays_off = sorted(day.toordinal() for day in _table.off if day.weekday() < 5)
_weekends_on = sorted(day.toordinal() for day in _table.worked if day.weekday() >= 5)


def confirmed(year: int) -> bool:
    """Whether the holidays of that year have been announced and are in the table."""
    return year in _table.sources


def source(year: int) -> str | None:
    """The announcement that the year's table was taken from."""
    return _table.sources.get(year)


def holiday(day: date) -> str | None:
    """The name of the holiday that makes this a day off, or None."""
    return _table.off.get(day)


def is_workday(day: date) -> bool:
    """Whether offices work on that day: a weekday that is no holiday, or a weekend that makes up for one."""
    if day in _table.worked:
        return True
    return day.weekday() < 5 and day not in _table.off


def day_of(moment: datetime) -> date:
    """The calendar day of an aware instant in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """The last second of the day."""
    return datetime.combine(day, _LAST, SHANGHAI)


def next_workday(day: date) -> date:
    """`day` itself when it is one, else the first after it."""
    while not is_workday(day):
        day += _ONE
    return day


def nth_workday(day: date, number: int) -> date:
    """The `number`-th working day after `day`, which itself is not counted; 0 is `next_workday(day)`."""
    if not 0 <= number <= LONGEST:
        raise ValueError(f"a period has 0 to {LONGEST} days, not {number}")
    if number == 0:
        return next_workday(day)
    while number:
        day += _ONE
        number -= is_workday(day)
    return day


def add_workdays(start: datetime, number: int) -> datetime:
    """When a period of `number` working days that starts at `start` is over: the end of its last day."""
    return end_of(nth_workday(day_of(start), number))


def add_days(start: datetime, number: int) -> datetime:
    """The same for natural days."""
    if not 0 <= number <= LONGEST:
        raise ValueError(f"a period has 0 to {LONGEST} days, not {number}")
    return end_of(day_of(start) + timedelta(days=number))


def workdays_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` is earlier, so that it undoes itself."""
    return _worked_by(end) - _worked_by(start)


def _worked_by(day: date) -> int:
    """Working days from the first Monday of the calendar up to and with `day`."""
    number = day.toordinal()  # 0001-01-01 is a Monday with number 1
    weeks, rest = divmod(number, 7)
    return 5 * weeks + min(rest, 5) - bisect_right(_weekdays_off, number) + bisect_right(_weekends_on, number)


def days_between(start: date, end: date) -> int:
    """Natural days after `start` up to and with `end`; negative when `end` is earlier."""
    return (end - start).days
