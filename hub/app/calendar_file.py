"""The file of official holidays, ``calendars/iran.yaml``, read strictly (docs/reference/files.md)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import jdatetime
from pydantic import Field, StringConstraints

from hub.core.calendar import Weekday, WorkingCalendar
from hub.core.findings import Finding, LintError
from hub.core.values import Text
from hub.persian.working_days import IranianHolidays, iranian_calendar
from hub.reading.document import Document, Location
from hub.reading.fields import LineField, TextField
from hub.reading.files import read_yaml_file
from hub.reading.model import StrictModel, read_model

AREA = "calendar"
LEAP_YEAR = 1403
"""Any leap year: it has every day that a Jalali year can have."""
_DAY = re.compile(r"([0-9]{2})/([0-9]{2})\Z", re.ASCII)
_Year = Annotated[str, StringConstraints(pattern=r"^1[34][0-9]{2}$")]
_WeekdayName = Literal["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"]


class _Holiday(StrictModel):
    day: LineField
    name: TextField


class _Calendar(StrictModel):
    title: TextField
    zone: LineField
    weekend: Annotated[list[_WeekdayName], Field(max_length=6)]
    source: LineField
    every_year: list[_Holiday]
    years: Annotated[dict[_Year, list[_Holiday]], Field(min_length=1)]


def load_calendar(path: Path) -> WorkingCalendar:
    """The working calendar that a file describes. Raises LintError with all findings."""
    document = read_yaml_file(path, path.parent)
    read = read_model(document, _Calendar, AREA)
    findings: list[Finding] = []
    solar: dict[tuple[int, int], Text] = {}
    for location, day, name in _days(document, read.every_year, LEAP_YEAR, ("every_year",), findings):
        if (day.month, day.day) in solar:
            findings.append(document.finding(location, f"{AREA}.day-twice", "this day stands here twice"))
        solar[day.month, day.day] = name
    announced = _announced(document, read.years, findings)
    try:
        zone = ZoneInfo(read.zone)
    except (KeyError, ValueError, OSError):
        message = f"{read.zone!r} is not a time zone"
        findings.append(document.finding(("zone",), f"{AREA}.zone", message, "like Asia/Tehran"))
    if findings:
        raise LintError(findings)
    weekend = frozenset(Weekday[name.upper()] for name in read.weekend)
    years = frozenset(int(year) for year in read.years)
    return iranian_calendar(IranianHolidays(solar, announced, years), weekend, zone)


def _announced(
    document: Document, years: Mapping[str, Sequence[_Holiday]], findings: list[Finding]
) -> dict[date, Text]:
    announced: dict[date, Text] = {}
    for year, holidays in years.items():
        for location, day, name in _days(document, holidays, int(year), ("years", year), findings):
            gregorian = day.togregorian()
            if gregorian in announced:
                findings.append(document.finding(location, f"{AREA}.day-twice", "this day stands here twice"))
            announced[gregorian] = name
    return announced


def _days(
    document: Document, holidays: Sequence[_Holiday], year: int, at: Location, findings: list[Finding]
) -> Iterator[tuple[Location, jdatetime.date, Text]]:
    """The days of one year, each with its place in the file; what is none becomes a finding."""
    for number, holiday in enumerate(holidays):
        location: Location = (*at, number, "day")
        day = _day(year, holiday.day)
        if day is None:
            message = f"{holiday.day!r} is not a day of the Jalali calendar"
            findings.append(document.finding(location, f"{AREA}.day", message, 'month/day, like "01/13"'))
        else:
            yield location, day, holiday.name.text


def _day(year: int, month_and_day: str) -> jdatetime.date | None:
    match = _DAY.match(month_and_day)
    if match is None:
        return None
    try:
        return jdatetime.date(year, int(match[1]), int(match[2]))
    except ValueError:
        return None
