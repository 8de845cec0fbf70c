"""How officers end work items: with an answer, or by returning them.

Each is one commit. Killed before it, the work item is open and the officer sends again; killed after it, the officer
who sends the same again is told the same.
"""

from typing import Final

import orjson

from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError, StateConflictError
from hub.core.exchange import Exchange, State
from hub.core.message import Kind, Message
from hub.core.values import JsonValue
from hub.core.work_items import Inbox, Returned
from hub.runtime.fault_points import FaultPoint, reach
from hub.runtime.inbox.desk import TRIES, Desk
from hub.runtime.inbox.officers import Officer
from hub.runtime.inbox.standing import Standing
from hub.runtime.inbox.work_item import ANSWERED, DONE, RETURNED, WorkItem, bodies_of
from hub.runtime.recorder import Recorder
from hub.runtime.replay import facts_of
from hub.runtime.settling import Along, AnswerInvalidError, NotWaitingError, Settler

ATTACHMENTS: Final = "attachments"
"""The fact of an answer's entry that names the documents that go with it, by their digests."""


class Ending:
    """Answers and returns. Safe for concurrent calls: of several, the journal lets one in."""

    def __init__(self, desk: Desk, recorder: Recorder, settler: Settler) -> None:
        self._desk = desk
        self._recorder = recorder
        self._settler = settler

    async def answer(self, officer: Officer, exchange_id: str, document: JsonValue) -> WorkItem:
        """Settle the exchange with a document in the form's schema.

        The same answer again is told the same. Raises ExchangeError: REQUEST_INVALID with the fields that are wrong,
        WORK_ITEM_NOT_CLAIMED, WORK_ITEM_CLAIMED, WORK_ITEM_CLOSED, WORK_ITEM_OTHER_ANSWER, WORK_ITEM_UNKNOWN.
        """
        for _ in range(TRIES):
            item = await self._desk.item(officer, exchange_id)
            if item.outcome == ANSWERED:
                return await self._told_before(item, document)
            item.check_open()
            item.check_held_by(officer)
            try:
                exchange = await self._settle(item, officer, document)
            except AnswerInvalidError as invalid:
                raise invalid.problem from invalid
            except (NotWaitingError, StateConflictError):
                continue
            reach(FaultPoint.AFTER_OFFICER_ANSWERED)
            return WorkItem(tuple(exchange.history), item.standing, item.inbox)
        raise NotRecordedError("the work item moved on too often")

    async def give_back(self, officer: Officer, exchange_id: str, reason: str) -> WorkItem:
        """Return it: its sender is refused, or operators look at it, as the inbox says. Raises as ``answer`` does."""
        for _ in range(TRIES):
            item = await self._desk.item(officer, exchange_id)
            refusal = ExchangeError(codes.PARTNER_REFUSED, reason)
            if item.outcome == RETURNED:
                if item.entries[-1].detail.get("detail") == facts_of(refusal)["detail"]:
                    return item
                raise ExchangeError(codes.WORK_ITEM_OTHER_ANSWER)
            item.check_open()
            item.check_held_by(officer)
            exchange = Exchange.replay(item.entries)
            is_refused = item.inbox.returned is Returned.REFUSED
            try:
                await self._recorder.move(
                    exchange,
                    State.FAILED if is_refused else State.DEAD_LETTERED,
                    cause=officer.cause,
                    code=refusal.code.id,
                    detail={**_facts(item.standing, RETURNED), **facts_of(refusal)},
                )
            except StateConflictError:
                continue
            return WorkItem(tuple(exchange.history), item.standing, item.inbox)
        raise NotRecordedError("the work item moved on too often")

    async def _settle(self, item: WorkItem, officer: Officer, document: JsonValue) -> Exchange:
        return await self._settler.settle(
            item.entries,
            Message(item.inbox.contract, Kind.REPLY, document),
            cause=officer.cause,
            judge=lambda answer: _judged(item.inbox, answer),
            along=Along(detail=tuple(_answered(item).items())),
        )

    async def _told_before(self, item: WorkItem, document: JsonValue) -> WorkItem:
        recorded = bodies_of(item.entries, await self._recorder.journal.documents(item.id)).answer
        if recorded is None or _canonical(orjson.loads(recorded)) != _canonical(document):
            raise ExchangeError(codes.WORK_ITEM_OTHER_ANSWER)
        return item


def _judged(inbox: Inbox, answer: Message) -> None:
    inbox.judge(answer)


def _answered(item: WorkItem) -> dict[str, str | int]:
    """The sender finds the attached documents named with the answer."""
    attached = {ATTACHMENTS: " ".join(item.attached)} if item.attached else {}
    return {**_facts(item.standing, ANSWERED), **attached}


def _facts(standing: Standing, done: str) -> dict[str, str | int]:
    return {**standing.facts, DONE: done}


def _canonical(document: JsonValue) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
