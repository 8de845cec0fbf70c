"""Which Content-Types announce JSON (RFC 8259 and the parameters of RFC 9110 §5.6.6)."""

import re
from typing import Final

from hub.core.message import JSON

_USUAL: Final = frozenset({JSON, f"{JSON}; charset=utf-8", f"{JSON};charset=utf-8", f"{JSON}; charset=UTF-8"})
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER: Final = re.compile(
    rf'[ \t]*;[ \t]*(?:(?P<name>{_WORD})=(?P<value>{_WORD}|"(?:[^"\\\x00-\x1f\x7f]|\\[\t -~])*"))?'
)


def is_json(media_type: str) -> bool:
    """Whether a body announced so is JSON in UTF-8.

    JSON has no charset parameter, but many senders write one: UTF-8 is what they must mean by it. Other
    parameters say nothing about JSON and are passed over.
    """
    if media_type in _USUAL:
        return True
    name, semicolon, rest = media_type.partition(";")
    if name.strip(" \t").lower() != JSON:
        return False
    place, text = 0, semicolon + rest.rstrip(" \t")
    while place < len(text):
        match = _PARAMETER.match(text, place)
        if match is None:
            return False
        if (match["name"] or "").lower() == "charset" and match["value"].strip('"').lower() != "utf-8":
            return False
        place = match.end()
    return True
