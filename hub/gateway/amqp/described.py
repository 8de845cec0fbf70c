"""A client's own queues as its AsyncAPI description names them."""

from collections.abc import Callable
from urllib.parse import unquote

from yarl import URL

from hub.contracts.descriptions.asyncapi import OwnQueues
from hub.gateway.amqp.names import from_hub, to_hub

_DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671}


def queues_of(url: str) -> Callable[[str], OwnQueues]:
    """Given a client's name, its queues on the RabbitMQ at this address; the address's credentials stay out of it."""
    address = URL(url)
    port = address.port or _DEFAULT_PORTS.get(address.scheme, 0)
    virtual_host = unquote(address.raw_path[1:]) or "/"

    def of(client: str) -> OwnQueues:
        host = f"{address.host}:{port}"
        return OwnQueues(host, address.scheme, virtual_host, to_hub(client), from_hub(client))

    return of
