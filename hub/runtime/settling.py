"""Ending an exchange that waits for its answer with the document that the partner gave, however it came.

A later reply posted over HTTP, an officer's answer to a work item: whoever has the document calls ``settle``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, Exchange, State, Transition
from hub.core.message import JSON, Document, Message, Role
from hub.core.ports import Claim
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.flow import Flow
from hub.runtime.recorder import Recorder
from hub.runtime.replay import facts_of
from hub.runtime.resume import JSON_ONLY, plan_of, resume
from hub.runtime.translation import recorded_form, translate_back


class NotWaitingError(Exception):
    """The exchange does not wait for an answer; nothing was recorded."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the exchange is {state} and waits for no answer")
        self.state = state


class AnswerInvalidError(Exception):
    """The answer does not match the contract it is in; nothing was recorded, and the exchange still waits."""

    def __init__(self, problem: ExchangeError) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Along:
    """What must be recorded in the same commit as the end: how the answer came in."""

    exchange: Exchange | None = None
    transitions: tuple[Transition, ...] = ()
    claim: Claim | None = None
    detail: tuple[tuple[str, str | int], ...] = ()
    """Facts for the entry that ends the waiting exchange, like the other one's id."""


ALONE = Along()


def believe(_answer: Message) -> None:
    """Whatever is valid is an answer."""


class Settler:
    """Settles waiting exchanges. Safe for concurrent calls: of several answers, the journal lets one in."""

    def __init__(
        self,
        recorder: Recorder,
        configuration: CurrentConfiguration,
        recorded: RecordedRequests = JSON_ONLY,
    ) -> None:
        self._recorder = recorder
        self._configuration = configuration
        self._recorded = recorded

    async def settle(
        self,
        entries: Sequence[Entry],
        answer: Message,
        *,
        cause: str,
        judge: Callable[[Message], None] = believe,
        along: Along = ALONE,
    ) -> Exchange:
        """End the exchange of these entries with an answer in its endpoint's ``answer_contract``, in one commit.

        It is ``completed``; or ``failed`` if ``judge`` raises the ExchangeError that a valid answer amounts to; or
        ``dead_lettered`` if the answer cannot be translated back, which is no fault of who gave it. ``cause`` says
        who answered. Raises NotWaitingError, AnswerInvalidError; ExchangeError and DocumentDamagedError as
        ``resume`` and ``plan_of`` do; NotRecordedError, StateConflictError, AlreadyClaimedError as the journal.
        """
        if entries[-1].state is not State.WAITING_REPLY:
            raise NotWaitingError(entries[-1].state)
        configuration = self._configuration.now
        flow = await resume(self._recorder.journal, entries, configuration, self._recorded)
        plan = plan_of(flow, configuration)
        body, _ = canonical(answer.body, plan.partner_normaliser)
        if not plan.partner_reply.is_valid(body):
            errors = plan.partner_reply.errors(body)
            raise AnswerInvalidError(ExchangeError(codes.REQUEST_INVALID, errors=errors))
        received = recorded_form(Role.PARTNER_REPLY, answer)
        try:
            judge(answer)
        except ExchangeError as error:
            self._advance(flow, State.FAILED, cause, along, error, received)
        else:
            try:
                reply, wire, _ = translate_back(flow, plan, answer)
            except ExchangeError as error:
                self._advance(flow, State.DEAD_LETTERED, "hub", along, error, received)
            else:
                made = Document(Role.REPLY, reply.contract, JSON, wire)
                self._advance(flow, State.COMPLETED, cause, along, None, received, made)
        exchanges = [flow.exchange] if along.exchange is None else [flow.exchange, along.exchange]
        await self._recorder.record_together(exchanges, [*along.transitions, *flow.pending], along.claim)
        return flow.exchange

    def _advance(
        self,
        flow: Flow,
        state: State,
        cause: str,
        along: Along,
        error: ExchangeError | None,
        *documents: Document,
    ) -> None:
        detail: dict[str, str | int] = dict(along.detail)
        if error is not None:
            detail |= facts_of(error)
        code = error.code.id if error is not None else ""
        self._recorder.advance(flow, state, cause=cause, code=code, detail=detail, documents=documents)
