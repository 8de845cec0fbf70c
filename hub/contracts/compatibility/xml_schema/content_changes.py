"""The differences between what may stand inside two elements, told element by element."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hub.contracts.compatibility.comparison import Change, agreed
from hub.contracts.compatibility.xml_schema.content import is_wildcard, particles
from hub.contracts.compatibility.xml_schema.names import local_name


def content_changes(
    old: Any, new: Any, pointer: str, *, is_backward: bool, is_forward: bool
) -> tuple[Change, ...]:
    """All differences between two content models; what they mean together is known already."""
    told = (
        Change(
            change.rule,
            change.pointer,
            is_backward or change.is_backward,
            is_forward or change.is_forward,
            change.old,
            change.new,
        )
        for change in _told(old, new, pointer)
    )
    return agreed(told, pointer, is_backward=is_backward, is_forward=is_forward, rule="content-changed")


def _told(old: Any, new: Any, pointer: str) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*after, *before)):
        place = f"{pointer}/{local_name(name) or '*'}"
        one, other = before.get(name), after.get(name)
        area = "element" if name else "wildcard"
        if one is None and other is not None:
            yield Change(f"{area}-added", place, other[0] == 0, False, None, _occurrence(other))
        elif other is None and one is not None:
            yield Change(f"{area}-removed", place, False, one[0] == 0, _occurrence(one), None)
        elif one is not None and other is not None:
            yield from _occurrence_changes(one, other, place)


def _occurrence_changes(
    old: tuple[int, int | None], new: tuple[int, int | None], pointer: str
) -> Iterator[Change]:
    if old[0] != new[0]:
        is_raised = new[0] > old[0]
        rule = "min-occurs-raised" if is_raised else "min-occurs-lowered"
        yield Change(rule, pointer, not is_raised, is_raised, old[0], new[0])
    if old[1] != new[1]:
        is_raised = new[1] is None or (old[1] is not None and new[1] > old[1])
        rule = "max-occurs-raised" if is_raised else "max-occurs-lowered"
        yield Change(rule, pointer, is_raised, not is_raised, _limit(old[1]), _limit(new[1]))


def _by_name(content: Any) -> dict[str, tuple[int, int | None]]:
    """How often each element may stand there, as far as it can be told of the element alone."""
    found: dict[str, tuple[int, int | None]] = {}
    counts = Counter(_name(particle) for particle in particles(content))
    for particle in particles(content):
        name = _name(particle)
        low, high = found.get(name, (0, 0))
        most = None if high is None or particle.max_occurs is None else high + particle.max_occurs
        least = low + particle.min_occurs if counts[name] == 1 else 0
        found[name] = (least, most)
    return found


def _name(particle: Any) -> str:
    return "" if is_wildcard(particle) else str(particle.name)


def _occurrence(occurs: tuple[int, int | None]) -> str:
    return f"{occurs[0]}..{_limit(occurs[1])}"


def _limit(high: int | None) -> str:
    return "unbounded" if high is None else str(high)
