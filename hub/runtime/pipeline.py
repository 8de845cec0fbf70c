"""The one flow. Every exchange, whatever its protocol, goes through this file from top to bottom.

receive → authenticate → authorise → decode → validate → journal(received)
        → route → translate → deliver → validate reply → translate back → journal(replied) → encode → answer

Only the first and the last step know the protocol; they are the gateway's (``hub/gateway``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from hub.contracts.json_body import JsonLimits
from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import Pattern
from hub.core.endpoint import Acknowledgement, Delivery, EndpointFacts
from hub.core.errors import AlreadyClaimedError, Code, ExchangeError, NotRecordedError, StateConflictError
from hub.core.exchange import State
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.observer import Observer
from hub.core.ports import ANYBODY, DocumentDamagedError, Turn
from hub.core.values import US_PER_S, new_id
from hub.routing.plan import Plan
from hub.runtime.attached import Attached, nothing_attached
from hub.runtime.attaching import Attach, attach_nothing
from hub.runtime.call import Answer, Call
from hub.runtime.codec import JsonCodec
from hub.runtime.composite.composite import Composite, concerns
from hub.runtime.composite.record import is_composite
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.deadlines import Deadlines, next_look_us
from hub.runtime.events.taking import take_event
from hub.runtime.fault_points import FaultPoint, reach
from hub.runtime.flow import Flow, Intake
from hub.runtime.gate import Gate
from hub.runtime.recorder import ORPHANED_AFTER_S, Recorder
from hub.runtime.replay import facts_of
from hub.runtime.translation import carried, recorded_form, translate_back
from hub.runtime.uncertain import Inquiries
from hub.security.access import Access

log = structlog.get_logger(__name__)

EVIDENCE_RETRY_AFTER_S = 60


async def _nothing(_partner: str, _tracking_code: str) -> None:
    """Nobody wants to know."""


class Offer(Protocol):
    """Hands an exchange to a partner's workers."""

    def __call__(self, channel: str, exchange_id: str, /, *, turn: Turn = ANYBODY) -> None: ...


class Pipeline:
    """Runs exchanges. Safe for any number of concurrent calls on one event loop."""

    def __init__(
        self,
        *,
        configuration: CurrentConfiguration,
        access: Access,
        recorder: Recorder,
        observer: Observer,
        offer: Offer,
        limits: JsonLimits,
        gate: Gate,
        is_evidence_overdue: Callable[[], bool] = lambda: False,
        when_published: Callable[[str], None] = lambda _: None,
        when_acknowledged: Callable[[str, str], Awaitable[None]] = _nothing,
        attach: Attach = attach_nothing,
        attached: Attached = nothing_attached,
    ) -> None:
        """``when_acknowledged(partner, tracking_code)`` is awaited once a partner's acknowledgement is on disk.

        ``offer`` hands an accepted exchange to the workers; it may get lost.

        While ``is_evidence_overdue`` says so nothing new is taken in (G7). ``when_published`` is told the
        contract of every event that has just been recorded; it may miss some.
        """
        self._configuration = configuration
        self._access = access
        self._recorder = recorder
        self._observer = observer
        self._offer = offer
        self.limits = limits
        """How much of a message is read, whatever its form."""
        self._json = JsonCodec(limits)
        self._when_published = when_published
        self._when_acknowledged = when_acknowledged
        self._is_evidence_overdue = is_evidence_overdue
        self._gate = gate
        self._clock_us = recorder.clock_us
        self._attach = attach
        self._attached = attached
        self._under_way: set[asyncio.Task[Answer]] = set()
        self.inquiries = Inquiries(recorder, gate, self._call_partner, translate_back)
        """Settles what is uncertain."""
        self.deadlines = Deadlines(recorder, observer)
        """Looks after what waits for an answer."""
        self.composite = Composite(recorder, offer, self.deadlines)

    async def handle(self, call: Call) -> Answer:
        """Take one call from its head to its answer.

        Never raises for anything that a caller, a partner or the store does: the answer holds the problem.
        What has been recorded goes on to its end even if the caller goes away.
        """
        configuration = self._configuration.now
        intake = Intake(call, new_id(), self._clock_us(), configuration.calendar)
        try:
            flow = await self._take_in(intake, configuration)
        except ExchangeError as refusal:
            answer = await self._refuse(intake, refusal)
        except Exception:
            # A fault of ours ends the exchange, with a record of it, and not the connection.
            log.exception("fault before the record", exchange_id=intake.exchange_id)
            answer = await self._refuse(intake, ExchangeError(codes.INTERNAL))
        else:
            answer = await self._shielded(flow, call, configuration)
        return answer

    async def stop(self) -> None:
        """Leave what is under way where the journal has it; the next start takes it up again.

        Called before endpoints and store close: their closing would otherwise pass for a partner's failure.
        """
        under_way = tuple(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _shielded(self, flow: Flow, call: Call, configuration: Configuration) -> Answer:
        """Go on whatever becomes of the caller; a server that stops waiting gets what is known by then."""
        going_on = asyncio.ensure_future(self._go_on(flow, call, configuration))
        self._under_way.add(going_on)
        going_on.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(going_on)
        except asyncio.CancelledError:
            if going_on.cancelled():
                raise
            return _given_up(flow, codes.STOPPING)

    # receive → authenticate → authorise → decode → validate

    async def _take_in(self, intake: Intake, configuration: Configuration) -> Flow:
        call = intake.call
        intake.client = call.client or self._access.authenticate(call.authorization)
        intake.contract, intake.version = self._access.authorise(
            intake.client, configuration.contracts, call.contract, call.major, call.contract_version
        )
        intake.raw = await call.receive()
        if intake.contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
            body = take_event(intake, self.limits)
        else:
            body = (call.codec or self._json).decode(intake.raw, call.media_type, intake.version)
        schema = intake.version.schemas[Kind.REQUEST]
        body, original = canonical(body, schema.normaliser)
        if not schema.validator.is_valid(body):
            raise ExchangeError(codes.REQUEST_INVALID, errors=schema.validator.errors(body))
        if self._is_evidence_overdue():
            raise ExchangeError(codes.EVIDENCE_OVERDUE, retry_after_s=EVIDENCE_RETRY_AFTER_S)
        if intake.contract.attachments is not None:
            await self._attach(intake, body)
        return intake.begin(body, original)

    async def _refuse(self, intake: Intake, refusal: ExchangeError) -> Answer:
        """A refusal is recorded too (G6)."""
        try:
            await self._recorder.refuse(intake, refusal)
        except NotRecordedError:
            problem = ExchangeError(codes.NOT_RECORDED, retry_after_s=1)
            return Answer(intake.exchange_id, None, intake.version, problem=problem)
        return Answer(intake.exchange_id, State.REJECTED, intake.version, problem=refusal)

    # journal(received) → route → …

    async def _go_on(self, flow: Flow, call: Call, configuration: Configuration) -> Answer:
        exchange = flow.exchange
        try:
            reach(FaultPoint.BEFORE_FIRST_RECORD)
            plan = self._accept(flow, configuration)
            if plan is None or not flow.attended:
                await self._recorder.record(flow)
            else:
                await self.deliver(flow, plan, configuration)
        except AlreadyClaimedError as earlier:
            return await self._told_before(flow, call, earlier)
        except NotRecordedError:
            return _given_up(flow, codes.NOT_RECORDED)
        except StateConflictError:
            # Somebody else has moved it on meanwhile: what they made of it is the answer.
            return await self._end_of(flow, exchange.id, 0) or _given_up(flow, codes.NOT_RECORDED)
        except Exception:
            log.exception("fault in mid-exchange", exchange_id=exchange.id)
            if flow.intake is not None and not flow.was_recorded:
                return await self._refuse(flow.intake, ExchangeError(codes.INTERNAL))
            return _given_up(flow, codes.INTERNAL)
        if plan is None and exchange.state is State.COMPLETED:
            self._when_published(exchange.opening.contract)
        if plan is None or flow.attended:
            return await self._stands(flow)
        reach(FaultPoint.AFTER_ACCEPTED)
        turn = Turn(exchange.opening.sender, plan.route.urgency)
        self._offer(plan.endpoint.partner, exchange.id, turn=turn)
        accepted = Answer(exchange.id, exchange.state, flow.version)
        if not call.wait_s:
            return accepted
        return await self._end_of(flow, exchange.id, call.wait_s) or accepted

    async def _stands(self, flow: Flow) -> Answer:
        """How an exchange stands that nobody else carries on; a composite's parts are waited for."""
        exchange, end = flow.exchange, None
        if is_composite(exchange.history) and not exchange.is_final:
            end = await self._end_of(flow, exchange.id, self.composite.patience_s(exchange))
        return end or Answer(exchange.id, exchange.state, flow.version, flow.reply, flow.problem)

    async def _told_before(self, flow: Flow, call: Call, earlier: AlreadyClaimedError) -> Answer:
        """One idempotency key, one exchange: its end is the answer to every call, as far as it is the same call."""
        if flow.intake is not None and earlier.fingerprint != flow.fingerprint:
            return await self._refuse(flow.intake, ExchangeError(codes.KEY_REUSED))
        wait_s = call.wait_s or 0.0
        if flow.attended:
            wait_s = (flow.exchange.deadline_us - self._clock_us()) / US_PER_S
        return await self._end_of(flow, earlier.exchange_id, wait_s) or _given_up(flow, codes.NOT_RECORDED)

    async def _end_of(self, flow: Flow, exchange_id: str, wait_s: float) -> Answer | None:
        """The end that an exchange is brought to elsewhere; None if the journal does not answer."""
        try:
            return await self._recorder.answer_with_end(flow, exchange_id, wait_s)
        except NotRecordedError:
            return None
        except DocumentDamagedError:
            log.exception("a recorded reply is damaged", exchange_id=exchange_id)
            return Answer(exchange_id, flow.exchange.state, problem=ExchangeError(codes.INTERNAL))
        except (
            ExchangeError
        ) as error:  # recorded for a caller of another protocol, which could say what this cannot
            return Answer(exchange_id, flow.exchange.state, problem=error)

    def _accept(self, flow: Flow, configuration: Configuration) -> Plan | None:
        """Choose the route. None, and an exchange that has ended, if nobody has to be asked.

        An event is published in the commit that completes it; one that no route takes has failed.
        """
        if flow.exchange.opening.pattern == Pattern.PUBLISH_SUBSCRIBE:
            self._recorder.advance(flow, State.ACCEPTED)
            self._recorder.advance(flow, State.COMPLETED)
            return None
        try:
            plan = configuration.routing.select(flow.request, flow.context)
        except ExchangeError as error:
            self._recorder.advance(flow, State.FAILED, code=error.code.id, detail=facts_of(error))
            flow.problem = error
            return None
        detail = {"route": plan.route.name, "endpoint": plan.endpoint.name}
        due_us = self._clock_us() + (ORPHANED_AFTER_S * US_PER_S if flow.attended else 0)
        self._recorder.advance(
            flow, State.ACCEPTED, detail=detail, channel=plan.endpoint.partner, due_us=due_us
        )
        return plan

    # translate → deliver → validate reply → translate back → journal(replied)

    async def deliver(self, flow: Flow, plan: Plan, configuration: Configuration) -> None:
        """Take an accepted exchange through its plan once, and record where it then stands.

        Raises NotRecordedError, StateConflictError, AlreadyClaimedError: then the journal has the last word.
        """
        if concerns(flow, plan):
            await self.composite.go_on(flow, plan, configuration)
            return
        exchange, endpoint = flow.exchange, plan.endpoint
        try:
            partner_request = carried(plan.forward, flow.request, flow)
        except ExchangeError as error:
            await self._recorder.fail(flow, plan, error)
            return
        timeout_s = endpoint.timeout_s
        if exchange.deadline_us:
            timeout_s = min(timeout_s, (exchange.deadline_us - self._clock_us()) / US_PER_S)
        if timeout_s <= 0:
            await self._recorder.expire(flow)
            return

        if endpoint.availability is not None:
            held = await self._gate.admit(endpoint, configuration.calendar, plan.route.urgency)
            if held is not None:
                await self._recorder.hold(flow, plan, held.error, held.not_before_us)
                return

        attempt = flow.attempts + 1
        self._recorder.advance(
            flow,
            State.DELIVERING,
            detail={"endpoint": endpoint.name, "attempt": attempt},
            channel=endpoint.partner,
            due_us=self._clock_us() + int((timeout_s + ORPHANED_AFTER_S) * US_PER_S),
            documents=(recorded_form(Role.PARTNER_REQUEST, partner_request),),
        )
        await self._recorder.record(flow)  # G1: on disk before it leaves
        flow.may_be_repeated = endpoint.idempotent
        reach(FaultPoint.AFTER_DELIVERING)

        opening = exchange.opening
        delivery = Delivery(
            exchange.id,
            exchange.id,
            attempt,
            timeout_s,
            opening.case_id,
            opening.traceparent,
            self._attached(opening.parent or exchange.id),
        )
        received: tuple[Document, ...] = ()
        try:
            answer = await self._call_partner(endpoint, configuration, partner_request, delivery)
            reach(FaultPoint.AFTER_ANSWERED)
            if isinstance(answer, Acknowledgement):
                due_us = next_look_us(flow, configuration, self._clock_us())
                await self._recorder.acknowledge(flow, plan, answer, due_us)
                await self._when_acknowledged(endpoint.partner, answer.tracking_code)
                return
            received = (recorded_form(Role.PARTNER_REPLY, answer),)
            reply, wire, flow.reply = translate_back(flow, plan, answer)
        except ExchangeError as error:
            if error.wire and not received:
                received = (Document(Role.PARTNER_REPLY, None, error.media_type, error.wire),)
            await self._recorder.fail(flow, plan, error, documents=received)
            return
        self._recorder.advance(
            flow,
            State.COMPLETED,
            cause=f"partner:{endpoint.partner}",
            documents=(*received, Document(Role.REPLY, reply.contract, JSON, wire)),
        )
        await self._recorder.record(flow)
        reach(FaultPoint.AFTER_COMPLETED)

    async def _call_partner(
        self, endpoint: EndpointFacts, configuration: Configuration, request: Message, delivery: Delivery
    ) -> Message | Acknowledgement:
        started, code = time.monotonic(), ""
        try:
            answer = await configuration.endpoints[endpoint.name](request, delivery)
        except ExchangeError as error:
            code = error.code.id
            self._gate.failed(endpoint, error, configuration.calendar)
            raise
        except Exception as fault:
            code = codes.INTERNAL.id
            log.exception("fault of an adapter", exchange_id=delivery.exchange_id, endpoint=endpoint.name)
            raise ExchangeError(codes.INTERNAL, "an adapter failed") from fault
        else:
            self._gate.worked(endpoint)
            return answer
        finally:
            seconds = time.monotonic() - started
            self._observer.partner_called(
                partner=endpoint.partner, endpoint=endpoint.name, code=code, seconds=seconds
            )


def _given_up(flow: Flow, code: Code) -> Answer:
    """What is said where the journal does not tell how it ended: the truth about sending it again (G3)."""
    if not flow.may_be_repeated:
        code = codes.OUTCOME_UNKNOWN
    problem = ExchangeError(code, retry_after_s=1 if code.retryable else None)
    # Only what has been recorded may be asked for later.
    state = flow.exchange.state if flow.was_recorded else None
    return Answer(flow.exchange.id, state, flow.version, problem=problem)
