"""The desk at which officers deal with work items.

**One record.** A work item is an exchange that waits for its answer; whatever an officer does to it is the next entry
of its history. So of two officers, on whatever nodes, the journal lets one in; the other reads again and is told who
has it. Killed before its entry is on disk, nothing has happened; killed after it, asking again tells what is.

**Discretion.** Drafts and notes are documents, sealed like every body. Whoever opens a work item is recorded first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from hub.core import codes
from hub.core.attachments import AttachmentRegistry, Use
from hub.core.errors import ExchangeError, FieldError, NotRecordedError, StateConflictError
from hub.core.evidence import BodyReading, BodyReadings
from hub.core.exchange import Exchange, State
from hub.core.message import JSON, Document, Role
from hub.core.ports import ClientRecord, ClientRegistry
from hub.core.values import US_PER_S, JsonValue, Text
from hub.core.work_items import Inbox
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.inbox.listing import Listed, Wish, page_of
from hub.runtime.inbox.officers import Officer, officer_of, partner_of
from hub.runtime.inbox.standing import Standing, newest_standing
from hub.runtime.inbox.work_item import ATTACHED, DONE, Bodies, WorkItem, bodies_of, claimed_by
from hub.runtime.recorder import Recorder

OPENED: Final = "work item opened"
"""Why bodies are read here, as the record of readings says it."""
MOST_ENTRIES: Final = 1000
"""How long a history may grow by notes and drafts."""
MOST_ATTACHED: Final = 20
TRIES: Final = 5
_DAY_US: Final = 86_400 * US_PER_S


@dataclass(frozen=True, slots=True)
class Change:
    """What an officer does to an open work item."""

    done: str
    standing: Standing
    reason: str = ""
    documents: tuple[Document, ...] = ()
    attached: str = ""


class Desk:
    """Looking at work items, and everything that leaves them open. Safe for concurrent calls, on any number of nodes."""

    def __init__(
        self,
        recorder: Recorder,
        configuration: CurrentConfiguration,
        readings: BodyReadings,
        clients: ClientRegistry,
        attachments: AttachmentRegistry,
    ) -> None:
        self._recorder = recorder
        self._journal = recorder.journal
        self._configuration = configuration
        self._readings = readings
        self._clients = clients
        self._attachments = attachments

    # looking

    @property
    def inboxes(self) -> dict[str, Inbox]:
        """Those in force."""
        return dict(self._configuration.now.inboxes)

    def officer(self, client: ClientRecord) -> Officer:
        """Who the client is. Raises ExchangeError: WORK_ITEM_NO_OFFICER."""
        return officer_of(client, self.inboxes)

    async def page(self, officer: Officer, wish: Wish) -> tuple[list[Listed], bool]:
        """Open work items of the officer's office, the nearest deadline first, and whether there are more."""
        return await page_of(self._journal, officer, wish)

    async def item(self, officer: Officer, exchange_id: str) -> WorkItem:
        """One work item of the officer's office, open or not. Raises ExchangeError: WORK_ITEM_UNKNOWN."""
        entries = await self._journal.history(exchange_id)
        standing = newest_standing(entries)
        inbox = self.inboxes.get(standing.inbox) if standing is not None else None
        if standing is None or inbox is None or officer.office not in standing.offices:
            raise ExchangeError(codes.WORK_ITEM_UNKNOWN)
        return WorkItem(entries, standing, inbox)

    async def opened(self, item: WorkItem, officer: Officer) -> Bodies:
        """What it holds; that the officer reads it is recorded first. Raises NotRecordedError."""
        now_us = self._recorder.clock_us()
        await self._readings.record([BodyReading(now_us, item.id, officer.cause, OPENED)])
        return bodies_of(item.entries, await self._journal.documents(item.id))

    # acting

    async def claim(self, officer: Officer, exchange_id: str) -> WorkItem:
        """Take it into one's hands. Raises ExchangeError: WORK_ITEM_CLAIMED where a colleague has it."""

        def decide(item: WorkItem) -> Change | None:
            holder = item.standing.claimed_by
            if holder == officer.name:
                return None
            if holder:
                raise claimed_by(holder)
            return Change("claimed", item.standing.claimed(officer.name, self._recorder.clock_us()))

        return await self._act(officer, exchange_id, decide)

    async def release(self, officer: Officer, exchange_id: str) -> WorkItem:
        """Give it back to the office. Raises ExchangeError: WORK_ITEM_CLAIMED."""

        def decide(item: WorkItem) -> Change | None:
            if not item.standing.claimed_by:
                return None
            item.check_held_by(officer)
            return Change("released", item.standing.free())

        return await self._act(officer, exchange_id, decide)

    async def reassign(
        self, officer: Officer, exchange_id: str, *, to_officer: str = "", to_office: str = "", reason: str
    ) -> WorkItem:
        """Give it to another officer or office of the partner, whoever has it: colleagues fall ill.

        Raises ExchangeError: REQUEST_INVALID where there is nobody of that name.
        """
        if to_officer:
            to_office = await self._office_of(officer, to_officer)
        elif partner_of(to_office, self.inboxes) != officer.partner:
            raise _nobody("/to_office", "چنین دفتری نیست", "there is no such office")

        def decide(item: WorkItem) -> Change | None:
            standing = replace(item.standing.free(), offices=(to_office,))
            if to_officer:
                standing = standing.claimed(to_officer, self._recorder.clock_us())
            return Change("reassigned", standing, reason)

        return await self._act(officer, exchange_id, decide)

    async def draft(self, officer: Officer, exchange_id: str, document: JsonValue) -> WorkItem:
        """Keep an answer that may be incomplete. Raises ExchangeError: WORK_ITEM_NOT_CLAIMED, WORK_ITEM_CLAIMED."""

        def decide(item: WorkItem) -> Change:
            item.check_held_by(officer)
            draft = Document(Role.DRAFT, item.inbox.contract, JSON, orjson.dumps(document))
            return Change("drafted", item.standing, documents=(draft,))

        return await self._act(officer, exchange_id, decide)

    async def note(self, officer: Officer, exchange_id: str, text: str) -> WorkItem:
        """Write something down for colleagues."""
        note = Document(Role.NOTE, None, "text/plain", text.encode())
        return await self._act(
            officer, exchange_id, lambda item: Change("noted", item.standing, documents=(note,))
        )

    async def attach(self, officer: Officer, exchange_id: str, digest: str) -> WorkItem:
        """Add a document that the officer has uploaded to the answer; its sender may read it from now on.

        A process that dies before the entry is on disk leaves a document that is kept with the exchange, and that
        nobody has been told of. Raises ExchangeError: REQUEST_INVALID where the officer has no such document.
        """
        item = await self.item(officer, exchange_id)
        item.check_open()
        item.check_held_by(officer)
        opening, now_us = Exchange.replay(item.entries).opening, self._recorder.clock_us()
        contract = self._configuration.now.contracts.get(opening.contract)
        kept_us = 0 if contract is None else contract.retention_days * _DAY_US
        use = Use(item.id, officer.name, now_us, now_us + kept_us, readers=(opening.sender,))
        if not await self._attachments.claim(use, [digest]):
            raise _nobody("/digest", "چنین سندی برای شما نیست", "you have no such document")

        def decide(item: WorkItem) -> Change | None:
            item.check_held_by(officer)
            if digest in item.attached:
                return None
            if len(item.attached) >= MOST_ATTACHED:
                raise ExchangeError(codes.WORK_ITEM_FULL)
            return Change("attached", item.standing, attached=digest)

        return await self._act(officer, exchange_id, decide)

    async def _act(
        self, officer: Officer, exchange_id: str, decide: Callable[[WorkItem], Change | None]
    ) -> WorkItem:
        """Do what ``decide`` makes of the item as it stands; nothing if that is None.

        Raises ExchangeError: WORK_ITEM_UNKNOWN, WORK_ITEM_CLOSED, WORK_ITEM_FULL, and what ``decide`` raises.
        """
        for _ in range(TRIES):
            item = await self.item(officer, exchange_id)
            item.check_open()
            change = decide(item)
            if change is None:
                return item
            if change.documents and len(item.entries) >= MOST_ENTRIES:
                raise ExchangeError(codes.WORK_ITEM_FULL)
            exchange = Exchange.replay(item.entries)
            facts = {**change.standing.facts, DONE: change.done}
            facts |= {ATTACHED: change.attached} if change.attached else {}
            try:
                await self._recorder.move(
                    exchange,
                    State.WAITING_REPLY,
                    cause=officer.cause,
                    detail=facts | ({"reason": change.reason} if change.reason else {}),
                    channel=exchange.channel,
                    due_us=exchange.due_us,
                    documents=change.documents,
                )
            except StateConflictError:
                continue  # a colleague, a reminder or the deadline was faster: look again
            return WorkItem(tuple(exchange.history), change.standing, item.inbox)
        raise NotRecordedError("the work item moved on too often")

    async def _office_of(self, officer: Officer, name: str) -> str:
        colleagues: Sequence[ClientRecord] = await self._clients.list()
        for client in colleagues:
            is_meant = client.name == name and not client.revoked_us and bool(client.office)
            if is_meant and partner_of(client.office, self.inboxes) == officer.partner:
                return client.office
        raise _nobody("/to_officer", "چنین همکاری نیست", "there is no such officer")


def _nobody(pointer: str, fa: str, en: str) -> ExchangeError:
    return ExchangeError(codes.REQUEST_INVALID, errors=(FieldError(pointer, "unknown", Text(fa, en)),))
