"""Iran's official holidays: those of the solar calendar return every year, those of the lunar one are announced.

A lunar month begins when the new moon has been seen, so no formula gives the days: the Calendar Centre of the
Institute of Geophysics, University of Tehran, announces them with each year's official calendar, and the
government adds or takes days by decree. They are therefore data; here is only how to read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import jdatetime

from hub.core.calendar import Weekday, WorkingCalendar
from hub.core.values import Text
from hub.persian.jalali import TEHRAN

IRANIAN_WEEKEND = frozenset({Weekday.THURSDAY, Weekday.FRIDAY})


@dataclass(frozen=True, slots=True)
class IranianHolidays:
    """Official holidays, given as Jalali days. Pure."""

    solar: Mapping[tuple[int, int], Text]
    """Month and day of those that return every year. The 30th of Esfand is met in leap years only."""
    announced: Mapping[date, Text]
    """Those of the years covered that do not, by their Gregorian day."""
    years: frozenset[int]
    """The Jalali years whose announced holidays are all known."""

    def name(self, day: date) -> Text | None:
        """See ``Holidays``."""
        jalali = jdatetime.date.fromgregorian(date=day)
        return self.announced.get(day) or self.solar.get((jalali.month, jalali.day))

    def covers(self, day: date) -> bool:
        """See ``Holidays``."""
        return jdatetime.date.fromgregorian(date=day).year in self.years


def iranian_calendar(
    holidays: IranianHolidays, weekend: frozenset[Weekday] = IRANIAN_WEEKEND, zone: ZoneInfo = TEHRAN
) -> WorkingCalendar:
    """The working calendar of an Iranian city."""
    return WorkingCalendar(zone, weekend, holidays)
