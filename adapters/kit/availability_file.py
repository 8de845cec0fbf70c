"""The section ``availability`` of a manifest: when, and how much, a partner takes (docs/reference/files.md)."""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from hub.core.availability import Availability, BreakerPolicy
from hub.core.calendar import WHOLE_DAY, OfficeHours, Span, Weekday
from hub.core.findings import Finding
from hub.reading.document import Document
from hub.reading.fields import DurationField
from hub.reading.model import StrictModel

SECTION = "availability"
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)\Z", re.ASCII)
_HINT = {"hint": 'one or more of "HH:MM-HH:MM" in the city\'s time; "00:00-24:00" for the whole day'}
_DayName = Literal["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"]


def _span(value: Any) -> Span:
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("hours", "must be a span of hours", _HINT)
    opens = time(int(match[1]), int(match[2]))
    closes = time(int(match[3]), int(match[4])) if match[3] else time(0)
    if closes != time(0) and closes <= opens:
        raise PydanticCustomError("hours", "must close after it opens", _HINT)
    return Span(opens, closes)


_SpanField = Annotated[Span, PlainValidator(_span)]


class _Breaker(StrictModel):
    failures: Annotated[int, Field(ge=1, le=1000)]
    within: DurationField
    open_for: DurationField


class AvailabilityFile(StrictModel):
    """The section as it is written."""

    hours: (
        Annotated[dict[_DayName, Annotated[tuple[_SpanField, ...], Field(min_length=1)]], Field(min_length=1)]
        | None
    ) = None
    holidays: Literal["iran", "none"] = "none"
    daily_quota: Annotated[int, Field(ge=1, le=10**9)] | None = None
    rate: Annotated[float, Field(gt=0, le=100_000)] | None = None
    circuit_breaker: _Breaker | None = None

    @property
    def policy(self) -> Availability:
        """As the core knows it."""
        breaker = self.circuit_breaker
        return Availability(
            hours=self._office_hours(),
            daily_quota=self.daily_quota,
            per_second=self.rate,
            breaker=None
            if breaker is None
            else BreakerPolicy(breaker.failures, breaker.within, breaker.open_for),
        )

    def _office_hours(self) -> OfficeHours | None:
        if self.hours is None and self.holidays == "none":
            return None
        spans: Mapping[Weekday, tuple[Span, ...]] = dict.fromkeys(Weekday, WHOLE_DAY)
        if self.hours is not None:
            spans = {Weekday[name.upper()]: given for name, given in self.hours.items()}
        return OfficeHours(spans, on_holidays=self.holidays == "none")


def judge_availability(document: Document, section: AvailabilityFile | None) -> Iterator[Finding]:
    """What the model alone cannot see: spans of one day that overlap or are out of order."""
    for day, spans in ((section.hours if section else None) or {}).items():
        for number, (one, other) in enumerate(pairwise(spans)):
            if one.closes == time(0) or other.opens < one.closes:
                location = (SECTION, "hours", day, number + 1)
                message = f"the hours of {day} overlap, or are out of order"
                yield document.finding(location, "manifest.hours", message)
