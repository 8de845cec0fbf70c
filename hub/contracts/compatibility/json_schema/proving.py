"""What theories of lists and objects ask of the proof they are part of."""

from contextlib import AbstractContextManager
from typing import Protocol

from hub.contracts.compatibility.json_schema.evaluation import Verdict
from hub.contracts.compatibility.json_schema.expansion import Expansion
from hub.contracts.compatibility.json_schema.literals import Goal, Judged, Statement
from hub.contracts.compatibility.json_schema.values import Type
from hub.core.values import JsonValue


class Proving(Protocol):
    """The proof under way. What it says of a value inside holds for values that are smaller than this one."""

    def is_empty(self, goal: Goal) -> bool:
        """Tell whether no value at all meets the goal. True is proven, False is not known."""
        ...

    def has_no_name(self, goal: Goal, statements: frozenset[Statement]) -> bool:
        """Tell whether no text meets the goal and the statements. True is proven."""
        ...

    def judge(self, goal: Goal, value: JsonValue) -> Verdict:
        """Whether one value meets the goal."""
        ...

    def count_values(self, goal: Goal) -> int | None:
        """How many values meet the goal at most; None if that may be more than can be listed."""
        ...

    def expansion(self, one: Judged, type_: Type) -> Expansion:
        """What follows from a node's judgement for values of a type."""
        ...

    def step(self, weight: int = 1) -> None:
        """Count steps. Raises Unproven at the limit."""
        ...

    def deeper(self) -> AbstractContextManager[None]:
        """Go one level deeper. Raises Unproven at the limit."""
        ...


class Unproven(Exception):  # noqa: N818 - no error: the proof has met its limits
    """The proof was given up at its limits."""
