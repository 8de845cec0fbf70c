"""What a comparison of two schemas says."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.core.values import JsonValue


class Mode(StrEnum):
    """Which documents must stay valid under which schema."""

    BACKWARD = "backward"  # whatever is valid under the old schema is valid under the new one
    FORWARD = "forward"  # whatever is valid under the new schema is valid under the old one
    FULL = "full"  # both


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two schemas."""

    rule: str
    """Its kind: an id of ``hub.contracts.compatibility.rules``."""
    pointer: str
    """Where: a JSON pointer into the new schema, or into the old one for what is no longer there; in an XML
    schema a path of component names.
    """
    is_backward: bool
    is_forward: bool
    old: JsonValue = None
    """What stood there; None where there was nothing."""
    new: JsonValue = None

    def is_compatible(self, mode: Mode) -> bool:
        """Whether the change is proven harmless in a direction."""
        return (mode is Mode.FORWARD or self.is_backward) and (mode is Mode.BACKWARD or self.is_forward)


def agreed(
    changes: Iterable[Change], pointer: str, *, is_backward: bool, is_forward: bool, rule: str = "not-proven"
) -> tuple[Change, ...]:
    """The changes, and one more if they harm together what each of them leaves unharmed.

    Where all together harm nothing, none of them may claim to.
    """
    found = [*changes]
    unharmed = all(change.is_backward for change in found), all(change.is_forward for change in found)
    if unharmed != (is_backward, is_forward):
        found.append(Change(rule, pointer, is_backward or not unharmed[0], is_forward or not unharmed[1]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences. Compatible in a direction just where each of them is."""

    changes: tuple[Change, ...] = ()

    def is_compatible(self, mode: Mode) -> bool:
        """Whether it is proven that documents stay valid."""
        return all(change.is_compatible(mode) for change in self.changes)
