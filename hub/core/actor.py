"""Who acts on the hub itself: an operator, as whoever let them in vouches for them."""

import re
from dataclasses import dataclass
from typing import Final

_NAME = re.compile(r"[^\W_](?:[\w.@-]{0,62}\w)?\Z")
PERSON: Final = "person:"
"""How the causes begin that name a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, with the roles that the door they came in by gives them."""

    name: str
    roles: frozenset[str] = frozenset()

    @property
    def cause(self) -> str:
        """The person as the cause of a journal entry."""
        return PERSON + self.name


def is_actor_name(text: str) -> bool:
    """Whether a text may name a person: letters of any script and digits, joined by ``.``, ``-``, ``_`` or ``@``."""
    return _NAME.match(text) is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an exchange, and why. All of it is recorded; it holds no personal data of others."""

    actor: Actor
    reason: str
    action: str = ""
    """An id that whoever decides has made up: asked for again under it, nothing happens a second time."""
