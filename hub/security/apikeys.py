"""API keys: ``pvd_``, a prefix of 8 characters that finds the client, ``_``, and 256 random bits.

The prefix is no secret: it stands in the registry, in logs and in the console. The key as a whole is shown once
and never kept; the registry holds its SHA-256. A slow password hash would protect guessable secrets, and these
are not guessable.
"""

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_SCHEME = "pvd"
_PREFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PREFIX_LENGTH = 8
_SECRET_BYTES = 32
_KEY = re.compile(r"pvd_([a-z2-7]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


class NewKey(NamedTuple):
    """A key that was just made, and what the registry keeps of it."""

    key: str
    prefix: str
    hash: str


def new_key() -> NewKey:
    """Make a key from the system's random source."""
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(_PREFIX_LENGTH))
    key = f"{_SCHEME}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewKey(key, prefix, hash_of(key))


def prefix_of(key: str) -> str | None:
    """The prefix of a well-formed key; None for anything else."""
    match = _KEY.fullmatch(key)
    return None if match is None else match[1]


def hash_of(key: str) -> str:
    """What the registry keeps: hex SHA-256 of the whole key."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_key_of(key: str, key_hash: str) -> bool:
    """Whether a well-formed key has this hash. Takes the same time wherever they differ."""
    return hmac.compare_digest(hash_of(key), key_hash)
