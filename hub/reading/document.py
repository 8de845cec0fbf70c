"""A file that has been read: its value, and on which line each part of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hub.core.findings import Finding
from hub.core.values import JsonValue

Location: TypeAlias = tuple[str | int, ...]
"""The way into a document: keys and indices."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file's value, made of dict, list, str, int, float, bool and None only."""

    path: str
    """The file, as findings name it."""
    value: JsonValue
    lines: Mapping[Location, int]
    """For each part the line it begins on; for an entry of a mapping that of its key."""

    def line(self, location: Location) -> int:
        """The line of a part; of the nearest part around it where it does not exist itself.

        Elements that lead nowhere are passed over, as a validator may name its own branches in between.
        """
        reached: Location = ()
        for element in location:
            if (*reached, element) in self.lines:
                reached = (*reached, element)
        return self.lines.get(reached, 1)

    def finding(self, location: Location, rule: str, message: str, hint: str = "") -> Finding:
        """Say what is wrong at a place of this file."""
        return Finding(self.path, self.line(location), rule, message, hint)
