"""How the journal tells of subscriptions: each delivery, each hand-over and each change is an exchange of its own."""

import hashlib
from collections.abc import Mapping

from hub.core import codes
from hub.core.errors import ExchangeError, StateConflictError
from hub.core.events import CHANGE, DELIVERY, HANDOVER, LoggedEvent, Subscription
from hub.core.exchange import NO_DETAIL, Exchange, Opening, State, Transition
from hub.core.message import Document, Role
from hub.core.ports import Query
from hub.core.values import ContractRef, new_id
from hub.runtime.events.cloudevent import CLOUDEVENTS_JSON
from hub.runtime.recorder import Recorder
from hub.runtime.replay import facts_of

Facts = Mapping[str, str | int]
_OPEN = frozenset({State.WAITING_RETRY, State.UNCERTAIN, State.DELIVERING, State.ACCEPTED})
_PAGE = 100


def delivery_id(subscription: Subscription, logged: LoggedEvent) -> str:
    """The id of the exchange that brings this event to this subscriber, whoever asks: a UUID version 7.

    The same for every attempt, node and restart of one run of the subscription: so an event is delivered once, and
    a second deliverer finds the first one's record in its way.
    """
    text = f"{subscription.id}/{subscription.run_us}/{logged.exchange_id}"
    random = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    millisecond = max(logged.at_us, subscription.run_us) // 1000
    number = (
        (millisecond & 0xFFFF_FFFF_FFFF) << 80
        | 0x7 << 76
        | (random >> 68) << 64
        | 0b10 << 62
        | random & 0x3FFF_FFFF_FFFF_FFFF
    )
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class DeliveryRecord:
    """Records before anything leaves (G1), and what came of it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.journal = recorder.journal
        self.clock_us = recorder.clock_us

    async def begin(
        self, subscription: Subscription, logged: LoggedEvent, ref: ContractRef, body: bytes
    ) -> tuple[Exchange, bytes] | None:
        """Record an attempt; gives what every attempt of this delivery sends. None if it has ended.

        Raises NotRecordedError, and StateConflictError where another node is at it.
        """
        id_ = delivery_id(subscription, logged)
        exchange, transitions = self._start(id_, DELIVERY, subscription, str(ref.version), logged.exchange_id)
        document = Document(Role.PARTNER_REQUEST, ref, CLOUDEVENTS_JSON, body)
        detail: Facts = {"subscription": subscription.id, "attempt": 1}
        try:
            transitions.append(
                exchange.advance(
                    State.DELIVERING,
                    at_us=self.clock_us(),
                    cause="hub",
                    detail=detail,
                    channel=subscription.channel,
                    documents=(document,),
                )
            )
            await self._recorder.record_together([exchange], transitions, None)
        except StateConflictError:
            return await self._again(id_, subscription)
        return exchange, body

    async def _again(self, id_: str, subscription: Subscription) -> tuple[Exchange, bytes] | None:
        exchange = Exchange.replay(await self.journal.history(id_))
        if exchange.is_final:
            return None
        transitions = []
        if exchange.state is State.DELIVERING:
            detail: Facts = {"detail": "the hub stopped while it was calling the subscriber"}
            transitions.append(
                exchange.advance(
                    State.UNCERTAIN,
                    at_us=self.clock_us(),
                    cause="hub",
                    code=codes.OUTCOME_UNKNOWN.id,
                    detail=detail,
                    channel=subscription.channel,
                )
            )
        detail = {"subscription": subscription.id, "attempt": attempts(exchange) + 1}
        transitions.append(
            exchange.advance(
                State.DELIVERING,
                at_us=self.clock_us(),
                cause="hub",
                detail=detail,
                channel=subscription.channel,
            )
        )
        await self._recorder.record_together([exchange], transitions, None)
        for _, document in await self.journal.documents(id_):
            if document.role is Role.PARTNER_REQUEST:
                return exchange, document.body
        raise ExchangeError(codes.INTERNAL, "what was to be delivered is gone")

    async def delivered(self, exchange: Exchange, subscription: Subscription, facts: Facts) -> None:
        """The subscriber has taken it."""
        ended = exchange.advance(
            State.COMPLETED, at_us=self.clock_us(), cause=f"client:{subscription.client}", detail=facts
        )
        await self._recorder.record_together([exchange], [ended], None)

    async def failed(self, exchange: Exchange, subscription: Subscription, error: ExchangeError) -> None:
        """The subscriber has not taken it; it is tried again later, or once the subscription is resumed."""
        waiting = exchange.advance(
            State.WAITING_RETRY,
            at_us=self.clock_us(),
            cause=f"client:{subscription.client}",
            code=error.code.id,
            detail=facts_of(error),
            channel=subscription.channel,
        )
        await self._recorder.record_together([exchange], [waiting], None)

    async def set_aside(
        self, subscription: Subscription, logged: LoggedEvent, ref: ContractRef, error: ExchangeError
    ) -> None:
        """This event cannot be judged or translated for this subscriber: a person must look. Recorded once."""
        exchange, transitions = self._start(
            delivery_id(subscription, logged), DELIVERY, subscription, str(ref.version), logged.exchange_id
        )
        transitions.append(
            exchange.advance(
                State.DEAD_LETTERED,
                at_us=self.clock_us(),
                cause="hub",
                code=error.code.id,
                detail={**facts_of(error), "subscription": subscription.id},
            )
        )
        try:
            await self._recorder.record_together([exchange], transitions, None)
        except StateConflictError:
            return  # it was set aside before

    async def handed_over(
        self, subscription: Subscription, ref: ContractRef, body: bytes, facts: Facts
    ) -> None:
        """A subscriber is about to be given events that it asked for (G1)."""
        document = Document(Role.PARTNER_REQUEST, ref, "application/json", body)
        await self._told(HANDOVER, subscription, str(ref.version), facts, documents=(document,))

    async def changed(
        self, subscription: Subscription, action: str, cause: str, facts: Facts = NO_DETAIL
    ) -> None:
        """A subscription was made, changed or removed."""
        version = str(subscription.version) if subscription.version else ""
        await self._told(CHANGE, subscription, version, {"action": action, **facts}, cause=cause)

    async def cancel_undelivered(self, subscription: Subscription, cause: str) -> None:
        """Nobody will deliver what still waits for a subscription that is no more."""
        query = Query(channel=subscription.channel, states=_OPEN, limit=_PAGE)
        while found := await self.journal.find(query):
            for summary in found:
                exchange = Exchange.replay(await self.journal.history(summary.exchange_id))
                waits = exchange.state in {State.WAITING_RETRY, State.ACCEPTED}
                state = State.CANCELLED if waits else State.FAILED
                try:
                    await self._recorder.end(exchange, state, cause=cause)
                except StateConflictError:
                    continue  # its deliverer has come to an end meanwhile
            query = Query(
                channel=subscription.channel, states=_OPEN, limit=_PAGE, after=found[-1].exchange_id
            )

    async def _told(
        self,
        pattern: str,
        subscription: Subscription,
        version: str,
        facts: Facts,
        *,
        documents: tuple[Document, ...] = (),
        cause: str = "",
    ) -> None:
        exchange, transitions = self._start(new_id(), pattern, subscription, version, "")
        ended = exchange.advance(
            State.COMPLETED,
            at_us=self.clock_us(),
            cause=cause or f"client:{subscription.client}",
            detail={"subscription": subscription.id, **facts},
            documents=documents,
        )
        await self._recorder.record_together([exchange], [*transitions, ended], None)

    def _start(
        self, id_: str, pattern: str, subscription: Subscription, version: str, parent: str
    ) -> tuple[Exchange, list[Transition]]:
        opening = Opening(
            contract=subscription.contract,
            version=version,
            sender=subscription.client,
            pattern=pattern,
            parent=parent,
        )
        exchange, received = Exchange.start(
            id_, opening, state=State.RECEIVED, at_us=self.clock_us(), cause="hub"
        )
        return exchange, [received, exchange.advance(State.ACCEPTED, at_us=self.clock_us(), cause="hub")]


def attempts(exchange: Exchange) -> int:
    """How often it was sent."""
    return sum(entry.state is State.DELIVERING for entry in exchange.history)


def first_attempt_us(exchange: Exchange) -> int:
    """When it was first sent."""
    return next(entry.at_us for entry in exchange.history if entry.state is State.DELIVERING)
