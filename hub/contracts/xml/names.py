"""What things are called in XML: namespaces, elements, types. Each rule is stable, as clients are generated from it."""

import re
from typing import Final

from hub.core.values import ContractRef

OTHERS: Final = "_others"
"""The element that holds an open object's further fields. No field is called so: its name would be escaped."""
ITEM: Final = "item"
"""The element of one item of a list."""

# Letters that XML 1.0 allows in names in every one of its editions: ASCII, and those of Arabic and Persian.
_LETTERS: Final = "A-Za-z_\u0621-\u063a\u0641-\u064a\u0671-\u06b7\u06ba-\u06be\u06c0-\u06ce\u06d0-\u06d3"
_DIGITS: Final = "0-9.\u0660-\u0669\u06f0-\u06f9-"
_PLAIN: Final = re.compile(rf"[{_LETTERS}][{_LETTERS}{_DIGITS}]*\Z")
_NOT_ALLOWED: Final = re.compile(rf"[^{_LETTERS}{_DIGITS}]|_(?=x(?:[0-9A-F]{{4}}|[0-9A-F]{{8}})_)")
_NOT_CARRIED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_(?=x(?:[0-9A-F]{4}|[0-9A-F]{8})_)"
)
_ESCAPE: Final = re.compile(r"_x([0-9A-F]{8}|[0-9A-F]{4})_")
_EMPTY: Final = "_xFFFFFFFF_"
_RESERVED: Final = re.compile(r"[Xx][Mm][Ll]")


def namespace_of(ref: ContractRef) -> str:
    """The namespace of everything in the XML form of one contract's major."""
    return f"urn:peyvand:contract:{ref.name}:v{ref.version.major}"


def operation_of(name: str) -> str:
    """The operation that a contract is in SOAP: its name's last segment in camel case, ``TitleInquiry``."""
    return "".join(word.capitalize() for word in name.rpartition(".")[2].split("-"))


def reply_name(operation: str) -> str:
    """The element of an operation's reply."""
    return f"{operation}Response"


def escaped(name: str) -> str:
    """A field's name as the name of an element: as it is if it may be one, else with ``_xHHHH_`` (ISO 9075-14).

    Two names never become one, and ``unescaped`` gives back what it was.
    """
    if not name:
        return _EMPTY
    if _PLAIN.match(name) and "_x" not in name and not _RESERVED.match(name) and name != OTHERS:
        return name
    done = _NOT_ALLOWED.sub(lambda match: _escape(match[0]), name)
    if _PLAIN.match(done) and not _RESERVED.match(done) and done != OTHERS:
        return done
    return _escape(name[0]) + _NOT_ALLOWED.sub(lambda match: _escape(match[0]), name[1:])


def escaped_key(name: str) -> str:
    """A field's name as a text in XML: as it is, but for what XML cannot carry."""
    return _NOT_CARRIED.sub(lambda match: _escape(match[0]), name)


def unescaped(name: str) -> str:
    """The field's name that an element's name stands for; an escape of nothing stands for itself."""
    if "_x" not in name:
        return name
    if name == _EMPTY:
        return ""
    return _ESCAPE.sub(_unescape, name)


def _escape(character: str) -> str:
    number = ord(character)
    return f"_x{number:04X}_" if number < 0x1_0000 else f"_x{number:08X}_"  # noqa: PLR2004 - the first plane's end


def _unescape(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    is_character = number <= 0x10_FFFF and not 0xD800 <= number < 0xE000  # noqa: PLR2004 - Unicode's bounds
    return chr(number) if is_character else match[0]


class TypeNames:
    """Gives types their names, no two of which differ only in case or punctuation.

    Clients' generators make class names of them, which know neither.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """The name, with a number behind it if it or one much like it is taken."""
        name, number = wanted, 2
        while (key := re.sub(r"[^0-9a-z\u0600-\u06ff]", "", name.lower())) in self._taken:
            name = f"{wanted}.{number}"
            number += 1
        self._taken.add(key)
        return name
