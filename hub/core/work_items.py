"""Inboxes: where the people of a partner answer what the hub would otherwise call a system for."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hub.core.message import Message
from hub.core.values import ContractRef, Text


class Returned(StrEnum):
    """What becomes of an exchange whose work item an officer returns."""

    REFUSED = "refused"
    """Its sender is told that the partner refuses it, and why."""
    DEAD_LETTER = "dead-letter"
    """The hub's operators look at it."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """An endpoint whose exchanges wait for officers."""

    endpoint: str
    """``partner.operation``."""
    partner: str
    offices: tuple[str, ...]
    """Whose officers see a new work item; an office belongs to one partner."""
    title: Text
    """Of the form."""
    contract: ContractRef
    """Its reply schema is the form."""
    returned: Returned
    judge: Callable[[Message], object]
    """Raises ExchangeError with a ``partner.*`` code if a valid answer says that the partner did not do it."""
