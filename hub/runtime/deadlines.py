"""What happens while an exchange waits for its partner's answer: reminders, and in the end what silence means.

Each look is due at a time that the journal holds (``due_us``), so it costs nothing until then, and outlives every
process. What it does is one append under the exchange's next number: of several nodes one does it.
"""

from typing import Final

import orjson
import structlog

from hub.core.contract import Contract
from hub.core.exchange import State
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.observer import Observer
from hub.core.terms import Reminder
from hub.core.values import ContractRef
from hub.runtime.configuration import Configuration
from hub.runtime.flow import Flow
from hub.runtime.inbox.standing import standing_facts
from hub.runtime.recorder import Recorder
from hub.runtime.translation import carried

log = structlog.get_logger(__name__)

REMINDER: Final = "reminder"
"""In an entry's detail: the reminder that it tells of."""
SILENCE_IS_CONSENT: Final = "silence_is_consent"
"""In an entry's detail, as ``outcome``: nobody has answered in time, and the contract says what that means."""


def next_look_us(flow: Flow, configuration: Configuration, now_us: int) -> int:
    """When something is due for an exchange that waits for an answer from now on; 0 for never."""
    contract = configuration.contracts.get(flow.version.ref.name)
    deadline_us = flow.exchange.deadline_us
    if contract is None:
        return deadline_us
    return contract.terms.next_look_us(now_us, deadline_us, configuration.calendar)


class Deadlines:
    """Looks after exchanges that wait for an answer, whenever something is due."""

    def __init__(self, recorder: Recorder, observer: Observer) -> None:
        self._recorder = recorder
        self._observer = observer

    async def look_after(self, flow: Flow, configuration: Configuration) -> None:
        """Remind, or end it. Raises NotRecordedError, StateConflictError; ExchangeError for a reply nobody can make."""
        now_us, deadline_us = self._recorder.clock_us(), flow.exchange.deadline_us
        contract = configuration.contracts[flow.version.ref.name]
        if deadline_us and now_us >= deadline_us:
            if contract.terms.consent is None:
                await self._recorder.expire(flow)
            else:
                await self._consent(flow, contract, configuration)
            return
        due = self._due(flow, contract, configuration, now_us)
        look_us = next_look_us(flow, configuration, now_us)
        for reminder in due:
            detail = {**standing_facts(flow.exchange.history[-1]), REMINDER: reminder.name}
            if reminder.to:
                detail["escalated_to"] = reminder.to
            self._recorder.advance(
                flow, State.WAITING_REPLY, detail=detail, channel=flow.exchange.channel, due_us=look_us
            )
        if due:
            await self._recorder.record(flow)
        for reminder in due:
            self._tell(flow, reminder)

    def _due(
        self, flow: Flow, contract: Contract, configuration: Configuration, now_us: int
    ) -> list[Reminder]:
        """The reminders whose time has come while it waited, and that the journal does not hold yet."""
        history = flow.exchange.history
        given = {entry.detail.get(REMINDER) for entry in history}
        waits_since_us = next(entry.at_us for entry in history if entry.state is State.WAITING_REPLY)
        reminders = contract.terms.reminders_between(
            waits_since_us, now_us, flow.exchange.deadline_us, configuration.calendar
        )
        return [reminder for reminder in reminders if reminder.name not in given]

    async def _consent(self, flow: Flow, contract: Contract, configuration: Configuration) -> None:
        newest = ContractRef(contract.name, max(contract.versions))
        silence = Message(newest, Kind.REPLY, contract.terms.consent)
        reply = carried(configuration.consents[flow.version.ref], silence, flow)
        self._recorder.advance(
            flow,
            State.COMPLETED,
            detail={"outcome": SILENCE_IS_CONSENT},
            documents=(Document(Role.REPLY, reply.contract, JSON, orjson.dumps(reply.body)),),
        )
        await self._recorder.record(flow)

    def _tell(self, flow: Flow, reminder: Reminder) -> None:
        ref = flow.version.ref
        self._observer.reminded(contract=ref.name, version=str(ref.version), to=reminder.to)
        log.warning(
            "an answer is still missing and its deadline comes near",
            exchange_id=flow.exchange.id,
            contract=ref.name,
            partner=flow.exchange.channel,
            reminder=reminder.name,
            escalated_to=reminder.to,
        )
