"""Names of elements and attributes as symbols of a language, and wildcards as sets of them.

Beside every name that one of two schemas speaks of there is one symbol for all other names of each namespace,
and one for all names of all other namespaces: no wildcard can tell those apart.
"""

from collections.abc import Iterable
from typing import Any

from hub.contracts.compatibility.language.charset import Charset, charset

_OTHERS = "*"


class Names:
    """The symbols of two schemas."""

    def __init__(self, names: Iterable[str], namespaces: Iterable[str]) -> None:
        spaces = {"", *namespaces, *(namespace_of(name) for name in names)}
        self._symbols = {name: number for number, name in enumerate(sorted(set(names)))}
        self._rest = {
            space: number for number, space in enumerate([*sorted(spaces), _OTHERS], len(self._symbols))
        }
        self._names = {number: name for name, number in self._symbols.items()}

    def symbol(self, name: str) -> int:
        """A name's symbol."""
        return self._symbols[name]

    def name(self, symbol: int) -> str | None:
        """The name that a symbol stands for; None for those that stand for all other names."""
        return self._names.get(symbol)

    def allowed_by(self, wildcard: Any) -> Charset:
        """The symbols that a wildcard of xmlschema takes."""
        asked = set(wildcard.namespace)
        found: list[int] = []
        for space, number in self._rest.items():
            if _takes(asked, space, wildcard.target_namespace or ""):
                found.append(number)
                found += (symbol for name, symbol in self._symbols.items() if namespace_of(name) == space)
        return charset((symbol, symbol) for symbol in found)


def _takes(asked: set[str], space: str, target: str) -> bool:
    if "##any" in asked:
        return True
    if "##other" in asked:
        return space not in {"", target}
    return (
        space in asked
        or (space == target and "##targetNamespace" in asked)
        or (space == "" and "##local" in asked)
    )


def namespace_of(name: str) -> str:
    """The namespace of a name like ``{urn:x}a``."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def local_name(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition("}")[2]


def symbols_of(of: Charset) -> set[int]:
    """All symbols of a set."""
    return {symbol for low, high in of for symbol in range(low, high + 1)}
