"""Jalali dates in the spellings partners use, and ISO 8601, which the hub uses.

Calendar arithmetic is jdatetime's; what a text may look like is decided here, since ``strptime`` is lenient
about digits and guesses the century of two-digit years.
"""

import re
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

import jdatetime

from hub.core.values import Text
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, ascii_digits, normalise

TEHRAN = ZoneInfo("Asia/Tehran")
"""No daylight saving since 2022, but before: never use a constant offset for history."""

FIRST_YEAR, LAST_YEAR = 1200, 1500
"""Beyond these years the calendars' implementations disagree about leap years."""

_SPELLINGS = re.compile(r"(?:([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2}))\Z")
_TWO_DIGIT_YEAR = re.compile(
    r"(?:([0-9]{2})([/.-])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2})([0-9]{2}))\Z"
)
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?\Z")


class JalaliForm(Enum):
    """How a Jalali date is written. The value is how mappings name it."""

    SLASHED = "yyyy/mm/dd"
    SHORT = "yyyy/m/d"
    COMPACT = "yyyymmdd"
    DASHED = "yyyy-mm-dd"
    TWO_DIGIT = "yy/mm/dd"
    TWO_DIGIT_COMPACT = "yymmdd"


def jalali_to_iso(text: str, *, century: int | None = None) -> str:
    """ISO 8601 date of a Jalali date with a four-digit year, in any digits and any spelling of ``JalaliForm``.

    Two-digit years are understood only, and then exclusively, where ``century`` (1300 or 1400) says which they
    belong to. Raises IdentifierError.
    """
    plain = normalise(text, IDENTIFIER)
    match = (_SPELLINGS if century is None else _TWO_DIGIT_YEAR).match(plain)
    if match is None:
        raise IdentifierError(
            "jalali-date.form",
            Text(
                "تاریخ شمسی را به شکل سال/ماه/روز بنویسید، مانند ۱۴۰۴/۱۱/۱۴",
                "Write a Jalali date as year/month/day, like 1404/11/14",
            ),
        )
    year, month, day = (int(match[1] or match[5]), int(match[3] or match[6]), int(match[4] or match[7]))
    gregorian: date = _jalali(year + (century or 0), month, day).togregorian()
    return gregorian.isoformat()


def iso_to_jalali(text: str, form: JalaliForm = JalaliForm.SLASHED) -> str:
    """Jalali date, in ASCII digits, of an ISO 8601 date ``2026-02-03``. Raises IdentifierError.

    Two-digit forms drop the century: the reader must know it.
    """
    day = jdatetime.date.fromgregorian(date=_iso_date(text))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_range()
    match form:
        case JalaliForm.SLASHED:
            return f"{day.year}/{day.month:02}/{day.day:02}"
        case JalaliForm.SHORT:
            return f"{day.year}/{day.month}/{day.day}"
        case JalaliForm.COMPACT:
            return f"{day.year}{day.month:02}{day.day:02}"
        case JalaliForm.DASHED:
            return f"{day.year}-{day.month:02}-{day.day:02}"
        case JalaliForm.TWO_DIGIT:
            return f"{day.year % 100:02}/{day.month:02}/{day.day:02}"
        case JalaliForm.TWO_DIGIT_COMPACT:
            return f"{day.year % 100:02}{day.month:02}{day.day:02}"


def jalali_date(text: str) -> str:
    """Canonical Jalali date, ``1404/11/14``, of a date in any four-digit spelling."""
    return iso_to_jalali(jalali_to_iso(text))


def tehran_instant(iso_date: str, time_of_day: str = "00:00:00") -> str:
    """ISO 8601 instant with the offset Tehran had then: ``2026-02-03T09:05:00+03:30``.

    Of the hour that autumn's clock change repeated, the first is meant. A time that spring's change skipped
    raises IdentifierError.
    """
    match = _TIME.match(ascii_digits(time_of_day.strip()))
    if match is None:
        raise IdentifierError(
            "time.form", Text("ساعت را به شکل ۰۹:۰۵ یا ۰۹:۰۵:۰۰ بنویسید", "Write a time as 09:05 or 09:05:00")
        )
    day = _iso_date(iso_date)
    moment = datetime(
        day.year, day.month, day.day, int(match[1]), int(match[2]), int(match[3] or 0), tzinfo=TEHRAN
    )
    there_and_back = datetime.fromtimestamp(moment.timestamp(), TEHRAN)
    if there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise IdentifierError(
            "time.skipped",
            Text(
                "این ساعت در تغییر ساعت بهاری وجود نداشته است", "The clock change in spring skipped this time"
            ),
        )
    return moment.isoformat()


def tehran_date(instant: str) -> str:
    """ISO 8601 date in Tehran of an instant that says its offset (``…Z``, ``…+03:30``)."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not instant.isascii():
        raise IdentifierError(
            "instant.form",
            Text(
                "زمان را به شکل ISO 8601 با اختلاف ساعت بنویسید",
                "Write an instant as ISO 8601 with its offset",
            ),
        )
    return moment.astimezone(TEHRAN).date().isoformat()


def _jalali(year: int, month: int, day: int) -> jdatetime.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range()
    try:
        return jdatetime.date(year, month, day)
    except ValueError as error:
        raise IdentifierError(
            "jalali-date.no-such-day",
            Text("چنین روزی در تقویم شمسی نیست", "There is no such day in the Jalali calendar"),
        ) from error


def _iso_date(text: str) -> date:
    match = _ISO_DATE.match(text)
    if match is not None:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            match = None
    raise IdentifierError(
        "iso-date.form",
        Text(
            "تاریخ میلادی را به شکل ISO 8601 بنویسید، مانند 2026-02-03",
            "Write a date as ISO 8601, like 2026-02-03",
        ),
    )


def _out_of_range() -> IdentifierError:
    return IdentifierError(
        "jalali-date.year",
        Text(
            f"سال شمسی باید از {FIRST_YEAR} تا {LAST_YEAR} باشد",
            f"The Jalali year must lie between {FIRST_YEAR} and {LAST_YEAR}",
        ),
    )
