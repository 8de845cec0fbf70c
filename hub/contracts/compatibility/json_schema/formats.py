"""What is known of formats: which judge texts only, and which patterns their texts surely match."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import jsonschema_rs

from hub.contracts.formats import predicates
from hub.contracts.validator import FORMAT_TEXTS

OF_TEXTS: Final = frozenset(
    {*FORMAT_TEXTS, "idn-email", "idn-hostname", "uri-reference", "iri", "iri-reference", "uri-template",
     "json-pointer", "relative-json-pointer", "regex"}
)  # fmt: skip
"""Formats that every value which is no text passes."""

PATTERNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date": "^[\\s\\S]{4}-[0-9]{2}-[0-9]{2}$",  # of the year the engine looks at the length only
        "date-time": "^[\\s\\S]{10}[Tt ][\\s\\S]{9,}$",  # nor closely at the digits of times
        "time": "^[\\s\\S]{9,}$",
        "duration": "^P[\\s\\S]{2,}$",
        "email": "^[\\s\\S]{1,}@[\\s\\S]{1,}$",
        "hostname": "^[\\s\\S]{1,}$",
        "uri": "^[A-Za-z][\\s\\S]*:[\\s\\S]*$",
        "ipv6": "^[0-9A-Fa-f:.]{2,45}$",
        "uuid": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        "ipv4": "^[0-9]{1,3}([.][0-9]{1,3}){3}$",
        "attachment-digest": "^[0-9a-f]{64}$",
        "ir-national-code": "^[0-9]{10}$",
        "ir-legal-id": "^[0-9]{11}$",
        "ir-sheba": "^IR[0-9]{24}$",
        "ir-card": "^[0-9]{16}$",
        "ir-postal-code": "^[0-9]{10}$",
        "ir-mobile": "^09[0-9]{9}$",
        "ir-bill-id": "^[0-9]{1,13}$",
        "ir-payment-id": "^[0-9]{1,13}$",
        "ir-bill-barcode": "^[0-9]{26}$",
        "ir-estate-note-number": "^[0-9]{1,19}$",
        "jalali-date": "^[0-9]{4}/[0-9]{2}/[0-9]{2}$",
        "jalali-date-short": "^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$",
        "jalali-date-compact": "^[0-9]{8}$",
        "jalali-date-dashed": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    }
)
"""Patterns that all texts of a format match; the tests hold them against the formats."""

_PREDICATES: Final = predicates()


def is_of_format(text: str, name: str) -> bool | None:
    """Tell whether a text is of a format; None for a format that is not known here."""
    if name not in FORMAT_TEXTS:
        return None
    return _judge("format", name).is_valid(text)


def is_match(text: str, pattern: str) -> bool | None:
    """Tell whether a pattern has a match in a text; None for a pattern that the hub's engine does not take."""
    try:
        return _judge("pattern", pattern).is_valid(text)
    except jsonschema_rs.ValidationError:
        return None


@lru_cache(maxsize=4096)
def _judge(keyword: str, value: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {keyword: value},
        formats=_PREDICATES,
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        offline=True,
    )
