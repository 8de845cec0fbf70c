"""What a closure runs on: one list per evaluation, with a place for every variable.

Which place is whose is decided when an expression is compiled, the variables of comprehensions included; nothing
is looked up by name while it runs. Frames are never shared, so closures are safe between tasks and threads.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeAlias

Frame: TypeAlias = list[Any]
Closure: TypeAlias = Callable[[Frame], Any]
"""Computes a value. Raises EvaluationError."""
OptionalClosure: TypeAlias = Callable[[Frame], Any]
"""Computes an optional value: what it holds, or ABSENT. Raises EvaluationError."""

MAX_ITERATIONS: Final = 10_000
"""Of all comprehensions in one evaluation together."""
BUDGET: Final = 0
"""The place of the count of iterations that are left."""


class Missing(Enum):
    """Stands for a variable that is not given."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
