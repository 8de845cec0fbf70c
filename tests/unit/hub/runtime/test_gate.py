"""The gate before a partner: hours, quotas, rate, breaker; and what becomes of what it holds back."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from hub.core import codes
from hub.core.availability import Availability, BreakerPolicy
from hub.core.calendar import EVERY_DAY, NoHolidays, OfficeHours, Span, Weekday, WorkingCalendar
from hub.core.endpoint import EndpointFacts
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.exchange import State
from hub.core.route import RetryPolicy, Urgency
from hub.core.values import US_PER_S, ContractRef, Text, Version
from hub.persian.jalali import TEHRAN
from hub.routing.plan import Plan
from hub.runtime.circuit import CircuitState
from hub.runtime.gate import PATIENCE_US, WAKES_PER_S, Gate, Held
from tests.fakes.counters import FakeCounters
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD_REPLY, Clock, Engine, engine

S = State
CALENDAR = WorkingCalendar(TEHRAN, frozenset({Weekday.FRIDAY}), NoHolidays())
MORNINGS = OfficeHours(
    {day: (Span(time(8), time(12)), Span(time(13), time(15))) for day in Weekday if day is not Weekday.FRIDAY}
)
SUNDAY = date(2026, 11, 22)


def at(hour: int, minute: int = 0, day: date = SUNDAY) -> int:
    """A time in Tehran."""
    moment = datetime.combine(day, time(hour, minute), TEHRAN)
    return int(moment.timestamp()) * US_PER_S


def facts(policy: Availability | None, name: str = "office.ask") -> EndpointFacts:
    contract = ContractRef("office.native", Version(1, 0))
    return EndpointFacts(name, "office", contract, True, 20, 10, availability=policy)


class Site:
    """A gate with a clock of its own."""

    def __init__(self, hour: int = 9, minute: int = 0) -> None:
        self.clock = Clock()
        self.clock.now_us = at(hour, minute)
        self.counters = FakeCounters()
        self.gate = Gate(self.counters, self.clock)

    async def admit(self, policy: Availability | None, urgency: Urgency = Urgency.NORMAL) -> Held | None:
        return await self.gate.admit(facts(policy), CALENDAR, urgency)


def code(held: Held | None) -> str:
    return "" if held is None else held.error.code.id


async def test_a_partner_without_a_policy_takes_calls_at_any_time():
    site = Site(3)
    assert await site.admit(None) is None
    site.gate.failed(facts(None), ExchangeError(codes.PARTNER_CLOSED), CALENDAR)
    assert await site.admit(None) is None
    assert site.gate.circuits() == {}


@pytest.mark.parametrize(
    ("hour", "opens"),
    [(7, at(8)), (9, 0), (12, at(13)), (14, 0), (15, at(8, day=date(2026, 11, 23)))],
)
async def test_outside_its_hours_nothing_is_sent_before_it_opens(hour: int, opens: int):
    held = await Site(hour).admit(Availability(hours=MORNINGS))
    assert (code(held), held.not_before_us if held else 0) == ("partner.closed" if opens else "", opens)


async def test_its_holidays_are_its_holidays():
    class Sunday:
        def name(self, day: date) -> Text | None:
            return Text("تعطیل", "holiday") if day == SUNDAY else None

        def covers(self, day: date) -> bool:
            return True

    calendar = replace(CALENDAR, holidays=Sunday())
    site = Site()
    held = await site.gate.admit(facts(Availability(hours=MORNINGS)), calendar)
    assert held is not None
    assert held.not_before_us == at(8, day=date(2026, 11, 23))
    open_too = replace(MORNINGS, on_holidays=True)
    assert await site.gate.admit(facts(Availability(hours=open_too)), calendar) is None


async def test_a_quota_is_for_the_city_s_day_and_its_end_is_waited_for():
    site, policy = Site(), Availability(daily_quota=2)
    assert [code(await site.admit(policy)) for _ in range(3)] == ["", "", "partner.quota_exhausted"]
    held = await site.admit(policy)
    assert held is not None
    assert held.not_before_us - at(0, day=date(2026, 11, 23)) < US_PER_S
    site.clock.now_us = at(0, day=date(2026, 11, 23))
    assert await site.admit(policy) is None


async def test_what_was_counted_outlives_the_node_and_is_shared_with_others():
    site, policy = Site(), Availability(daily_quota=1)
    assert await site.admit(policy) is None
    other = Gate(site.counters, site.clock)
    assert code(await other.admit(facts(policy), CALENDAR)) == "partner.quota_exhausted"


async def test_the_day_after_a_quota_begins_when_the_partner_opens():
    site, policy = Site(), Availability(daily_quota=1, hours=MORNINGS)
    assert await site.admit(policy) is None
    held = await site.admit(policy)
    assert held is not None
    assert held.not_before_us == at(8, day=date(2026, 11, 23))


async def test_what_is_held_for_another_reason_uses_up_no_quota():
    site = Site(7)
    await site.admit(Availability(daily_quota=1, hours=MORNINGS))
    assert not site.counters.counted


async def test_without_a_counter_nothing_is_sent():
    site = Site()
    site.counters.is_broken = True
    with pytest.raises(NotRecordedError):
        await site.admit(Availability(daily_quota=1))


async def test_turns_under_a_rate_are_waited_for_if_they_are_soon_and_put_off_if_not():
    site, policy = Site(), Availability(per_second=2)
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        told = [code(await site.admit(policy)) for _ in range(4)]
    assert told == ["", "", "", "partner.rate_limited"]
    assert waited == [0.5, 1.0]
    held = await site.admit(policy)
    assert held is not None
    assert held.not_before_us > site.clock.now_us + PATIENCE_US


BREAKER = Availability(breaker=BreakerPolicy(failures=2, within_s=30, open_s=20))


async def test_an_operation_that_fails_again_and_again_is_left_alone_and_then_tried_once():
    site = Site()
    for _ in range(2):
        assert await site.admit(BREAKER) is None
        site.gate.failed(facts(BREAKER), ExchangeError(codes.PARTNER_UNREACHABLE), CALENDAR)
    held = await site.admit(BREAKER)
    assert held is not None
    assert (code(held), held.not_before_us) == ("partner.circuit_open", site.clock.now_us + 20 * US_PER_S)
    assert site.gate.circuits() == {"office.ask": CircuitState.OPEN}
    site.clock.pass_s(20)
    assert await site.admit(BREAKER) is None
    assert code(await site.admit(BREAKER)) == "partner.circuit_open"
    site.gate.worked(facts(BREAKER))
    assert await site.admit(BREAKER) is None
    assert site.gate.circuits() == {"office.ask": CircuitState.CLOSED}


async def test_each_operation_has_a_breaker_of_its_own():
    site, other = Site(), facts(BREAKER, "office.other")
    for _ in range(2):
        site.gate.failed(facts(BREAKER), ExchangeError(codes.PARTNER_TIMEOUT), CALENDAR)
    assert await site.gate.admit(other, CALENDAR) is None


async def test_a_partner_that_refuses_messages_is_not_broken():
    site = Site()
    for refusal in (
        codes.PARTNER_REFUSED,
        codes.PARTNER_INVALID,
        codes.PARTNER_FAULT,
        codes.PARTNER_BUSY_HERE,
    ) * 2:
        site.gate.failed(facts(BREAKER), ExchangeError(refusal), CALENDAR)
    assert await site.admit(BREAKER) is None


async def test_a_partner_that_says_that_it_is_closed_is_believed_until_it_opens_next():
    site, policy = Site(), Availability(hours=MORNINGS)
    error = ExchangeError(codes.PARTNER_CLOSED)
    site.gate.failed(facts(policy), error, CALENDAR)
    held = await site.admit(policy)
    assert held is not None
    assert code(held) == "partner.closed"
    assert at(13) < held.not_before_us < at(13, 1)
    assert error.retry_after_s == 4 * 3600


async def test_a_partner_that_says_that_the_quota_is_used_up_is_believed_until_tomorrow():
    site, policy = Site(), Availability(daily_quota=1000)
    site.gate.failed(facts(policy), ExchangeError(codes.PARTNER_QUOTA), CALENDAR)
    held = await site.admit(policy)
    assert held is not None
    assert code(held) == "partner.quota_exhausted"
    assert at(0, day=date(2026, 11, 23)) <= held.not_before_us < at(0, 1, day=date(2026, 11, 23))


async def test_those_who_wait_for_an_opening_wake_one_after_the_other_the_urgent_and_the_older_first():
    site, policy = Site(7), Availability(hours=MORNINGS)
    given: dict[Urgency, list[int]] = {urgency: [] for urgency in Urgency}
    for _ in range(100):
        for urgency in (Urgency.LOW, Urgency.NORMAL, Urgency.HIGH):
            held = await site.admit(policy, urgency)
            assert held is not None
            given[urgency].append(held.not_before_us)
    for times in given.values():
        assert times == sorted(set(times))
        assert times[0] - at(8) <= 3 * US_PER_S / WAKES_PER_S
    assert given[Urgency.HIGH][-1] < given[Urgency.NORMAL][-1] < given[Urgency.LOW][-1]
    assert given[Urgency.LOW][-1] >= at(8) + int(250 * US_PER_S / WAKES_PER_S)


# what becomes of what is held


def held_city(policy: Availability) -> Engine:
    def change(plan: Plan) -> Plan:
        route = replace(plan.route, retry=RetryPolicy(attempts=1))
        return replace(plan, endpoint=replace(plan.endpoint, availability=policy), route=route)

    return engine(change_plan=change)


ALWAYS = OfficeHours({day: (Span(time(0), time(0)),) for day in Weekday})
NEVER_NOW = OfficeHours({EVERY_DAY.day_of(Clock().now_us).weekday() + 1: (Span(time(0), time(0)),)})  # type: ignore[dict-item]


async def test_whoever_waits_is_told_at_once_and_when_to_come_back():
    hub = held_city(Availability(hours=NEVER_NOW))
    answer = await hub.handle()
    assert (answer.state, answer.problem.code) == (S.FAILED, codes.PARTNER_CLOSED)
    assert answer.problem.code.status == 503
    assert answer.problem.retry_after_s > 0
    assert hub.endpoint.calls == []
    assert hub.states(answer) == [S.RECEIVED, S.ACCEPTED, S.FAILED]


async def test_what_nobody_waits_for_waits_and_uses_up_no_attempt():
    hub = held_city(Availability(daily_quota=0))
    id_ = (await hub.handle(respond_async=True)).exchange_id
    await hub.workers.work(id_)
    last = hub.history(id_)[-1]
    assert (last.state, last.code, last.channel) == (S.WAITING_RETRY, "partner.quota_exhausted", "office")
    assert last.due_us == hub.history(id_)[0].opening.deadline_us  # tomorrow would be too late
    hub.clock.pass_s(DEADLINE_S)
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.EXPIRED
    assert hub.endpoint.calls == []


async def test_what_waited_is_delivered_once_the_partner_takes_calls_again():
    hub = held_city(Availability(breaker=BreakerPolicy(failures=1, within_s=30, open_s=20)))
    hub.endpoint.answer = ExchangeError(codes.PARTNER_UNREACHABLE)
    await hub.handle()
    hub.endpoint.answer = GOOD_REPLY
    id_ = (await hub.handle(respond_async=True)).exchange_id
    await hub.workers.work(id_)
    assert hub.history(id_)[-1].code == "partner.circuit_open"
    hub.clock.now_us = hub.history(id_)[-1].due_us
    await hub.workers.work(id_)
    assert hub.states(id_)[-3:] == [S.WAITING_RETRY, S.DELIVERING, S.COMPLETED]


async def test_a_partner_that_said_it_was_closed_is_not_called_for_others_and_no_attempt_is_lost():
    hub = held_city(Availability(hours=ALWAYS, daily_quota=100))
    hub.endpoint.answer = ExchangeError(codes.PARTNER_QUOTA)
    first = (await hub.handle(respond_async=True)).exchange_id
    second = (await hub.handle(respond_async=True)).exchange_id
    await hub.workers.work(first)
    await hub.workers.work(second)
    assert len(hub.endpoint.calls) == 1
    assert [hub.history(id_)[-1].code for id_ in (first, second)] == ["partner.quota_exhausted"] * 2
    assert {hub.states(id_)[-1] for id_ in (first, second)} == {S.WAITING_RETRY}
