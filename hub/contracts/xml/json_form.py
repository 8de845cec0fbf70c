"""The XML of values that have no type or no names beforehand: one element that says what kind of value it is.

``<map>`` holds ``<member key="…">``, ``<array>`` holds ``<item>``; each member and item, like the place itself,
holds one of ``map``, ``array``, ``string``, ``number``, ``boolean`` and ``null``. Every item has the same name, so
that clients' libraries, which sort children by name, keep the order.
"""

from typing import Any, Final

from hub.contracts.xml.names import escaped_key, unescaped
from hub.contracts.xml.parsing import Element, is_blank
from hub.contracts.xml.scalars import FROM_TEXT, number_to_text
from hub.contracts.xml.text import attribute_text, escaped_text
from hub.contracts.xml.unfit import UnfitError
from hub.core import codes
from hub.core.values import JsonValue

KINDS: Final = ("map", "array", "string", "number", "boolean", "null")
MEMBER: Final = "member"
KEY: Final = "key"
ITEM: Final = "item"


def write_json(value: JsonValue, out: list[str]) -> None:
    """Write the one element that a value is. Raises UnfitError."""
    match value:
        case None:
            out.append("<null/>")
        case bool():
            out.append("<boolean>true</boolean>" if value else "<boolean>false</boolean>")
        case str():
            out += ("<string>", escaped_text(value), "</string>")
        case int() | float():
            out += ("<number>", number_to_text(value), "</number>")
        case list():
            out.append("<array>")
            for number, item in enumerate(value):
                out.append(f"<{ITEM}>")
                try:
                    write_json(item, out)
                except UnfitError as error:
                    raise error.inside(number) from None
                out.append(f"</{ITEM}>")
            out.append("</array>")
        case _:
            out.append("<map>")
            write_members(value, out)
            out.append("</map>")


def write_members(value: JsonValue, out: list[str]) -> None:
    """Write the members of an object. Raises UnfitError."""
    for key, part in value.items():
        try:
            out += (f'<{MEMBER} {KEY}="', attribute_text(escaped_key(key)), '">')
            write_json(part, out)
        except UnfitError as error:
            raise error.inside(key) from None
        out.append(f"</{MEMBER}>")


class JsonReader:
    """Reads such values in one namespace."""

    def __init__(self, namespace: str) -> None:
        self._kinds = {f"{{{namespace}}}{kind}": kind for kind in KINDS}
        self._member = f"{{{namespace}}}{MEMBER}"
        self._item = f"{{{namespace}}}{ITEM}"

    def read(self, element: Element, left: int) -> JsonValue:
        """The value inside an element; ``left`` is how much deeper it may go. Raises UnfitError."""
        if left <= 0:
            raise too_deep()
        kind = self._kinds.get(element[0].tag) if len(element) == 1 else None
        if kind is None or not is_blank(element.text) or not is_blank(element[0].tail):
            names = ", ".join(KINDS)
            raise UnfitError(
                codes.REQUEST_INVALID,
                "json",
                f"درست یکی از این‌ها لازم است: {names}",
                f"needs exactly one of {names}",
            )
        return self._value(kind, element[0], left - 1)

    def members(self, element: Element, left: int) -> dict[str, JsonValue]:
        """The object whose members stand inside an element. Raises UnfitError."""
        if left <= 0:
            raise too_deep()
        self._expect_only(element, self._member)
        result: dict[str, JsonValue] = {}
        for child in element:
            attributes: Any = child.attrib  # lxml-stubs leave bytes open, which Python 3 never gets
            key = attributes.get(KEY)
            if key is None or len(attributes) != 1:
                raise UnfitError(
                    codes.REQUEST_INVALID,
                    "json",
                    "member تنها و همیشه key دارد",
                    "a member has its key and no more",
                )
            key = unescaped(key)
            if key in result:
                raise UnfitError(
                    codes.REQUEST_DUPLICATE_KEY, "repeated", "دو بار آمده است", "stands twice"
                ).inside(key)
            try:
                result[key] = self.read(child, left - 1)
            except UnfitError as error:
                raise error.inside(key) from None
        return result

    def _value(self, kind: str, element: Element, left: int) -> JsonValue:
        if len(element.attrib):
            raise _unknown_attribute()
        if kind == "map":
            return self.members(element, left)
        if kind == "array":
            self._expect_only(element, self._item)
            result: list[JsonValue] = []
            for child in element:
                if len(child.attrib):
                    raise _unknown_attribute()
                try:
                    result.append(self.read(child, left - 1))
                except UnfitError as error:
                    raise error.inside(len(result)) from None
            return result
        if kind == "string" and not len(element):
            return element.text or ""
        if kind == "null" and not len(element) and is_blank(element.text):
            return None
        value = FROM_TEXT[kind](element.text or "") if kind in FROM_TEXT and not len(element) else ""
        if isinstance(value, str):
            raise UnfitError(codes.REQUEST_INVALID, "type", f"{kind} نیست", f"is no {kind}")
        return value

    @staticmethod
    def _expect_only(element: Element, tag: str) -> None:
        if not is_blank(element.text) or any(c.tag != tag or not is_blank(c.tail) for c in element):
            raise UnfitError(
                codes.REQUEST_INVALID,
                "json",
                "جز عضوهای خود چیزی ندارد",
                "holds nothing but its members or items",
            )


def _unknown_attribute() -> UnfitError:
    return UnfitError(
        codes.REQUEST_INVALID, "attribute", "این صفت شناخته نیست", "has an attribute that nobody knows"
    )


def too_deep() -> UnfitError:
    """The document is nested more deeply than the hub takes."""
    return UnfitError(codes.REQUEST_TOO_DEEP, "depth", "بیش از اندازه تودرتو است", "is nested too deeply")
