"""An idempotency key is free again where its exchange failed before the partner could act."""

import asyncio

import pytest

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from tests.unit.hub.runtime.engine import GOOD_REPLY, engine

KEY = {"idempotency_key": "k-1"}


def failing(code: codes.Code) -> ExchangeError:
    return ExchangeError(code)


async def test_a_call_that_reached_nobody_may_be_tried_again_under_its_key() -> None:
    hub = engine(answer=failing(codes.PARTNER_UNREACHABLE))
    first = await hub.handle(**KEY)
    hub.endpoint.answer = GOOD_REPLY

    second = await hub.handle(**KEY)

    assert (first.state, second.state) == (State.FAILED, State.COMPLETED)
    assert first.exchange_id != second.exchange_id
    assert hub.history(second)[0].detail["retry_of"] == first.exchange_id
    third = await hub.handle(**KEY)
    assert (third.exchange_id, third.reply) == (second.exchange_id, second.reply)


async def test_a_partner_that_was_busy_has_done_nothing() -> None:
    hub = engine(idempotent=False, answer=failing(codes.PARTNER_BUSY))
    first = await hub.handle(**KEY)
    hub.endpoint.answer = GOOD_REPLY
    assert (await hub.handle(**KEY)).exchange_id != first.exchange_id


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("code", [codes.PARTNER_TIMEOUT, codes.PARTNER_CUT, codes.PARTNER_ERROR])
async def test_where_the_partner_may_have_acted_the_key_keeps_its_exchange(code, idempotent) -> None:
    hub = engine(idempotent=idempotent, answer=failing(code))
    first = await hub.handle(**KEY)
    hub.endpoint.answer = GOOD_REPLY

    second = await hub.handle(**KEY)

    assert second.exchange_id == first.exchange_id
    assert second.problem is not None
    assert len(hub.endpoint.calls) == 1


async def test_what_will_not_help_is_answered_from_the_record() -> None:
    hub = engine(answer=failing(codes.PARTNER_REFUSED))
    first = await hub.handle(**KEY)
    assert (await hub.handle(**KEY)).exchange_id == first.exchange_id
    assert len(hub.endpoint.calls) == 1


async def test_what_the_workers_try_again_is_no_other_exchange() -> None:
    hub = engine(answer=failing(codes.PARTNER_UNREACHABLE))
    first = await hub.handle(respond_async=True, **KEY)
    await hub.work_all()
    assert hub.states(first)[-1] is State.WAITING_RETRY
    assert (await hub.handle(respond_async=True, **KEY)).exchange_id == first.exchange_id


async def test_another_message_under_a_key_that_is_free_again_is_still_a_mistake() -> None:
    hub = engine(answer=failing(codes.PARTNER_UNREACHABLE))
    await hub.handle(**KEY)
    answer = await hub.handle({"note": 18}, **KEY)
    assert answer.problem is not None
    assert answer.problem.code is codes.KEY_REUSED


async def test_twins_that_try_again_at_once_are_one_exchange() -> None:
    hub = engine(answer=failing(codes.PARTNER_UNREACHABLE))
    first = await hub.handle(**KEY)
    hub.endpoint.answer = GOOD_REPLY

    answers = await asyncio.gather(*(hub.handle(**KEY) for _ in range(8)))

    [id_] = {answer.exchange_id for answer in answers}
    assert id_ != first.exchange_id
    assert {answer.state for answer in answers} == {State.COMPLETED}
    assert len(hub.endpoint.calls) == 2
