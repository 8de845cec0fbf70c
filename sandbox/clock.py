"""The sandbox's own time: the machine's clock plus an offset that the control API moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime

TEHRAN = ZoneInfo("Asia/Tehran")


def _machine_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Answers the simulated time; only the offset ever changes it besides the machine's clock.

    ``source`` must give aware datetimes.
    """

    def __init__(self, source: Callable[[], datetime] = _machine_now) -> None:
        self._source = source
        self.offset = timedelta()

    def now(self) -> datetime:
        """The simulated moment, in Tehran's time zone."""
        return (self._source() + self.offset).astimezone(TEHRAN)


def jalali_date(moment: datetime, *, padded: bool = True) -> str:
    """The Jalali date of a moment as ``1404/01/04``, or ``1404/1/4`` as some partners write it."""
    day = jdatetime.date.fromgregorian(date=moment.date())
    if padded:
        return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"
    return f"{day.year}/{day.month}/{day.day}"
