"""Characters in XML text: what must be escaped, and what cannot be said at all."""

from typing import Final

from hub.contracts.xml.scalars import is_carried
from hub.contracts.xml.unfit import UnfitError
from hub.core import codes

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NEVER_PLAIN: Final = frozenset("&<>\r")


def escaped_text(text: str) -> str:
    """A text as the content of an element. Raises UnfitError if XML cannot carry it."""
    if text.isalnum():
        return text
    if not is_carried(text):
        raise UnfitError(
            codes.MAPPING_OUTPUT_INVALID,
            "characters",
            "نویسه‌ای دارد که در XML نمی‌گنجد",
            "holds a character that XML cannot carry",
        )
    return text if _NEVER_PLAIN.isdisjoint(text) else text.translate(_TEXT)


def attribute_text(text: str) -> str:
    """A text as an attribute's value, between double quotes. Raises UnfitError if XML cannot carry it."""
    escaped_text(text)
    return text.translate(_ATTRIBUTE)
