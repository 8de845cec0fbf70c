"""Secret keys of 32 bytes in base64, from a text or from a file that others cannot read."""

import base64
import binascii
import os
import stat
import tempfile
from pathlib import Path

KEY_BYTES = 32
_TOO_OPEN = stat.S_IRWXO | stat.S_IWGRP


class KeyUnusableError(Exception):
    """There is no usable key; the text says why and what to do, and nothing of the key. The hub does not start."""


def key_from_text(text: str, place: str, *, what: str) -> bytes:
    """Read base64 of 32 bytes. Raises KeyUnusableError."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyUnusableError(f"{place} does not hold base64") from None
    if len(key) != KEY_BYTES:
        raise KeyUnusableError(f"{place} holds {len(key)} bytes; a {what} has {KEY_BYTES}")
    return key


def key_from_file(path: Path, *, create: bool, what: str) -> bytes:
    """Read base64 of 32 bytes from a file that others must not be able to read.

    With ``create`` a missing file is made, with a new random key and mode 0600; should two processes do so at
    once, both get the same key. Raises KeyUnusableError.
    """
    try:
        if create and not path.exists():
            _create(path)
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusableError(f"the {what} {path} cannot be read: {error}") from error
    if mode & _TOO_OPEN:
        raise KeyUnusableError(f"the {what} {path} is open to others: chmod 600 {path}")
    return key_from_text(text, f"the file {path}", what=what)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            Path(path).hardlink_to(name)  # whole or not at all, and never over another's
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        Path(name).unlink()
