"""When no list can meet some statements."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from hub.contracts.compatibility.json_schema.literals import (
    Count,
    Goal,
    ItemAt,
    ItemsFrom,
    Judged,
    OneOf,
    Size,
    Statement,
    Unique,
)
from hub.contracts.compatibility.json_schema.proving import Proving

_MAX_PLACINGS: Final = 200
"""How many ways of placing the items that must be there are looked at."""
_MAX_PREFIX: Final = 100
_NOTHING_IN_IT: Final[Hashable] = ("array", ())


@dataclass(slots=True)
class _Lists:
    """What the statements ask of length, of the items by index, of the rest, and of items somewhere."""

    low: int = 0
    high: int | None = None
    at: dict[int, set[Judged]] = field(default_factory=dict)
    from_: list[tuple[int, Judged]] = field(default_factory=list)
    wanted: list[tuple[int, Judged]] = field(default_factory=list)
    """Items that must be there from an index on."""
    counts: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    is_unique: bool = False
    has_equal: bool = False
    excludes_empty: bool = False

    def at_least(self, low: int) -> None:
        self.low = max(self.low, low)

    def limit(self, high: int | None) -> None:
        if high is not None:
            self.high = high if self.high is None else min(self.high, high)

    def count(self, node: int, low: int, high: int | None) -> None:
        least, most = self.counts.get(node, (0, None))
        most = most if high is None else high if most is None else min(most, high)
        self.counts[node] = (max(least, low), most)

    def fill(self) -> None:
        """Where a list has no room for others, all its items are of the kind that must be there so often."""
        full = (node for node, (low, _) in self.counts.items() if low and low == self.high)
        self.from_.extend((0, Judged(node, is_valid=True)) for node in full)

    @property
    def is_too_short(self) -> bool:
        return self.high is not None and self.low > self.high

    @property
    def generic(self) -> int:
        """The first index from which on all items are asked the same."""
        return max([0, *(index + 1 for index in self.at), *(index for index, _ in self.from_)])

    def item(self, index: int) -> Goal:
        """All that is asked of the item of an index."""
        asked = set(self.at.get(index, ()))
        asked.update(judged for start, judged in self.from_ if start <= index)
        return frozenset(asked)


def no_list(statements: Iterable[Statement], proving: Proving) -> bool:
    """Tell whether no list meets all the statements. True is proven."""
    lists = _gather(statements)
    if lists.is_unique:
        # Different items of which there are only so many.
        values = proving.count_values(lists.item(lists.generic))
        lists.limit(None if values is None else lists.generic + values)
    lists.fill()
    for _ in range(2):
        # What is learnt of single places bounds the length, and a length asks for places.
        if lists.is_too_short or _has_impossible_place(lists, proving):
            return True
    if lists.high == 0 and lists.excludes_empty:
        return True
    if lists.has_equal and _has_no_equal_pair(lists, proving):
        return True
    return _cannot_be_placed(lists, proving) or _counts_fail(lists, proving)


def _gather(statements: Iterable[Statement]) -> _Lists:
    lists = _Lists()
    for statement in statements:
        match statement:
            case Size(low, high):
                lists.at_least(low)
                lists.limit(high)
            case ItemAt() | ItemsFrom():
                _gather_item(lists, statement)
            case Count(node, low, high):
                lists.count(node, low, high)
            case Unique(holds):
                lists.is_unique |= holds
                lists.has_equal |= not holds
            case OneOf(values, False):
                lists.excludes_empty |= _NOTHING_IN_IT in values
    _conclude(lists)
    return lists


def _conclude(lists: _Lists) -> None:
    """What follows from pairs and counts for length and items."""
    if lists.has_equal:
        lists.at_least(2)
    for node, (low, high) in lists.counts.items():
        lists.at_least(low)
        if high == 0:
            lists.from_.append((0, Judged(node, is_valid=False)))
        elif low > 0:
            lists.wanted.append((0, Judged(node, is_valid=True)))


def _gather_item(lists: _Lists, statement: ItemAt | ItemsFrom) -> None:
    match statement:
        case ItemAt(index, item, exists):
            lists.at.setdefault(index, set()).add(item)
            if exists:
                lists.at_least(index + 1)
        case ItemsFrom(index, item, True):
            lists.wanted.append((index, item))
            lists.at_least(index + 1)
        case ItemsFrom(index, item, False):
            lists.from_.append((index, item))


def _has_impossible_place(lists: _Lists, proving: Proving) -> bool:
    """Bound the length by the first place that nothing fits; tell whether that leaves no length."""
    last = min(lists.generic, _MAX_PREFIX)
    for index in range(last + 1):
        if lists.high is not None and index >= lists.high:
            break
        if proving.is_empty(lists.item(index)):
            lists.limit(index)
    return lists.is_too_short


def _has_no_equal_pair(lists: _Lists, proving: Proving) -> bool:
    if lists.is_unique:
        return True
    places = _places(lists, 2)
    if len(places) > _MAX_PREFIX:
        return False
    return all(
        proving.is_empty(lists.item(one) | lists.item(other))
        for number, one in enumerate(places)
        for other in places[number + 1 :]
    )


def _places(lists: _Lists, beyond: int) -> range:
    """The indices that stand for all: the particular ones, and some of those that are asked the same."""
    end = lists.generic + beyond
    return range(end if lists.high is None else min(end, lists.high))


def _cannot_be_placed(lists: _Lists, proving: Proving) -> bool:
    """Tell whether the items that must be there have no places, alone or together."""
    wanted = list(dict.fromkeys(lists.wanted))
    options: list[list[int]] = []
    for start, judged in wanted:
        # Somewhere among those that are asked the same, there is room unless the length is bounded.
        places = [index for index in _places(lists, max(len(wanted), start + 1)) if index >= start]
        fitting = [i for i in places if not proving.is_empty(lists.item(i) | {judged})]
        if not fitting:
            return True
        options.append(fitting)
    count = 1
    for option in options:
        count *= len(option)
    if len(wanted) < 2 or count > _MAX_PLACINGS:  # noqa: PLR2004 - two are the fewest that can be in each other's way
        return False
    return all(_is_bad_placing(placing, wanted, lists, proving) for placing in product(*options))


def _is_bad_placing(
    placing: tuple[int, ...], wanted: list[tuple[int, Judged]], lists: _Lists, proving: Proving
) -> bool:
    for index in set(placing):
        together = {judged for place, (_, judged) in zip(placing, wanted, strict=True) if place == index}
        if proving.is_empty(lists.item(index) | together):
            return True
    return False


def _counts_fail(lists: _Lists, proving: Proving) -> bool:
    """Tell whether more or fewer items than allowed are surely valid under some schema."""
    for node, (low, high) in lists.counts.items():
        if high is not None and low > high:
            return True
        if high is not None and _forced(lists, node, proving) > high:
            return True
        if low > 1 and _possible(lists, node, proving, low) < low:
            return True
        if high is not None and any(
            least > high
            and proving.is_empty(frozenset({Judged(other, is_valid=True), Judged(node, is_valid=False)}))
            for other, (least, _) in lists.counts.items()
            if other != node
        ):
            return True
    return False


def _forced(lists: _Lists, node: int, proving: Proving) -> int:
    """How many items there surely are that are valid under a schema."""
    generic = lists.generic
    invalid = Judged(node, is_valid=False)
    particular = min(generic, lists.low, _MAX_PREFIX)
    count = sum(proving.is_empty(lists.item(index) | {invalid}) for index in range(particular))
    rest = lists.low - generic
    if rest > 0 and proving.is_empty(lists.item(generic) | {invalid}):
        count += rest
    return count


def _possible(lists: _Lists, node: int, proving: Proving, enough: int) -> int:
    """How many items there can be that are valid under a schema, counted up to ``enough``."""
    valid = Judged(node, is_valid=True)
    count = 0
    for index in _places(lists, enough):
        count += not proving.is_empty(lists.item(index) | {valid})
        if count >= enough or index > _MAX_PREFIX:
            return enough
    return count
