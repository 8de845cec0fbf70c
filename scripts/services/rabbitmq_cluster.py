"""Three RabbitMQ nodes of one's own on this machine, as one cluster."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scripts.services.rabbitmq import ThrowAwayRabbitMQ
from scripts.services.throwaway import UnavailableError, free_port


class ThrowAwayRabbitMQCluster:
    """Start it, use its nodes' ports, remove it. With one node it is a broker that stands alone."""

    def __init__(self, size: int = 3) -> None:
        cookie, names_port = os.urandom(12).hex(), free_port()
        self.nodes = tuple(ThrowAwayRabbitMQ(cookie=cookie, names_port=names_port) for _ in range(size))

    def start(self) -> None:
        """Start all nodes that do not run. Raises UnavailableError."""
        for node in self.nodes:
            node.set_up()
        if len(self.nodes) > 1:
            for node in self.nodes:
                node.peers = tuple(other.name for other in self.nodes)
        self._all("start")

    def stop(self) -> None:
        """End all nodes at once, as a power cut would."""
        self._all("stop")

    def forget_everything(self) -> None:
        """Lose all queues and what is in them; only while all are stopped."""
        self._all("forget_everything")

    def remove(self) -> None:
        """Stop, and leave nothing behind. May be called twice."""
        self._all("remove")

    def leaders(self) -> Sequence[ThrowAwayRabbitMQ]:
        """The nodes that lead queues, the one with most queues first. Raises UnavailableError."""
        for node in self.nodes:
            try:
                said = node.control("list_queues", "leader", "--no-table-headers")
            except UnavailableError:
                continue
            led = said.split()
            return sorted(
                (each for each in self.nodes if each.name in led), key=lambda each: -led.count(each.name)
            )
        raise UnavailableError("no node of the RabbitMQ cluster answers")

    def _all(self, act: str) -> None:
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda node: getattr(node, act)(), self.nodes))
