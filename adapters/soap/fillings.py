"""Credentials inside SOAP headers and bodies: a manifest's flat fields as a document, typed by the schema."""

from collections.abc import Mapping

from adapters.kit.credentials import filled_in
from adapters.soap.scalars import Scalar
from adapters.soap.shapes import Child, Complex
from adapters.soap.unfit import UnfitError
from hub.core.values import JsonValue


class FillingError(ValueError):
    """A field that the schema does not know, or whose text is none of its type. Never holds the text."""


def scalar_at(child: Child, path: str) -> Scalar:
    """Give the simple type of a field: ``outer.inner``. Raises FillingError."""
    shape = child.shape
    for name in path.split("."):
        inner = {part.key: part for part in shape.children} if isinstance(shape, Complex) else {}
        if name not in inner or inner[name].is_list:
            raise FillingError(f"{child.key!r} has no single field {path!r}")
        shape = inner[name].shape
    if not isinstance(shape, Scalar):
        raise FillingError(f"{path!r} of {child.key!r} is no text or number")
    return shape


def filled(child: Child, fields: Mapping[str, str], credentials: Mapping[str, str]) -> dict[str, JsonValue]:
    """Give the document that the fields make. Raises FillingError."""
    document: dict[str, JsonValue] = {}
    for path, text in fields.items():
        try:
            value = scalar_at(child, path).from_text(filled_in(text, credentials))
        except UnfitError as error:
            raise FillingError(f"{text} {error}, as {path!r} asks for") from None
        *outer, name = path.split(".")
        place = document
        for key in outer:
            place = place.setdefault(key, {})
        place[name] = value
    return document


def merged(document: JsonValue, additions: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Give the document with the additions in it; neither is changed. Raises UnfitError where both have a field."""
    if not isinstance(document, dict):
        raise UnfitError("type", "شیء نیست", "is no object")
    result = {**document, **additions}
    if len(result) == len(document) + len(additions):
        return result
    for key in document.keys() & additions.keys():
        if not isinstance(additions[key], dict):
            raise UnfitError("reserved", "کار سامانه است", "is filled in by the hub").inside(key)
        try:
            result[key] = merged(document[key], additions[key])
        except UnfitError as error:
            raise error.inside(key) from None
    return result
