"""From JSON to XML: each place's shape is compiled once into a function that only writes.

The parts of the text are collected in a list and joined once. What is compiled never sees a schema again.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from hub.contracts.xml.json_form import write_json, write_members
from hub.contracts.xml.names import ITEM, OTHERS
from hub.contracts.xml.scalars import PLAIN, TO_TEXT, ToText
from hub.contracts.xml.shapes import Field, Json, Listing, Map, Record, Scalar, Slot
from hub.contracts.xml.text import attribute_text, escaped_text
from hub.contracts.xml.unfit import UnfitError
from hub.core import codes
from hub.core.values import JsonValue

Write: TypeAlias = Callable[[Any, list[str]], None]
"""Writes a value's element, tags included. Raises UnfitError; what was written before then is of no use."""

_ABSENT: Final = object()


class EncoderCompiler:
    """Compiles the writing of shapes; one shape once, so that one may contain itself."""

    def __init__(self) -> None:
        self._contents: dict[int, Write] = {}

    def element(self, name: str, slot: Slot) -> Write:
        """Compile the writing of one element."""
        shape = slot.shape
        nil = f'<{name} xsi:nil="true"/>' if slot.is_nillable else None
        before, after = f"<{name}>", f"</{name}>"
        match shape:
            case Scalar():
                write = _scalar(before, after, TO_TEXT[shape.kind])
            case Json():
                write = _around(before, after, write_json)
            case Map():
                write = _around(before, after, write_members)
            case Listing():
                write = _around(before, after, self.content(shape))
            case Record():
                attributes = tuple((f.key, f' {f.name}="', _to_text(f)) for f in shape.attributes)
                content = self.content(shape)
                write = (
                    _with_attributes(f"<{name}", after, attributes, content)
                    if attributes
                    else _around(before, after, content)
                )
        return write if nil is None else _nillable(nil, write)

    def content(self, shape: Record | Listing) -> Write:
        """What writes inside a shape's element; looked up when it is first used, if it is being compiled."""
        made = self._contents.get(id(shape))
        if made is not None:
            return made

        def later(value: JsonValue, out: list[str]) -> None:
            self._contents[id(shape)](value, out)

        self._contents[id(shape)] = later
        if isinstance(shape, Listing):
            content = self._items(shape)
        elif shape.text is not None:
            content = _text_content(shape.text)
        else:
            content = self._fields(shape)
        self._contents[id(shape)] = content
        return content

    def _items(self, shape: Listing) -> Write:
        write_item = self.element(ITEM, shape.item) if shape.item is not None else None

        def write(items: JsonValue, out: list[str]) -> None:
            if not isinstance(items, list) or (items and write_item is None):
                raise _unfit("type", "فهرستی از این گونه نیست", "is no such list")
            for number, item in enumerate(items):
                try:
                    write_item(item, out)  # type: ignore[misc]  # there is one, or no items
                except UnfitError as error:
                    raise error.inside(number) from None

        return write

    def _fields(self, shape: Record) -> Write:
        fields = tuple((f.key, *_plain_tags(f), self.element(f.name, f.slot)) for f in shape.fields)
        keys = frozenset(f.key for f in (*shape.fields, *shape.attributes))
        attributes = tuple(f.key for f in shape.attributes)
        is_open = shape.is_open
        write_others = _around(f"<{OTHERS}>", f"</{OTHERS}>", write_members)

        def write(value: JsonValue, out: list[str]) -> None:
            if not isinstance(value, dict):
                raise _unfit("type", "شیء نیست", "is no object")
            found = 0
            for key, before, after, element in fields:
                part = value.get(key, _ABSENT)
                if part is _ABSENT:
                    continue
                found += 1
                try:
                    if before and type(part) is str:  # most fields are texts
                        out += (before, escaped_text(part), after)
                    else:
                        element(part, out)
                except UnfitError as error:
                    raise error.inside(key) from None
            if attributes:
                found += sum(key in value for key in attributes)
            if found != len(value):
                others = {key: part for key, part in value.items() if key not in keys}
                if not is_open:
                    raise _unfit(
                        "additionalProperties", "در قرارداد نیست", "is not part of the contract"
                    ).inside(*list(others)[:1])
                write_others(others, out)

        return write


def _scalar(before: str, after: str, to_text: ToText) -> Write:
    def write(value: JsonValue, out: list[str]) -> None:
        out += (before, escaped_text(to_text(value)), after)

    return write


def _around(before: str, after: str, content: Write) -> Write:
    def write(value: JsonValue, out: list[str]) -> None:
        out.append(before)
        content(value, out)
        out.append(after)

    return write


def _nillable(nil: str, inner: Write) -> Write:
    def write(value: JsonValue, out: list[str]) -> None:
        if value is None:
            out.append(nil)
        else:
            inner(value, out)

    return write


def _with_attributes(
    before: str, after: str, attributes: tuple[tuple[str, str, ToText], ...], content: Write
) -> Write:
    def write(value: JsonValue, out: list[str]) -> None:
        if not isinstance(value, dict):
            raise _unfit("type", "شیء نیست", "is no object")
        out.append(before)
        for key, opening, to_text in attributes:
            if key in value:
                try:
                    out += (opening, attribute_text(to_text(value[key])), '"')
                except UnfitError as error:
                    raise error.inside(key) from None
        out.append(">")
        content(value, out)
        out.append(after)

    return write


def _text_content(field: Field) -> Write:
    key, to_text = field.key, _to_text(field)

    def write(value: JsonValue, out: list[str]) -> None:
        try:
            out.append(escaped_text(to_text(value[key])))
        except (TypeError, KeyError):
            raise _unfit("required", "لازم است", "is required").inside(key) from None
        except UnfitError as error:
            raise error.inside(key) from None

    return write


def _plain_tags(field: Field) -> tuple[str, str]:
    """The tags of a field that is a plain text, which is written without calling anything; else none."""
    shape = field.slot.shape
    if isinstance(shape, Scalar) and shape.kind in {PLAIN, "date", "base64Binary"}:
        return f"<{field.name}>", f"</{field.name}>"
    return "", ""


def _to_text(field: Field) -> ToText:
    shape = field.slot.shape
    if not isinstance(shape, Scalar):
        raise TypeError(f"{field.key!r} is no plain value")
    return TO_TEXT[shape.kind]


def _unfit(rule: str, fa: str, en: str) -> UnfitError:
    return UnfitError(codes.MAPPING_OUTPUT_INVALID, rule, fa, en)
