"""Sets of symbols, as sorted ranges. A symbol is a code point, or a number that stands for an element's name."""

from collections.abc import Iterable
from typing import Final, NewType, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
Charset = NewType("Charset", Ranges)
"""Sorted, disjoint, not touching one another; both ends belong to a range."""

BEGIN: Final = -1
"""Stands before the first symbol of every word: what ``^`` matches."""
END: Final = 0x110000
"""Stands behind the last symbol of every word: what ``$`` matches."""

NONE: Final = Charset(())
ANY: Final = Charset(((0, END - 1),))
ANY_OR_ENDS: Final = Charset(((BEGIN, END),))


def charset(ranges: Iterable[tuple[int, int]]) -> Charset:
    """The set of all symbols in any of the ranges."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return Charset(tuple(merged))


def chars(text: str) -> Charset:
    """The set of a text's characters."""
    return charset((ord(char), ord(char)) for char in text)


def union(*sets: Charset) -> Charset:
    """Symbols of any of the sets."""
    return charset(span for one in sets for span in one)


def complement(one: Charset) -> Charset:
    """All symbols but these and the two ends."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in one:
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start < END:
        found.append((start, END - 1))
    return Charset(tuple(found))


def intersection(one: Charset, other: Charset) -> Charset:
    """Symbols of both sets, the ends aside."""
    return complement(union(complement(one), complement(other)))


def contains(one: Charset, symbol: int) -> bool:
    """Tell whether a symbol is in the set."""
    return any(low <= symbol <= high for low, high in one)


def representatives(sets: Iterable[Charset]) -> tuple[int, ...]:
    """Symbols, at least one of each kind that the sets can tell apart; the ends aside."""
    starts = {0}
    for one in sets:
        for low, high in one:
            starts.update((low, high + 1))
    return tuple(sorted(start for start in starts if 0 <= start < END))
