"""Instants and spans of time, to the nanosecond: ``timestamp()``, ``duration()`` and what can be asked of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from hub.expressions.failures import fail
from hub.expressions.kinds import Duration, Timestamp, Value, duration, kind, timestamp

_PER_SECOND: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)
_SPAN: Final = re.compile(r"([+-]?)((?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:h|ms|m|s|us|ns))+|0)\Z")
_SPAN_PART: Final = re.compile(r"([0-9]*)\.?([0-9]*)(h|ms|m|s|us|ns)")
_UNITS: Final = {
    "h": 3_600 * _PER_SECOND,
    "m": 60 * _PER_SECOND,
    "s": _PER_SECOND,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
_OFFSET: Final = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})\Z")
_LONGEST: Final = 100


def to_timestamp(value: Value) -> Timestamp:
    """``timestamp(value)``: of RFC 3339, or of seconds since 1970."""
    if type(value) is Timestamp:
        return value
    if type(value) is int and kind(value) == "int":
        return timestamp(value * _PER_SECOND)
    if type(value) is not str:
        raise fail("type")
    match = _INSTANT.match(value) if len(value) <= _LONGEST else None
    if match is None:
        raise fail("conversion")
    try:
        whole = datetime.fromisoformat((match[1] + match[3]).upper())
        since = whole - _EPOCH
    except (ValueError, OverflowError):
        raise fail("conversion") from None
    seconds = since.days * 86_400 + since.seconds
    return timestamp(seconds * _PER_SECOND + int((match[2] or "").ljust(9, "0")))


def to_duration(value: Value) -> Duration:
    """``duration(value)``: of a text like ``1h30m`` or ``-1.5s``."""
    if type(value) is Duration:
        return value
    if type(value) is not str:
        raise fail("type")
    match = _SPAN.match(value) if len(value) <= _LONGEST else None
    if match is None:
        raise fail("conversion")
    total = 0
    for whole, fraction, unit in _SPAN_PART.findall(match[2]):
        total += int(whole or 0) * _UNITS[unit] + int(fraction or 0) * _UNITS[unit] // 10 ** len(fraction)
    return duration(-total if match[1] == "-" else total)


def timestamp_text(value: Timestamp) -> str:
    """RFC 3339, in UTC, with as many threes of decimals as it takes."""
    seconds, rest = divmod(int(value), _PER_SECOND)
    whole = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()
    return f"{whole}{_fraction(rest)}Z"


def duration_text(value: Duration) -> str:
    """Seconds, with as many threes of decimals as it takes."""
    seconds, rest = divmod(abs(int(value)), _PER_SECOND)
    return f"{'-' if value < 0 else ''}{seconds}{_fraction(rest)}s"


def _fraction(nanoseconds: int) -> str:
    if not nanoseconds:
        return ""
    digits = f"{nanoseconds:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"


def getter(of_time: Callable[[datetime], int], of_span: Callable[[int], int] | None) -> Callable[..., int]:
    """A function like ``getHours``: of an instant, in a time zone, and perhaps of a duration."""

    def get(value: Value, zone: Value = "UTC") -> int:
        if type(value) is Timestamp:
            if type(zone) is not str:
                raise fail("type")
            try:
                local = (_EPOCH + timedelta(microseconds=int(value) // 1_000)).astimezone(_zone(zone))
            except OverflowError:
                raise fail("range") from None
            return of_time(local)
        if type(value) is Duration and of_span is not None:
            return of_span(int(value))
        raise fail("type")

    return get


def _zone(name: str) -> tzinfo:
    if name in {"UTC", "Z"}:
        return UTC
    if match := _OFFSET.match(name):
        ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
        try:
            return timezone(-ahead if match[1] == "-" else ahead)
        except ValueError:
            raise fail("conversion") from None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise fail("conversion") from None


def _truncated(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


GETTERS: Final[dict[str, Callable[..., int]]] = {
    "getFullYear": getter(lambda at: at.year, None),
    "getMonth": getter(lambda at: at.month - 1, None),
    "getDate": getter(lambda at: at.day, None),
    "getDayOfMonth": getter(lambda at: at.day - 1, None),
    "getDayOfWeek": getter(lambda at: at.isoweekday() % 7, None),
    "getDayOfYear": getter(lambda at: at.timetuple().tm_yday - 1, None),
    "getHours": getter(lambda at: at.hour, lambda span: _truncated(span, _UNITS["h"])),
    "getMinutes": getter(lambda at: at.minute, lambda span: _truncated(span, _UNITS["m"])),
    "getSeconds": getter(lambda at: at.second, lambda span: _truncated(span, _UNITS["s"])),
    "getMilliseconds": getter(
        lambda at: at.microsecond // 1_000,
        lambda span: _truncated(span, _UNITS["ms"]) - 1_000 * _truncated(span, _UNITS["s"]),
    ),
}
