"""The control token: what opens the control API on the management port."""

import base64
import hmac
from pathlib import Path
from typing import Final

from hub.security.key_file import KeyUnusableError, key_from_file

FILE: Final = "control.token"
"""The token's file in the data folder, which only the hub's own user can read."""
SHORTEST: Final = 32
_WHAT: Final = "control token"


class ControlTokenError(KeyUnusableError):
    """There is no usable control token; the text says why and what to do, and nothing of the token."""


def control_token_from_file(path: Path, *, create: bool) -> str:
    """Read it; with ``create`` a missing file is made, with mode 0600 and 256 random bits. Raises ControlTokenError."""
    try:
        return base64.b64encode(key_from_file(path, create=create, what=_WHAT)).decode()
    except KeyUnusableError as error:
        raise ControlTokenError(str(error)) from error


def control_token_from_text(text: str, name: str) -> str:
    """One that was given: at least 32 printable ASCII characters, none of them a blank. Raises ControlTokenError."""
    if len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text:
        raise ControlTokenError(f"{name} must hold at least {SHORTEST} printable characters without blanks")
    return text


def is_token(given: str, token: str) -> bool:
    """Whether this is the token; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(given.encode(), token.encode())
