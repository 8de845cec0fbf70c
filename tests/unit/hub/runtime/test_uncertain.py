"""What nobody knows is asked about, and never repeated blindly (G3)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hub.core import codes
from hub.core.contract import Schema
from hub.core.endpoint import EndpointFacts
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.exchange import State
from hub.core.expressions import ExpressionError
from hub.core.message import Kind, Role
from hub.core.route import InquirySpec, RetryPolicy, WhenUncertain
from hub.core.values import US_PER_S, ContractRef, Text, Version
from hub.routing.plan import InquiryPlan, Plan, Stage
from tests.fakes.endpoint import FakeEndpoint
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD_REPLY, Demands, Engine, engine, translate_to

S = State
ASK = "bank.inquire"
INQUIRY_FORMAT = ContractRef("bank.inquiry", Version(1, 0))
EVERY_S, FOR_S, TIMEOUT_S = 10, 300, 5
DONE = {"owner": "paid"}
NOT_DONE = {"owner": "never heard of it"}
UNCLEAR = {"owner": "come back later"}


class Says:
    """``reply.owner == …``; a reply without it cannot be judged."""

    paths: frozenset[tuple[str, ...]] = frozenset()

    def __init__(self, word: str) -> None:
        self.text = self._word = word

    def __call__(self, variables: Mapping[str, Any]) -> bool:
        if "strange" in variables["reply"]:
            raise ExpressionError("missing-field", Text("نیست", "is missing"), expression=self.text)
        return bool(variables["reply"]["owner"] == self._word)


def inquiring(plan: Plan) -> Plan:
    facts = EndpointFacts(ASK, "bank", INQUIRY_FORMAT, True, TIMEOUT_S, 10)
    spec = InquirySpec(ASK, "", "", EVERY_S, FOR_S)
    inquiry = InquiryPlan(
        endpoint=facts,
        forward=(Stage("ask", translate_to(INQUIRY_FORMAT, Kind.REQUEST)),),
        reply=Schema({}, b"{}", Demands("owner")),
        settled=Says("paid"),
        not_done=Says("never heard of it"),
        back=(Stage("back", translate_to(plan.source.ref, Kind.REPLY)),),
        every_us=EVERY_S * US_PER_S,
        for_us=FOR_S * US_PER_S,
    )
    route = replace(plan.route, when_uncertain=WhenUncertain.INQUIRE, inquiry=spec)
    return replace(plan, route=route, inquiry=inquiry)


def city(answer: object, *, attempts: int | None = None) -> tuple[Engine, FakeEndpoint]:
    """A payment whose first delivery is cut off, and a partner that answers inquiries so."""
    asked = FakeEndpoint(answer)

    def change(plan: Plan) -> Plan:
        plan = inquiring(plan)
        return replace(plan, route=replace(plan.route, retry=RetryPolicy(attempts=attempts)))

    hub = engine(
        idempotent=False,
        answer=ExchangeError(codes.PARTNER_CUT),
        change_plan=change,
        more_endpoints={ASK: asked.send},
    )
    return hub, asked


async def cut_off(hub: Engine) -> str:
    id_ = (await hub.handle(respond_async=True)).exchange_id
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.UNCERTAIN
    return id_


async def look_again(hub: Engine, id_: str) -> None:
    hub.clock.now_us = max(hub.clock.now_us, hub.history(id_)[-1].due_us)
    await hub.workers.work(id_)


async def test_a_payment_that_the_partner_made_is_completed_with_its_inquiry_s_answer():
    hub, asked = city(DONE)
    id_ = await cut_off(hub)
    await look_again(hub, id_)
    assert hub.states(id_)[-3:] == [S.UNCERTAIN, S.UNCERTAIN, S.COMPLETED]
    assert len(hub.endpoint.calls) == 1
    assert len(asked.calls) == 1
    kept = [document for _, document in hub.journal.bodies[id_] if document.role is Role.REPLY]
    assert [document.body for document in kept] == [b'{"owner":"paid"}']


async def test_the_partner_is_given_time_before_it_is_asked():
    hub, asked = city(DONE)
    id_ = await cut_off(hub)
    assert hub.history(id_)[-1].due_us == hub.clock.now_us + EVERY_S * US_PER_S
    await hub.workers.work(id_)
    assert asked.calls == []


async def test_what_the_partner_never_did_is_delivered_again_as_a_new_attempt():
    hub, _ = city(NOT_DONE)
    id_ = await cut_off(hub)
    hub.endpoint.answer = GOOD_REPLY
    await look_again(hub, id_)
    assert hub.states(id_)[-2:] == [S.DELIVERING, S.COMPLETED]
    assert [delivery.attempt for _, delivery in hub.endpoint.calls] == [1, 2]
    assert [delivery.message_id for _, delivery in hub.endpoint.calls] == [id_, id_]


async def test_what_the_partner_never_did_expires_where_its_time_is_over():
    hub, _ = city(NOT_DONE)
    id_ = await cut_off(hub)
    hub.clock.pass_s(DEADLINE_S)
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.EXPIRED
    assert len(hub.endpoint.calls) == 1


async def test_what_the_partner_did_is_completed_even_after_its_deadline():
    hub, _ = city(DONE)
    id_ = await cut_off(hub)
    hub.clock.pass_s(DEADLINE_S)
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.COMPLETED


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (UNCLEAR, ""),
        (ExchangeError(codes.PARTNER_TIMEOUT), "partner.timeout"),
        (ExchangeError(codes.PARTNER_UNREACHABLE), "partner.unreachable"),
        ({"nothing": 1}, "partner.reply_invalid"),
        ({"owner": 1, "strange": 1}, "route.condition_failed"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_anything_else_is_asked_again_until_a_person_must_look(answer: object, code: str):
    hub, asked = city(answer)
    id_ = await cut_off(hub)
    begun_us = hub.history(id_)[-1].at_us
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.UNCERTAIN
    assert hub.history(id_)[-1].code == code
    while hub.states(id_)[-1] is S.UNCERTAIN:
        await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED
    assert hub.history(id_)[-1].code == "partner.outcome_unknown"
    assert hub.clock.now_us == begun_us + FOR_S * US_PER_S
    assert len(asked.calls) == FOR_S // EVERY_S - 1
    assert len(hub.endpoint.calls) == 1
    numbers = [entry.detail["inquiry"] for entry in hub.history(id_) if "inquiry" in entry.detail]
    assert numbers == [number for ask in range(1, len(asked.calls) + 1) for number in (ask, ask)]


async def test_each_ask_is_on_disk_before_it_leaves():
    hub, asked = city(DONE)
    id_ = await cut_off(hub)
    known: list[int] = []

    async def looks(_message: object, _delivery: object) -> object:
        known.append(len(hub.history(id_)))
        return DONE

    asked.behaviour = looks
    await look_again(hub, id_)
    assert hub.history(id_)[known[0] - 1].detail == {"asked": ASK, "inquiry": 1}


async def test_no_ask_can_be_taken_for_a_repetition_of_the_call_or_of_another_ask():
    hub, asked = city(UNCLEAR)
    id_ = await cut_off(hub)
    await look_again(hub, id_)
    await look_again(hub, id_)
    names = [delivery.message_id for _, delivery in (*hub.endpoint.calls, *asked.calls)]
    assert len(set(names)) == 3


async def test_a_sender_who_waits_is_told_that_nobody_knows_and_the_end_is_found_all_the_same():
    hub, _ = city(DONE)
    answer = await hub.handle()
    assert (answer.state, answer.problem.code) == (S.UNCERTAIN, codes.OUTCOME_UNKNOWN)
    assert not answer.problem.code.retryable
    await look_again(hub, answer.exchange_id)
    assert hub.states(answer)[-1] is S.COMPLETED


async def test_the_death_of_the_process_that_called_is_asked_about():
    hub, asked = city(DONE)
    id_ = (await hub.handle(respond_async=True)).exchange_id

    async def dies(_message: object, _delivery: object) -> object:
        raise asyncio.CancelledError

    hub.endpoint.behaviour = dies
    with pytest.raises(asyncio.CancelledError):
        await hub.workers.work(id_)
    await hub.workers.take_up_left_behind()
    await hub.workers.work(id_)
    assert hub.states(id_)[-2:] == [S.DELIVERING, S.UNCERTAIN]
    assert asked.calls == []
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert len(hub.endpoint.calls) == 1


async def test_the_death_of_the_process_that_asked_is_followed_by_another_ask():
    hub, asked = city(DONE)
    id_ = await cut_off(hub)

    async def dies(_message: object, _delivery: object) -> object:
        raise asyncio.CancelledError

    asked.behaviour = dies
    with pytest.raises(asyncio.CancelledError):
        await look_again(hub, id_)
    asked.behaviour = None
    await hub.workers.work(id_)
    assert len(asked.calls) == 1  # somebody may still be asking
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert [delivery.attempt for _, delivery in asked.calls] == [1, 2]


async def test_nothing_is_asked_or_repeated_while_nothing_can_be_recorded():
    hub, asked = city(NOT_DONE)
    id_ = await cut_off(hub)
    hub.journal.is_broken = True
    with pytest.raises(NotRecordedError):
        await look_again(hub, id_)
    assert asked.calls == []
    assert len(hub.endpoint.calls) == 1


async def test_two_who_look_at_once_deliver_once():
    hub, _ = city(NOT_DONE)
    id_ = await cut_off(hub)
    hub.endpoint.answer = GOOD_REPLY
    await asyncio.gather(look_again(hub, id_), look_again(hub, id_))
    assert hub.states(id_)[-1] is S.COMPLETED
    assert len(hub.endpoint.calls) == 2


async def test_after_the_route_s_last_attempt_a_person_must_look_even_if_nothing_was_done():
    hub, _ = city(NOT_DONE, attempts=2)
    id_ = await cut_off(hub)
    await look_again(hub, id_)
    assert hub.states(id_)[-2:] == [S.DELIVERING, S.UNCERTAIN]
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED
    assert len(hub.endpoint.calls) == 2


async def test_a_later_attempt_has_its_own_time_to_be_asked_about():
    hub, asked = city(NOT_DONE)
    id_ = await cut_off(hub)
    await look_again(hub, id_)
    asked.answer = DONE
    await look_again(hub, id_)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert [delivery.attempt for _, delivery in asked.calls] == [1, 1]
