"""Who calls, as old SOAP clients can say it: HTTP Basic or a UsernameToken, name and API key."""

import base64
import binascii
from typing import Final

from hub.core.errors import ExchangeError
from hub.security.access import Access

CHALLENGE: Final = 'Bearer realm="peyvand", Basic realm="peyvand", charset="UTF-8"'
_NOBODY: Final = "Bearer -"
"""What no client has: refused as any wrong key is."""


def bearer_of(authorization: str, access: Access) -> str:
    """An Authorization header as the pipeline takes it: Basic becomes Bearer, if name and key belong together."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return authorization
    try:
        name, colon, key = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return _NOBODY
    return bearer_for(name, key, access) if colon else _NOBODY


def bearer_for(name: str, key: str, access: Access) -> str:
    """The Authorization header for a client's name and key; for a key of somebody else, one that is refused."""
    bearer = f"Bearer {key}"
    try:
        client = access.authenticate(bearer)
    except ExchangeError:
        return bearer if key else _NOBODY
    return bearer if client.name == name else _NOBODY


def is_known(bearer: str, access: Access) -> bool:
    """Whether an Authorization header is a client's."""
    try:
        access.authenticate(bearer)
    except ExchangeError:
        return False
    return True
