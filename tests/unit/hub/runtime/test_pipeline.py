"""The one flow, as G1, G3, G5 and G6 have it; every port is a fake."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from hub.core import codes
from hub.core.endpoint import Acknowledgement
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.exchange import Entry, State
from hub.core.message import Message, Role
from hub.core.step import StepContext
from hub.routing.plan import Plan, Stage
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD, GOOD_REPLY, TIMEOUT_S, contract, engine, until

S = State
THROUGH = [S.RECEIVED, S.ACCEPTED, S.DELIVERING, S.COMPLETED]


async def test_a_good_message_is_answered_with_the_partner_s_reply_and_recorded_step_by_step():
    hub = engine()
    answer = await hub.handle(case_id="1405-0017")
    assert json.loads(answer.reply) == GOOD_REPLY
    assert hub.states(answer) == THROUGH
    assert [entry.number for entry in hub.history(answer)] == [1, 2, 3, 4]
    roles = [document.role for _, document in hub.journal.bodies[answer.exchange_id]]
    assert roles == [Role.REQUEST, Role.PARTNER_REQUEST, Role.PARTNER_REPLY, Role.REPLY]
    assert hub.history(answer)[0].opening.case_id == "1405-0017"
    assert hub.observer.ended == [("deeds.inquiry", "completed", "")]


# What G1 says of recording


async def test_what_cannot_be_recorded_does_not_leave():
    hub = engine()
    hub.journal.is_broken = True
    answer = await hub.handle()
    assert answer.problem.code is codes.NOT_RECORDED
    assert answer.problem.retry_after_s == 1
    assert answer.state is None
    assert hub.endpoint.calls == []


async def test_a_refusal_that_cannot_be_recorded_is_answered_with_that_and_not_with_the_refusal():
    hub = engine()
    hub.journal.is_broken = True
    answer = await hub.handle({"wrong": 1})
    assert answer.problem.code is codes.NOT_RECORDED
    assert hub.observer.refused == ["hub.not_recorded"]


async def test_the_call_to_the_partner_is_on_disk_before_it_begins():
    hub = engine()
    seen: list[State] = []

    async def look(_message, delivery):
        seen.extend(hub.states(delivery.exchange_id))
        return GOOD_REPLY

    hub.endpoint.behaviour = look
    await hub.handle()
    assert seen == [S.RECEIVED, S.ACCEPTED, S.DELIVERING]


async def test_no_success_is_told_before_the_end_is_recorded():
    hub = engine()
    hub.endpoint.behaviour = breaks_the_journal(hub)
    answer = await hub.handle()
    assert answer.reply is None
    assert answer.problem.code is codes.NOT_RECORDED
    assert hub.states(answer) == THROUGH[:3]


async def test_a_message_that_waits_for_a_worker_is_on_disk_before_it_is_accepted_or_offered():
    hub = engine()
    hub.journal.is_broken = True
    answer = await hub.handle(respond_async=True)
    assert answer.problem.code is codes.NOT_RECORDED
    assert hub.offered == []


def breaks_the_journal(hub):
    async def behaviour(_message, _delivery):
        hub.journal.is_broken = True
        return GOOD_REPLY

    return behaviour


# What G3 says of delivery


async def test_an_end_that_cannot_be_recorded_leaves_a_payment_in_doubt_and_never_asks_for_another():
    hub = engine(idempotent=False)
    hub.endpoint.behaviour = breaks_the_journal(hub)
    answer = await hub.handle()
    assert answer.problem.code is codes.OUTCOME_UNKNOWN
    assert not answer.problem.code.retryable
    assert answer.state is not None  # it may be asked for later


@pytest.mark.parametrize(
    "code",
    [codes.PARTNER_TIMEOUT, codes.PARTNER_CUT, codes.PARTNER_MALFORMED, codes.INTERNAL],
    ids=lambda c: c.id,
)
async def test_an_unclear_payment_goes_to_a_person_and_stays_with_the_partner_once(code):
    hub = engine(idempotent=False, answer=ExchangeError(code))
    answer = await hub.handle()
    assert answer.problem.code is codes.OUTCOME_UNKNOWN
    assert hub.states(answer) == [*THROUGH[:3], S.UNCERTAIN, S.DEAD_LETTERED]
    hub.clock.pass_s(DEADLINE_S * 10)
    await hub.work_all()
    assert len(hub.endpoint.calls) == 1


async def test_a_payment_that_never_left_failed_and_is_in_no_doubt():
    hub = engine(idempotent=False, answer=ExchangeError(codes.PARTNER_UNREACHABLE))
    answer = await hub.handle()
    assert answer.problem.code is codes.PARTNER_UNREACHABLE
    assert hub.states(answer)[-1] is S.FAILED


async def test_an_adapter_s_own_fault_ends_the_exchange_and_not_the_hub():
    hub = engine()

    async def breaks(_message, _delivery):
        raise ZeroDivisionError

    hub.endpoint.behaviour = breaks
    answer = await hub.handle()
    assert answer.problem.code is codes.INTERNAL
    assert hub.states(answer)[-1] is S.FAILED


def raises(error: Exception) -> Stage:
    def step(_message: Message, _context: StepContext) -> Sequence[Message]:
        raise error

    return Stage("breaks", step)


def gives(count: int) -> Stage:
    def step(message: Message, _context: StepContext) -> Sequence[Message]:
        return (message,) * count

    return Stage(f"gives-{count}", step)


def going(stage: Stage):
    return lambda plan: Plan(
        plan.route, plan.source, None, plan.endpoint, (*plan.forward, stage), plan.partner_reply, plan.back
    )


def coming_back(stage: Stage):
    return lambda plan: Plan(
        plan.route, plan.source, None, plan.endpoint, plan.forward, plan.partner_reply, (*plan.back, stage)
    )


BROKEN_STAGES = [raises(ExchangeError(codes.MAPPING_FAILED)), raises(KeyError("x")), gives(0), gives(2)]


@pytest.mark.parametrize("stage", BROKEN_STAGES, ids=["mapping", "fault", "none", "two"])
@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_step_that_breaks_on_the_way_to_the_partner_fails_the_message_before_it_leaves(
    stage, idempotent
):
    hub = engine(idempotent=idempotent, change_plan=going(stage))
    answer = await hub.handle()
    assert answer.problem.code in {codes.MAPPING_FAILED, codes.STEP_FAILED}
    assert hub.states(answer) == [S.RECEIVED, S.ACCEPTED, S.FAILED]
    assert hub.endpoint.calls == []


@pytest.mark.parametrize("stage", BROKEN_STAGES, ids=["mapping", "fault", "none", "two"])
async def test_a_payment_whose_reply_cannot_be_carried_back_is_in_doubt_because_the_partner_acted(stage):
    hub = engine(idempotent=False, change_plan=coming_back(stage))
    answer = await hub.handle()
    assert answer.problem.code is codes.OUTCOME_UNKNOWN
    assert hub.states(answer)[-2:] == [S.UNCERTAIN, S.DEAD_LETTERED]
    assert Role.PARTNER_REPLY in {d.role for _, d in hub.journal.bodies[answer.exchange_id]}


async def test_a_reply_that_json_cannot_hold_fails_the_exchange():
    hub = engine(answer={"owner": 1 << 70})
    answer = await hub.handle()
    assert answer.problem.code is codes.MAPPING_OUTPUT_INVALID
    assert hub.states(answer)[-1] is S.FAILED


async def test_no_call_may_last_beyond_the_deadline():
    hub = engine()
    await hub.handle()
    assert hub.endpoint.calls[0][1].timeout_s == TIMEOUT_S
    hub = engine()
    answer = await hub.handle(respond_async=True)
    hub.clock.pass_s(DEADLINE_S - 5)
    await hub.workers.work(answer.exchange_id)
    assert hub.endpoint.calls[0][1].timeout_s == pytest.approx(5)


async def test_a_partner_that_answers_later_leaves_the_exchange_waiting_and_the_sender_with_a_promise():
    hub = engine(answer=Acknowledgement("T-9"))
    answer = await hub.handle()
    assert (answer.reply, answer.problem, answer.state) == (None, None, S.WAITING_REPLY)
    assert hub.history(answer)[-1].detail["tracking_code"] == "T-9"
    hub.clock.pass_s(DEADLINE_S + 1)
    await hub.work_all()
    assert hub.states(answer)[-1] is S.EXPIRED


# One key, one exchange (G3)


async def test_a_key_given_twice_gives_one_exchange_and_one_answer():
    hub = engine()
    first = await hub.handle(idempotency_key="k")
    second = await hub.handle(idempotency_key="k")
    assert second.exchange_id == first.exchange_id
    assert second.reply == first.reply
    assert len(hub.endpoint.calls) == 1


async def test_a_key_given_twice_at_once_gives_one_exchange_and_both_are_answered():
    hub = engine()
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_message, _delivery):
        arrived.set()
        await may_answer.wait()
        return GOOD_REPLY

    hub.endpoint.behaviour = waits
    first = asyncio.ensure_future(hub.handle(idempotency_key="k"))
    await arrived.wait()
    second = asyncio.ensure_future(hub.handle(idempotency_key="k"))
    await until(lambda: bool(hub.waiters._waiting))
    may_answer.set()
    answers = [await first, await second]
    assert answers[0].reply == answers[1].reply
    assert len(hub.endpoint.calls) == 1


async def test_a_key_for_another_message_is_refused_and_the_refusal_is_recorded():
    hub = engine()
    first = await hub.handle(idempotency_key="k")
    second = await hub.handle({"note": 18}, idempotency_key="k")
    assert second.problem.code is codes.KEY_REUSED
    assert second.exchange_id != first.exchange_id
    assert hub.states(second) == [S.REJECTED]
    assert len(hub.endpoint.calls) == 1


async def test_a_failure_is_told_again_under_its_key():
    hub = engine(answer=ExchangeError(codes.PARTNER_REFUSED, "no such deed"))
    first = await hub.handle(idempotency_key="k")
    second = await hub.handle(idempotency_key="k")
    assert second.exchange_id == first.exchange_id
    assert (second.problem.code, second.problem.detail) == (codes.PARTNER_REFUSED, "no such deed")


async def test_a_refused_message_takes_no_key():
    hub = engine()
    await hub.handle({"wrong": 1}, idempotency_key="k")
    answer = await hub.handle(idempotency_key="k")
    assert answer.state is S.COMPLETED


async def test_a_key_whose_exchange_cannot_be_read_just_now_asks_for_another_try():
    hub = engine()
    await hub.handle(idempotency_key="k")

    async def unreadable(_exchange_id: str) -> tuple[Entry, ...]:
        raise NotRecordedError("the disk")

    hub.journal.history = unreadable
    answer = await hub.handle(idempotency_key="k")
    assert answer.problem.code is codes.NOT_RECORDED


async def test_a_repeated_call_is_not_told_of_a_version_that_was_not_used():
    hub = engine(contract_=contract(versions=("1.0", "1.1")))
    first = await hub.handle(idempotency_key="k", contract_version="1.0")
    second = await hub.handle(idempotency_key="k")
    assert second.exchange_id == first.exchange_id
    assert second.version is None or second.version.ref == first.version.ref


# Only valid messages cross (G5)


async def test_a_message_that_breaks_its_contract_is_refused_by_field_and_never_leaves():
    hub = engine()
    answer = await hub.handle({"wrong": 1})
    assert answer.problem.code is codes.REQUEST_INVALID
    assert [error.pointer for error in answer.problem.errors] == ["/note"]
    assert hub.states(answer) == [S.REJECTED]
    assert hub.endpoint.calls == []


async def test_a_reply_that_breaks_the_partner_s_contract_does_not_cross():
    hub = engine(answer={"something": "else"})
    answer = await hub.handle()
    assert answer.problem.code is codes.PARTNER_INVALID
    assert answer.reply is None
    assert hub.states(answer)[-1] is S.FAILED


MEDIA_TYPES = [
    ("application/json", True),
    ("APPLICATION/JSON", True),
    ("application/json;charset=UTF-8", True),
    ('application/json ; charset="utf-8"', True),
    ("application/json;", True),
    ("application/json; profile=x", True),
    ("application/json; charset=utf-16", False),
    ("application/json; charset=windows-1256", False),
    ("application/json; charset", False),
    ("application/json, text/plain", False),
    ("application/jsonp", False),
    ("text/json", False),
    ("application/xml", False),
    ("", False),
]


@pytest.mark.parametrize(("media_type", "taken"), MEDIA_TYPES)
async def test_json_is_taken_by_its_name_and_in_utf_8_only(media_type, taken):
    answer = await engine().handle(media_type=media_type)
    assert (answer.problem is None) is taken
    if not taken:
        assert answer.problem.code is codes.REQUEST_MEDIA_TYPE


# Nothing without a grant (G6)


async def test_nobody_passes_without_a_key_and_the_refusal_is_recorded_without_the_body():
    hub = engine()
    answer = await hub.handle(authorization="")
    assert answer.problem.code is codes.AUTH_MISSING
    assert hub.states(answer) == [S.REJECTED]
    assert hub.journal.bodies[answer.exchange_id] == []
    assert hub.history(answer)[0].opening.sender == ""


async def test_a_client_without_a_grant_is_refused_under_its_name():
    hub = engine()
    hub.clients.records[0] = type(hub.clients.records[0])(
        "portal", hub.clients.records[0].key_prefix, hub.clients.records[0].key_hash, ("another.contract",), 0
    )
    answer = await hub.handle()
    assert answer.problem.code is codes.GRANT_MISSING
    assert hub.history(answer)[0].opening.sender == "portal"
    assert hub.journal.bodies[answer.exchange_id] == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"contract": "no.such"}, codes.CONTRACT_UNKNOWN),
        ({"contract": "x" * 5000}, codes.CONTRACT_UNKNOWN),
        ({"contract": "deeds\x00\u202e/.."}, codes.CONTRACT_UNKNOWN),
        ({"major": "2"}, codes.CONTRACT_VERSION_UNKNOWN),
        ({"major": "1" * 5000}, codes.CONTRACT_VERSION_UNKNOWN),
        ({"major": "١"}, codes.CONTRACT_VERSION_UNKNOWN),
        ({"contract_version": "1.7"}, codes.CONTRACT_VERSION_UNKNOWN),
        ({"contract_version": "one"}, codes.REQUEST_BAD_HEADER),
    ],
)
async def test_what_does_not_exist_is_refused_and_recorded_whatever_it_is_called(more, code):
    hub = engine()
    answer = await hub.handle(**more)
    assert answer.problem.code is code
    assert hub.states(answer) == [S.REJECTED]


async def test_a_body_is_not_read_for_a_stranger():
    hub = engine()

    async def must_not() -> bytes:
        raise AssertionError

    answer = await hub.handle(authorization="Bearer pvd_x", receive=must_not)
    assert answer.problem.code is codes.AUTH_INVALID


# what a caller may do meanwhile


async def test_an_exchange_goes_on_to_its_end_when_its_caller_goes_away():
    hub = engine()
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_message, _delivery):
        arrived.set()
        await may_answer.wait()
        return GOOD_REPLY

    hub.endpoint.behaviour = waits
    call = asyncio.ensure_future(hub.handle(idempotency_key="k"))
    await arrived.wait()
    call.cancel()
    told = await call
    assert told.problem.code is codes.STOPPING
    may_answer.set()
    answer = await hub.handle(idempotency_key="k")
    assert answer.exchange_id == told.exchange_id
    assert answer.state is S.COMPLETED
    assert hub.pipeline._under_way == set()


async def test_a_caller_who_is_sent_away_from_a_payment_is_not_told_to_send_it_again():
    hub = engine(idempotent=False)
    arrived = asyncio.Event()

    async def waits(_message, _delivery):
        arrived.set()
        await asyncio.Event().wait()

    hub.endpoint.behaviour = waits
    call = asyncio.ensure_future(hub.handle())
    await arrived.wait()
    call.cancel()
    assert (await call).problem.code is codes.OUTCOME_UNKNOWN


async def test_what_a_stopping_hub_leaves_is_as_the_journal_has_it_and_is_taken_up_again():
    hub = engine()
    arrived = asyncio.Event()

    async def waits(_message, _delivery):
        arrived.set()
        await asyncio.Event().wait()

    hub.endpoint.behaviour = waits
    call = asyncio.ensure_future(hub.handle())
    await arrived.wait()
    call.cancel()
    told = await call
    await hub.pipeline.stop()
    assert hub.states(told) == THROUGH[:3]
    hub.endpoint.behaviour = None
    await hub.workers.take_up_left_behind()
    await hub.workers.work(told.exchange_id)
    assert hub.states(told)[-1] is S.COMPLETED
    await hub.workers.stop()


async def test_who_does_not_wait_is_given_a_promise_and_a_worker_keeps_it():
    hub = engine()
    answer = await hub.handle(respond_async=True)
    assert (answer.reply, answer.problem, answer.state) == (None, None, S.ACCEPTED)
    assert hub.offered == [("office", answer.exchange_id)]
    assert hub.endpoint.calls == []
    await hub.work_all()
    assert hub.states(answer) == THROUGH


async def test_a_wait_of_nothing_is_no_wait():
    answer = await engine().handle(wait_s=0.0)
    assert answer.state is S.ACCEPTED


async def test_a_promise_stands_even_if_the_journal_cannot_be_read_while_the_caller_waits():
    hub = engine()

    async def unreadable(_exchange_id: str) -> tuple[Entry, ...]:
        raise NotRecordedError("the disk")

    hub.journal.history = unreadable
    answer = await hub.handle(wait_s=5.0)
    assert (answer.problem, answer.state) == (None, S.ACCEPTED)


async def test_no_route_fails_the_exchange_and_says_so():
    hub = engine()
    hub.configuration.replace(
        type(hub.configuration.now)(
            hub.configuration.now.contracts,
            type(hub.configuration.now.routing)([]),
            hub.configuration.now.endpoints,
        )
    )
    answer = await hub.handle(GOOD)
    assert answer.problem.code is codes.ROUTE_NONE
    assert hub.states(answer) == [S.RECEIVED, S.FAILED]


async def test_a_fault_of_ours_before_the_first_record_is_a_recorded_refusal():
    hub = engine()

    def breaks(_message, _context):
        raise ZeroDivisionError

    hub.configuration.now.routing.select = breaks
    answer = await hub.handle()
    assert answer.problem.code is codes.INTERNAL
    assert hub.states(answer) == [S.REJECTED]
    assert hub.endpoint.calls == []
