"""What officers do to a work item: one has it, everything is an entry, and the journal decides between two."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from hub.core import codes
from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.errors import Code, ExchangeError
from hub.core.exchange import Entry, State
from hub.core.message import Message, Role
from hub.core.ports import ClientRecord
from hub.core.terms import Lead, Reminder, Terms
from hub.core.values import US_PER_S, Text
from hub.core.work_items import Inbox, Returned
from hub.runtime.configuration import Configuration
from hub.runtime.inbox.answering import Ending
from hub.runtime.inbox.desk import Desk
from hub.runtime.inbox.listing import Wish
from hub.runtime.inbox.officers import Officer
from hub.runtime.settling import Settler
from tests.fakes.attachments import fake_registry
from tests.fakes.readings import FakeBodyReadings
from tests.unit.hub.runtime.engine import ASK, DEADLINE_S, PARTNER_FORMAT, T0_US, Engine, engine

ANSWER = {"owner": "found"}


def judge(answer: object) -> None:
    if isinstance(answer, dict) and "refused" in answer:
        raise ExchangeError(codes.PARTNER_REFUSED)


@dataclass
class Office:
    """The engine with a partner whose officers answer by hand."""

    hub: Engine
    desk: Desk
    ending: Ending
    readings: FakeBodyReadings
    omid: Officer
    parvin: Officer
    setad: Officer

    async def asked(self) -> str:
        answer = await self.hub.handle()
        return answer.exchange_id

    def last(self, asked: str) -> Entry:
        return self.hub.history(asked)[-1]

    async def listed(self, officer: Officer, **wish: object) -> list[str]:
        page, _ = await self.desk.page(officer, replace(Wish(), **wish))  # type: ignore[arg-type]
        return [item.summary.exchange_id for item in page]


async def take(_message: Message, delivery: Delivery) -> Acknowledgement:
    """As the inbox's adapter does."""
    return Acknowledgement(delivery.exchange_id, facts={"inbox": ASK, "offices": "prevention"})


def record(name: str, office: str) -> ClientRecord:
    return ClientRecord(name, name, "", (), T0_US, office=office)


def office(returned: Returned = Returned.REFUSED, terms: Terms | None = None) -> Office:
    hub = engine()
    now = hub.configuration.now
    contracts = dict(now.contracts)
    if terms is not None:
        contracts[hub.contract.name] = replace(hub.contract, terms=terms)
    title = Text("نظر", "Opinion")
    inboxes = {
        ASK: Inbox(ASK, "office", ("prevention",), title, PARTNER_FORMAT, returned, lambda m: judge(m.body)),
        "office.large": Inbox(
            "office.large", "office", ("headquarters",), title, PARTNER_FORMAT, returned, lambda _: None
        ),
        "police.ask": Inbox(
            "police.ask", "police", ("traffic",), title, PARTNER_FORMAT, returned, lambda _: None
        ),
    }
    hub.configuration.replace(
        Configuration(contracts, now.routing, {**now.endpoints, ASK: take}, inboxes=inboxes)
    )
    people = [record("omid", "prevention"), record("parvin", "prevention"), record("setad", "headquarters")]
    hub.clients.records += [*people, record("rahil", "traffic")]
    readings = FakeBodyReadings()
    desk = Desk(hub.recorder, hub.configuration, readings, hub.clients, fake_registry(hub.journal))
    ending = Ending(desk, hub.recorder, Settler(hub.recorder, hub.configuration))
    return Office(hub, desk, ending, readings, *(desk.officer(each) for each in people))


async def refused(awaitable: object, code: Code) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        await awaitable  # type: ignore[misc]
    assert caught.value.code is code
    return caught.value


async def test_of_two_officers_at_once_one_has_it_and_the_other_is_told_who() -> None:
    there = office()
    asked = await there.asked()
    before = len(there.hub.history(asked))
    results = await asyncio.gather(
        *(there.desk.claim(officer, asked) for officer in (there.omid, there.parvin)), return_exceptions=True
    )
    [told] = [each for each in results if isinstance(each, ExchangeError)]
    assert told.code is codes.WORK_ITEM_CLAIMED
    assert str(there.last(asked).detail["claimed_by"]) in told.detail
    assert len(there.hub.history(asked)) == before + 1


async def test_claiming_again_records_nothing() -> None:
    there = office()
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    number = there.last(asked).number
    assert (await there.desk.claim(there.omid, asked)).standing.claimed_by == "omid"
    assert there.last(asked).number == number
    assert there.last(asked).cause == "person:omid"


async def test_what_officers_do_moves_no_deadline() -> None:
    there = office()
    asked = await there.asked()
    due_us, channel = there.last(asked).due_us, there.last(asked).channel
    await there.desk.claim(there.omid, asked)
    await there.desk.draft(there.omid, asked, {"half": 1})
    await there.desk.note(there.parvin, asked, "ببینید")
    assert (there.last(asked).due_us, there.last(asked).channel) == (due_us, channel)
    assert due_us == T0_US + DEADLINE_S * US_PER_S


async def test_a_reminder_leaves_it_with_who_has_it() -> None:
    there = office(terms=Terms(reminders=(Reminder(Lead(seconds=30, text="30s"), "head"),)))
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    there.hub.clock.now_us = T0_US + 31 * US_PER_S
    await there.hub.workers.work(asked)
    assert there.last(asked).detail["escalated_to"] == "head"
    assert (await there.desk.item(there.omid, asked)).standing.claimed_by == "omid"
    assert await there.listed(there.omid, claimed_by="omid") == [asked]


async def test_drafts_and_notes_are_documents_and_reading_them_is_recorded_first() -> None:
    there = office()
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    await there.desk.draft(there.omid, asked, {"half": 1})
    await there.desk.draft(there.omid, asked, {"half": 2})
    await there.desk.note(there.parvin, asked, "راز")
    assert [fact.role for fact in there.last(asked).documents] == [Role.NOTE]
    assert "راز" not in str(there.last(asked).detail)
    assert await there.readings.of(asked) == ()
    bodies = await there.desk.opened(await there.desk.item(there.omid, asked), there.omid)
    assert bodies.draft == b'{"half":2}'
    assert [(note.by, note.text) for note in bodies.notes] == [("person:parvin", "راز")]
    [reading] = await there.readings.of(asked)
    assert reading.reader == "person:omid"


async def test_only_who_has_it_drafts_answers_and_returns() -> None:
    there = office()
    asked = await there.asked()
    await refused(there.ending.answer(there.omid, asked, ANSWER), codes.WORK_ITEM_NOT_CLAIMED)
    await there.desk.claim(there.omid, asked)
    await refused(there.desk.draft(there.parvin, asked, {}), codes.WORK_ITEM_CLAIMED)
    await refused(there.ending.answer(there.parvin, asked, ANSWER), codes.WORK_ITEM_CLAIMED)
    await refused(there.ending.give_back(there.parvin, asked, "no"), codes.WORK_ITEM_CLAIMED)
    await refused(there.desk.release(there.parvin, asked), codes.WORK_ITEM_CLAIMED)


async def test_an_answer_ends_it_and_the_same_again_is_told_the_same() -> None:
    there = office()
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    await refused(there.ending.answer(there.omid, asked, {"other": 1}), codes.REQUEST_INVALID)
    assert there.last(asked).state is State.WAITING_REPLY
    await there.ending.answer(there.omid, asked, ANSWER)
    number = there.last(asked).number
    assert there.last(asked).state is State.COMPLETED
    assert not (await there.ending.answer(there.omid, asked, dict(ANSWER))).is_open
    assert there.last(asked).number == number
    await refused(there.ending.answer(there.omid, asked, {"owner": "x"}), codes.WORK_ITEM_OTHER_ANSWER)
    await refused(there.ending.give_back(there.omid, asked, "no"), codes.WORK_ITEM_CLOSED)


@pytest.mark.parametrize(
    ("returned", "state"), [(Returned.REFUSED, State.FAILED), (Returned.DEAD_LETTER, State.DEAD_LETTERED)]
)
async def test_a_return_ends_it_as_the_inbox_says(returned: Returned, state: State) -> None:
    there = office(returned)
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    await there.ending.give_back(there.omid, asked, "نقشه نیست")
    last = there.last(asked)
    assert (last.state, last.code, last.detail["detail"]) == (state, "partner.refused", "نقشه نیست")
    await there.ending.give_back(there.omid, asked, "نقشه نیست")
    assert there.last(asked).number == last.number
    await refused(there.ending.give_back(there.omid, asked, "دیگر"), codes.WORK_ITEM_OTHER_ANSWER)
    await refused(there.ending.answer(there.omid, asked, ANSWER), codes.WORK_ITEM_CLOSED)


async def test_after_its_deadline_it_is_closed_in_words() -> None:
    there = office()
    asked = await there.asked()
    await there.desk.claim(there.omid, asked)
    there.hub.clock.pass_s(DEADLINE_S + 1)
    await there.hub.workers.work(asked)
    told = await refused(there.ending.answer(there.omid, asked, ANSWER), codes.WORK_ITEM_CLOSED)
    assert "deadline" in told.detail


async def test_it_goes_to_another_office_and_is_gone_from_the_first() -> None:
    there = office()
    asked = await there.asked()
    await refused(there.desk.item(there.setad, asked), codes.WORK_ITEM_UNKNOWN)
    await there.desk.reassign(there.omid, asked, to_officer="setad", reason="بلند است")
    assert there.last(asked).detail["reason"] == "بلند است"
    assert (await there.desk.item(there.setad, asked)).standing.claimed_by == "setad"
    assert await there.listed(there.setad) == [asked]
    assert await there.listed(there.omid) == []
    await refused(there.desk.claim(there.omid, asked), codes.WORK_ITEM_UNKNOWN)


@pytest.mark.parametrize("to", [{"to_officer": "rahil"}, {"to_officer": "nobody"}, {"to_office": "traffic"}])
async def test_it_leaves_its_partner_for_nobody(to: dict[str, str]) -> None:
    there = office()
    asked = await there.asked()
    await refused(there.desk.reassign(there.omid, asked, reason="?", **to), codes.REQUEST_INVALID)


async def test_the_nearest_deadline_comes_first_and_pages_go_on_where_they_ended() -> None:
    there = office()
    items = []
    for _ in range(5):
        items.append(await there.asked())
        there.hub.clock.pass_s(1)
    await there.desk.claim(there.omid, items[2])
    seen: list[str] = []
    wish = Wish(limit=2)
    for _ in range(3):
        page, has_more = await there.desk.page(there.parvin, wish)
        seen += [item.summary.exchange_id for item in page]
        wish = replace(wish, after=page[-1].place)
        assert has_more == (len(seen) < len(items))
    assert seen == items
    assert await there.listed(there.parvin, is_claimed=False) == [*items[:2], *items[3:]]
    second_due_us = T0_US + (DEADLINE_S + 1) * US_PER_S
    assert await there.listed(there.parvin, due_before_us=second_due_us) == items[:1]


async def test_who_is_registered_for_no_office_is_no_officer() -> None:
    there = office()
    for client in (record("portal", ""), record("old", "closed-office")):
        with pytest.raises(ExchangeError) as caught:
            there.desk.officer(client)
        assert caught.value.code is codes.WORK_ITEM_NO_OFFICER
