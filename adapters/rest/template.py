"""Paths and parameters made of a document's fields."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import quote

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.values import JsonValue, Text

Field: TypeAlias = tuple[str, ...]
Render: TypeAlias = Callable[[JsonValue], str]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_FIELD: Final = re.compile(r"[^\s{}.?]+(?:\.[^\s{}.?]+)*\Z")
_PATH_SAFE: Final = "/:@!$&'()*+,;=-._~%"


class TemplateError(ValueError):
    """A path that cannot be used."""


def parse_field(text: str) -> Field:
    """Read ``outer.inner``. Raises TemplateError."""
    if _FIELD.match(text) is None:
        raise TemplateError(f"{{{text}}} names no field")
    return tuple(text.split("."))


def fields_of(path: str) -> tuple[Field, ...]:
    """Give the fields that a path is made of. Raises TemplateError."""
    outside = _PLACEHOLDER.sub("", path)
    if "{" in outside or "}" in outside:
        raise TemplateError("a brace stands alone")
    return tuple(parse_field(match[1]) for match in _PLACEHOLDER.finditer(path))


def compile_path(path: str) -> Render:
    """Give what makes the path for a document: each field percent-encoded whole, so that it stays in its segment.

    What it makes never has a segment ``.`` or ``..``, and no field in it is empty: the message fails then.
    Raises TemplateError for a path that is wrong itself.
    """
    fields = fields_of(path)
    literals = [quote(text, safe=_PATH_SAFE) for text in _PLACEHOLDER.split(path)[::2]]
    if _climbs("x".join(literals)):
        raise TemplateError("a path goes down only")
    if not fields:
        return lambda _: literals[0]

    def render(document: JsonValue) -> str:
        pieces = [literals[0]]
        for field, literal in zip(fields, literals[1:], strict=True):
            value = scalar(document, field)
            if not value:
                raise unusable(
                    field, "empty", "بخشی از نشانی است و خالی است", "is part of the address and empty"
                )
            pieces += (quote(value, safe=""), literal)
        made = "".join(pieces)
        if _climbs(made):
            raise unusable(fields[0], "traversal", "نشانی را عوض می‌کند", "would lead to another address")
        return made

    return render


def scalar(document: JsonValue, field: Field) -> str:
    """Give a field as text. Raises ExchangeError (the message is not sent) if it is absent or no scalar."""
    value = find(document, field)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise unusable(field, "type", "متن یا عدد نیست", "is no text or number")


def find(document: JsonValue, field: Field) -> JsonValue:
    """Give a field's value; None where it is absent."""
    for key in field:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def unusable(field: Field, rule: str, fa: str, en: str) -> ExchangeError:
    """Say that a translated document cannot be put on this partner's wire."""
    pointer = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in field)
    return ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=(FieldError(pointer, rule, Text(fa, en)),))


def _climbs(path: str) -> bool:
    return any(segment.lower().replace("%2e", ".") in {".", ".."} for segment in path.split("/"))
