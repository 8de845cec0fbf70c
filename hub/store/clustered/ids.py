"""Ids of exchanges as partitions see them: UUIDs of version 7 (RFC 9562), which tell their day in UTC."""

import re
from datetime import UTC, date, datetime, timedelta

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


def is_id(text: str) -> bool:
    """Whether a text is a UUID in its usual form; in that form, texts and UUIDs have the same order."""
    return _ID.fullmatch(text) is not None


def day_of(exchange_id: str) -> date:
    """The day in which an exchange began. Raises OverflowError for an id beyond the calendar."""
    return _EPOCH + timedelta(milliseconds=int(exchange_id[:8] + exchange_id[9:13], 16))


def first_id_of(day: date) -> str:
    """The smallest id that an exchange of that day can have: where its partition begins."""
    time = f"{(day - _EPOCH).days * _DAY_MS:012x}"
    return f"{time[:8]}-{time[8:]}-0000-0000-000000000000"


def today() -> date:
    """The present day."""
    return datetime.now(UTC).date()
