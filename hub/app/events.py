"""Puts together what brings events to subscribers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import Route

from hub.app.settings import Settings
from hub.app.setups import SetUp, Store, UnusableError
from hub.core.events import DeliveryKind
from hub.core.observer import Silent
from hub.gateway.amqp.event_queues import EventQueues
from hub.gateway.subscriptions import SubscriptionEndpoints
from hub.gateway.webhook_address import AddressRules
from hub.gateway.webhooks import WebhookSender
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.events.courier import Sender
from hub.runtime.events.dispatcher import Dispatcher
from hub.runtime.events.pulling import Pulling
from hub.runtime.events.record import DeliveryRecord
from hub.runtime.events.subscribing import Subscribing, Terms
from hub.runtime.recorder import Recorder
from hub.runtime.waiting import Waiters
from hub.security.access import Access
from monitoring.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Events:
    """Publish–subscribe of a running hub."""

    dispatcher: Dispatcher
    routes: list[Route]


def address_rules(settings: Settings) -> AddressRules:
    """Where webhooks may go. Raises UnusableError."""
    try:
        return AddressRules.parse(settings.webhook_networks, settings.webhook_plain_hosts)
    except ValueError as error:
        raise UnusableError(f"PEYVAND_WEBHOOK_NETWORKS: {error}") from None


@asynccontextmanager
async def put_together(
    settings: Settings,
    stands_on: SetUp,
    recorder: Recorder,
    access: Access,
    configuration: CurrentConfiguration,
    *,
    metrics: Metrics,
    is_stopping: Callable[[], bool],
) -> AsyncIterator[Events]:
    """Serves until it is left. Raises UnusableError."""
    store, rules = stands_on.store, address_rules(settings)
    record = DeliveryRecord(recorder)
    subscribing = Subscribing(store.subscriptions, store.event_log, record, store.sealer)
    terms = Terms(
        configuration, access, rules.complaint_about, has_queues=settings.clients_amqp_url is not None
    )
    pulling = Pulling(store.subscriptions, store.event_log, record)
    async with WebhookSender(rules, store.sealer) as webhooks:
        senders: dict[DeliveryKind, Sender] = {DeliveryKind.WEBHOOK: webhooks}
        queues = _event_queues(settings)
        if queues is not None:
            senders[DeliveryKind.QUEUE] = queues
            queues.start()
        dispatcher = Dispatcher(
            subscriptions=store.subscriptions,
            event_log=store.event_log,
            tenancy=stands_on.delivering_events,
            clients=store.clients,
            access=access,
            configuration=configuration,
            record=record,
            subscribing=subscribing,
            senders=senders,
            may_forget=stands_on.may_sweep,
        )
        endpoints = SubscriptionEndpoints(
            access, store.subscriptions, subscribing, pulling, terms, is_stopping=is_stopping
        )
        metrics.watch_subscriptions(lambda: dispatcher.states)
        dispatcher.start()
        try:
            yield Events(dispatcher, endpoints.routes())
        finally:
            await dispatcher.stop()
            if queues is not None:
                await queues.stop()


def _event_queues(settings: Settings) -> EventQueues | None:
    """What brings events to clients' own queues, where there is a RabbitMQ for them. Raises UnusableError."""
    if settings.clients_amqp_url is None:
        return None
    try:
        return EventQueues(settings.clients_amqp_url.get_secret_value())
    except ValueError as error:
        raise UnusableError(f"PEYVAND_CLIENTS_AMQP_URL is no address of a RabbitMQ: {error}") from None


def subscribing_on(store: Store) -> Subscribing:
    """What persons do to subscriptions on a store, beside running hubs or without one."""
    record = DeliveryRecord(Recorder(store.journal, Waiters(), Silent()))
    return Subscribing(store.subscriptions, store.event_log, record, store.sealer)
