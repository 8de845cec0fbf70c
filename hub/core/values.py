"""Plain values shared by all other types: JSON documents, names, versions, two-language texts, time, ids."""

import os
import re
import time
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

JsonValue: TypeAlias = Any
"""What a JSON document can hold: dict, list, str, int, float, bool, None. Never mutated once in a message."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)*\Z", re.ASCII)
_VERSION = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})\Z", re.ASCII)
MAX_NAME_LENGTH = 100
MAX_REASON = 300
"""How many characters somebody may give for a reason that is recorded."""


def is_name(text: str) -> bool:
    """Tell whether a text may name a contract, route, partner or client.

    Lower-case ASCII words joined by ``-``, in segments joined by ``.``: such a name is also a safe
    folder name and a safe URL segment.
    """
    return len(text) <= MAX_NAME_LENGTH and _NAME.match(text) is not None


class Version(NamedTuple):
    """A contract's version. Orders by number: 1.9 < 1.10 < 2.0."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read ``"1.2"``. Raises ValueError for anything else (``1``, ``01.2``, ``1.2.3``)."""
        match = _VERSION.match(text)
        if match is None:
            raise ValueError(f"not a version like 1.2: {text!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class ContractRef(NamedTuple):
    """One version of one contract, written ``registry.title-inquiry@1.2``."""

    name: str
    version: Version

    @classmethod
    def parse(cls, text: str) -> "ContractRef":
        """Read ``name@1.2``. Raises ValueError for anything else."""
        name, at, version = text.partition("@")
        if not at or not is_name(name):
            raise ValueError(f"not a contract version like registry.title-inquiry@1.2: {text!r}")
        return cls(name, Version.parse(version))

    def __str__(self) -> str:
        return f"{self.name}@{self.version.major}.{self.version.minor}"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the hub's two languages."""

    fa: str
    en: str


US_PER_S = 1_000_000


def now_us() -> int:
    """Microseconds since 1970-01-01T00:00:00Z, of this machine's clock."""
    return time.time_ns() // 1000


def new_id() -> str:
    """A new UUID version 7 (RFC 9562) in its usual text form: unique, and ordered by time to the millisecond."""
    random = int.from_bytes(os.urandom(10), "big")
    number = (
        (time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF) << 80
        | 0x7 << 76
        | (random >> 68) << 64
        | 0b10 << 62
        | random & 0x3FFF_FFFF_FFFF_FFFF
    )
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
