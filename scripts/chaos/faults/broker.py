"""What happens to RabbitMQ."""

import asyncio

from scripts.chaos.faults.fault import CLUSTERED, Fault
from scripts.chaos.town import Town
from scripts.services.rabbitmq import ThrowAwayRabbitMQ
from scripts.services.rabbitmq_cluster import ThrowAwayRabbitMQCluster
from scripts.services.throwaway import UnavailableError

_THREE = 3


def broker_of(town: Town) -> ThrowAwayRabbitMQCluster:
    """The town's broker. Raises UnavailableError in a set-up that has none."""
    if town.broker is None:
        raise UnavailableError("this set-up has no RabbitMQ")
    return town.broker


class Crash(Fault):
    """All nodes die without a word, perhaps with all that they had."""

    set_ups = CLUSTERED

    def __init__(self, name: str, *, loses_everything: bool) -> None:
        super().__init__(name)
        self._loses_everything = loses_everything

    async def begin(self, town: Town) -> None:
        await asyncio.to_thread(broker_of(town).stop)
        if self._loses_everything:
            await asyncio.to_thread(broker_of(town).forget_everything)

    async def end(self, town: Town) -> None:
        await asyncio.to_thread(broker_of(town).start)


class MemoryAlarm(Fault):
    """It takes nothing more that is published, and says so by silence."""

    set_ups = CLUSTERED
    holds_s = 5.0

    async def begin(self, town: Town) -> None:
        await self._allow(town, "absolute", "1")

    async def end(self, town: Town) -> None:
        await self._allow(town, "0.4")

    async def _allow(self, town: Town, *how_much: str) -> None:
        node = broker_of(town).nodes[0]
        await asyncio.to_thread(node.control, "set_vm_memory_high_watermark", *how_much)


class LoseOne(Fault):
    """One of three nodes dies: any, or the one that leads most queues."""

    set_ups = CLUSTERED
    broker_nodes = _THREE
    holds_s = 5.0
    _node: ThrowAwayRabbitMQ

    def __init__(self, name: str, *, is_leader: bool) -> None:
        super().__init__(name)
        self._is_leader = is_leader

    async def begin(self, town: Town) -> None:
        broker = broker_of(town)
        leaders = await asyncio.to_thread(broker.leaders) if self._is_leader else ()
        self._node = leaders[0] if leaders else town.draw.choice(broker.nodes)
        await asyncio.to_thread(self._node.stop)

    async def end(self, town: Town) -> None:
        del town
        await asyncio.to_thread(self._node.start)


FAULTS: tuple[Fault, ...] = (
    Crash("broker-kill", loses_everything=False),
    Crash("broker-wipe", loses_everything=True),
    MemoryAlarm("broker-memory-alarm"),
    LoseOne("broker-node-kill", is_leader=False),
    LoseOne("broker-leader-kill", is_leader=True),
)
