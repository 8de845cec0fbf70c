"""What a wildcard takes that another takes."""

from collections.abc import Mapping
from typing import Any, Final

from hub.contracts.compatibility.xml_schema.names import Names, symbols_of

_STRICTNESS: Final = {"skip": 0, "lax": 1, "strict": 2}


def is_wildcard_subset(
    old: Any, new: Any, names: Names, old_globals: Mapping[str, Any], new_globals: Mapping[str, Any]
) -> bool:
    """Tell whether what one wildcard takes another takes too, as far as they share names.

    That global declarations of the same name accept the same is for the comparison of those to say.
    """
    if new.process_contents == "skip":
        return True
    if _STRICTNESS[old.process_contents] < _STRICTNESS[new.process_contents]:
        return False
    shared = symbols_of(names.allowed_by(old)) & symbols_of(names.allowed_by(new))
    named = {name for symbol in shared if (name := names.name(symbol)) is not None}
    if new.process_contents == "strict":
        return all(name in new_globals for name in named if name in old_globals)
    return all(name in old_globals for name in named if name in new_globals)


def takes_declared(declared: Any, wildcard: Any, its_globals: Mapping[str, Any]) -> bool:
    """Tell whether a wildcard takes whatever an element or attribute declaration takes."""
    if wildcard.process_contents == "skip":
        return True
    if declared.ref is not None:  # compared as a global declaration, if it is there in both
        return wildcard.process_contents == "lax" or declared.name in its_globals
    return wildcard.process_contents == "lax" and declared.name not in its_globals
