"""Whether several languages have a word in common, searched over their derivatives within a limit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from hub.contracts.compatibility.language.charset import BEGIN, END, Charset, representatives
from hub.contracts.compatibility.language.expression import (
    EVERYTHING,
    NO_WORD,
    Expression,
    derivative,
    heads,
    nullable,
)

_State: TypeAlias = tuple[frozenset[Expression], frozenset[Expression]]
MAX_STEPS: Final = 4_000
"""How many derivatives are taken before the search gives up."""
_PER_STEP: Final = 5
"""How many derivatives cost as much as one step of a proof."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many symbols a word has; ``high`` is None for no limit."""

    low: int = 0
    high: int | None = None


ALL_LENGTHS: Final = Lengths()


def share_no_word(
    within: Iterable[Expression],
    outside: Iterable[Expression],
    lengths: Lengths = ALL_LENGTHS,
    spend: Callable[[int], None] = lambda _: None,
    max_steps: int = MAX_STEPS,
) -> bool:
    """Tell whether no word lies in all languages of ``within``, in none of ``outside``, and is of these lengths.

    True is proven. False means that there is such a word or that the search met its limit. Every language is
    over words between BEGIN and END. ``spend`` is told of the steps that were taken.
    """
    if lengths.high is not None and lengths.low > lengths.high:
        return True
    start = _step((frozenset(within), frozenset(outside)), BEGIN)
    if start is None:
        return True
    try:
        return _search(start, lengths, spend, max_steps)
    except _TooManyStepsError:
        return False


class _TooManyStepsError(Exception):
    pass


def _search(start: _State, lengths: Lengths, spend: Callable[[int], None], max_steps: int) -> bool:
    """Walk breadth first: ``layer`` holds the states that words of one length lead to."""
    steps = spent = 0
    following: dict[_State, tuple[_State, ...]] = {}
    layer = {start}
    past: set[frozenset[_State]] = set()
    reached: set[_State] = set()
    length = 0
    while layer and (lengths.high is None or length <= lengths.high):
        if length >= lengths.low:
            if any(_is_accepting(state) for state in layer - reached):
                return False
            # Below here a state that was looked at brings nothing new, whatever the length.
            layer -= reached
            reached |= layer
        else:
            frozen = frozenset(layer)
            if frozen in past and lengths.high is None:
                # The layers go round without end, and so does every way out of them.
                length = lengths.low
                continue
            past.add(frozen)
        after: set[_State] = set()
        for state in layer:
            if state not in following:
                symbols = representatives(_heads(state))
                if steps + len(symbols) > max_steps:
                    raise _TooManyStepsError
                following[state] = tuple({next_ for s in symbols if (next_ := _step(state, s)) is not None})
                steps += len(symbols)
            steps += 1
            after.update(following[state])
        spend((steps - spent) // _PER_STEP)
        spent += (steps - spent) // _PER_STEP * _PER_STEP
        if steps > max_steps:
            raise _TooManyStepsError
        layer = after
        length += 1
    return True


def _heads(state: _State) -> set[Charset]:
    return {one for part in state for expression in part for one in heads(expression)}


def _step(state: _State, symbol: int) -> _State | None:
    """The state after a symbol; None if no word can follow."""
    within, outside = state
    inside = frozenset(derivative(one, symbol) for one in within) - {EVERYTHING}
    if NO_WORD in inside:
        return None
    beyond = frozenset(derivative(one, symbol) for one in outside) - {NO_WORD}
    if EVERYTHING in beyond or inside & beyond:
        return None
    return inside, beyond


def _is_accepting(state: _State) -> bool:
    within, outside = state
    return all(nullable(derivative(one, END)) for one in within) and not any(
        nullable(derivative(one, END)) for one in outside
    )
