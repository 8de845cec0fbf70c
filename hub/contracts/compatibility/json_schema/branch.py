"""The search for contradictions among statements about one value of one type."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final

from hub.contracts.compatibility.json_schema.arrays import no_list
from hub.contracts.compatibility.json_schema.evaluation import Verdict
from hub.contracts.compatibility.json_schema.formats import is_match
from hub.contracts.compatibility.json_schema.literals import (
    Clause,
    Goal,
    Judged,
    Literal,
    Matches,
    OneOf,
    Statement,
    contrary,
)
from hub.contracts.compatibility.json_schema.numbers import no_number
from hub.contracts.compatibility.json_schema.objects import ObjectStatements
from hub.contracts.compatibility.json_schema.proving import Proving
from hub.contracts.compatibility.json_schema.strings import no_text
from hub.contracts.compatibility.json_schema.values import ALL_VALUES, Type, thawed

_STATEMENTS_PER_STEP: Final = 10


def is_closed(proving: Proving, goal: Goal, type_: Type, statements: Iterable[Statement] = ()) -> bool:
    """Tell whether no value of the type meets the goal and the statements. True is proven."""
    state = _State()
    first: list[Literal] = [*sorted(goal, key=lambda one: (one.node, one.is_valid)), *statements]
    if type_ in ALL_VALUES:
        first.append(OneOf(ALL_VALUES[type_], is_one=True))
    branch = _Branch(proving, type_)
    return branch.add(state, first) or branch.close(state)


@dataclass(slots=True)
class _State:
    """What holds in one branch, and the clauses that came with it."""

    asserted: dict[Literal, None] = field(default_factory=dict)
    """In order, so that every run goes the same way."""
    clauses: dict[Clause, None] = field(default_factory=dict)
    objects: ObjectStatements | None = None
    """What is asserted of an object, gathered."""

    def copy(self) -> "_State":
        return _State(dict(self.asserted), dict(self.clauses))


class _Branch:
    def __init__(self, proving: Proving, type_: Type) -> None:
        self._proving = proving
        self._type = type_

    def add(self, state: _State, literals: Iterable[Literal]) -> bool:
        """Add what holds, and all that follows at once; tell whether that is a plain contradiction."""
        waiting = [*literals]
        while waiting:
            literal = waiting.pop()
            if literal in state.asserted:
                continue
            if contrary(literal) in state.asserted:
                return True
            state.asserted[literal] = None
            if isinstance(literal, Judged):
                expansion = self._proving.expansion(literal, self._type)
                if expansion.is_impossible:
                    return True
                waiting.extend(reversed(expansion.statements))
                state.clauses.update(dict.fromkeys(expansion.clauses))
        return False

    def close(self, state: _State) -> bool:
        """Tell whether every way through the clauses ends in a contradiction."""
        while True:
            verdict = self._contradiction(state)
            if verdict is not None:
                return verdict
            open_: list[list[tuple[Literal, ...]]] = []
            only: tuple[Literal, ...] | None = None
            for clause in state.clauses:
                if any(all(one in state.asserted for one in alternative) for alternative in clause):
                    continue
                alive = self._alive(state, clause)
                if not alive:
                    return True
                if len(alive) == 1:
                    only = alive[0]
                    break
                open_.append(alive)
            if only is None:
                break
            if self.add(state, only):
                return True
        if not open_:
            return False
        with self._proving.deeper():
            return all(self._closes(state, alternative) for alternative in min(open_, key=len))

    def _closes(self, state: _State, alternative: tuple[Literal, ...]) -> bool:
        after = state.copy()
        return self.add(after, alternative) or self.close(after)

    def _alive(self, state: _State, clause: Clause) -> list[tuple[Literal, ...]]:
        """The alternatives that are no plain contradiction with what holds."""
        alive: list[tuple[Literal, ...]] = []
        for alternative in clause:
            self._proving.step()
            if any(contrary(one) in state.asserted for one in alternative):
                continue
            quick = self._rule_out(state, alternative)
            if quick is None:
                after = state.copy()
                quick = self.add(after, alternative) or self._contradiction(after) is True
            if not quick:
                alive.append(alternative)
        return alive

    def _rule_out(self, state: _State, alternative: tuple[Literal, ...]) -> Verdict:
        """Whether single properties already tell that an alternative is a contradiction; None: look closer."""
        statements = [one for one in alternative if not isinstance(one, Judged)]
        if state.objects is None or len(statements) < len(alternative):
            return None
        return state.objects.rule_out(statements)

    def _contradiction(self, state: _State) -> Verdict:
        """True: nothing meets the statements. False: something surely meets the whole goal. None: go on."""
        statements = [one for one in state.asserted if not isinstance(one, Judged)]
        self._proving.step(1 + len(state.asserted) // _STATEMENTS_PER_STEP)
        finite = [one.values for one in statements if isinstance(one, OneOf) and one.is_one]
        if finite:
            return self._none_of(frozenset.intersection(*finite), state, statements)
        match self._type:
            case Type.NUMBER:
                is_none = no_number(statements)
            case Type.STRING:
                is_none = no_text(statements, self._proving)
            case Type.ARRAY:
                is_none = no_list(statements, self._proving)
            case Type.OBJECT:
                state.objects = ObjectStatements(statements, self._proving)
                is_none = state.objects.no_object()
            case _:
                is_none = False
        return True if is_none else None

    def _none_of(self, values: frozenset[Hashable], state: _State, statements: list[Statement]) -> Verdict:
        goal = frozenset(one for one in state.asserted if isinstance(one, Judged))
        result: Verdict = True
        for value in values:
            verdict = _agrees(value, statements)
            if verdict is not False:
                judged = self._proving.judge(goal, thawed(value))
                verdict = judged if judged is not True else verdict
            if verdict is True:
                return False
            if verdict is not False:
                result = None
        return result


def _agrees(value: Hashable, statements: list[Statement]) -> Verdict:
    """Whether a value agrees with the statements that do not come from a schema."""
    result: Verdict = True
    for one in statements:
        match one:
            case OneOf(values, is_one):
                if (value in values) is not is_one:
                    return False
            case Matches(pattern, holds) if isinstance(value, str):
                verdict = is_match(value, pattern)
                if verdict is None:
                    result = None
                elif verdict is not holds:
                    return False
    return result
