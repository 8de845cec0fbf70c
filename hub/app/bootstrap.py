"""The composition root: read it and you know what runs. The only place where implementations meet."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.types import ASGIApp

from hub.app.amqp_clients import amqp_clients, client_queues
from hub.app.answering import answering
from hub.app.attachments import attachments_of
from hub.app.control import control_routes, control_token
from hub.app.events import put_together as put_events_together
from hub.app.evidence import Evidence, check_keys, kept_evidence, put_together
from hub.app.garbage import set_apart_what_stays
from hub.app.inbox import work_item_routes
from hub.app.loading import Finder, Loaded, load
from hub.app.readiness import disk_has_room, key_seals
from hub.app.settings import Settings
from hub.app.setups import Opening, SetUp, UnusableError, set_up
from hub.contracts.json_body import JsonLimits
from hub.core.endpoint import OutboundEndpoint
from hub.core.errors import NotRecordedError
from hub.core.findings import LintError
from hub.core.ports import Query
from hub.gateway.amqp.permissions import AmqpPermissions
from hub.gateway.amqp.service import AmqpClients
from hub.gateway.app import front_door
from hub.gateway.exchange_path import ExchangePath
from hub.gateway.gate import closed_until
from hub.gateway.http import HttpLimits
from hub.gateway.management import management
from hub.gateway.partner_replies import PartnerReplies
from hub.gateway.queries import Queries
from hub.gateway.soap.codec import recorded_requests
from hub.gateway.soap.soap_path import SoapPath
from hub.runtime import fault_points
from hub.runtime.attached import attached
from hub.runtime.attaching import Attaching
from hub.runtime.circuit import CircuitState
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.gate import Gate
from hub.runtime.keys import Keys
from hub.runtime.partner_call import LATER_REPLY
from hub.runtime.pipeline import Pipeline
from hub.runtime.recorder import Recorder
from hub.runtime.waiting import Waiters
from hub.runtime.workers import Workers
from hub.security.access import Access
from hub.security.evidence.keeping import EvidenceKeeper
from monitoring.metrics import Metrics

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Hub:
    """A running hub, whatever serves it."""

    front: ASGIApp
    management: ASGIApp
    drain: Callable[[], Awaitable[None]]
    """Takes nothing new, lets nobody wait for what others do, and finishes what is under way."""
    loaded: Loaded
    reload: Callable[[], Awaitable[Loaded]]
    """Loads the data folders anew and puts them in force whole. Raises LintError, and changes nothing."""
    taken_up: int
    """How many exchanges of an earlier run it has taken up."""


class _Endpoints:
    """Opens endpoints, and closes those of a replaced configuration once nobody can be using them."""

    def __init__(self) -> None:
        self._open: list[Mapping[str, OutboundEndpoint]] = []
        self._retired: dict[asyncio.Task[None], Mapping[str, OutboundEndpoint]] = {}

    async def put_in_force(self, loaded: Loaded) -> Configuration:
        """Open a set's endpoints and give the configuration that uses them."""
        for endpoint in loaded.endpoints.values():
            await endpoint.open()
        self._open.append(loaded.endpoints)
        sends = {name: endpoint.send for name, endpoint in loaded.endpoints.items()}
        return Configuration(
            loaded.catalogue.contracts,
            loaded.routing,
            sends,
            loaded.examples,
            loaded.later_replies,
            loaded.inboxes,
            loaded.consents,
            loaded.calendar,
            find_translators=Finder(loaded.catalogue),
        )

    def retire_all_but_newest(self, after_s: float) -> None:
        """Close what is no longer in force, after the longest call that may still be under way."""
        while len(self._open) > 1:
            endpoints = self._open.pop(0)
            self._retired[asyncio.ensure_future(self._close_later(endpoints, after_s))] = endpoints

    async def _close_later(self, endpoints: Mapping[str, OutboundEndpoint], after_s: float) -> None:
        await asyncio.sleep(after_s)
        await _close(endpoints)
        task = asyncio.current_task()
        if task is not None:
            self._retired.pop(task, None)

    async def close(self) -> None:
        """Close everything now, what was retired and still had time too."""
        retired, self._retired = self._retired, {}
        for task in retired:
            task.cancel()
        await asyncio.gather(*retired, return_exceptions=True)
        for endpoints in (*retired.values(), *self._open):
            await _close(endpoints)


async def _close(endpoints: Mapping[str, OutboundEndpoint]) -> None:
    for endpoint in endpoints.values():
        await endpoint.close()


@contextlib.asynccontextmanager
async def running_hub(settings: Settings, environment: Mapping[str, str] = os.environ) -> AsyncIterator[Hub]:
    """Build a hub, let it work, and take it down in order.

    Raises LintError for data folders that cannot be used, UnusableError, StoreUnusableError,
    KeyUnusableError (MasterKeyError and ControlTokenError among them), EvidenceUnusableError.
    """
    _arm(environment)
    loaded = load(settings, environment)
    async with contextlib.AsyncExitStack() as stack:
        stands_on = await stack.enter_async_context(set_up(settings))
        store = stands_on.store

        endpoints = _Endpoints()
        stack.push_async_callback(endpoints.close)
        configuration = CurrentConfiguration(await endpoints.put_in_force(loaded))

        evidence = put_together(settings, store)
        opening = await stack.enter_async_context(_opening(settings, stands_on, evidence))
        access, waiters = Access(store.clients), Waiters()
        exchange_path: ExchangePath | None = None
        metrics = Metrics(lambda: exchange_path.in_flight if exchange_path else 0)
        keeper = await stack.enter_async_context(kept_evidence(settings, evidence, stands_on.may_sweep))
        metrics.watch_evidence(lambda: keeper.unstamped_s, lambda: bool(keeper.trouble))
        recorder = Recorder(
            fault_points.watched(store.journal), waiters, metrics, keys=Keys(store.journal, store.idempotency)
        )
        json_limits = JsonLimits(settings.max_body_bytes, settings.max_depth)
        recorded = recorded_requests(json_limits)
        answers = answering(configuration, access, recorder, store.idempotency, recorded)
        workers = Workers(
            configuration=configuration,
            recorder=recorder,
            open_channel=lambda partner: stands_on.open_channel(
                partner, hub.loaded.workers_of(partner) or settings.workers_per_partner
            ),
            per_partner=settings.workers_per_partner,
            workers_of=lambda partner: hub.loaded.workers_of(partner),  # noqa: PLW0108 - a reload makes another
            may_sweep=stands_on.may_sweep,
            recorded=recorded,
            by_pattern={LATER_REPLY: answers.early_replies.take_up},
        )
        gate = _gate(stands_on, recorder, metrics)
        events = await stack.enter_async_context(
            put_events_together(
                settings,
                stands_on,
                recorder,
                access,
                configuration,
                metrics=metrics,
                is_stopping=lambda: exchange_path is None or exchange_path.stopping,
            )
        )
        pipeline = Pipeline(
            gate=gate,
            configuration=configuration,
            access=access,
            recorder=recorder,
            observer=metrics,
            offer=workers.offer,
            limits=json_limits,
            is_evidence_overdue=lambda: keeper.is_stamp_overdue,
            attach=Attaching(store.claim_check.registry),
            attached=attached(store.claim_check),
            when_acknowledged=answers.early_replies.acknowledged,
            when_published=events.dispatcher.published,
        )
        exchange_path = ExchangePath(pipeline, metrics, _http_limits(settings), settings.max_in_flight)
        queries = Queries(
            access,
            recorder,
            waiters,
            configuration,
            public_url=settings.public_url,
            queues_of=client_queues(settings),
        )
        attachments = await stack.enter_async_context(
            attachments_of(settings, stands_on, access, metrics, _http_limits(settings))
        )
        on_amqp = await stack.enter_async_context(
            amqp_clients(
                settings,
                limits=_http_limits(settings),
                pipeline=pipeline,
                registry=store.clients,
                journal=store.journal,
                waiters=waiters,
                may_sweep=stands_on.may_sweep,
            )
        )

        async def reload() -> Loaded:
            fresh = load(settings, environment)
            longest_s = max((facts.timeout_s for facts in hub.loaded.facts.values()), default=0)
            configuration.replace(await endpoints.put_in_force(fresh))
            endpoints.retire_all_but_newest(longest_s + 5)
            hub.loaded = fresh
            workers.attend(fresh.partners)
            set_apart_what_stays()
            log.info("reloaded", contracts=len(fresh.catalogue.contracts), routes=len(fresh.routes))
            return fresh

        hub = Hub(
            front=closed_until(
                lambda: opening.is_done,
                front_door(
                    exchange_path,
                    queries.router(
                        [
                            *events.routes,
                            *work_item_routes(
                                settings,
                                store,
                                recorder,
                                access,
                                configuration=configuration,
                                settler=answers.settler,
                            ),
                        ]
                    ),
                    SoapPath(pipeline, access, exchange_path, queries.soap),
                    PartnerReplies(answers.later_replies, exchange_path),
                    attachments,
                ),
            ),
            management=management(
                _checks(stands_on, opening, exchange_path, keeper)
                | {
                    "key": key_seals(store.sealer),
                    "disk": disk_has_room(settings.data_dir, settings.min_free_bytes),
                },
                metrics.render,
                _reloader(reload),
                notes={
                    **stands_on.notes,
                    "circuits": lambda: _broken(gate),
                    "subscriptions": events.dispatcher.trouble,
                    **_amqp_note(on_amqp),
                },
                amqp=AmqpPermissions(access, store.clients).routes(),
                admin=control_routes(
                    settings,
                    store,
                    recorder,
                    configuration,
                    offer=workers.offer,
                    token=control_token(settings, create=True),
                ),
            ),
            drain=_draining(waiters, exchange_path, attachments, workers, events.dispatcher, on_amqp),
            loaded=loaded,
            reload=reload,
            taken_up=0,
        )
        stands_on.when_offers_are_lost(workers.forget_offers)
        workers.start(pipeline)
        workers.attend(loaded.partners)
        stack.push_async_callback(workers.stop)
        stack.push_async_callback(pipeline.stop)
        if stands_on.has_store_alone:
            hub.taken_up = await workers.take_up_left_behind()
        yield hub


def _arm(environment: Mapping[str, str]) -> None:
    try:
        fault_points.arm(environment)
    except fault_points.FaultPointError as error:
        raise UnusableError(str(error)) from None


@contextlib.asynccontextmanager
async def _opening(settings: Settings, stands_on: SetUp, evidence: Evidence) -> AsyncIterator[Opening]:
    """Bring store and evidence into use; goes on beside everything else if the store cannot be reached yet."""

    async def bring_into_use() -> None:
        await stands_on.open()
        await check_keys(settings, evidence)

    opening = Opening(bring_into_use)
    try:
        await opening.begin()
        yield opening
    finally:
        await opening.stop()


def _gate(stands_on: SetUp, recorder: Recorder, metrics: Metrics) -> Gate:
    gate = Gate(stands_on.store.counters, recorder.clock_us)
    metrics.watch_circuits(gate.circuits)
    return gate


async def _broken(gate: Gate) -> str:
    """Which partners' operations are left alone by this node just now, in words."""
    broken = sorted(name for name, state in gate.circuits().items() if state is not CircuitState.CLOSED)
    return f"not tried for a while, since they failed again and again: {', '.join(broken)}" if broken else ""


class _Drains(Protocol):
    async def drain(self) -> None: ...


def _draining(waiters: Waiters, *parts: _Drains | None) -> Callable[[], Awaitable[None]]:
    """Let nobody wait for what others do, then let each part finish what is under way."""

    async def drain() -> None:
        waiters.stop()
        await asyncio.gather(*(part.drain() for part in parts if part is not None))

    return drain


def _amqp_note(clients: AmqpClients | None) -> dict[str, Callable[[], Awaitable[str]]]:
    """What an operator should know of the clients on AMQP, if there may be any."""
    if clients is None:
        return {}

    async def note() -> str:
        return clients.trouble

    return {"amqp_clients": note}


def _http_limits(settings: Settings) -> HttpLimits:
    return HttpLimits(
        body_bytes=settings.max_body_bytes,
        body_timeout_s=settings.body_timeout_s,
        bodies_bytes=settings.max_bodies_bytes,
    )


def _reloader(reload: Callable[[], Awaitable[Loaded]]) -> Callable[[], Awaitable[tuple[bool, list[str]]]]:
    """The reload as the management port offers it: whether it worked, and the findings as lines."""

    async def run() -> tuple[bool, list[str]]:
        try:
            fresh = await reload()
        except LintError as error:
            return False, [str(finding) for finding in error.findings]
        return True, [str(finding) for finding in fresh.warnings]

    return run


def _checks(
    stands_on: SetUp, opening: Opening, exchange_path: ExchangePath, keeper: EvidenceKeeper
) -> dict[str, Callable[[], Awaitable[str]]]:
    """What must hold for the hub to be ready, each as a question that is answered in words."""

    async def journal() -> str:
        if not opening.is_done:
            return opening.trouble
        try:
            await stands_on.store.journal.find(Query(limit=1))
        except NotRecordedError as error:
            return str(error)
        return ""

    async def taking_in() -> str:
        return "the hub is stopping and takes nothing new" if exchange_path.stopping else ""

    async def evidence() -> str:
        return "no time stamp could be had within the limit" if keeper.is_stamp_overdue else ""

    return {"journal": journal, "taking_in": taking_in, "evidence": evidence, **stands_on.checks}
