"""How a manifest says where in a call a credential goes: ``credentials.NAME``."""

import re
from collections.abc import Mapping

_USE = re.compile(r"credentials\.([a-z][a-z0-9_]{0,63})\Z", re.ASCII)


def credential_name(text: str) -> str | None:
    """``username`` for ``credentials.username``; None for a text that refers to no credential."""
    match = _USE.match(text)
    return None if match is None else match[1]


def filled_in(text: str, credentials: Mapping[str, str]) -> str:
    """Give the credential that a text refers to, or the text itself where it refers to none."""
    name = credential_name(text)
    return text if name is None else credentials[name]
