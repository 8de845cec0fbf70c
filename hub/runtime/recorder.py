"""Moves exchanges on and makes each move durable; what the pipeline and the workers share."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import orjson

from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.endpoint import Acknowledgement
from hub.core.errors import AlreadyClaimedError, ExchangeError, NotRecordedError, Outcome
from hub.core.exchange import FINAL, NO_DETAIL, Exchange, Opening, State, Transition
from hub.core.message import Document, Role
from hub.core.observer import Observer
from hub.core.ports import Claim, Journal
from hub.core.values import US_PER_S, now_us
from hub.routing.plan import Plan
from hub.runtime.call import Answer
from hub.runtime.composite.part_ends import PartEnds
from hub.runtime.composite.rest import end_whole
from hub.runtime.flow import Flow, Intake
from hub.runtime.keys import Keys
from hub.runtime.outcomes import whereabouts
from hub.runtime.replay import end_of, facts_of
from hub.runtime.tracking import tracking_claim
from hub.runtime.verdict import judge_failure
from hub.runtime.waiting import Waiters

ORPHANED_AFTER_S = 15
"""How long after a call's time-out an exchange that nobody moved on may be taken up by a sweeper."""


class Recorder:
    """The only writer of journal entries."""

    def __init__(
        self,
        journal: Journal,
        waiters: Waiters,
        observer: Observer,
        clock_us: Callable[[], int] = now_us,
        keys: Keys | None = None,
    ) -> None:
        """Without ``keys`` every idempotency key stays with the exchange that claimed it first."""
        self.journal = journal
        self._keys = keys
        self.part_ends = PartEnds(journal, clock_us)
        self.clock_us = clock_us
        self._waiters = waiters
        self._observer = observer
        self._draw = random.Random()  # noqa: S311 - jitter, not a secret

    def advance(
        self,
        flow: Flow,
        state: State,
        *,
        cause: str = "hub",
        code: str = "",
        detail: Mapping[str, str | int] = NO_DETAIL,
        channel: str = "",
        due_us: int = 0,
        documents: Sequence[Document] = (),
    ) -> None:
        """Move an exchange on in memory; ``record`` makes it count."""
        transition = flow.exchange.advance(
            state,
            at_us=self.clock_us(),
            cause=cause,
            code=code,
            detail=_with_whereabouts(flow.exchange, state, detail),
            channel=channel,
            due_us=due_us,
            documents=tuple(documents),
        )
        flow.pending.append(transition)

    async def record(self, flow: Flow, beside: Sequence[Transition] = ()) -> None:
        """Make everything that has happened since the last time durable, in one commit.

        ``beside`` is what happens to other exchanges by it: the parts of a composite.

        Raises NotRecordedError, StateConflictError, AlreadyClaimedError.
        """
        await self._append(flow, beside)
        flow.pending, flow.claim, flow.was_recorded = [], None, True
        if flow.exchange.is_final:
            self.tell_end(flow.exchange)

    async def end(
        self, exchange: Exchange, state: State, *, cause: str, error: ExchangeError | None = None
    ) -> None:
        """Bring an exchange to a final state that nobody is carrying through its plan.

        Raises IllegalTransitionError, NotRecordedError, StateConflictError.
        """
        code, detail = (error.code.id, facts_of(error)) if error else ("", NO_DETAIL)
        await self.move(exchange, state, cause=cause, code=code, detail=detail)

    async def move(
        self,
        exchange: Exchange,
        state: State,
        *,
        cause: str,
        code: str = "",
        detail: Mapping[str, str | int] = NO_DETAIL,
        channel: str = "",
        due_us: int = 0,
        documents: Sequence[Document] = (),
    ) -> None:
        """Bring an exchange to a state that nobody is carrying through its plan just now, durably.

        Raises IllegalTransitionError, NotRecordedError, StateConflictError.
        """
        moved = exchange.advance(
            state,
            at_us=self.clock_us(),
            cause=cause,
            code=code,
            detail=_with_whereabouts(exchange, state, detail),
            channel=channel,
            due_us=due_us,
            documents=tuple(documents),
        )
        cancelled = await end_whole(self.journal, exchange, moved, self._append_all)
        if exchange.is_final:
            self.tell_end(exchange)
        for part in cancelled:
            self.tell_end(part)

    async def _append(self, flow: Flow, beside: Sequence[Transition]) -> None:
        """Append what is pending; where its key is held by an end that frees it, take the key over."""
        try:
            await self._append_all(flow.exchange, [*flow.pending, *beside], flow.claim)
        except AlreadyClaimedError as taken:
            if flow.claim is None or self._keys is None or not await self._keys.release(flow.claim, taken):
                raise
            follow(flow, taken.exchange_id)
            await self._append_all(flow.exchange, [*flow.pending, *beside], flow.claim)

    async def _append_all(
        self, exchange: Exchange, transitions: Sequence[Transition], claim: Claim | None = None
    ) -> None:
        """Append; the end of a part together with its composite's note of it."""
        if exchange.opening.parent and exchange.is_final:
            await self.part_ends.append(exchange, transitions, claim)
        else:
            await self.journal.append(transitions, claim)

    def tell_end(self, exchange: Exchange) -> None:
        """Tell whoever waits for it, and whoever counts, that an exchange has ended; its end is on disk."""
        self._waiters.ended(exchange.id)
        opening, last = exchange.opening, exchange.history[-1]
        self._observer.exchange_ended(
            contract=opening.contract,
            version=opening.version,
            sender=opening.sender,
            state=exchange.state,
            code=last.code,
            seconds=(last.at_us - exchange.history[0].at_us) / US_PER_S,
        )

    async def refuse(self, intake: Intake, refusal: ExchangeError) -> None:
        """Record that a call was turned away (G6). Raises NotRecordedError."""
        rejected = intake.reject(refusal.code.id, facts_of(refusal))
        try:
            await self.journal.append([rejected])
        except NotRecordedError:
            self._observer.refused_unrecorded(codes.NOT_RECORDED.id)
            raise
        version = intake.version
        self._observer.exchange_ended(
            contract=version.ref.name if version else "",
            version=str(version.ref.version) if version else "",
            sender=intake.client.name if intake.client else "",
            state=State.REJECTED,
            code=refusal.code.id,
            seconds=(self.clock_us() - intake.begun_us) / US_PER_S,
        )

    async def fail(
        self, flow: Flow, plan: Plan, error: ExchangeError, documents: tuple[Document, ...] = ()
    ) -> None:
        """Record what becomes of a delivery that went wrong: failed, tried again later, or a person's.

        ``documents`` is what the partner answered, if it did: whatever went wrong after that, it may have acted.
        """
        called = flow.exchange.state is State.DELIVERING
        answered = bool(documents) and error.code.outcome is Outcome.NOT_SENT
        verdict = judge_failure(
            error,
            outcome=Outcome.UNKNOWN if answered else error.code.outcome,
            idempotent=plan.endpoint.idempotent or not called,
            attended=flow.attended,
            attempt=flow.counted_attempts,
            deadline_us=flow.exchange.deadline_us,
            now_us=self.clock_us(),
            draw=self._draw,
            retry=plan.route.retry,
            inquiry=plan.route.inquiry,
        )
        problem = flow.problem = verdict.problem
        cause = f"partner:{plan.endpoint.partner}" if error.code.id.startswith("partner.") else "hub"
        for state in verdict.states:
            self.advance(
                flow,
                state,
                cause=cause,
                code=problem.code.id,
                detail=facts_of(problem),
                channel="" if state in FINAL else plan.endpoint.partner,
                due_us=verdict.due_us,
                documents=documents,
            )
            documents, cause = (), "hub"
        await self.record(flow)

    async def hold(self, flow: Flow, plan: Plan, error: ExchangeError, not_before_us: int) -> None:
        """Record that the partner takes nothing just now: what nobody waits for waits, within its deadline.

        Nothing was sent, so no attempt is used up. Who waits is told at once.
        """
        flow.problem = error
        deadline_us = flow.exchange.deadline_us
        state, due_us = State.WAITING_RETRY, min(not_before_us, deadline_us or not_before_us)
        if flow.attended:
            state, due_us = State.FAILED, 0
        channel = "" if flow.attended else plan.endpoint.partner
        self.advance(flow, state, code=error.code.id, detail=facts_of(error), channel=channel, due_us=due_us)
        await self.record(flow)

    async def acknowledge(
        self, flow: Flow, plan: Plan, acknowledgement: Acknowledgement, due_us: int
    ) -> None:
        """Record that the partner has taken the message and will answer later, and claim its tracking code.

        ``due_us`` is when something is due for it if no answer comes.

        A code that another exchange has is a failure of the partner, recorded as ``fail`` does.
        """
        partner, code = plan.endpoint.partner, acknowledgement.tracking_code
        wire = acknowledgement.wire
        documents = (Document(Role.PARTNER_REPLY, None, acknowledgement.media_type, wire),) if wire else ()
        deadline_us = flow.exchange.deadline_us
        self.advance(
            flow,
            State.WAITING_REPLY,
            cause=f"partner:{partner}",
            detail={**acknowledgement.facts, "tracking_code": code},
            channel=partner,
            due_us=due_us,
            documents=documents,
        )
        claim = tracking_claim(partner, code, flow.exchange.id, max(deadline_us, self.clock_us()))
        try:
            await self.journal.append(flow.pending, claim)
        except AlreadyClaimedError as held:
            flow.exchange = Exchange.replay(flow.exchange.history[:-1])
            flow.pending = []
            facts = {"tracking_code": code, "held_by": held.exchange_id}
            detail = "the tracking code belongs to another exchange"
            error = ExchangeError(codes.PARTNER_CODE_REUSED, detail, facts=facts)
            await self.fail(flow, plan, error, documents)
        else:
            flow.pending = []

    async def record_together(
        self, exchanges: Sequence[Exchange], transitions: Sequence[Transition], claim: Claim | None
    ) -> None:
        """Make transitions of several exchanges durable in one commit, and tell of those that have ended.

        Raises NotRecordedError, StateConflictError, AlreadyClaimedError; then nothing of it has happened.
        """
        parts = (each for each in exchanges if each.opening.parent and each.is_final)
        await self._append_all(next(parts, exchanges[0]), transitions, claim)
        for exchange in exchanges:
            if exchange.is_final:
                self.tell_end(exchange)

    async def expire(self, flow: Flow) -> None:
        """Record that the deadline has passed."""
        flow.problem = ExchangeError(codes.DEADLINE_EXCEEDED)
        self.advance(flow, State.EXPIRED, code=codes.DEADLINE_EXCEEDED.id)
        await self.record(flow)

    async def answer_with_end(self, flow: Flow, exchange_id: str, wait_s: float) -> Answer:
        """Answer with the end of an exchange that goes on elsewhere, or with its state after a while.

        Raises NotRecordedError, DocumentDamagedError; ExchangeError if this call's codec cannot write the reply.
        """
        entries = await self._waiters.history(self.journal, exchange_id, max(wait_s, 0))
        reply, problem = await end_of(self.journal, entries)
        if entries[-1].state is State.UNCERTAIN and flow.attended:
            problem = ExchangeError(
                codes.OUTCOME_UNKNOWN
            )  # it is being asked about; the sender must not repeat
        opening = entries[0].opening
        # An earlier call under the same key may have used another version of the same major.
        version = flow.version if opening and opening.version == str(flow.version.ref.version) else None
        if reply is not None and flow.codec is not None and opening is not None:
            reply = flow.codec.encode(orjson.loads(reply), _version_of(opening, flow))
        return Answer(exchange_id, entries[-1].state, version, reply, problem)


def follow(flow: Flow, earlier_id: str) -> None:
    """Have an exchange's first entry, not yet recorded, name the one that it is another try of."""
    first = flow.pending[0]
    entry = replace(first.entry, detail={**first.entry.detail, "retry_of": earlier_id})
    flow.pending[0] = replace(first, entry=entry)
    flow.exchange.history[0] = entry


def _with_whereabouts(
    exchange: Exchange, state: State, detail: Mapping[str, str | int]
) -> Mapping[str, str | int]:
    """A dead letter's entry says where it was going, so that dead letters can be grouped by their entries alone."""
    return {**whereabouts(exchange.history), **detail} if state is State.DEAD_LETTERED else detail


def _version_of(opening: Opening, flow: Flow) -> ContractVersion:
    """The contract version that a reply to the same client was written in."""
    contract = flow.intake.contract if flow.intake is not None else None
    found = contract.versions.get(opening.ref.version) if contract is not None else None
    return found or flow.version
