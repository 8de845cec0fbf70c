"""From the JSON form to XML: each element's shape is compiled once into a function that only writes.

The parts of the text are collected in a list and joined once. What is compiled never sees a schema again.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from adapters.soap.scalars import Scalar, ToText
from adapters.soap.shapes import Child, Complex
from adapters.soap.unfit import UnfitError
from hub.core.values import JsonValue

Write: TypeAlias = Callable[[Any, list[str]], None]
"""Writes a value's element or content. Raises UnfitError; what was written before then is of no use."""

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 13})
_TEXT_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
)


class Prefixes:
    """The namespaces that compiled elements use, each under a prefix of its own."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def name(self, tag: str) -> str:
        """Give ``prefix:name`` for ``{namespace}name``, and the name alone for an element in no namespace."""
        if not tag.startswith("{"):
            return tag
        namespace, _, name = tag[1:].partition("}")
        return f"{self._of.setdefault(namespace, f'n{len(self._of)}')}:{name}"

    def declarations(self) -> str:
        """Give what the element around them all has to declare."""
        return "".join(
            f' xmlns:{prefix}="{namespace.translate(_ATTRIBUTE_ESCAPES)}"'
            for namespace, prefix in self._of.items()
        )


def finished(pieces: list[str]) -> bytes:
    """Join what was written. Raises UnfitError for characters that XML cannot carry at all."""
    text = "".join(pieces)
    try:
        wire = text.encode()
    except UnicodeEncodeError:
        raise UnfitError("characters", "نویسه‌ی ناممکن دارد", "holds a half character") from None
    if len(wire.translate(None, _CONTROLS)) != len(wire) or "\ufffe" in text or "\uffff" in text:
        raise UnfitError("characters", "نویسه‌ی ناممکن دارد", "holds a character that XML does not allow")
    # A carriage return would be read as a line feed; the compiled parts hold none.
    return wire.replace(b"\r", b"&#13;") if b"\r" in wire else wire


def compile_element(child: Child, prefixes: Prefixes) -> Write:
    """Compile an element that stands once, tags included."""
    name = prefixes.name(child.tag)
    nil = f'<{name} {prefixes.name(f"{{{XSI}}}nil")}="true"/>' if child.is_nillable else None
    shape = child.shape
    if isinstance(shape, Scalar):
        return _scalar_element(name, nil, shape.to_text)
    if not shape.attributes:
        return _plain_element(name, nil, _content(shape, prefixes))
    return _attributed_element(name, nil, shape, prefixes)


def _scalar_element(name: str, nil: str | None, to_text: ToText) -> Write:
    before, after = f"<{name}>", f"</{name}>"

    def write(value: JsonValue, out: list[str]) -> None:
        if value is None and nil is not None:
            out.append(nil)
            return
        out += (before, escaped(to_text(value)), after)

    return write


def _plain_element(name: str, nil: str | None, content: Write) -> Write:
    before, after = f"<{name}>", f"</{name}>"

    def write(value: JsonValue, out: list[str]) -> None:
        if value is None and nil is not None:
            out.append(nil)
            return
        out.append(before)
        content(value, out)
        out.append(after)

    return write


def _attributed_element(name: str, nil: str | None, shape: Complex, prefixes: Prefixes) -> Write:
    before, after = f"<{name}", f"</{name}>"
    attributes = tuple(
        (attribute.key, f' {prefixes.name(attribute.tag)}="', attribute.scalar.to_text, attribute.is_required)
        for attribute in shape.attributes
    )
    keys = frozenset(attribute.key for attribute in shape.attributes)
    content = _text_content(shape.text.to_text) if shape.text is not None else _content(shape, prefixes)

    def write(value: JsonValue, out: list[str]) -> None:
        if value is None and nil is not None:
            out.append(nil)
            return
        _must_be_object(value)
        out.append(before)
        for key, opening, to_text, is_required in attributes:
            if key in value:
                try:
                    out += (opening, to_text(value[key]).translate(_ATTRIBUTE_ESCAPES), '"')
                except UnfitError as error:
                    raise error.inside(key) from None
            elif is_required:
                raise UnfitError("required", "لازم است", "is required").inside(key)
        out.append(">")
        content({key: part for key, part in value.items() if key not in keys}, out)
        out.append(after)

    return write


def _text_content(to_text: ToText) -> Write:
    def write(value: dict[str, JsonValue], out: list[str]) -> None:
        if "#" not in value:
            raise UnfitError("required", "لازم است", "is required").inside("#")
        for key in value:
            if key != "#":
                raise _unknown(key)
        try:
            out.append(escaped(to_text(value["#"])))
        except UnfitError as error:
            raise error.inside("#") from None

    return write


_ABSENT: Final = object()


def _content(shape: Complex, prefixes: Prefixes) -> Write:
    fields = tuple(
        (child.key, *_tags(child, prefixes), _element(child, prefixes)) for child in shape.children
    )
    keys = frozenset(child.key for child in shape.children)
    required = frozenset(child.key for child in shape.children if child.is_required)
    choices = shape.choices

    def write(value: JsonValue, out: list[str]) -> None:
        _must_be_object(value)
        expected = len(fields)
        for key, before, after, element in fields:
            part = value.get(key, _ABSENT)
            if part is _ABSENT:
                expected -= 1
                if key in required:
                    raise UnfitError("required", "لازم است", "is required").inside(key)
            elif before and type(part) is str:  # most fields are single texts
                out += (before, escaped(part) if "&" in part or "<" in part or ">" in part else part, after)
            else:
                try:
                    element(part, out)
                except UnfitError as error:
                    raise error.inside(key) from None
        if expected != len(value) or choices:
            _check_keys(keys, choices, value)

    return write


def _element(child: Child, prefixes: Prefixes) -> Write:
    """Compile an element with all its repetitions."""
    element = compile_element(child, prefixes)
    if not child.is_list:
        return element
    is_required = child.is_required

    def write(items: JsonValue, out: list[str]) -> None:
        if not isinstance(items, list):
            raise UnfitError("type", "آرایه نیست", "is no array")
        if is_required and not items:
            raise UnfitError("required", "دست‌کم یکی لازم است", "needs one item at least")
        for number, item in enumerate(items):
            try:
                element(item, out)
            except UnfitError as error:
                raise error.inside(number) from None

    return write


def _tags(child: Child, prefixes: Prefixes) -> tuple[str, str]:
    """Give the tags of a child that is a single text, which is written without calling anything; else none."""
    if child.is_list or not isinstance(child.shape, Scalar) or not child.shape.is_plain_text:
        return "", ""
    name = prefixes.name(child.tag)
    return f"<{name}>", f"</{name}>"


def _check_keys(
    keys: frozenset[str], choices: tuple[frozenset[str], ...], value: dict[str, JsonValue]
) -> None:
    for key in value:
        if key not in keys:
            raise _unknown(key)
    for choice in choices:
        if len(choice & value.keys()) > 1:
            raise UnfitError(
                "choice", "از این‌ها تنها یکی می‌تواند باشد", "only one of a choice may be present"
            )


def _must_be_object(value: JsonValue) -> None:
    if not isinstance(value, dict):
        raise UnfitError("type", "شیء نیست", "is no object")


def _unknown(key: str) -> UnfitError:
    return UnfitError("unknown", "در طرح‌واره‌ی سازمان نیست", "is not in the partner's schema").inside(key)


def escaped(text: str) -> str:
    """Give a text as the content of an element."""
    return text.translate(_TEXT_ESCAPES) if "&" in text or "<" in text or ">" in text else text
