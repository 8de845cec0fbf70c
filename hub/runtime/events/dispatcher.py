"""Looks after all subscriptions that are brought their events: one courier each, on one node at a time."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from hub.core import codes
from hub.core.contract import Pattern
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.events import (
    DeliveryKind,
    EventLog,
    Move,
    Subscription,
    Subscriptions,
    SubscriptionState,
    Tenancy,
)
from hub.core.ports import ClientRecord, ClientRegistry
from hub.core.values import US_PER_S
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.events.courier import Courier, Sender
from hub.runtime.events.interest import Interest
from hub.runtime.events.record import DeliveryRecord
from hub.runtime.events.subscribing import Subscribing
from hub.security.access import Access

log = structlog.get_logger(__name__)

ROUND_EVERY_S: Final = 0.5
LOOK_AT_GRANTS_EVERY_S: Final = 5.0
FORGET_EVERY_S: Final = 3600.0
_DAY_US: Final = 86_400 * US_PER_S
Serving = tuple[int, int]
"""Which form of a subscription is being served: its number and its run."""


@dataclass(slots=True)
class _Service:
    """A courier at work."""

    courier: Courier
    task: asyncio.Task[None]
    serves: Serving
    configuration: Configuration
    client: ClientRecord
    told: int
    """The position that the store was last told."""


class Dispatcher:
    """Begins and ends couriers. One that is slow or dead holds up nobody else (G9)."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        event_log: EventLog,
        tenancy: Tenancy,
        clients: ClientRegistry,
        access: Access,
        configuration: CurrentConfiguration,
        record: DeliveryRecord,
        subscribing: Subscribing,
        senders: Mapping[DeliveryKind, Sender],
        may_forget: Callable[[], bool],
    ) -> None:
        """``senders`` may lack a kind that this set-up has not; ``may_forget``: whether this node tidies up."""
        self._subscriptions = subscriptions
        self._event_log = event_log
        self._tenancy = tenancy
        self._clients = clients
        self._access = access
        self._configuration = configuration
        self._record = record
        self._subscribing = subscribing
        self._senders = senders
        self._may_forget = may_forget
        self._services: dict[str, _Service] = {}
        self._known: Mapping[str, ClientRecord] = {}
        self._looked_s = self._forgot_s = float("-inf")
        self._held_until_s = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._is_draining = False
        self.states: Mapping[str, int] = {}
        """How many subscriptions stand where, as of the last round."""

    def start(self) -> None:
        """Begin to serve."""
        self._task = asyncio.ensure_future(self._go_round_for_ever())

    def published(self, contract: str) -> None:
        """An event of this contract has just been recorded here: nobody need wait to see it."""
        for service in self._services.values():
            if service.courier.subscription.contract == contract:
                service.courier.woken.set()

    async def drain(self) -> None:
        """Begin no delivery from now on, and wait until none is under way."""
        self._is_draining = True
        services = tuple(self._services.values())
        for service in services:
            service.courier.is_stopping = True
            service.courier.woken.set()
        if services:
            await asyncio.wait([service.task for service in services])
        await self._tell_positions()

    async def stop(self) -> None:
        """Stop at once; what is under way is taken up again by whoever serves next."""
        self._is_draining = True
        tasks = [service.task for service in self._services.values()]
        if self._task is not None:
            tasks.append(self._task)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def trouble(self) -> str:
        """Which subscriptions need a person, in words; empty if none does."""
        parked = self.states.get(SubscriptionState.PARKED, 0)
        return (
            f"{parked} subscriptions are parked: see peyvand subscription list --state parked"
            if parked
            else ""
        )

    async def _go_round_for_ever(self) -> None:
        while True:
            try:
                await self._go_round()
            except NotRecordedError:
                log.warning("subscriptions cannot be read just now")
            except Exception:
                log.exception("fault of the dispatcher")
            if time.monotonic() > self._held_until_s:
                self._end(set(self._services))  # by now another node may be at it
            await asyncio.sleep(ROUND_EVERY_S)

    async def _go_round(self) -> None:
        await self._tell_positions()
        found = await self._subscriptions.list()
        self.states = Counter(subscription.state for subscription in found)
        await self._look_at_clients()
        served = {one.id: one for one in found if self._is_served(one)}
        asked_s = time.monotonic()
        held = await self._tenancy.hold(served)
        self._held_until_s = asked_s + self._tenancy.lasts_s
        now = self._configuration.now
        self._end(
            {
                id_
                for id_, service in self._services.items()
                if id_ not in held
                or service.task.done()
                or service.serves != _serving(served[id_])
                or service.configuration is not now
                or service.client != self._known.get(served[id_].client)
            }
        )
        if not self._is_draining:
            for id_ in held - self._services.keys():
                await self._begin(served[id_], now)
        await self._forget_old(now)

    def _is_served(self, subscription: Subscription) -> bool:
        return subscription.state is SubscriptionState.ACTIVE and subscription.kind in self._senders

    async def _begin(self, subscription: Subscription, configuration: Configuration) -> None:
        if subscription.client not in self._known:
            await self._look_at_clients(at_once=True)
        client = self._known.get(subscription.client)
        try:
            if client is None:
                raise ExchangeError(codes.AUTH_REVOKED)  # noqa: TRY301 - as what follows
            interest = Interest(subscription, client, configuration, self._access)
        except ExchangeError as error:
            await self._subscribing.stop(subscription, SubscriptionState.PARKED, error.code.id)
            return
        courier = Courier(
            subscription,
            interest,
            event_log=self._event_log,
            record=self._record,
            sender=self._senders[subscription.kind],
            stop=self._subscribing.stop,
        )
        task = asyncio.ensure_future(self._run(courier))
        self._services[subscription.id] = _Service(
            courier, task, _serving(subscription), configuration, client, subscription.position
        )

    async def _run(self, courier: Courier) -> None:
        try:
            await courier.run()
        except NotRecordedError:
            log.warning("a courier could not go on; it begins anew", subscription=courier.subscription.id)
        except Exception:
            log.exception("fault of a courier", subscription=courier.subscription.id)

    def _end(self, ids: set[str]) -> None:
        for id_ in ids:
            self._services.pop(id_).task.cancel()

    async def _tell_positions(self) -> None:
        moves = [
            Move(id_, service.serves[1], service.courier.position)
            for id_, service in self._services.items()
            if service.courier.position > service.told
        ]
        await self._subscriptions.advance(moves)
        for id_, _, position in moves:
            if id_ in self._services:
                self._services[id_].told = position

    async def _look_at_clients(self, *, at_once: bool = False) -> None:
        """A client that was revoked, or lost a grant, gets nothing more within seconds (G6)."""
        if at_once or time.monotonic() >= self._looked_s + LOOK_AT_GRANTS_EVERY_S:
            records = await self._clients.list()
            self._known = {record.name: record for record in records if not record.revoked_us}
            self._looked_s = time.monotonic()

    async def _forget_old(self, configuration: Configuration) -> None:
        if not self._may_forget() or time.monotonic() < self._forgot_s + FORGET_EVERY_S:
            return
        self._forgot_s = time.monotonic()
        for contract in configuration.contracts.values():
            if contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
                before_us = self._record.clock_us() - contract.retention_days * _DAY_US
                await self._event_log.forget(contract.name, before_us)


def _serving(subscription: Subscription) -> Serving:
    return subscription.number, subscription.run_us
