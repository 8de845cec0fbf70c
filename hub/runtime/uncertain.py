"""Uncertain outcomes: a call of which nobody knows whether the partner acted is asked about, never repeated blindly (G3).

What a kill -9 leaves behind at each step, and who takes it up: *uncertain, not asked yet* and *asked, no answer
recorded*: the sweeper once the entry is due, and it is asked (again): an inquiry changes nothing. *Told that
nothing was done, not delivered yet*: that answer and the next delivery are one record. *Settled*: one record with
the end.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import orjson
import structlog

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.endpoint import Acknowledgement, Delivery, EndpointFacts
from hub.core.errors import ExchangeError
from hub.core.exchange import NO_DETAIL, Entry, State
from hub.core.expressions import ExpressionError
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.route import Urgency
from hub.core.values import US_PER_S
from hub.routing.plan import InquiryPlan, Plan, run_stages
from hub.runtime.configuration import Configuration
from hub.runtime.flow import Flow
from hub.runtime.gate import Gate
from hub.runtime.recorder import ORPHANED_AFTER_S, Recorder
from hub.runtime.replay import facts_of

log = structlog.get_logger(__name__)

INQUIRY = "inquiry"
"""In an entry's detail: the number of the ask that it tells of."""

CallPartner: TypeAlias = Callable[
    [EndpointFacts, Configuration, Message, Delivery], Awaitable[Message | Acknowledgement]
]
TranslateBack: TypeAlias = Callable[[Flow, Plan, Message], tuple[Message, bytes, bytes]]


class Inquiries:
    """Settles what is uncertain."""

    def __init__(
        self, recorder: Recorder, gate: Gate, call_partner: CallPartner, translate_back: TranslateBack
    ) -> None:
        """``translate_back`` gives the sender's reply as message, as recorded and as sent, or raises ExchangeError."""
        self._recorder = recorder
        self._gate = gate
        self._call_partner = call_partner
        self._translate_back = translate_back

    async def may_be_delivered(self, flow: Flow, plan: Plan, configuration: Configuration) -> bool:
        """Look after an uncertain exchange; whether it is known now that the partner has not acted.

        If so the caller delivers it, or ends it, and records that together with what is pending. If not, its end
        or the time of the next look is recorded. Raises NotRecordedError, StateConflictError.
        """
        if plan.endpoint.idempotent:
            return True
        inquiry, now_us = plan.inquiry, self._recorder.clock_us()
        if inquiry is None:
            await self._hand_over(
                flow, "nobody knows whether the partner acted, and it takes no repetitions: a person decides"
            )
        elif now_us >= _since_us(flow.exchange.history) + inquiry.for_us:
            await self._hand_over(
                flow, "the partner could not tell in time whether it had acted: a person decides"
            )
        elif flow.pending:  # it has become uncertain only now; a call that was cut off is given time to end
            await self._recorder.record(flow)
        else:
            return await self._ask(
                _Case(flow, plan, inquiry, asked_before(flow.exchange.history) + 1), configuration
            )
        return False

    async def _ask(self, case: "_Case", configuration: Configuration) -> bool:
        flow, endpoint = case.flow, case.inquiry.endpoint
        try:
            request = await self._request(case)
        except ExchangeError as error:
            self._advance(case, State.DEAD_LETTERED, error=error)
            await self._recorder.record(flow)
            return False
        held = await self._gate.admit(endpoint, configuration.calendar, Urgency.HIGH)
        if held is not None:  # its hours, or its quota, are over for inquiries too
            after_us = max(held.not_before_us - self._recorder.clock_us(), 0)
            await self._ask_again(case, (), held.error, after_us)
            return False
        silent_us = int((endpoint.timeout_s + ORPHANED_AFTER_S) * US_PER_S)
        sent = Document(Role.PARTNER_REQUEST, request.contract, JSON, orjson.dumps(request.body))
        detail = {"asked": endpoint.name}  # not "endpoint": that is where the message itself went
        self._advance(case, State.UNCERTAIN, after_us=silent_us, detail=detail, documents=(sent,))
        await self._recorder.record(flow)  # G1: on disk before it leaves
        received: tuple[Document, ...] = ()
        try:
            answer = await self._called(case, request, configuration)
            received = (_received(answer),)
            settled, not_done = _meaning(case.inquiry, answer)
            documents = (*received, self._reply(case, answer)) if settled else received
        except ExchangeError as error:
            if error.wire and not received:
                received = (Document(Role.PARTNER_REPLY, None, error.media_type, error.wire),)
            await self._ask_again(case, received, error)
            return False
        if settled:
            self._advance(case, State.COMPLETED, documents=documents)
            await self._recorder.record(flow)
        elif not_done:
            self._advance(case, State.UNCERTAIN, detail={"answer": "not_done"}, documents=received)
            return await self._may_be_tried_again(case)
        else:
            await self._ask_again(case, received)
        return False

    async def _called(self, case: "_Case", request: Message, configuration: Configuration) -> Message:
        exchange, endpoint = case.flow.exchange, case.inquiry.endpoint
        # A name of its own for each ask: a partner that knows repetitions by it must not take it for the call
        # that is asked about, nor a later ask for an earlier one.
        delivery = Delivery(
            exchange_id=exchange.id,
            message_id=f"{exchange.id}-inquiry-{exchange.number}",
            attempt=case.number,
            timeout_s=endpoint.timeout_s,
            case_id=exchange.opening.case_id,
            traceparent=exchange.opening.traceparent,
        )
        answer = await self._call_partner(endpoint, configuration, request, delivery)
        if isinstance(answer, Acknowledgement):
            raise ExchangeError(codes.PARTNER_INVALID, "the inquiry was acknowledged, not answered")
        return answer

    def _reply(self, case: "_Case", answer: Message) -> Document:
        """What the sender gets. Raises ExchangeError."""
        plan, inquiry = case.plan, case.inquiry
        by_inquiry = replace(
            plan,
            endpoint=inquiry.endpoint,
            partner_reply=inquiry.reply.validator,
            partner_normaliser=inquiry.reply.normaliser,
            back=inquiry.back,
            inquiry=None,
        )
        reply, wire, case.flow.reply = self._translate_back(case.flow, by_inquiry, answer)
        return Document(Role.REPLY, reply.contract, JSON, wire)

    async def _ask_again(
        self,
        case: "_Case",
        documents: tuple[Document, ...],
        error: ExchangeError | None = None,
        after_us: int = 0,
    ) -> None:
        end_us = _since_us(case.flow.exchange.history) + case.inquiry.for_us
        after_us = min(max(after_us, case.inquiry.every_us), max(end_us - self._recorder.clock_us(), 0))
        self._advance(case, State.UNCERTAIN, after_us=after_us, error=error, documents=documents)
        await self._recorder.record(case.flow)

    async def _may_be_tried_again(self, case: "_Case") -> bool:
        most = case.plan.route.retry.attempts
        if most is None or case.flow.counted_attempts < most:
            return True
        why = "the partner has not acted, and no attempts are left: a person decides"
        await self._hand_over(case.flow, why)
        return False

    async def _request(self, case: "_Case") -> Message:
        """The inquiry about what was sent. Raises ExchangeError; NotRecordedError, DocumentDamagedError as the journal."""
        flow, plan = case.flow, case.plan
        kept = await self._recorder.journal.documents(flow.exchange.id)
        for _, document in reversed(kept):
            if document.role is Role.PARTNER_REQUEST and document.contract == plan.endpoint.contract:
                sent = Message(plan.endpoint.contract, Kind.REQUEST, orjson.loads(document.body))
                try:
                    return run_stages(case.inquiry.forward, sent, flow.context)
                except ExchangeError:
                    raise
                except Exception as fault:
                    log.exception("fault of a mapping", exchange_id=flow.exchange.id)
                    raise ExchangeError(codes.STEP_FAILED, "the inquiry could not be made") from fault
        raise ExchangeError(codes.OUTCOME_UNKNOWN, "what was sent to the partner is no longer on record")

    async def _hand_over(self, flow: Flow, why: str) -> None:
        self._recorder.advance(
            flow, State.DEAD_LETTERED, code=codes.OUTCOME_UNKNOWN.id, detail={"detail": why}
        )
        await self._recorder.record(flow)

    def _advance(
        self,
        case: "_Case",
        state: State,
        *,
        after_us: int = 0,
        detail: Mapping[str, str | int] = NO_DETAIL,
        error: ExchangeError | None = None,
        documents: tuple[Document, ...] = (),
    ) -> None:
        waits = state is State.UNCERTAIN
        partner = case.plan.endpoint.partner
        by_partner = any(document.role is Role.PARTNER_REPLY for document in documents)
        self._recorder.advance(
            case.flow,
            state,
            cause=f"partner:{partner}" if by_partner else "hub",
            code=error.code.id if error is not None else "",
            detail={**(facts_of(error) if error is not None else {}), **detail, INQUIRY: case.number},
            channel=partner if waits else "",
            due_us=self._recorder.clock_us() + after_us if waits else 0,
            documents=documents,
        )


@dataclass(slots=True)
class _Case:
    """One ask about one uncertain exchange."""

    flow: Flow
    plan: Plan
    inquiry: InquiryPlan
    number: int
    """1 for the first ask about its last delivery."""


def asked_before(history: Sequence[Entry]) -> int:
    """How often the partner has been asked about the exchange's last delivery."""
    numbers = (entry.detail.get(INQUIRY, 0) for entry in _since_delivery(history))
    return max((int(number) for number in numbers), default=0)


def _since_us(history: Sequence[Entry]) -> int:
    """Since when the outcome of the last delivery has been uncertain."""
    return next(entry.at_us for entry in _since_delivery(history) if entry.state is State.UNCERTAIN)


def _since_delivery(history: Sequence[Entry]) -> Sequence[Entry]:
    places = [place for place, entry in enumerate(history) if entry.state is State.DELIVERING]
    return history[places[-1] :] if places else history


def _meaning(inquiry: InquiryPlan, answer: Message) -> tuple[bool, bool]:
    """Whether the question is settled, and whether the partner has not acted. Raises ExchangeError."""
    body, _ = canonical(answer.body, inquiry.reply.normaliser)
    if not inquiry.reply.validator.is_valid(body):
        raise ExchangeError(codes.PARTNER_INVALID, errors=inquiry.reply.validator.errors(body))
    variables = {"reply": body}
    try:
        settled, not_done = inquiry.settled(variables), inquiry.not_done(variables)
    except ExpressionError as error:
        raise ExchangeError(codes.CONDITION_FAILED, "what the inquiry's reply means is not clear") from error
    if settled and not_done:
        raise ExchangeError(codes.CONDITION_FAILED, "the inquiry's reply means both that it was done and not")
    return settled, not_done


def _received(answer: Message) -> Document:
    if answer.wire is not None:
        return Document(Role.PARTNER_REPLY, answer.contract, answer.media_type, answer.wire)
    return Document(Role.PARTNER_REPLY, answer.contract, JSON, orjson.dumps(answer.body))
