"""One keyword's meaning in statements, both ways."""

from dataclasses import dataclass
from typing import Final

from hub.contracts.compatibility.json_schema.literals import Clause, Literal


@dataclass(frozen=True, slots=True)
class Part:
    """What holds where the keyword is met, and what where it is not."""

    all_of: tuple[Literal, ...]
    """Statements that hold together with the clauses where it is met."""
    clauses: tuple[Clause, ...]
    contrary: tuple[tuple[Literal, ...], ...]
    """Alternatives where it is not met; an empty one means that nothing is known then."""


IMPOSSIBLE: Final = Part((), ((),), ((),))
"""Never met by any value of the type. Without a contrary of its own: it is not met by every value."""


def met(*statements: Literal, unless: tuple[Literal, ...]) -> Part:
    """A part without clauses, and one alternative where it is not met."""
    return Part(statements, (), (unless,))
