"""The law's clock: from what happened to a case to when the next thing is due.

Pure functions. The reckoning of a case changes only with its events and is kept in its row; what a citizen reads of it
(`show`) depends on the present moment as well.

- receipt: without a one-time notice within five working days the case counts as accepted from the day of receipt
  (行政许可法 art. 32). A correction stops this; once all is handed in, the five days start again.
- decide: from acceptance the promise, or the legal limit when no promise is confirmed (art. 42). Working days for
  licences (art. 82), natural days where the rule says 日. Correction and special procedures (art. 45: hearing,
  inspection, appraisal …) stop the clock: what is left is the limit less the whole days used before.
- deliver: ten working days after the decision (art. 44).

The day on which a period starts is not counted (民法典 art. 201). Yellow at 70 %, red when over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from backend.cases.schemas import Clock
from backend.cases.states import Kind
from backend.core import calendar
from backend.core.clock import SHANGHAI
from backend.sdk.matter import Limits

RECEIPT_DAYS = 5
DELIVERY_DAYS = 10
YELLOW = 0.7
_ONE = timedelta(days=1)

Phase = Literal["none", "receipt", "decide", "deliver"]
Unit = Literal["workday", "day"]
IsWorkday = Callable[[date], bool]


class Fact(NamedTuple):
    """One event as the clock sees it."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """How long the decision may take. `unit` month and hour are reckoned in natural days and clock hours."""

    days: float
    unit: Literal["workday", "day", "month", "hour"]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """`days_left` is set while the clock is stopped. `due_at` None in `decide`: no limit is confirmed."""

    phase: Phase = "none"
    due_at: datetime | None = None
    yellow_at: datetime | None = None
    unit: Unit | None = None
    suspended: bool = False
    days_left: int | None = None


def limit_of(limits: Limits) -> Limit | None:
    """The confirmed promise, else the confirmed legal limit, else None: what nobody confirmed is no promise."""
    for term in (limits.promise, limits.legal):
        if term is not None and term.verified:
            return Limit(term.days, term.unit)
    return None


def _every_day(_: date) -> bool:
    return True


@dataclass(slots=True)
class _Period:
    """A limit that runs, stops and goes on. `start` and `stop` are instants, `used` whole days of former runs."""

    limit: Limit
    counts: IsWorkday
    start: datetime
    used: int = 0
    paused: timedelta = timedelta()
    stopped: datetime | None = None

    @property
    def unit(self) -> Unit:
        return "workday" if self.limit.unit == "workday" else "day"

    @property
    def total(self) -> int:
        """The limit in days of its unit."""
        if self.limit.unit == "month":
            return (_months_later(calendar.day_of(self.start), math.ceil(self.limit.days)) - self._first).days
        return math.ceil(self.limit.days)

    @property
    def _first(self) -> date:
        return calendar.day_of(self.start)

    def stop(self, at: datetime) -> None:
        if self.stopped is None:
            self.stopped = at
            self.used = min(self.total, self.used + self._between(self._first, calendar.day_of(at) - _ONE))

    def go_on(self, at: datetime) -> None:
        if self.stopped is None:
            return
        self.paused += at - self.stopped
        if self.limit.unit == "month":
            self.limit = Limit(self.total, "day")  # what is left is counted in days from here
        if self.limit.unit != "hour":
            self.start = at
        self.stopped = None

    def reckon(self, phase: Phase) -> Reckoning:
        if self.limit.unit == "hour":
            return self._in_hours(phase)
        left = self.total - self.used
        if self.stopped is not None:
            yellow = self.stopped if self.used >= YELLOW * self.total > 0 else None
            return Reckoning(phase, None, yellow, self.unit, suspended=True, days_left=left)
        return Reckoning(phase, calendar.end_of(self._nth(left)), self._point(YELLOW * self.total), self.unit)

    def _in_hours(self, phase: Phase) -> Reckoning:
        span = timedelta(hours=self.limit.days)
        if self.stopped is not None:
            return Reckoning(phase, None, None, "day", suspended=True, days_left=math.ceil(self.limit.days / 24))
        begin = self.start + self.paused
        return Reckoning(phase, begin + span, begin + YELLOW * span, "day")

    def _nth(self, number: int) -> date:
        day = self._first
        if number == 0:
            while not self.counts(day):
                day += _ONE
            return day
        while number:
            day += _ONE
            number -= self.counts(day)
        return day

    def _between(self, after: date, until: date) -> int:
        count = 0
        while after < until:
            after += _ONE
            count += self.counts(after)
        return count

    def _point(self, target: float) -> datetime:
        """The instant at which `target` days are used."""
        ahead = target - self.used
        if ahead <= 0:
            return self.start
        whole = math.floor(ahead)
        rest = ahead - whole
        if rest == 0:
            return calendar.end_of(self._nth(whole))
        return calendar.start_of(self._nth(whole + 1)) + rest * timedelta(days=1)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def reckon(facts: Iterable[Fact], limit: Limit | None, is_workday: IsWorkday = calendar.is_workday) -> Reckoning:
    """What is due after these events, in order. `limit` None: the decision has no confirmed limit."""
    received: datetime | None = None
    phase: Phase = "none"
    period: _Period | None = None
    stopped = False

    def begin(name: Phase, span: Limit | None, at: datetime) -> None:
        nonlocal phase, period, stopped
        counts = is_workday if span is not None and span.unit == "workday" else _every_day
        phase, period, stopped = name, None if span is None else _Period(span, counts, at), False

    for fact in facts:
        if fact.kind == "submitted":
            received = fact.at
            begin("receipt", Limit(RECEIPT_DAYS, "workday"), fact.at)
        elif fact.kind in ("accepted", "auto_accepted"):
            begin("decide", limit, fact.at)
        elif fact.kind == "deemed_accepted":
            begin("decide", limit, received or fact.at)
        elif fact.kind in ("correction", "special"):
            stopped = True
            if period is not None:
                period.stop(fact.at)
        elif fact.kind in ("supplemented", "special_ended"):
            stopped = False
            if phase == "receipt":
                received = fact.at
                begin("receipt", Limit(RECEIPT_DAYS, "workday"), fact.at)
            elif period is not None:
                period.go_on(fact.at)
        elif fact.kind in ("approved", "auto_approved", "refused"):
            begin("deliver", Limit(DELIVERY_DAYS, "workday"), fact.at)
        elif fact.kind in ("delivered", "closed", "withdrawn", "not_accepted", "lapsed"):
            begin("none", None, fact.at)
    if phase == "none":
        return Reckoning()
    if period is None:
        return Reckoning(phase, suspended=stopped)
    return period.reckon(phase)


def deemed_accepted_at(reckoning: Reckoning) -> datetime | None:
    """When silence becomes acceptance (art. 32); None when that cannot happen now."""
    return reckoning.due_at if reckoning.phase == "receipt" and not reckoning.suspended else None


def clock(
    facts: Iterable[Fact], limit: Limit | None, now: datetime, is_workday: IsWorkday = calendar.is_workday
) -> Clock:
    """From events to what a citizen reads."""
    return show(reckon(facts, limit, is_workday), now)


NONE = Clock(due_at=None, days_left=None, unit=None, suspended=False, light="none", text="")


def show(found: Reckoning, now: datetime) -> Clock:
    """The clock as a citizen and a handler read it now."""
    if found.phase in ("none", "deliver"):
        return NONE  # decided: the result lies in the citizen's hands, and the delivery limit is ours to watch
    if found.suspended:
        return Clock(
            due_at=None,
            days_left=found.days_left,
            unit=found.unit,
            suspended=True,
            light="yellow" if found.yellow_at is not None else "green",
            text="补正或特别程序期间暂停计时",
        )
    if found.due_at is None:
        return Clock(due_at=None, days_left=None, unit=None, suspended=False, light="none", text="办理时限待确认")
    left = days_left(found, now)
    return Clock(
        due_at=found.due_at,
        days_left=left,
        unit=found.unit,
        suspended=False,
        light=light(found, now),
        text=_text(found, found.due_at, left, now),
    )


def light(found: Reckoning, now: datetime) -> Literal["none", "green", "yellow", "red"]:
    """Yellow when 70 % of the time is used, red when it is over."""
    if found.phase == "none" or found.due_at is None:
        return "none"
    if now > found.due_at:
        return "red"
    return "yellow" if found.yellow_at is not None and now >= found.yellow_at else "green"


def days_left(found: Reckoning, now: datetime) -> int:
    """Days of the unit from tomorrow up to the last day; 0 on the last day, negative when over."""
    if found.due_at is None:
        return found.days_left or 0
    today, last = calendar.day_of(now), calendar.day_of(found.due_at)
    return calendar.workdays_between(today, last) if found.unit == "workday" else (last - today).days


def _text(found: Reckoning, due: datetime, left: int, now: datetime) -> str:
    word = "个工作日" if found.unit == "workday" else "天"
    day = due.astimezone(SHANGHAI)
    if found.phase == "receipt":
        if now > due:
            return "已过五个工作日没有告知，依法视为受理"
        return f"{day.month}月{day.day}日前告知是否受理"
    if now > due:
        over = -left
        return f"已超过办理时限 {over} {word}" if over else "已超过办理时限"
    doubt = "" if calendar.confirmed(day.year) else f"（{day.year}年放假安排公布后可能调整）"
    if left <= 0:
        return f"今天到期{doubt}"
    return f"还剩 {left} {word}，{day.month}月{day.day}日前办结{doubt}"
