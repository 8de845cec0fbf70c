"""Bounds of dates and times, as numbers that are ordered as they are."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Final

from hub.contracts.compatibility.xml_schema.simple_types import SimpleType

_BOUNDS: Final = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
_DAY_S: Final = 86_400
_FORMS: Final = {
    "date": "{year}-{month}-{day}",
    "dateTime": "{year}-{month}-{day}T{time}",
    "gYearMonth": "{year}-{month}",
    "gYear": "{year}",
}
_PARTS: Final = {
    "year": "(?P<year>[0-9]{4})",
    "month": "(?P<month>[0-9]{2})",
    "day": "(?P<day>[0-9]{2})",
    "time": r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2}(?:\.[0-9]+)?)",
}
_ZONE: Final = r"(?P<zone>Z)?\Z"
"""Of bounds with another zone libxml2 is not to be trusted: it takes them in another order than they have."""


def moment_reader(old: SimpleType, new: SimpleType) -> Callable[[str], Fraction] | None:
    """What makes numbers of the bounds and listed values of two types; None where their order is not known.

    Moments with a zone and moments without one are ordered in part only (XML Schema 1.0, part 2, 3.2.7.4): a bound
    of one kind follows surely from a bound of the same kind, since both are then held against the same value alike.
    """
    texts = [
        text
        for side in (old, new)
        for text in (
            *(side.facets[name] for name in _BOUNDS if name in side.facets),
            *(side.enumeration or ()),
        )
    ]
    form = _FORMS.get(new.primitive)
    if form is None:
        return None
    pattern = re.compile(form.format(**_PARTS) + _ZONE, re.ASCII)
    matches = [pattern.match(text.strip()) for text in texts]
    zones = {match["zone"] is None for match in matches if match is not None}
    if None in matches or len(zones) > 1:
        return None
    try:
        moments = {text.strip(): _moment(match) for text, match in zip(texts, matches, strict=True) if match}
    except ValueError:
        return None
    return moments.__getitem__


def _moment(match: re.Match[str]) -> Fraction:
    """Seconds on one line of time. Raises ValueError for no such day."""
    found = match.groupdict()
    days = date(int(found["year"]), int(found.get("month") or 1), int(found.get("day") or 1)).toordinal()
    seconds = int(found.get("hour") or 0) * 3600 + int(found.get("minute") or 0) * 60
    return days * _DAY_S + seconds + Fraction(found.get("second") or 0)
