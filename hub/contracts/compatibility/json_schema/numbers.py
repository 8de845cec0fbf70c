"""When no number can meet some statements."""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from hub.contracts.compatibility.json_schema.literals import AtLeast, AtMost, Multiple, OneOf, Statement
from hub.contracts.compatibility.json_schema.values import exact

_MAX_COUNTED: Final = 2_000
"""Up to how many numbers are looked at one by one."""


@dataclass(slots=True)
class _Numbers:
    """An interval, the step that all numbers in it are multiples of, and the steps that none is."""

    low: AtLeast | None = None
    high: AtMost | None = None
    step: Fraction | None = None
    not_steps: frozenset[Fraction] = frozenset()
    excluded: frozenset[Hashable] = frozenset()


def no_number(statements: Iterable[Statement]) -> bool:
    """Tell whether no number meets all the statements. Exact, but for very fine steps."""
    found = _gather(statements)
    if found.low and found.high:
        if found.low.bound > found.high.bound:
            return True
        if found.low.bound == found.high.bound:
            if found.low.is_exclusive or found.high.is_exclusive:
                return True
            return not _fits(found, found.low.bound)
    if found.step is None:
        return False
    first, last = _first(found, found.step), _last(found, found.step)
    if first is not None and last is not None and last - first < _MAX_COUNTED:
        return not any(_fits(found, found.step * number) for number in range(first, last + 1))
    return _steps_exclude(found, found.step)


def _gather(statements: Iterable[Statement]) -> _Numbers:
    found = _Numbers()
    for statement in statements:
        match statement:
            case AtLeast(bound, is_exclusive):
                if found.low is None or (bound, is_exclusive) > (found.low.bound, found.low.is_exclusive):
                    found.low = statement
            case AtMost(bound, is_exclusive):
                if found.high is None or (-bound, is_exclusive) > (
                    -found.high.bound,
                    found.high.is_exclusive,
                ):
                    found.high = statement
            case Multiple(of, True):
                found.step = of if found.step is None else _common(found.step, of)
            case Multiple(of, False):
                found.not_steps |= {of}
            case OneOf(values, False):
                found.excluded |= values
    return found


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The least number that is a multiple of both."""
    over = math.lcm(one.denominator, other.denominator)
    return Fraction(math.lcm(int(one * over), int(other * over)), over)


def _fits(found: _Numbers, number: Fraction) -> bool:
    if found.low and (number < found.low.bound or (found.low.is_exclusive and number == found.low.bound)):
        return False
    if found.high and (number > found.high.bound or (found.high.is_exclusive and number == found.high.bound)):
        return False
    steps = found.not_steps
    return (
        (found.step is None or (number / found.step).denominator == 1)
        and not any((number / step).denominator == 1 for step in steps)
        and not _is_among(number, found.excluded)
    )


def _is_among(number: Fraction, excluded: frozenset[Hashable]) -> bool:
    return any(
        exact(one) == number
        for one in excluded
        if isinstance(one, (int, float)) and not isinstance(one, bool)
    )


def _first(found: _Numbers, step: Fraction) -> int | None:
    return math.ceil(found.low.bound / step) if found.low else None


def _last(found: _Numbers, step: Fraction) -> int | None:
    return math.floor(found.high.bound / step) if found.high else None


def _steps_exclude(found: _Numbers, step: Fraction) -> bool:
    """Tell whether every multiple of the step is one of those that must not be: seen over one period of all."""
    inside = found.not_steps
    if not inside:
        return False
    period = step
    for other in inside:
        period = _common(period, other)
    if period / step > _MAX_COUNTED:
        return any((step / other).denominator == 1 for other in inside)
    return all(
        any((step * number / other).denominator == 1 for other in inside)
        for number in range(int(period / step))
    )
