"""Takes a composite as far as it goes now: begins its parts, or gathers them.

What a death leaves behind, and who takes it up:

- before the parts are begun: an accepted exchange, like any other. No part is there.
- after: all parts are there, begun in one commit with the composite's waiting, each accepted and due.
- when a part ends: the composite's note of it is in the same commit, and makes it due as soon as it can be gathered.
- at the end: reply, end and the cancelled rest are one commit.

So the sweeper finds whatever has to go on, and nothing is begun twice.
"""

from collections.abc import Callable, Mapping, Sequence

import orjson
import structlog

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import FINAL, Exchange, State
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.scatter import GatherVerdict
from hub.core.values import US_PER_S
from hub.routing.plan import Plan
from hub.routing.scatter import PartAnswer, PartState, ScatterPlan
from hub.runtime.composite.begin import Begun, begin_parts, guarded
from hub.runtime.composite.record import (
    Gathering,
    begun_detail,
    is_composite,
    note_detail,
    state_of,
)
from hub.runtime.composite.rest import call_off, end_with_rest
from hub.runtime.configuration import Configuration
from hub.runtime.deadlines import Deadlines, next_look_us
from hub.runtime.fault_points import FaultPoint, reach
from hub.runtime.flow import Flow
from hub.runtime.recorder import Recorder
from hub.runtime.replay import facts_of, reply_of

log = structlog.get_logger(__name__)

GRACE_S = 5
"""How much longer than its deadline a caller waits for what is gathered when that has passed."""
_ENDS = FINAL - {State.DEAD_LETTERED}
"""The states in which a composite wants nothing of its parts any more."""


def concerns(flow: Flow, plan: Plan) -> bool:
    """Whether an exchange asks other contracts, or has asked them whatever its route says by now."""
    return plan.scatter is not None or is_composite(flow.exchange.history)


class Composite:
    """Safe for any number of concurrent exchanges on one event loop."""

    def __init__(self, recorder: Recorder, offer: Callable[[str, str], None], deadlines: Deadlines) -> None:
        self._recorder = recorder
        self._journal = recorder.journal
        self._offer = offer
        self._deadlines = deadlines

    def patience_s(self, exchange: Exchange) -> float:
        """How long a caller waits for the parts to be gathered."""
        left_us = exchange.deadline_us - self._recorder.clock_us()
        return max(left_us / US_PER_S, 0) + GRACE_S

    async def go_on(self, flow: Flow, plan: Plan, configuration: Configuration) -> None:
        """Begin the parts, or look at how they stand. Raises NotRecordedError, StateConflictError, AlreadyClaimedError."""
        gathering = Gathering.of(flow.exchange.history)
        if gathering is not None:
            await self._gather(flow, plan, gathering, configuration)
        elif self._is_over(flow):
            await self._recorder.expire(flow)
        elif plan.scatter is not None:
            try:
                begun = begin_parts(flow, plan, plan.scatter, configuration, self._recorder.clock_us())
            except ExchangeError as error:
                await self._recorder.fail(flow, plan, error)
            else:
                look_us = next_look_us(flow, configuration, self._recorder.clock_us())
                await self._scatter(flow, plan, plan.scatter, begun, look_us)

    async def call_off(self, flow: Flow) -> bool:
        """End a part about to be delivered if its composite has ended meanwhile, and wanted the rest cancelled.

        Says whether it did. Raises NotRecordedError, StateConflictError.
        """
        part = flow.exchange
        if not part.opening.parent:
            return False
        entries = await self._journal.history(part.opening.parent)
        gathering = Gathering.of(entries)
        if gathering is None or entries[-1].state not in _ENDS:
            return False
        if entries[-1].state is not State.CANCELLED and not gathering.cancels_rest:
            return False
        ended = call_off(part, cause="hub", at_us=self._recorder.clock_us())
        if ended is None:
            return False
        flow.pending.append(ended)
        await self._recorder.record(flow)
        return True

    def _is_over(self, flow: Flow) -> bool:
        deadline_us = flow.exchange.deadline_us
        return bool(deadline_us) and self._recorder.clock_us() >= deadline_us

    # scatter

    async def _scatter(
        self, flow: Flow, plan: Plan, scatter: ScatterPlan, begun: Sequence[Begun], look_us: int
    ) -> None:
        exchange, recorder = flow.exchange, self._recorder
        rule, records = scatter.scatter.rule, tuple(each.record for each in begun)
        ended = [each for each in begun if each.exchange is not None and each.exchange.is_final]
        states = {each.record.exchange_id: PartState.FAILED for each in ended}
        gathering = Gathering(rule, scatter.scatter.cancels_rest, records, states)
        waits = gathering.verdict(states) is GatherVerdict.WAIT
        due_us = look_us if waits else recorder.clock_us()
        detail = begun_detail(plan.route.name, rule, records, cancels_rest=gathering.cancels_rest)
        recorder.advance(flow, State.WAITING_REPLY, detail=detail, due_us=due_us)
        for each in ended:
            recorder.advance(flow, State.WAITING_REPLY, detail=each.note, due_us=due_us)
        await recorder.record(flow, [step for each in begun for step in each.transitions])
        reach(FaultPoint.AFTER_SCATTERED)
        for each in begun:
            if each.channel:
                self._offer(each.channel, each.record.exchange_id)
        for each in ended:
            if each.exchange is not None:
                recorder.tell_end(each.exchange)
        if not waits:
            recorder.part_ends.tell("hub", exchange.id, exchange.number)

    # gather

    async def _gather(
        self, flow: Flow, plan: Plan, gathering: Gathering, configuration: Configuration
    ) -> None:
        stands = {
            part.exchange_id: state_of(await self._journal.history(part.exchange_id))
            for part in gathering.parts
            if part.exchange_id
        }
        states = {id_: state for id_, (state, _) in stands.items()}
        is_over = self._is_over(flow)
        verdict = gathering.verdict(states, is_over=is_over)
        if verdict is GatherVerdict.WAIT:
            await self._wait_on(flow, gathering, stands, configuration)
            return
        consent = configuration.contracts[flow.version.ref.name].terms.consent
        if is_over and verdict is GatherVerdict.UNMEETABLE and consent is not None:
            await self._deadlines.look_after(flow, configuration)
            return
        try:
            self._conclude(flow, verdict, await self._answers(gathering, stands), plan, is_over=is_over)
        except ExchangeError as error:
            # The answers are there, and cannot be made into a reply: it would be the same each time.
            await self._recorder.fail(flow, plan, error)
            return
        await self._end(flow, gathering)

    async def _wait_on(
        self,
        flow: Flow,
        gathering: Gathering,
        stands: Mapping[str, tuple[PartState, str]],
        configuration: Configuration,
    ) -> None:
        """Taken up again by a person, or something else is due: ends not yet noted are, reminders are given."""
        recorder = self._recorder
        look_us = next_look_us(flow, configuration, recorder.clock_us())
        if flow.exchange.state is State.WAITING_REPLY:
            await self._deadlines.look_after(flow, configuration)
        unnoted = [
            note_detail(part, *stands[part.exchange_id])
            for part in gathering.parts
            if part.exchange_id
            and stands[part.exchange_id][0] is not PartState.PENDING
            and gathering.noted.get(part.exchange_id) is not stands[part.exchange_id][0]
        ]
        for detail in unnoted:
            recorder.advance(flow, State.WAITING_REPLY, detail=detail, due_us=look_us)
        is_due = 0 < flow.exchange.due_us <= recorder.clock_us()
        if not unnoted and (is_due or flow.exchange.state is not State.WAITING_REPLY):
            recorder.advance(flow, State.WAITING_REPLY, due_us=look_us)
        if flow.pending:
            await recorder.record(flow)

    async def _answers(
        self, gathering: Gathering, stands: Mapping[str, tuple[PartState, str]]
    ) -> list[PartAnswer]:
        answers = []
        for part in gathering.parts:
            if not part.exchange_id:
                answers.append(PartAnswer(part.name, PartState.NOT_ASKED))
                continue
            state, code = stands[part.exchange_id]
            reply = None
            if state is PartState.COMPLETED:
                recorded = await reply_of(self._journal, part.exchange_id)
                reply = orjson.loads(recorded) if recorded is not None else None
            answers.append(PartAnswer(part.name, state, code, reply))
        return answers

    def _conclude(
        self, flow: Flow, verdict: GatherVerdict, answers: Sequence[PartAnswer], plan: Plan, *, is_over: bool
    ) -> None:
        """Bring it to its end in memory. Raises ExchangeError if there can be no valid reply."""
        if verdict is GatherVerdict.MET:
            reply = self._reply(flow, plan, answers)
            document = Document(Role.REPLY, reply.contract, JSON, orjson.dumps(reply.body))
            missing = [each.name for each in answers if _is_missing(each)]
            detail: dict[str, str | int] = {"missing": " ".join(missing)} if missing else {}
            self._recorder.advance(flow, State.COMPLETED, detail=detail, documents=(document,))
            return
        causes = "; ".join(_cause(each) for each in answers if _is_missing(each))
        code = codes.DEADLINE_EXCEEDED if is_over else codes.PARTS_UNANSWERED
        problem = flow.problem = ExchangeError(code, causes)
        state = State.EXPIRED if is_over else State.FAILED
        self._recorder.advance(flow, state, code=code.id, detail=facts_of(problem))

    def _reply(self, flow: Flow, plan: Plan, answers: Sequence[PartAnswer]) -> Message:
        scatter = plan.scatter
        if scatter is None:
            raise ExchangeError(codes.INTERNAL, "the route no longer gathers what was asked under it")
        reply = guarded(lambda: scatter.reply(answers, flow.context), flow)
        validator = flow.version.schemas[Kind.REPLY].validator
        if not validator.is_valid(reply.body):
            raise ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=validator.errors(reply.body))
        return reply

    async def _end(self, flow: Flow, gathering: Gathering) -> None:
        recorder, exchange = self._recorder, flow.exchange
        reach(FaultPoint.BEFORE_GATHERED)
        if not gathering.cancels_rest:
            await recorder.record(flow)
            return
        cancelled = await end_with_rest(
            self._journal,
            exchange,
            lambda rest: recorder.record(flow, rest),
            before=exchange.number - len(flow.pending),
            cause="hub",
            at_us=recorder.clock_us(),
        )
        for part in cancelled:
            recorder.tell_end(part)


def _is_missing(answer: PartAnswer) -> bool:
    return answer.state not in {PartState.COMPLETED, PartState.NOT_ASKED}


def _cause(answer: PartAnswer) -> str:
    return f"{answer.name}: {answer.state}" + (f" ({answer.code})" if answer.code else "")
