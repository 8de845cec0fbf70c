"""The value forms that all of an integrator's files share, as types for pydantic models.

An error's type is the end of the finding's rule: ``contract.version``, ``manifest.literal-secret``.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from hub.core.values import MAX_NAME_LENGTH, ContractRef, Text, Version, is_name
from hub.reading.model import StrictModel
from hub.reading.reference import Reference

_DURATION = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{1,3})?(ms|s|m|h|d)\Z", re.ASCII)
_SECONDS_IN = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
SECONDS_PER_DAY = 86400
_SIZE = re.compile(r"([1-9][0-9]{0,8})(B|kB|MB|GB|KiB|MiB|GiB)\Z", re.ASCII)
_BYTES_IN = {
    "B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3,
}  # fmt: skip
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def _text(value: Any, rule: str, wanted: str) -> str:
    if isinstance(value, str):
        return value
    hint = f'quote it: "{value}"' if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
    raise PydanticCustomError(rule, "must be {wanted}", {"wanted": wanted, "hint": hint})


def read_name(value: Any) -> str:
    """A name, as ``hub.core.values.is_name`` has it."""
    text = _text(value, "name", "a name")
    if is_name(text):
        return text
    hint = f"lower-case words joined by '-', in segments joined by '.', at most {MAX_NAME_LENGTH} letters"
    raise PydanticCustomError("name", "'{given}' is not a name", {"given": text, "hint": hint})


def read_version(value: Any) -> Version:
    """A quoted version, ``"1.10"``."""
    text = _text(value, "version", 'a version in quotes, like "1.0"')
    try:
        return Version.parse(text)
    except ValueError:
        hint = {"given": text, "hint": 'write it like "1.0"'}
        raise PydanticCustomError("version", "'{given}' is not a version", hint) from None


def read_contract_ref(value: Any) -> ContractRef:
    """A contract version, ``registry.title-inquiry@1.2``."""
    text = _text(value, "contract-ref", "a contract version")
    try:
        return ContractRef.parse(text)
    except ValueError:
        hint = {"given": text, "hint": "write it like registry.title-inquiry@1.0"}
        raise PydanticCustomError("contract-ref", "'{given}' is not a contract version", hint) from None


def read_duration(value: Any) -> int | float:
    """A positive duration in seconds; an int where it is whole."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    seconds = 0.0 if match is None else float(match[1] + (match[2] or "")) * _SECONDS_IN[match[3]]
    if seconds <= 0:
        hint = {"hint": "a positive number with a unit: 500ms, 30s, 5m, 12h, 10d"}
        raise PydanticCustomError("duration", "must be a duration", hint)
    seconds = round(seconds, 6)
    return int(seconds) if seconds.is_integer() else seconds


def _whole_duration(value: Any) -> int:
    seconds = read_duration(value)
    if isinstance(seconds, int):
        return seconds
    raise PydanticCustomError("duration", "must be a whole number of seconds", {"hint": "like 30s"})


def _days(value: Any) -> int:
    seconds = read_duration(value)
    if isinstance(seconds, int) and seconds % SECONDS_PER_DAY == 0:
        return seconds // SECONDS_PER_DAY
    raise PydanticCustomError("duration", "must be a whole number of days", {"hint": "like 3650d"})


def read_size(value: Any) -> int:
    """A size in bytes, from ``2MB`` (10⁶) or ``2MiB`` (2²⁰)."""
    match = _SIZE.match(value) if isinstance(value, str) else None
    if match is None:
        hint = {"hint": "a positive number with a unit: 64kB, 2MB, 1GiB"}
        raise PydanticCustomError("size", "must be a size", hint)
    return int(match[1]) * _BYTES_IN[match[2]]


def read_date(value: Any) -> date:
    """A day of the Gregorian calendar, ``2026-11-22``."""
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # a month or day that does not exist is refused like any other wrong form
    raise PydanticCustomError("date", "must be a date", {"hint": "Gregorian, like 2026-11-22"})


def read_reference(value: Any) -> Reference:
    """Where a secret or an address is found. A literal is refused, and not repeated."""
    if isinstance(value, str):
        try:
            return Reference.parse(value)
        except ValueError:
            pass  # what was written instead is not looked at: it may be the secret itself
    hint = {"hint": "refer to it: env:NAME or file:/path"}
    raise PydanticCustomError("literal-secret", "secrets and addresses are not written into files", hint)


NameField = Annotated[str, PlainValidator(read_name)]
VersionField = Annotated[Version, PlainValidator(read_version)]
ContractRefField = Annotated[ContractRef, PlainValidator(read_contract_ref)]
DurationField = Annotated[float, PlainValidator(read_duration)]
"""Seconds, perhaps with a fraction."""
WholeDurationField = Annotated[int, PlainValidator(_whole_duration)]
"""Whole seconds."""
DaysField = Annotated[int, PlainValidator(_days)]
"""Whole days."""
SizeField = Annotated[int, PlainValidator(read_size)]
DateField = Annotated[date, PlainValidator(read_date)]
ReferenceField = Annotated[Reference, PlainValidator(read_reference)]
LineField = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^\S[^\n]*$")]
"""A short text of one line."""


class TextField(StrictModel):
    """A text in both languages, neither of them empty."""

    fa: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]

    @property
    def text(self) -> Text:
        """As the core knows it."""
        return Text(self.fa, self.en)
