"""References to secrets and addresses: files that are reviewed say where to look, never what it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}\Z", re.ASCII)
MAX_FILE_BYTES = 65_536


class UnresolvedReferenceError(Exception):
    """What a reference names is not there. The text names the reference, never a value."""


@dataclass(frozen=True, slots=True)
class Reference:
    """``env:NAME`` or ``file:/absolute/path``."""

    scheme: str
    target: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read a reference. Raises ValueError, which does not repeat the text: it may be a secret."""
        scheme, _, target = text.partition(":")
        if scheme == "env" and _VARIABLE.match(target):
            return cls(scheme, target)
        if scheme == "file" and target.startswith("/") and "\0" not in target:
            return cls(scheme, target)
        raise ValueError("neither env:NAME nor file:/path")

    def resolve(self, environment: Mapping[str, str]) -> str:
        """The value. One line end at a file's end is not part of it.

        Raises UnresolvedReferenceError if there is none, it is empty, or the file cannot be read.
        """
        value = environment.get(self.target, "") if self.scheme == "env" else self._read()
        if not value:
            raise UnresolvedReferenceError(f"{self} is not set")
        return value

    def _read(self) -> str:
        try:
            with Path(self.target).open("rb") as file:
                raw = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise UnresolvedReferenceError(f"{self} cannot be read: {error.strerror}") from None
        if len(raw) > MAX_FILE_BYTES:
            raise UnresolvedReferenceError(f"{self} has more than {MAX_FILE_BYTES} bytes")
        try:
            return raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise UnresolvedReferenceError(f"{self} is not UTF-8") from None

    def __str__(self) -> str:
        return f"{self.scheme}:{self.target}"
