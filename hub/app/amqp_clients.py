"""Clients on AMQP, if the settings name a RabbitMQ for them."""

import contextlib
from collections.abc import AsyncIterator, Callable

from hub.app.settings import Settings
from hub.app.setups import UnusableError
from hub.contracts.descriptions.asyncapi import OwnQueues
from hub.core.ports import ClientRegistry, Journal
from hub.gateway.amqp.described import queues_of
from hub.gateway.amqp.service import AmqpClients
from hub.gateway.http import HttpLimits
from hub.runtime.pipeline import Pipeline
from hub.runtime.waiting import Waiters


def client_queues(settings: Settings) -> Callable[[str], OwnQueues] | None:
    """How descriptions name a client's own queues; None where clients have none."""
    if settings.clients_amqp_url is None:
        return None
    return queues_of(settings.clients_amqp_public_url or settings.clients_amqp_url.get_secret_value())


@contextlib.asynccontextmanager
async def amqp_clients(
    settings: Settings,
    *,
    limits: HttpLimits,
    pipeline: Pipeline,
    registry: ClientRegistry,
    journal: Journal,
    waiters: Waiters,
    may_sweep: Callable[[], bool],
) -> AsyncIterator[AmqpClients | None]:
    """Serve them while it lasts; waits for no server. Raises UnusableError for an address that cannot be one."""
    if settings.clients_amqp_url is None:
        yield None
        return
    try:
        clients = AmqpClients(
            settings.clients_amqp_url.get_secret_value(),
            pipeline=pipeline,
            clients=registry,
            journal=journal,
            limits=limits,
            may_sweep=may_sweep,
        )
    except ValueError as error:
        raise UnusableError(f"PEYVAND_CLIENTS_AMQP_URL is no address of a RabbitMQ: {error}") from None
    waiters.listeners.append(clients.ended)
    clients.start()
    try:
        yield clients
    finally:
        await clients.stop()
