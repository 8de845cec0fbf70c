"""Regular expressions as values, and their derivatives (Brzozowski 1964; Owens, Reppy and Turon 2009).

Expressions that are made by the functions here are in a normal form in which a language has only finitely
many derivatives.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from hub.contracts.compatibility.language.charset import ANY, ANY_OR_ENDS, NONE, Charset, contains, union


@dataclass(frozen=True, slots=True)
class Symbols:
    """One symbol of a set. Of the empty set: the language without any word."""

    of: Charset


@dataclass(frozen=True, slots=True)
class Nothing:
    """The empty word only."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other: two or more, none of them a sequence itself."""

    of: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of several."""

    of: "frozenset[Expression]"


@dataclass(frozen=True, slots=True)
class Repetition:
    """The same several times; ``high`` is None for no limit."""

    of: "Expression"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """Every one at most once, in any order, and those marked True at least once."""

    of: "frozenset[tuple[Expression, bool]]"


Expression: TypeAlias = Symbols | Nothing | Sequence | Choice | Repetition | AnyOrder

NO_WORD: Final = Symbols(NONE)
EMPTY_WORD: Final = Nothing()


def sequence(*parts: Expression) -> Expression:
    """One after the other."""
    flat: list[Expression] = []
    for part in parts:
        if part == NO_WORD:
            return NO_WORD
        if isinstance(part, Sequence):
            flat.extend(part.of)
        elif part != EMPTY_WORD:
            flat.append(part)
    if not flat:
        return EMPTY_WORD
    return Sequence(tuple(flat)) if len(flat) > 1 else flat[0]


def choice(*parts: Expression) -> Expression:
    """Any one of several."""
    found: set[Expression] = set()
    symbols: list[Charset] = []
    for part in parts:
        for one in part.of if isinstance(part, Choice) else (part,):
            if isinstance(one, Symbols):
                symbols.append(one.of)
            else:
                found.add(one)
    together = Symbols(union(*symbols))
    if _EVERYTHING in found:
        return _EVERYTHING
    if together != NO_WORD:
        found.add(together)
    if not found:
        return NO_WORD
    return Choice(frozenset(found)) if len(found) > 1 else found.pop()


def repetition(of: Expression, low: int, high: int | None) -> Expression:
    """The same between ``low`` and ``high`` times."""
    if high == 0 or of == EMPTY_WORD:
        return EMPTY_WORD
    if of == NO_WORD:
        return EMPTY_WORD if low == 0 else NO_WORD
    if (low, high) == (1, 1):
        return of
    if nullable(of):
        low = 0
    if isinstance(of, Repetition) and (of.low, of.high) == (0, None):
        return of
    return Repetition(of, low, high)


def any_order(parts: frozenset[tuple[Expression, bool]]) -> Expression:
    """Every one at most once, in any order."""
    if any(part == NO_WORD and must for part, must in parts):
        return NO_WORD
    return AnyOrder(parts) if parts else EMPTY_WORD


_EVERYTHING: Final = Repetition(Symbols(ANY_OR_ENDS), 0, None)
EVERYTHING: Final[Expression] = _EVERYTHING
"""Any word, with or without the ends."""
ANY_SYMBOL: Final[Expression] = Symbols(ANY)


@lru_cache(maxsize=65_536)
def nullable(expression: Expression) -> bool:
    """Tell whether the empty word belongs to the language."""
    match expression:
        case Symbols():
            return False
        case Nothing():
            return True
        case Sequence(parts):
            return all(nullable(one) for one in parts)
        case Choice(of):
            return any(nullable(one) for one in of)
        case Repetition(one, low, _):
            return low == 0 or nullable(one)
        case AnyOrder(pairs):
            return all(not must or nullable(one) for one, must in pairs)


@lru_cache(maxsize=65_536)
def derivative(expression: Expression, symbol: int) -> Expression:
    """What may follow after a symbol."""
    match expression:
        case Symbols(of):
            return EMPTY_WORD if contains(of, symbol) else NO_WORD
        case Nothing():
            return NO_WORD
        case Sequence(parts):
            return choice(*_derivatives_in_sequence(parts, symbol))
        case Choice(of):
            return choice(*(derivative(one, symbol) for one in of))
        case Repetition(one, low, high):
            rest = repetition(one, max(low - 1, 0), None if high is None else high - 1)
            return sequence(derivative(one, symbol), rest)
        case AnyOrder(pairs):
            return choice(
                *(sequence(derivative(pair[0], symbol), any_order(pairs - {pair})) for pair in pairs)
            )


def _beginnings(parts: tuple[Expression, ...]) -> Iterator[int]:
    """The parts of a sequence that a word can begin with: the first, and those behind parts that can be empty."""
    for index, part in enumerate(parts):
        yield index
        if not nullable(part):
            return


def _derivatives_in_sequence(parts: tuple[Expression, ...], symbol: int) -> Iterator[Expression]:
    for index in _beginnings(parts):
        after = derivative(parts[index], symbol)
        if after != NO_WORD:
            yield sequence(after, *parts[index + 1 :])


@lru_cache(maxsize=65_536)
def heads(expression: Expression) -> frozenset[Charset]:
    """The sets of symbols that derivatives of the expression can tell apart, if not more."""
    match expression:
        case Symbols(of):
            return frozenset({of})
        case Nothing():
            return frozenset()
        case Sequence(parts):
            return frozenset().union(*(heads(parts[index]) for index in _beginnings(parts)))
        case Choice(of):
            return frozenset().union(*(heads(one) for one in of))
        case Repetition(one, _, _):
            return heads(one)
        case AnyOrder(pairs):
            return frozenset().union(*(heads(one) for one, _ in pairs))
