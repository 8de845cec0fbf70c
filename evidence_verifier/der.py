"""Reading DER (ITU-T X.690): just enough for time stamps, and strict."""

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, SET, INTEGER, OCTET_STRING, OID, GENERALIZED_TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
_LONG_FORM = 0x80
_MOST_LENGTH_BYTES = 4
_SHORT_TAGS = 0x1F


class DerError(ValueError):
    """These bytes are not the DER that is expected here."""


@dataclass(frozen=True, slots=True)
class Value:
    """One encoded value."""

    tag: int
    content: bytes
    whole: bytes
    """With its tag and length."""

    def children(self) -> Iterator["Value"]:
        """The values inside, in order. Raises DerError."""
        rest = self.content
        while rest:
            value, rest = _take(rest)
            yield value

    def integer(self) -> int:
        """As an INTEGER."""
        if self.tag != INTEGER or not self.content:
            raise DerError("an INTEGER is expected here")
        return int.from_bytes(self.content, "big", signed=True)

    def oid(self) -> str:
        """As an OBJECT IDENTIFIER in its dotted form."""
        if self.tag != OID or not self.content or self.content[-1] & _LONG_FORM:
            raise DerError("an OBJECT IDENTIFIER is expected here")
        numbers, number = [], 0
        for byte in self.content:
            number = number << 7 | byte & 0x7F
            if not byte & _LONG_FORM:
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def read(encoded: bytes, tag: int) -> Value:
    """One value of that tag and nothing after it. Raises DerError."""
    value, rest = _take(encoded)
    if value.tag != tag or rest:
        raise DerError(f"one value of tag {tag:#x} is expected")
    return value


class Fields:
    """The members of a SEQUENCE or SET, taken one after the other."""

    def __init__(self, value: Value, tag: int = SEQUENCE) -> None:
        if value.tag != tag:
            raise DerError(f"a value of tag {tag:#x} is expected, not {value.tag:#x}")
        self._values = list(value.children())

    def take(self, tag: int | None = None) -> Value:
        """The next member, of that tag. Raises DerError."""
        if not self._values or tag not in {None, self._values[0].tag}:
            raise DerError("a member is missing")
        return self._values.pop(0)

    def take_if(self, tag: int) -> Value | None:
        """The next member if it has that tag."""
        return self.take() if self._values and self._values[0].tag == tag else None


def _take(encoded: bytes) -> tuple[Value, bytes]:
    if len(encoded) < 2 or encoded[0] & _SHORT_TAGS == _SHORT_TAGS:  # noqa: PLR2004 - tag and length
        raise DerError("cut, or a tag that is not used here")
    length, start = encoded[1], 2
    if length & _LONG_FORM:
        count = length & ~_LONG_FORM
        start += count
        length = int.from_bytes(encoded[2:start], "big")
        if not 1 <= count <= _MOST_LENGTH_BYTES or length < _LONG_FORM or length >> 8 * (count - 1) == 0:
            raise DerError("a length that is not in its shortest form")
    end = start + length
    if end > len(encoded):
        raise DerError("cut")
    return Value(encoded[0], encoded[start:end], encoded[:end]), encoded[end:]
