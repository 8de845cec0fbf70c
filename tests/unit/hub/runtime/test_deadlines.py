"""What happens while a partner is silent: reminders once each at their time, and in the end what silence means."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from hub.core import codes
from hub.core.calendar import EVERY_DAY, Weekday, WorkingCalendar
from hub.core.exchange import State
from hub.core.message import Role
from hub.core.terms import Lead, Reminder, Terms, WorkingDays
from hub.core.values import US_PER_S
from hub.routing.plan import Stage
from hub.runtime.configuration import Configuration
from tests.unit.hub.runtime.engine import DEADLINE_S, T0_US, translate_to
from tests.unit.hub.runtime.later import Desk, desk

S = State
REMINDERS = (
    Reminder(Lead(seconds=30, text="30s")),
    Reminder(Lead(seconds=10, text="10s"), "mayor"),
)


def waiting(terms: Terms, calendar: WorkingCalendar = EVERY_DAY) -> Desk:
    office = desk()
    now = office.hub.configuration.now
    contract = replace(office.hub.contract, terms=terms)
    version = next(iter(contract.versions.values()))
    back = (Stage("translate", translate_to(version.ref, next(iter(version.schemas)))),)
    office.hub.configuration.replace(
        Configuration(
            {**now.contracts, contract.name: contract},
            now.routing,
            now.endpoints,
            later_replies=now.later_replies,
            consents={version.ref: back},
            calendar=calendar,
        )
    )
    return office


async def at(office: Desk, asked: str, seconds: float) -> None:
    """Let the workers look so long after the beginning, as the sweeper has them do."""
    office.hub.clock.now_us = T0_US + int(seconds * US_PER_S)
    await office.hub.workers.work(asked)


def told(office: Desk, asked: str) -> list[object]:
    return [entry.detail.get("reminder") for entry in office.hub.history(asked) if "reminder" in entry.detail]


class TestReminders:
    async def test_come_at_their_time_and_once_each(self) -> None:
        office = waiting(Terms(reminders=REMINDERS))
        asked = await office.asked()
        assert office.last(asked).due_us == T0_US + 30 * US_PER_S
        await at(office, asked, 29)
        assert told(office, asked) == []
        await at(office, asked, 30)
        assert told(office, asked) == ["30s"]
        assert office.last(asked).due_us == T0_US + 50 * US_PER_S
        await at(office, asked, 50)
        await at(office, asked, 51)
        assert told(office, asked) == ["30s", "10s, to mayor"]
        assert office.last(asked).detail["escalated_to"] == "mayor"
        assert office.last(asked).due_us == T0_US + DEADLINE_S * US_PER_S
        assert office.hub.observer.reminders == [("deeds.inquiry", ""), ("deeds.inquiry", "mayor")]

    async def test_that_fell_due_while_nothing_ran_are_made_up_for(self) -> None:
        office = waiting(Terms(reminders=REMINDERS))
        asked = await office.asked()
        await at(office, asked, 55)
        assert told(office, asked) == ["30s", "10s, to mayor"]

    async def test_of_two_nodes_only_one_gives(self) -> None:
        office = waiting(Terms(reminders=REMINDERS))
        asked = await office.asked()
        office.hub.clock.pass_s(30)
        before = tuple(office.hub.history(asked))
        await office.hub.workers._move_on(before)
        await office.hub.workers.work(asked)
        assert told(office, asked) == ["30s"]

    async def test_leave_the_exchange_waiting_for_its_answer(self) -> None:
        office = waiting(Terms(reminders=REMINDERS))
        asked = await office.asked()
        await at(office, asked, 30)
        assert (await office.post()).state is S.COMPLETED
        assert office.last(asked).state is S.COMPLETED

    async def test_whose_time_had_passed_when_the_wait_began_are_not_given(self) -> None:
        office = waiting(Terms(reminders=(Reminder(Lead(seconds=3600, text="1h")), *REMINDERS)))
        asked = await office.asked()
        await at(office, asked, 30)
        assert told(office, asked) == ["30s"]


class TestSilence:
    async def test_expires_the_exchange(self) -> None:
        office = waiting(Terms())
        asked = await office.asked()
        await at(office, asked, DEADLINE_S)
        assert (office.last(asked).state, office.last(asked).code) == (S.EXPIRED, codes.DEADLINE_EXCEEDED.id)

    async def test_is_consent_where_the_contract_says_so(self) -> None:
        office = waiting(Terms(consent={"owner": "nobody objects"}))
        asked = await office.asked()
        await at(office, asked, DEADLINE_S - 1)
        assert office.last(asked).state is S.WAITING_REPLY
        await at(office, asked, DEADLINE_S)
        last = office.last(asked)
        assert (last.state, last.cause, last.detail["outcome"]) == (S.COMPLETED, "hub", "silence_is_consent")
        [(_, reply)] = [kept for kept in office.hub.journal.bodies[asked] if kept[1].role is Role.REPLY]
        assert reply.body == b'{"owner":"nobody objects"}'

    async def test_of_a_partner_that_was_never_reached_is_no_consent(self) -> None:
        office = waiting(Terms(consent={"owner": "nobody objects"}))
        answer = await office.hub.handle(respond_async=True)
        await at(office, answer.exchange_id, DEADLINE_S)
        assert office.last(answer.exchange_id).state is S.EXPIRED


@pytest.mark.parametrize("until", [None, time(14, 30)])
async def test_a_deadline_in_working_days_is_counted_by_the_calendar(until: time | None) -> None:
    calendar = WorkingCalendar(
        EVERY_DAY.zone, frozenset({Weekday.SATURDAY, Weekday.SUNDAY}), EVERY_DAY.holidays
    )
    office = waiting(Terms(working_days=WorkingDays(2, until)), calendar)
    asked = await office.asked()
    opening = office.hub.history(asked)[0].opening
    assert opening is not None
    # T0 is Friday 2027-01-15, 08:00 UTC: Monday and Tuesday count
    expected = datetime(2027, 1, 19, 14, 30, tzinfo=UTC) if until else datetime(2027, 1, 20, tzinfo=UTC)
    assert datetime.fromtimestamp(opening.deadline_us / US_PER_S, UTC) == expected
