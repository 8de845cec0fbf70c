"""What a fault is."""

from abc import ABC, abstractmethod
from typing import Literal

from scripts.chaos.town import Town

SetUp = Literal["embedded", "clustered"]
BOTH: tuple[SetUp, ...] = ("embedded", "clustered")
CLUSTERED: tuple[SetUp, ...] = ("clustered",)
EMBEDDED: tuple[SetUp, ...] = ("embedded",)


class Fault(ABC):
    """One way to hurt a town. ``begin`` and ``end`` are called in turn, never twice in a row.

    Both raise UnavailableError for what this machine cannot do. After ``end`` everything is there again, if
    perhaps not yet ready.
    """

    set_ups: tuple[SetUp, ...] = BOTH
    holds_s: float = 3.0
    """How long it is left in force between the two."""
    needs_standby = False
    broker_nodes = 1

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    async def begin(self, town: Town) -> None:
        """Do harm."""

    async def end(self, town: Town) -> None:  # noqa: B027 - most kinds of harm pass by themselves
        """Undo it, where it does not pass by itself."""
