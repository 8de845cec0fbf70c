"""From XML to JSON: each place's shape is compiled once into a function that walks its children once.

Order, repetition and nil are judged here, since JSON knows none of them. What else does not fit the shape (a field
nobody knows, a text that is no number) is handed on as it is, for the contract's JSON Schema to judge as it judges
a message in JSON: so codes and pointers are the same.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from hub.contracts.xml.json_form import JsonReader, too_deep
from hub.contracts.xml.names import ITEM, OTHERS, escaped, unescaped
from hub.contracts.xml.parsing import Element, attributes_of, is_blank
from hub.contracts.xml.scalars import FROM_TEXT, PLAIN, FromText
from hub.contracts.xml.shapes import Field, Json, Listing, Map, Record, Scalar, Slot
from hub.contracts.xml.unfit import UnfitError
from hub.core import codes
from hub.core.values import JsonValue

Read: TypeAlias = Callable[[Element, int], JsonValue]
"""Gives an element's value; the number is how much deeper the document may go. Raises UnfitError."""

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_NIL: Final = f"{{{XSI}}}nil"
_MEANINGLESS: Final = frozenset(
    {f"{{{XSI}}}type", f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"}
)
_TRUE: Final = frozenset({"true", "1"})


class DecoderCompiler:
    """Compiles the reading of shapes in one namespace; one shape once, so that one may contain itself.

    With ``has_attributes`` false what is compiled looks at no attributes, for documents that surely have none.
    """

    def __init__(self, namespace: str, *, has_attributes: bool) -> None:
        self._in = f"{{{namespace}}}"
        self._json = JsonReader(namespace)
        self._looks = has_attributes
        self._made: dict[int, Read] = {}

    def element(self, slot: Slot) -> Read:
        """Compile the reading of one element."""
        match slot.shape:
            case Scalar(kind=kind):
                read = _scalar(FROM_TEXT[kind])
            case Json():
                read = self._json.read
            case Map():
                read = self._json.members
            case Listing() | Record():
                read = self._structure(slot.shape)
        is_checked = isinstance(slot.shape, Record) and bool(slot.shape.attributes)
        return _with_nil(read, is_checked=is_checked) if self._looks else read

    def _structure(self, shape: Listing | Record) -> Read:
        made = self._made.get(id(shape))
        if made is not None:
            return made

        def later(element: Element, left: int) -> JsonValue:
            return self._made[id(shape)](element, left)

        self._made[id(shape)] = later
        if isinstance(shape, Listing):
            read = self._listing(shape)
        elif shape.text is not None:
            read = _with_attributes(shape, _text_content(shape.text))
        else:
            read = self._record(shape)
            if shape.attributes:
                read = _with_attributes(shape, read)
        self._made[id(shape)] = read
        return read

    def _listing(self, shape: Listing) -> Read:
        tag = self._in + ITEM
        read_item = self.element(shape.item) if shape.item is not None else _anything
        is_text = shape.item is not None and _is_plain_text(shape.item.shape) and not self._looks

        def read(element: Element, left: int) -> JsonValue:
            if left <= 0:
                raise too_deep()
            if not len(element):
                return [] if is_blank(element.text) else element.text
            text = element.text
            if text is not None and not is_blank(text):
                raise _text_between()
            result: list[JsonValue] = []
            for child in element:
                text = child.tail
                if text is not None and not is_blank(text):
                    raise _text_between()
                if child.tag != tag:
                    raise UnfitError(
                        codes.REQUEST_INVALID,
                        "item",
                        f"فهرست تنها {ITEM} دارد",
                        f"a list holds only {ITEM} elements",
                    )
                if is_text and not len(child):
                    result.append(child.text or "")
                    continue
                try:
                    result.append(read_item(child, left - 1))
                except UnfitError as error:
                    raise error.inside(len(result)) from None
            return result

        return read

    def _record(self, shape: Record) -> Read:
        known = {
            self._in + field.name: (
                place,
                field.key,
                _is_plain_text(field.slot.shape) and not self._looks,
                self.element(field.slot),
            )
            for place, field in enumerate(shape.fields)
        }
        take_unknown = self._unknown(shape)

        def read(element: Element, left: int) -> JsonValue:
            if left <= 0:
                raise too_deep()
            result: dict[str, JsonValue] = {}
            text = element.text
            if text is not None and not is_blank(text):
                return _text_instead(element)
            before = -1
            for child in element:
                text = child.tail
                if text is not None and not is_blank(text):
                    raise _text_between()
                found = known.get(child.tag)
                if found is None:
                    before = take_unknown(child, result, before, left - 1)
                    continue
                place, key, is_text, read_child = found
                if place <= before:
                    raise _out_of_order(key, is_repeated=key in result)
                before = place
                if is_text and not len(child):
                    result[key] = child.text or ""  # most children are a text, which is its own value
                    continue
                try:
                    result[key] = read_child(child, left - 1)
                except UnfitError as error:
                    raise error.inside(key) from None
            return result

        return read

    def _unknown(self, shape: Record) -> Callable[[Element, dict[str, JsonValue], int, int], int]:
        """What takes in an element that is none of the fields, and gives the place in the order behind it."""
        others_tag = self._in + OTHERS if shape.is_open else None
        named = {field.key for field in (*shape.fields, *shape.attributes)}
        last = len(shape.fields)

        def take(child: Element, result: dict[str, JsonValue], before: int, left: int) -> int:
            if child.tag == others_tag and before < last:
                others = self._json.members(child, left)
                for key in others.keys() & named:
                    raise UnfitError(
                        codes.REQUEST_INVALID,
                        "others",
                        f"جای آن در {OTHERS} نیست",
                        f"has no place in {OTHERS}",
                    ).inside(key)
                result.update(others)
                return last
            key = self._surplus_key(child)
            if shape.is_open or key in result:
                raise UnfitError(
                    codes.REQUEST_INVALID,
                    "additionalProperties",
                    "در قرارداد نیست",
                    "is not part of the contract",
                ).inside(key)
            result[key] = child.text  # the JSON Schema knows no such field, and says so
            return before

        return take

    def _surplus_key(self, element: Element) -> str:
        """The field that an element nobody knows would be; one of a wrong namespace shows it."""
        tag = str(element.tag)
        if not tag.startswith("{"):
            return f"{{}}{tag}"
        name = tag.removeprefix(self._in)
        if name == tag or escaped(unescaped(name)) != name:
            return tag
        return unescaped(name)


def _scalar(from_text: FromText) -> Read:
    def read(element: Element, _left: int) -> JsonValue:
        if len(element):
            return {}  # no scalar: the JSON Schema says so
        return from_text(element.text or "")

    return read


def _anything(element: Element, _left: int) -> JsonValue:
    return element.text


def _with_nil(inner: Read, *, is_checked: bool) -> Read:
    """Look at an element's attributes first; ``is_checked`` if ``inner`` judges those that are not of XML Schema."""

    def read(element: Element, left: int) -> JsonValue:
        for name, value in attributes_of(element):
            if name == _NIL:
                if value.strip() in _TRUE:
                    if len(element) or element.text:
                        raise UnfitError(
                            codes.REQUEST_INVALID,
                            "nil",
                            "با nil نباید چیزی در آن باشد",
                            "is nil and yet not empty",
                        )
                    return None
            elif name not in _MEANINGLESS and not is_checked:
                raise _unknown_attribute(name)
        return inner(element, left)

    return read


def _with_attributes(shape: Record, inner: Read) -> Read:
    known = {field.name: (field.key, FROM_TEXT[_kind(field)]) for field in shape.attributes}

    def read(element: Element, left: int) -> JsonValue:
        result: dict[str, JsonValue] = {}
        for name, text in attributes_of(element):
            found = known.get(name)
            if found is not None:
                key, from_text = found
                try:
                    result[key] = from_text(text)
                except UnfitError as error:
                    raise error.inside(key) from None
            elif name not in _MEANINGLESS and name != _NIL:
                raise _unknown_attribute(name)
        rest = inner(element, left)
        return result | rest if isinstance(rest, dict) else rest

    return read


def _text_content(field: Field) -> Read:
    key, from_text = field.key, FROM_TEXT[_kind(field)]

    def read(element: Element, _left: int) -> JsonValue:
        if len(element):
            return {}
        try:
            return {key: from_text(element.text or "")}
        except UnfitError as error:
            raise error.inside(key) from None

    return read


def _kind(field: Field) -> str:
    shape = field.slot.shape
    if not isinstance(shape, Scalar):
        raise TypeError(f"{field.key!r} is no plain value")
    return shape.kind


def _is_plain_text(shape: object) -> bool:
    return isinstance(shape, Scalar) and shape.kind == PLAIN


def _text_instead(element: Element) -> str:
    """The text that stands where elements should: the JSON Schema says so, unless there are both."""
    if len(element):
        raise _text_between()
    return element.text or ""


def _text_between() -> UnfitError:
    return UnfitError(
        codes.REQUEST_INVALID, "text", "میان عنصرهای آن متن آمده است", "holds text between its elements"
    )


def _out_of_order(key: str, *, is_repeated: bool) -> UnfitError:
    if is_repeated:
        return UnfitError(codes.REQUEST_DUPLICATE_KEY, "repeated", "دو بار آمده است", "stands twice").inside(
            key
        )
    return UnfitError(
        codes.REQUEST_INVALID, "order", "در جای خود نیست", "does not stand in its place in the order"
    ).inside(key)


def _unknown_attribute(name: str) -> UnfitError:
    return UnfitError(
        codes.REQUEST_INVALID, "attribute", "این صفت شناخته نیست", "has an attribute that nobody knows"
    ).inside(f"@{name}")
