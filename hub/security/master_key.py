"""The master key: 32 bytes that wrap every data key, from a file or from the environment."""

from collections.abc import Mapping
from pathlib import Path

from hub.security.key_file import KEY_BYTES, KeyUnusableError, key_from_file, key_from_text

__all__ = ["KEY_BYTES", "MasterKeyError", "master_key_from_environment", "master_key_from_file"]

_WHAT = "master key"


class MasterKeyError(KeyUnusableError):
    """There is no usable master key; the text says why and what to do. The hub does not start."""


def master_key_from_environment(environment: Mapping[str, str], name: str) -> bytes:
    """Read base64 of 32 bytes from a variable. Raises MasterKeyError, without a word of the value."""
    if name not in environment:
        raise MasterKeyError(f"the variable {name} is not set: it must hold the master key")
    try:
        return key_from_text(environment[name], f"the variable {name}", what=_WHAT)
    except KeyUnusableError as error:
        raise MasterKeyError(str(error)) from None


def master_key_from_file(path: Path, *, create: bool) -> bytes:
    """Read it from a file that others must not be able to read; see ``key_from_file``. Raises MasterKeyError."""
    try:
        return key_from_file(path, create=create, what=_WHAT)
    except KeyUnusableError as error:
        raise MasterKeyError(str(error)) from error
