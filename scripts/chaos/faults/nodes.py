"""What happens to a node: it is killed at any point, told to stop, or held up."""

import signal

from scripts.chaos.faults.fault import Fault
from scripts.chaos.nodes import Node
from scripts.chaos.town import Town
from scripts.services.throwaway import UnavailableError, say

_RECORDED = ("accepted", "delivering", "completed")
POINTS = (
    "after-accepted",
    "after-delivering",
    "after-answered",
    "after-completed",
    *(f"{when}-recording-{state}" for state in _RECORDED for when in ("before", "after")),
)
"""The boundaries of an exchange's life that every message passes, as the hub names them (``PEYVAND_FAULT_POINT``)."""
_PASSES = 5
_COMES_THERE_WITHIN_S = 30.0
_LONGER_THAN_A_LEASE_S = 8.0


class Kill(Fault):
    """kill -9 in the middle of whatever it does."""

    holds_s = 0.0

    async def begin(self, town: Town) -> None:
        node = town.some_node()
        before = node.generation
        node.send(signal.SIGKILL)
        await node.born(before + 1)


class KillAt(Fault):
    """kill -9 at a boundary of an exchange's life, the so-manieth time that a node comes there."""

    holds_s = 0.0

    def __init__(self, point: str) -> None:
        super().__init__(f"node-kill-{point}")
        self._point = point

    async def begin(self, town: Town) -> None:
        node = town.some_node()
        before = node.generation
        wanted = f"{self._point}:{town.draw.randint(1, _PASSES)}"
        node.extra = {"PEYVAND_FAULT_POINT": wanted, "PEYVAND_FAULT_POINTS_ALLOWED": "1"}
        node.expects(-signal.SIGKILL)
        node.send(signal.SIGTERM)
        await node.born(before + 1)
        try:
            await node.born(before + 2, _COMES_THERE_WITHIN_S)
        except UnavailableError:
            say(f"{node.name} has not come to {wanted}: there was too little to do; it is killed where it is")
            node.send(signal.SIGKILL)
            await node.born(before + 2)


class Terminate(Fault):
    """SIGTERM: it drains, ends, and is started again."""

    holds_s = 0.0

    async def begin(self, town: Town) -> None:
        node = town.some_node()
        before = node.generation
        node.send(signal.SIGTERM)
        await node.born(before + 1)


class Freeze(Fault):
    """SIGSTOP for longer than a lease lasts: it wakes up and believes that it still has it."""

    holds_s = _LONGER_THAN_A_LEASE_S
    _node: Node

    async def begin(self, town: Town) -> None:
        self._node = town.some_node()
        self._node.send(signal.SIGSTOP)

    async def end(self, town: Town) -> None:
        del town
        self._node.send(signal.SIGCONT)


FAULTS: tuple[Fault, ...] = (
    Kill("node-kill"),
    *map(KillAt, POINTS),
    Terminate("node-terminate"),
    Freeze("node-freeze"),
)
