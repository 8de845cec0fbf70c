"""When no object can meet some statements."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from hub.contracts.compatibility.json_schema.evaluation import Verdict
from hub.contracts.compatibility.json_schema.formats import is_match
from hub.contracts.compatibility.json_schema.literals import (
    Goal,
    Has,
    Judged,
    Matches,
    Names,
    OneOf,
    PropertiesOf,
    PropertyIs,
    Size,
    Statement,
)
from hub.contracts.compatibility.json_schema.proving import Proving

_NOTHING_IN_IT: Final[Hashable] = ("object", frozenset())


@dataclass(frozen=True, slots=True)
class _Rule:
    """All properties with such names are so; without ``value`` there are none."""

    names: Names
    value: Judged | None


@dataclass(slots=True)
class _Objects:
    """What the statements ask of the number of properties, of single ones, of all with such names."""

    low: int = 0
    high: int | None = None
    there: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    single: dict[str, set[Judged]] = field(default_factory=dict)
    rules: list[_Rule] = field(default_factory=list)
    wanted: list[_Rule] = field(default_factory=list)
    """There is a property with such a name that is so."""
    excludes_empty: bool = False


class ObjectStatements:
    """Statements about one object, gathered once and asked several times."""

    def __init__(self, statements: Iterable[Statement], proving: Proving) -> None:
        self._objects = _gather(statements)
        self._naming = _Naming(self._objects, proving)

    def no_object(self) -> bool:
        """Tell whether no object meets all the statements. True is proven."""
        objects, names = self._objects, self._naming
        impossible = {name for name in names.known if names.is_impossible(name)}
        if objects.there & impossible:
            return True
        if objects.high is not None and len(objects.there) > objects.high:
            return True
        is_full = objects.high is not None and len(objects.there) == objects.high
        candidates = objects.there if is_full else names.known - impossible
        for wanted in objects.wanted:
            if any(not names.is_impossible(name, wanted) for name in candidates):
                continue
            if is_full or names.no_other_name(wanted):
                return True
        return _has_wrong_size(objects, names, impossible)

    def rule_out(self, more: Iterable[Statement]) -> Verdict:
        """Whether more statements are a contradiction as far as single properties go.

        None if they are not about single properties.
        """
        for statement in more:
            match statement:
                case PropertyIs(name, value, True):
                    is_impossible = self._naming.is_impossible(name, _Rule(Names(), value))
                case Has(name, True):
                    is_impossible = self._naming.is_impossible(name)
                case Has(name, False):
                    is_impossible = name in self._objects.there
                case _:
                    return None
            if is_impossible:
                return True
        return False


def _has_wrong_size(objects: _Objects, names: "_Naming", impossible: set[str]) -> bool:
    if objects.high is not None and objects.low > objects.high:
        return True
    if objects.high == 0 and objects.excludes_empty:
        return True
    possible = len(names.known - impossible)
    if objects.low > possible or (objects.excludes_empty and possible == 0):
        return names.no_other_name(_Rule(Names(), None))
    return False


def _gather(statements: Iterable[Statement]) -> _Objects:
    objects = _Objects()
    for statement in statements:
        match statement:
            case Size(low, high):
                objects.low = max(objects.low, low)
                if high is not None:
                    objects.high = high if objects.high is None else min(objects.high, high)
            case Has(name, True):
                objects.there.add(name)
            case Has(name, False):
                objects.absent.add(name)
            case PropertyIs(name, value, exists):
                objects.single.setdefault(name, set()).add(value)
                if exists:
                    objects.there.add(name)
            case PropertiesOf(names, value, exists):
                (objects.wanted if exists else objects.rules).append(_Rule(names, value))
            case OneOf(values, False):
                objects.excludes_empty |= _NOTHING_IN_IT in values
    return objects


class _Naming:
    """Which names properties can have, and what is asked of them."""

    def __init__(self, objects: _Objects, proving: Proving) -> None:
        self._objects = objects
        self._proving = proving
        # Rules say which names they leave out: those are particular too.
        particular = (name for rule in (*objects.rules, *objects.wanted) for name in rule.names.others_than)
        self.known = objects.there | objects.absent | objects.single.keys() | set(particular)
        self._matches = sorted(
            {one.pattern for rule in (*objects.rules, *objects.wanted) for one in rule.names.matching}
        )
        self._judged = sorted(
            {one.node for rule in (*objects.rules, *objects.wanted) for one in rule.names.judged}
        )

    def is_impossible(self, name: str, wanted: _Rule | None = None) -> bool:
        """Tell whether there can be no property of this name, or none that is also as wanted."""
        if name in self._objects.absent:
            return True
        asked = set(self._objects.single.get(name, ()))
        for rule in self._objects.rules:
            if self._is_named(rule.names, name) is True:
                if rule.value is None:
                    return True
                asked.add(rule.value)
        if wanted is not None:
            if self._is_named(wanted.names, name) is False:
                return True
            if wanted.value is not None:
                asked.add(wanted.value)
        return self._proving.is_empty(frozenset(asked))

    def no_other_name(self, wanted: _Rule) -> bool:
        """Tell whether no property with a name that is not known can be as wanted."""
        excluded = OneOf(frozenset(self.known), is_one=False)
        start = _Names(frozenset({excluded, *wanted.names.matching}), wanted.names.judged)
        # Names in ``others_than`` are all known, and so excluded already.
        value = frozenset() if wanted.value is None else frozenset({wanted.value})
        return self._splits(start, value, [*self._matches], [*self._judged])

    def _splits(self, names: "_Names", value: Goal, patterns: list[str], nodes: list[int]) -> bool:
        """Split by what a name matches, until for every rule it is known whether it applies."""
        if self._proving.has_no_name(names.judged, names.statements):
            return True
        asked = set(value)
        for rule in self._objects.rules:
            if names.are_all_in(rule.names):
                if rule.value is None:
                    return True
                asked.add(rule.value)
        if self._proving.is_empty(frozenset(asked)):
            return True
        if patterns:
            pattern, *others = patterns
            return all(
                self._splits(names.that(Matches(pattern, holds=holds)), value, others, nodes)
                for holds in (True, False)
            )
        if nodes:
            node, *rest = nodes
            return all(
                self._splits(names.judged_as(Judged(node, is_valid=is_valid)), value, patterns, rest)
                for is_valid in (True, False)
            )
        return False

    def _is_named(self, names: Names, name: str) -> Verdict:
        """Whether a name is one of these."""
        if name in names.others_than:
            return False
        result: Verdict = True
        for one in names.matching:
            verdict = is_match(name, one.pattern)
            if verdict is None:
                result = None
            elif verdict is not one.holds:
                return False
        judged = self._proving.judge(names.judged, name)
        return False if judged is False else result if judged else None


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that are not known beforehand, as far as they have been told apart."""

    statements: frozenset[Statement]
    judged: Goal

    def that(self, one: Matches) -> "_Names":
        return replace(self, statements=self.statements | {one})

    def judged_as(self, one: Judged) -> "_Names":
        return replace(self, judged=self.judged | {one})

    def are_all_in(self, names: Names) -> bool:
        """Tell whether all of these are names of that kind, from what has been said of them."""
        return names.matching <= self.statements and names.judged <= self.judged
