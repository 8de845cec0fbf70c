"""What may stand inside an element, as a language over names."""

from collections.abc import Iterator
from typing import Any, Final

from hub.contracts.compatibility.language.charset import BEGIN, END, Charset, charset
from hub.contracts.compatibility.language.emptiness import MAX_STEPS, share_no_word
from hub.contracts.compatibility.language.expression import (
    EMPTY_WORD,
    NO_WORD,
    AnyOrder,
    Choice,
    Expression,
    Repetition,
    Sequence,
    Symbols,
    any_order,
    choice,
    nullable,
    repetition,
    sequence,
)
from hub.contracts.compatibility.xml_schema.names import Names

_BEGIN: Final = Symbols(Charset(((BEGIN, BEGIN),)))
_MAX_WORK: Final = 200_000
"""How many parts of content models are looked at before a comparison is given up."""
_END: Final = Symbols(Charset(((END, END),)))


def is_group(particle: Any) -> bool:
    """Whether a particle of xmlschema is a model group."""
    return hasattr(particle, "model")


def is_wildcard(particle: Any) -> bool:
    """Whether a particle of xmlschema is a wildcard."""
    return hasattr(particle, "process_contents")


def particles(content: Any) -> Iterator[Any]:
    """All elements and wildcards of a model group, those that can never be there left out."""
    if content.max_occurs == 0:
        return
    for particle in content:
        if is_group(particle):
            yield from particles(particle)
        elif particle.max_occurs != 0:
            yield particle


def substitutes(particle: Any) -> tuple[Any, ...]:
    """The declarations that an element particle takes: its own, or those of its substitution group too."""
    others = tuple(particle.iter_substitutes())
    if not others:
        return (particle,)
    return others if particle.abstract else (particle, *others)


def language(content: Any, names: Names) -> Expression:
    """All sequences of names that a model group takes."""
    return _particle(content, names)


def _particle(particle: Any, names: Names) -> Expression:
    low, high = particle.min_occurs, particle.max_occurs
    if high == 0:
        return EMPTY_WORD
    return repetition(_once(particle, names), low, high)


def _once(particle: Any, names: Names) -> Expression:
    if is_wildcard(particle):
        return Symbols(names.allowed_by(particle))
    if not is_group(particle):
        symbols = {names.symbol(one.name) for one in substitutes(particle)}
        return Symbols(charset((symbol, symbol) for symbol in symbols))
    inside = [one for one in particle if one.max_occurs != 0]
    if particle.model == "choice":
        return choice(*(_particle(one, names) for one in inside)) if len(particle) else EMPTY_WORD
    if particle.model == "all" and len(inside) > 1:
        return any_order(frozenset((_once(one, names), one.min_occurs > 0) for one in inside))
    return sequence(*(_particle(one, names) for one in inside))


def is_content_subset(old: Expression, new: Expression) -> bool:
    """Tell whether every sequence of names of one language belongs to another. True is proven."""
    if _is_plainly_within(old, new):
        return True
    size = max(_size(old), _size(new))
    steps = min(MAX_STEPS, _MAX_WORK // max(size, 1))
    return share_no_word([sequence(_BEGIN, old, _END)], [sequence(_BEGIN, new, _END)], max_steps=steps)


def _size(of: Expression) -> int:
    """How many parts an expression has, inner ones not counted twice: what one step through it costs."""
    match of:
        case Sequence(parts):
            return sum(_size(one) for one in parts)
        case Choice(some):
            return sum(_size(one) for one in some)
        case Repetition(one, _, _):
            return _size(one)
        case AnyOrder(pairs):
            return sum(_size(one) for one, _ in pairs) ** 2
        case _:
            return 1


def _is_any_order_within(
    old: frozenset[tuple[Expression, bool]], new: frozenset[tuple[Expression, bool]]
) -> bool:
    before, after = dict(old), dict(new)
    is_needed = all(before.get(one, False) for one, must in after.items() if must)
    return is_needed and before.keys() <= after.keys()


def _is_part_by_part(old: tuple[Expression, ...], new: tuple[Expression, ...]) -> bool:
    """Whether each part of a sequence lies within one of another, in order, those left over being optional."""
    rest = iter(new)
    for part in old:
        for other in rest:
            if _is_plainly_within(part, other):
                break
            if not nullable(other):
                return False
        else:
            return False
    return all(nullable(other) for other in rest)


def _is_plainly_within(old: Expression, new: Expression) -> bool:
    """What can be seen part by part, whatever the numbers of occurrences."""
    if old in (new, NO_WORD):
        return True
    match old, new:
        case Repetition(one, low, high), Repetition(other, least, most):
            fits = least <= low and (most is None or (high is not None and high <= most))
            return fits and _is_plainly_within(one, other)
        case _, Repetition(other, least, most) if least <= 1 and most != 0:
            return _is_plainly_within(old, other)
        case _, Sequence(others):
            return _is_part_by_part(old.of if isinstance(old, Sequence) else (old,), others)
        case AnyOrder(pairs), AnyOrder(others):
            return _is_any_order_within(pairs, others)
        case Choice(of), _:
            return all(_is_plainly_within(one, new) for one in of)
        case _, Choice(of):
            return any(_is_plainly_within(old, one) for one in of)
        case _:
            return False
