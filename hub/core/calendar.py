"""Working time: on which days and at which hours people work, and what terms counted in working days come to.

Instants are UTC in microseconds since 1970, as everywhere in the engine; days and times of day are those of
the calendar's own zone. Everything here is pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from hub.core.values import US_PER_S, Text

FARTHEST_DAYS = 400
"""How far ahead the next working time is looked for: no calendar closes for longer than a year."""
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
_MICROSECOND = timedelta(microseconds=1)


class Weekday(IntEnum):
    """The days of the week, numbered as ``date.weekday`` has them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class NoWorkingTimeError(Exception):
    """There is no working time within ``FARTHEST_DAYS``: the calendar or the hours leave none."""


class Holidays(Protocol):
    """Which days are official holidays. Pure."""

    def name(self, day: date) -> Text | None:
        """What the holiday of a day (Gregorian) is called; None if the day is none."""
        ...

    def covers(self, day: date) -> bool:
        """Whether all holidays of a day's year are known, and not only those that return every year."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day, from ``opens`` up to and without ``closes``; midnight closes a day at its end."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Raises ValueError for a span without length."""
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError(f"a span must close after it opens: {self.opens} to {self.closes}")


WHOLE_DAY = (Span(time(0), time(0)),)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When an office is open. The weekdays named here decide, whatever the calendar's weekend is."""

    spans: Mapping[Weekday, tuple[Span, ...]]
    """Of each weekday, in order and without overlap; a weekday that is missing is closed."""
    on_holidays: bool = False
    """Whether it keeps its hours on official holidays too."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days and hours of one country. Immutable, and safe to share."""

    zone: ZoneInfo
    weekend: frozenset[Weekday]
    holidays: Holidays

    def day_of(self, at_us: int) -> date:
        """The day that an instant falls on."""
        return self._local(at_us).date()

    def instant_us(self, day: date, at: time) -> int:
        """The instant of a day and a time of day; of an hour that a clock change repeated, the first is meant."""
        return _microseconds(datetime.combine(day, at, self.zone))

    def is_working_day(self, day: date) -> bool:
        """Whether people work on a day: it is neither of the weekend nor a holiday."""
        return Weekday(day.weekday()) not in self.weekend and self.holidays.name(day) is None

    def add_working_days(self, start_us: int, days: int, until: time | None = None) -> int:
        """When a term of some working days has ended.

        The day on which it starts does not count. It ends with the last counted day, or on that day at
        ``until``. Raises ValueError for less than one day, NoWorkingTimeError.
        """
        if days < 1:
            raise ValueError("a term has at least one working day")
        day = self._nth_working_day(self.day_of(start_us), days, _DAY)
        return self.instant_us(day + _DAY, time(0)) if until is None else self.instant_us(day, until)

    def subtract_working_days(self, end_us: int, days: int) -> int:
        """The instant that lies some working days before another, at the same time of day.

        What ends with a day ends with a working day before it, too. Raises as ``add_working_days`` does.
        """
        if days < 1:
            raise ValueError("a term has at least one working day")
        end = self._local(end_us)
        counted_from = (end - _MICROSECOND).date()  # midnight belongs to the day that it ends
        offset = end.date() - counted_from
        day = self._nth_working_day(counted_from, days, -_DAY)
        return self.instant_us(day + offset, end.time())

    def is_open(self, at_us: int, hours: OfficeHours | None = None) -> bool:
        """Whether an instant is working time; without hours, any time of a working day is."""
        at = self._local(at_us).time()
        return any(
            span.opens <= at and (span.closes == time(0) or at < span.closes)
            for span in self._spans(self.day_of(at_us), hours)
        )

    def next_working_time(self, at_us: int, hours: OfficeHours | None = None) -> int:
        """The earliest working time that is not before an instant: the instant itself where it is one.

        Raises NoWorkingTimeError.
        """
        if self.is_open(at_us, hours):
            return at_us
        for day in _days_from(self.day_of(at_us), _DAY):
            for span in self._spans(day, hours):
                opens_us = self.instant_us(day, span.opens)
                if opens_us >= at_us:
                    return opens_us
        raise NoWorkingTimeError(f"no working time within {FARTHEST_DAYS} days")

    def _spans(self, day: date, hours: OfficeHours | None) -> tuple[Span, ...]:
        if hours is None:
            return WHOLE_DAY if self.is_working_day(day) else ()
        if not hours.on_holidays and self.holidays.name(day) is not None:
            return ()
        return hours.spans.get(Weekday(day.weekday()), ())

    def _nth_working_day(self, start: date, count: int, step: timedelta) -> date:
        day = start
        for _ in range(count):
            day = self._following_working_day(day, step)
        return day

    def _following_working_day(self, day: date, step: timedelta) -> date:
        for candidate in _days_from(day + step, step):
            if self.is_working_day(candidate):
                return candidate
        raise NoWorkingTimeError(f"no working day within {FARTHEST_DAYS} days of {day}")

    def _local(self, at_us: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=at_us)).astimezone(self.zone)


class NoHolidays:
    """No day is a holiday, and nothing is missing."""

    def name(self, day: date) -> Text | None:  # noqa: ARG002 - a port
        """See ``Holidays``."""
        return None

    def covers(self, day: date) -> bool:  # noqa: ARG002 - a port
        """See ``Holidays``."""
        return True


EVERY_DAY = WorkingCalendar(ZoneInfo("UTC"), frozenset(), NoHolidays())
"""Where nobody has a day off."""


def _days_from(day: date, step: timedelta) -> Iterator[date]:
    for _ in range(FARTHEST_DAYS):
        yield day
        day += step


def _microseconds(moment: datetime) -> int:
    elapsed = moment.astimezone(ZoneInfo("UTC")) - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * US_PER_S + elapsed.microseconds
