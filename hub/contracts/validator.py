r"""Compiles schemas into validators.

One engine gives the verdict and the errors, so that they cannot disagree: jsonschema-rs. It keeps patterns
linear in time (Rust's ``regex``: no look-around, no back-references), reads ``\d`` as ECMA does, and never
fetches anything. The tests hold its verdicts and pointers against those of ``jsonschema``.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import jsonschema_rs

from hub.contracts.field_errors import field_errors
from hub.contracts.formats import FORMATS, predicates
from hub.core.errors import FieldError
from hub.core.values import JsonValue, Text
from hub.reading.json_text import parse_json

STANDARD_FORMATS: Final[Mapping[str, Text]] = {
    "date": Text("تاریخ میلادی، مانند 2026-11-22", "a date like 2026-11-22"),
    "date-time": Text(
        "زمان با منطقه، مانند 2026-11-22T08:30:00Z", "a time with its zone like 2026-11-22T08:30:00Z"
    ),
    "time": Text("ساعت با منطقه، مانند 08:30:00Z", "a time of day with its zone like 08:30:00Z"),
    "duration": Text("مدت، مانند P3D", "a duration like P3D"),
    "email": Text("نشانی رایانامه", "an e-mail address"),
    "hostname": Text("نام میزبان", "a host name"),
    "ipv4": Text("نشانی IPv4", "an IPv4 address"),
    "ipv6": Text("نشانی IPv6", "an IPv6 address"),
    "uri": Text("نشانی کامل URI", "a complete URI"),
    "uuid": Text("شناسه UUID", "a UUID"),
}
"""Those of the standard's formats that contracts may use."""

FORMAT_TEXTS: Final[Mapping[str, Text]] = {
    **STANDARD_FORMATS,
    **{name: format_.text for name, format_ in FORMATS.items()},
}
"""All formats that contracts may use, with what they ask for."""

_PREDICATES: Final[dict[str, Callable[[str], bool]]] = predicates()
_LINEAR: Final = jsonschema_rs.RegexOptions()


class SchemaError(Exception):
    """A text is no usable schema; ``location`` is where, as far as the engine tells."""

    def __init__(self, message: str, location: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.location = location


class SchemaValidator:
    """A compiled schema: ``hub.core.contract.Validator``. Immutable, safe to share between threads."""

    __slots__ = ("_compiled", "_text", "is_valid")

    def __init__(self, text: bytes) -> None:
        """Compile. Raises SchemaError."""
        self._text = text
        self._compiled = _compile(text)
        # The bound method itself: one call less on every exchange's path.
        self.is_valid: Callable[[JsonValue], bool] = self._compiled.is_valid

    def errors(self, document: JsonValue) -> tuple[FieldError, ...]:
        """Everything wrong with the document, at most 100 findings, ordered by place; empty if valid."""
        return field_errors(parse_json(self._text), self._compiled.iter_errors(document), FORMAT_TEXTS)


@lru_cache(maxsize=4096)
def _compile(text: bytes) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            text.decode("utf-8"),
            formats=_PREDICATES,
            validate_formats=True,
            ignore_unknown_formats=False,
            pattern_options=_LINEAR,
            offline=True,
        )
    except jsonschema_rs.ValidationError as error:
        raise SchemaError(error.message, tuple(error.instance_path)) from None


def is_linear_pattern(pattern: str) -> bool:
    """Tell whether a pattern can be matched in linear time, and so may stand in a contract."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=_LINEAR, offline=True)
    except jsonschema_rs.ValidationError:
        return False
    return True
