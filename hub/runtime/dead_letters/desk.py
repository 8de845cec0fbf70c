"""Dead letters: what a person can do about them. Every action has an actor and a reason, and is a journal entry.

**Safe between nodes and repeated.** An action rests on the history that was read for it: if anybody moves the exchange
on meanwhile, the journal refuses the action (StateConflict) and the person is told where it stands. An action that is
asked for again, under its id or as the same decision of the same person, is answered and not done again.

**Crash-safe.** An action is one commit. Killed before it, nothing has happened; after it, the exchange is in the
journal as accepted, and the sweeper offers it to the workers whether or not the offer was still made.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from hub.core import codes
from hub.core.actor import Decision
from hub.core.errors import ExchangeError, StateConflictError
from hub.core.evidence import BodyReading, BodyReadings
from hub.core.exchange import RENEWED_DEADLINE, Entry, Exchange, State
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.ports import Query, Summary
from hub.core.values import JsonValue
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.dead_letters.cause import Group, cause_of, grouped
from hub.runtime.dead_letters.dry_run import DryRun, try_out
from hub.runtime.outcomes import NOT_DONE, OUTCOME_KNOWN
from hub.runtime.recorder import Recorder
from hub.runtime.resume import version_of

PAGE: Final = 500
DEAD: Final = frozenset({State.DEAD_LETTERED})
_TRIES: Final = 3
Offer = Callable[[str, str, int], None]
"""Hands an exchange (partner's channel, id, entry number) to the workers; it may get lost."""


@dataclass(frozen=True, slots=True)
class Done:
    """Where an exchange stands after an action."""

    exchange_id: str
    state: State
    number: int
    is_repetition: bool = False
    """Whether this had been done before, and nothing was done now."""


class DeadLetters:
    """The desk at which persons take dead letters up. Safe for any number of callers, on any number of nodes."""

    def __init__(
        self,
        recorder: Recorder,
        configuration: CurrentConfiguration,
        readings: BodyReadings,
        recorded: RecordedRequests,
        offer: Offer,
    ) -> None:
        self._recorder = recorder
        self._journal = recorder.journal
        self._configuration = configuration
        self._readings = readings
        self._recorded = recorded
        self._offer = offer

    # looking

    async def page(self, after: str = "", limit: int = 100, group: str = "") -> tuple[list[Summary], str]:
        """Dead letters from the oldest on, and the cursor of the next page; empty after the last one.

        With ``group`` only those of that cause; a page then may hold fewer than ``limit``.
        """
        query = Query(states=DEAD, after=after, limit=limit, with_last_entry=True)
        found = await self._journal.find(query)
        following = found[-1].exchange_id if len(found) == limit else ""
        return [each for each in found if not group or cause_of(each).id == group], following

    async def groups(self) -> list[Group]:
        """All dead letters by cause, the most frequent first. Costs what there are, a page at a time."""
        groups: dict[str, Group] = {}
        after = ""
        while True:
            found, after = await self.page(after, PAGE)
            grouped(found, groups)
            if not after:
                return sorted(groups.values(), key=lambda group: (-group.count, group.oldest_us))

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        """What happened to one exchange. Raises ExchangeError EXCHANGE_UNKNOWN."""
        entries = await self._journal.history(exchange_id)
        if not entries:
            raise ExchangeError(codes.EXCHANGE_UNKNOWN)
        return entries

    async def dry_run(self, exchange_id: str) -> DryRun:
        """What redelivering it now would do; nothing is sent or recorded."""
        return await self._try_out(await self._dead(exchange_id))

    async def dry_run_of_edit(self, exchange_id: str, document: JsonValue) -> DryRun:
        """What redelivering an edited form of it would do."""
        return await self._try_out_edited(await self._dead(exchange_id), document)

    async def request(self, exchange_id: str, decision: Decision) -> JsonValue:
        """The newest form of its request, to be corrected. The reading is recorded first (G10)."""
        entries = await self.history(exchange_id)
        await self.record_reading(exchange_id, decision)
        return (await self._try_out(entries)).request.body

    async def record_reading(self, exchange_id: str, decision: Decision) -> None:
        """Record who is about to see its bodies, and why. Raises NotRecordedError: then they are not to be shown."""
        actor, at_us = decision.actor, self._recorder.clock_us()
        await self._readings.record([BodyReading(at_us, exchange_id, actor.cause, decision.reason)])

    # acting

    async def redeliver(
        self, exchange_id: str, decision: Decision, *, outcome_known: str = "", not_before_us: int = 0
    ) -> Done:
        """Have it delivered as if it had been accepted just now: by the route that takes it now, with a new deadline.

        With ``not_before_us`` (UTC, microseconds) it waits until then. Raises ExchangeError: DEAD_LETTER_MOVED_ON,
        DEAD_LETTER_UNDELIVERABLE, DEAD_LETTER_UNCERTAIN unless ``outcome_known`` is ``not-done``.
        """

        async def act(entries: Sequence[Entry], facts: dict[str, str | int]) -> Done:
            run = await self._try_out(entries)
            return await self._accept(run, decision, facts, outcome_known, not_before_us=not_before_us)

        return await self._decide(exchange_id, "redeliver", decision, act)

    async def edit(
        self, exchange_id: str, decision: Decision, document: JsonValue, *, outcome_known: str = ""
    ) -> Done:
        """Have a corrected request delivered instead. What its sender gave stays in the journal beside it.

        Raises ExchangeError as ``redeliver`` does, and REQUEST_INVALID if the document does not match its contract.
        """

        async def act(entries: Sequence[Entry], facts: dict[str, str | int]) -> Done:
            run = await self._try_out_edited(entries, document)
            wire = orjson.dumps(document)
            form = Document(Role.EDITED_REQUEST, run.version.ref, JSON, wire)
            return await self._accept(run, decision, facts, outcome_known, documents=(form,))

        return await self._decide(exchange_id, "edit", decision, act)

    async def settle(self, exchange_id: str, decision: Decision, reply: JsonValue) -> Done:
        """Complete it with the reply that a person has found out, in the sender's own version.

        Raises ExchangeError: DEAD_LETTER_MOVED_ON, REQUEST_INVALID if the reply does not match its contract.
        """

        async def act(entries: Sequence[Entry], facts: dict[str, str | int]) -> Done:
            exchange = Exchange.replay(entries)
            version = version_of(exchange, self._configuration.now)
            validator = version.schemas[Kind.REPLY].validator
            if not validator.is_valid(reply):
                raise ExchangeError(codes.REQUEST_INVALID, errors=validator.errors(reply))
            document = Document(Role.REPLY, version.ref, JSON, orjson.dumps(reply))
            await self._recorder.move(
                exchange, State.COMPLETED, cause=decision.actor.cause, detail=facts, documents=(document,)
            )
            return Done(exchange.id, exchange.state, exchange.number)

        return await self._decide(exchange_id, "settle", decision, act)

    async def discard(self, exchange_id: str, decision: Decision) -> Done:
        """Give it up for good. Raises ExchangeError DEAD_LETTER_MOVED_ON."""

        async def act(entries: Sequence[Entry], facts: dict[str, str | int]) -> Done:
            exchange = Exchange.replay(entries)
            code = codes.EXCHANGE_DISCARDED.id
            cause = decision.actor.cause
            await self._recorder.move(exchange, State.CANCELLED, cause=cause, code=code, detail=facts)
            return Done(exchange.id, exchange.state, exchange.number)

        return await self._decide(exchange_id, "discard", decision, act)

    async def _decide(self, exchange_id: str, kind: str, decision: Decision, act: "_Act") -> Done:
        """Carry a decision out once, on the newest history there is."""
        facts: dict[str, str | int] = {"decision": kind, "reason": decision.reason}
        if decision.action:
            facts["action"] = decision.action
        last: Entry | None = None
        for _ in range(_TRIES):
            entries = await self.history(exchange_id)
            last = entries[-1]
            if _was_decided(entries, decision.actor.cause, facts):
                return Done(exchange_id, last.state, last.number, is_repetition=True)
            if last.state is not State.DEAD_LETTERED:
                break
            try:
                return await act(entries, dict(facts))
            except StateConflictError:
                continue
        raise _moved_on(last)

    async def _dead(self, exchange_id: str) -> tuple[Entry, ...]:
        entries = await self.history(exchange_id)
        if entries[-1].state is not State.DEAD_LETTERED:
            raise _moved_on(entries[-1])
        return entries

    async def _try_out(self, entries: Sequence[Entry], edited: Message | None = None) -> DryRun:
        return await try_out(self._journal, entries, self._configuration.now, self._recorded, edited)

    async def _try_out_edited(self, entries: Sequence[Entry], document: JsonValue) -> DryRun:
        version = version_of(Exchange.replay(entries), self._configuration.now)
        validator = version.schemas[Kind.REQUEST].validator
        if not validator.is_valid(document):
            raise ExchangeError(codes.REQUEST_INVALID, errors=validator.errors(document))
        return await self._try_out(entries, Message(version.ref, Kind.REQUEST, document))

    async def _accept(
        self,
        run: DryRun,
        decision: Decision,
        facts: dict[str, str | int],
        outcome_known: str,
        *,
        not_before_us: int = 0,
        documents: tuple[Document, ...] = (),
    ) -> Done:
        plan, exchange = run.plan, run.exchange
        if run.needs_outcome and outcome_known != NOT_DONE:
            raise ExchangeError(codes.DEAD_LETTER_UNCERTAIN, f"ask {plan.endpoint.partner} first")
        if outcome_known:
            facts[OUTCOME_KNOWN] = outcome_known
        now_us = self._recorder.clock_us()
        due_us = max(not_before_us, now_us)
        facts |= {"route": plan.route.name, "endpoint": plan.endpoint.name}
        facts[RENEWED_DEADLINE] = self._renewed_deadline_us(exchange, due_us)
        await self._recorder.move(
            exchange,
            State.ACCEPTED,
            cause=decision.actor.cause,
            detail=facts,
            channel=plan.endpoint.partner,
            due_us=due_us,
            documents=documents,
        )
        if due_us == now_us:  # else the sweeper offers it when it is due
            self._offer(plan.endpoint.partner, exchange.id, exchange.number)
        return Done(exchange.id, exchange.state, exchange.number)

    def _renewed_deadline_us(self, exchange: Exchange, from_us: int) -> int:
        """As much time as its contract gives every exchange, from when it is taken up again."""
        configuration = self._configuration.now
        contract = configuration.contracts[exchange.opening.contract]
        return contract.terms.deadline_us(from_us, contract.deadline_s, configuration.calendar)


_Act = Callable[[Sequence[Entry], dict[str, str | int]], Awaitable[Done]]


def _was_decided(entries: Sequence[Entry], cause: str, facts: Mapping[str, str | int]) -> bool:
    """Whether this very decision has been carried out: under its id, or as the last word on the last dead letter."""
    action = facts.get("action")
    if action is not None:
        return any(entry.detail.get("action") == action for entry in entries)
    dead = max((place for place, e in enumerate(entries) if e.state is State.DEAD_LETTERED), default=-1)
    if dead < 0 or dead + 1 == len(entries):
        return False
    entry = entries[dead + 1]
    return entry.cause == cause and all(entry.detail.get(name) == value for name, value in facts.items())


def _moved_on(last: Entry | None) -> ExchangeError:
    state = last.state if last is not None else "moving"
    detail = f"the exchange is {state}" + (f", by {last.cause}" if last is not None else "")
    return ExchangeError(codes.DEAD_LETTER_MOVED_ON, detail)
