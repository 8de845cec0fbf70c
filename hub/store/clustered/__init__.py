"""The clustered store: PostgreSQL for what must last, RabbitMQ to hand out what waits, for any number of nodes."""

from hub.store.clustered.broker import Broker
from hub.store.clustered.store import ClusteredStore

__all__ = ["Broker", "ClusteredStore"]
