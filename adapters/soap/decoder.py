"""From XML to the JSON form: each element's shape is compiled once into a function that walks its children once.

A child that may repeat is always an array, empty where there is none; any other child that is absent has no
key; an empty text is an empty text; ``xsi:nil`` is null. What the shape does not know is refused.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from adapters.soap.encoder import XSI
from adapters.soap.scalars import FromText, Scalar
from adapters.soap.shapes import Attribute, Child, Complex, Shape
from adapters.soap.sources import Element
from adapters.soap.unfit import UnfitError
from hub.core.values import JsonValue

Read: TypeAlias = Callable[[Element], JsonValue]
"""Gives an element's value. Raises UnfitError."""

_NIL: Final = f"{{{XSI}}}nil"
_TRUE: Final = frozenset({"true", "1"})
_OF_THE_INSTANCE: Final = f"{{{XSI}}}"


def compile_reader(child: Child) -> Read:
    """Compile the reading of one element."""
    read = _reader(child.shape)
    if not child.is_nillable:
        return read

    def read_nillable(element: Element) -> JsonValue:
        return None if element.get(_NIL) in _TRUE else read(element)

    return read_nillable


def _reader(shape: Shape) -> Read:
    if isinstance(shape, Scalar):
        return _scalar(shape.from_text)
    read = _with_text(shape.text.from_text) if shape.text is not None else _with_children(shape)
    return _with_attributes(shape.attributes, read) if shape.attributes else read


def _text_of(element: Element) -> str:
    """Give an element's text; it has no children and is not nil."""
    if len(element):
        raise UnfitError("type", "متن نیست", "is no text")
    text = element.text
    if text is None:
        if element.get(_NIL) in _TRUE:
            raise UnfitError("nil", "نمی‌تواند تهی باشد", "may not be nil")
        return ""
    return text


def _scalar(from_text: FromText) -> Read:
    def read(element: Element) -> JsonValue:
        return from_text(_text_of(element))

    return read


def _with_text(from_text: FromText) -> Callable[[Element], dict[str, JsonValue]]:
    def read(element: Element) -> dict[str, JsonValue]:
        try:
            return {"#": from_text(_text_of(element))}
        except UnfitError as error:
            raise error.inside("#") from None

    return read


def _with_attributes(attributes: tuple[Attribute, ...], inner: Callable[[Element], JsonValue]) -> Read:
    known = {attribute.tag: (attribute.key, attribute.scalar.from_text) for attribute in attributes}

    def read(element: Element) -> dict[str, JsonValue]:
        result: dict[str, JsonValue] = {}
        for tag, text in _attributes(element):
            found = known.get(tag)
            if found is None:
                if not tag.startswith(_OF_THE_INSTANCE):
                    raise UnfitError("unknown", "شناخته نیست", "is not known").inside(f"@{tag}")
                continue
            key, from_text = found
            try:
                result[key] = from_text(text)
            except UnfitError as error:
                raise error.inside(key) from None
        result.update(inner(element))
        return result

    return read


def _attributes(element: Element) -> list[tuple[str, str]]:
    found: Any = element.items()  # lxml-stubs leave bytes open, which Python 3 never gets
    return list(found)


def _with_children(shape: Complex) -> Callable[[Element], dict[str, JsonValue]]:
    known = {
        child.tag: (
            child.key,
            isinstance(child.shape, Scalar) and child.shape.is_plain_text and not child.is_nillable,
            compile_reader(child),
            child.is_list,
        )
        for child in shape.children
    }
    lists = tuple(child.key for child in shape.children if child.is_list)

    def read(element: Element) -> dict[str, JsonValue]:
        result: dict[str, JsonValue] = {}
        for child in element:
            found = known.get(child.tag)
            if found is None:
                raise UnfitError("unknown", "در طرح‌واره نیست", "has a child that the schema does not know")
            key, is_plain_text, read_child, is_list = found
            text = child.text
            if is_plain_text and text is not None and not len(child):
                value: JsonValue = text  # most children are a text, which is its own value
            else:
                try:
                    value = read_child(child)
                except UnfitError as error:
                    raise error.inside(*((key, len(result.get(key, ()))) if is_list else (key,))) from None
            if is_list:
                result.setdefault(key, []).append(value)
            elif key in result:
                raise UnfitError("repeated", "دو بار آمده است", "stands twice").inside(key)
            else:
                result[key] = value
        for key in lists:
            if key not in result:
                result[key] = []
        return result

    return read
