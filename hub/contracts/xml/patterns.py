r"""Patterns of JSON Schema as patterns of XML Schema, where both surely mean the same.

XML Schema's patterns are anchored, know no ``^`` and ``$``, and give ``\d`` and ``\w`` other meanings.
"""

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""  \\d                                        # an ASCII digit, in a contract's patterns
      | \\[.*+?()\[\]{}|^$/\\-]                      # a sign that means itself
      | \[\^?(?:\\d|(?:\\[.*+?()\[\]{}|^$/\\-]|[^\\\[\]^&~-])(?:-[^\\\[\]^&~-])?)+\]   # a plain class
      | \((?:\?:)?
      | [)|*+?]
      | \{[0-9]{1,4}(?:,[0-9]{0,4})?\}
      | [^\\\[\]^$.(){}*+?|]                         # a character that means itself
    """,
    re.VERBOSE,
)
_UNKNOWN_ESCAPE: Final = re.compile(r"\\([/$])|(\\.)", re.DOTALL)
_LAST_CARRIED: Final = 0xFFFD


def xsd_pattern(pattern: str) -> str:
    """The same as a pattern of XML Schema; empty where that cannot be told by simple means."""
    body = pattern[1:-1]
    is_anchored = len(pattern) > 1 and pattern[0] == "^" and pattern[-1] == "$" and not body.endswith("\\")
    if not is_anchored or any(c < " " or ord(c) > _LAST_CARRIED for c in body):
        return ""
    place, depth, parts = 0, 0, list[str]()
    while place < len(body):
        match = _TOKEN.match(body, place)
        if match is None:
            return ""
        token, place = match[0], match.end()
        depth += (token[0] == "(") - (token[0] == ")")
        repeats = token[0] in "*+?{"
        is_plain = bool(parts) and parts[-1][0] not in "*+?{(|"
        if (repeats and not is_plain) or (token[0] == "|" and not depth):
            return ""  # at the top, the anchors belong to the first and the last choice only
        parts.append(_translated(token))
    return "".join(parts)


def _translated(token: str) -> str:
    if token.startswith("("):
        return "("
    digits = "0-9" if token[0] == "[" else "[0-9]"
    return _UNKNOWN_ESCAPE.sub(lambda match: match[1] or (digits if match[2] == r"\d" else match[2]), token)
