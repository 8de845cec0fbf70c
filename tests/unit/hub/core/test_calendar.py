"""Working time, by a calendar small enough to check by hand: one holiday, weekend on Thursday and Friday."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.calendar import (
    WHOLE_DAY,
    NoWorkingTimeError,
    OfficeHours,
    Span,
    Weekday,
    WorkingCalendar,
)
from hub.core.values import Text

TEHRAN = ZoneInfo("Asia/Tehran")


@dataclass(frozen=True)
class Closed:
    days: frozenset[date]

    def name(self, day: date) -> Text | None:
        return Text("تعطیل", "holiday") if day in self.days else None

    def covers(self, day: date) -> bool:
        return day.year == 2026


# November 2026: Saturday 21, Sunday 22, Monday 23 (closed), Tuesday 24, Wednesday 25, Thursday 26, Friday 27
CALENDAR = WorkingCalendar(
    TEHRAN, frozenset({Weekday.THURSDAY, Weekday.FRIDAY}), Closed(frozenset({date(2026, 11, 23)}))
)
NEVER = WorkingCalendar(TEHRAN, frozenset(Weekday), Closed(frozenset()))
OFFICE = OfficeHours(
    {
        **dict.fromkeys(
            (Weekday.SATURDAY, Weekday.SUNDAY, Weekday.MONDAY), (Span(time(7, 30), time(14, 30)),)
        ),
        Weekday.THURSDAY: (Span(time(8), time(10)), Span(time(11), time(12))),
    }
)


def at(day: int, clock: str = "00:00", month: int = 11) -> int:
    """An instant of 2026 by Tehran's clock."""
    local = datetime.combine(date(2026, month, day), time.fromisoformat(clock), TEHRAN)
    return round(local.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("start", "days", "until", "end"),
    [
        pytest.param(
            at(21, "10:00"), 1, None, at(23), id="ends with the day, the day it starts does not count"
        ),
        pytest.param(at(21, "10:00"), 1, time(14, 30), at(22, "14:30"), id="ends at a time of the last day"),
        pytest.param(at(22, "10:00"), 1, None, at(25), id="a holiday does not count"),
        pytest.param(at(22, "10:00"), 2, None, at(26), id="nor when it lies inside"),
        pytest.param(at(25, "10:00"), 1, time(9), at(28, "09:00"), id="nor does a weekend"),
        pytest.param(
            at(26, "23:59"), 1, None, at(29), id="a term that starts on a day off counts from the next"
        ),
        pytest.param(at(21, "23:59"), 1, None, at(23), id="a minute before midnight is still that day"),
        pytest.param(at(22, "00:00"), 1, None, at(25), id="midnight is the new day"),
        pytest.param(at(21, "10:00"), 6, None, at(1, month=12), id="into the next month"),
    ],
)
def test_a_term_ends_with_its_last_working_day(start: int, days: int, until: time | None, end: int) -> None:
    assert CALENDAR.add_working_days(start, days, until) == end


@pytest.mark.parametrize(
    ("end", "days", "start"),
    [
        pytest.param(at(25, "14:30"), 1, at(24, "14:30"), id="the same time of day"),
        pytest.param(at(24, "14:30"), 1, at(22, "14:30"), id="a holiday does not count"),
        pytest.param(at(28, "09:00"), 1, at(25, "09:00"), id="nor does a weekend"),
        pytest.param(at(26), 1, at(25), id="what ends with a day ends with the working day before"),
        pytest.param(at(25), 2, at(22), id="across a holiday, with the day's end"),
    ],
)
def test_working_days_before_an_instant(end: int, days: int, start: int) -> None:
    assert CALENDAR.subtract_working_days(end, days) == start


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        pytest.param(at(21, "12:00"), OFFICE, at(21, "12:00"), id="open: at once"),
        pytest.param(at(21, "07:30"), OFFICE, at(21, "07:30"), id="the opening minute is open"),
        pytest.param(at(21, "14:30"), OFFICE, at(22, "07:30"), id="the closing minute is not"),
        pytest.param(at(21, "03:00"), OFFICE, at(21, "07:30"), id="before opening"),
        pytest.param(
            at(22, "15:00"), OFFICE, at(26, "08:00"), id="a holiday closes, and hours decide the weekdays"
        ),
        pytest.param(at(26, "10:15"), OFFICE, at(26, "11:00"), id="between two spans"),
        pytest.param(at(26, "12:00"), OFFICE, at(28, "07:30"), id="after the last span of the week"),
        pytest.param(at(23, "10:00"), None, at(24), id="without hours the next working day as a whole"),
        pytest.param(at(24, "23:59"), None, at(24, "23:59"), id="without hours any time of a working day"),
        pytest.param(
            at(23, "08:00"),
            OfficeHours(OFFICE.spans, on_holidays=True),
            at(23, "08:00"),
            id="open on holidays too",
        ),
        pytest.param(
            at(27, "23:00"), OfficeHours({Weekday.FRIDAY: WHOLE_DAY}), at(27, "23:00"), id="to midnight"
        ),
    ],
)
def test_the_next_working_time(moment: int, hours: OfficeHours | None, expected: int) -> None:
    assert CALENDAR.next_working_time(moment, hours) == expected
    assert CALENDAR.is_open(moment, hours) == (moment == expected)


def test_a_calendar_without_working_time_says_so() -> None:
    with pytest.raises(NoWorkingTimeError):
        NEVER.add_working_days(at(21), 1)
    with pytest.raises(NoWorkingTimeError):
        NEVER.next_working_time(at(21))
    with pytest.raises(NoWorkingTimeError):
        CALENDAR.next_working_time(at(21), OfficeHours({}))


@pytest.mark.parametrize("days", [0, -3])
def test_a_term_has_at_least_a_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_working_days(at(21), days)
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.subtract_working_days(at(21), days)


def test_a_span_has_a_length() -> None:
    with pytest.raises(ValueError, match="close after"):
        Span(time(14), time(14))


def test_summer_time_of_former_years_is_kept() -> None:
    """Until 2022 Tehran's clocks went forward in spring: the term ends by the clock on the wall."""
    start = round(datetime(2021, 3, 20, 12, tzinfo=UTC).timestamp()) * 1_000_000
    end = CALENDAR.add_working_days(start, 2, time(12))
    assert datetime.fromtimestamp(end / 1_000_000, UTC) == datetime(2021, 3, 22, 7, 30, tzinfo=UTC)


instants = st.integers(1_700_000_000_000_000, 1_900_000_000_000_000)


@given(instants, st.integers(1, 30))
def test_terms_grow_with_their_days_and_end_after_they_start(start: int, days: int) -> None:
    end = CALENDAR.add_working_days(start, days)
    assert start < end < CALENDAR.add_working_days(start, days + 1)
    assert CALENDAR.is_working_day(CALENDAR.day_of(end - 1))


@given(instants)
def test_the_next_working_time_is_one_and_never_earlier(moment: int) -> None:
    opens = CALENDAR.next_working_time(moment, OFFICE)
    assert opens >= moment
    assert CALENDAR.is_open(opens, OFFICE)
    assert opens == moment or not CALENDAR.is_open(opens - 1, OFFICE)
