"""Cancelling what has not been delivered, and the race with whoever delivers it."""

from dataclasses import replace

import pytest

from hub.core import codes
from hub.core.endpoint import Acknowledgement
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.values import new_id
from hub.runtime.cancelling import Cancelling
from tests.unit.hub.runtime.engine import Engine, contract, engine

CAUSE = "client:portal"


def cancelling(hub: Engine) -> Cancelling:
    return Cancelling(hub.recorder, hub.configuration)


async def accepted(hub: Engine) -> str:
    return (await hub.handle(respond_async=True)).exchange_id


async def refusal(hub: Engine, id_: str) -> ExchangeError:
    with pytest.raises(ExchangeError) as raised:
        await cancelling(hub).cancel(id_, cause=CAUSE)
    return raised.value


async def test_what_waits_for_its_first_try_is_cancelled_with_cause_and_reason() -> None:
    hub = engine()
    id_ = await accepted(hub)
    exchange = await cancelling(hub).cancel(id_, cause=CAUSE, reason="not needed any more")
    last = hub.history(id_)[-1]
    assert exchange.state is State.CANCELLED
    assert (last.cause, last.code, dict(last.detail)) == (
        CAUSE,
        "exchange.cancelled",
        {"reason": "not needed any more"},
    )
    await hub.work_all()
    assert hub.endpoint.calls == []


async def test_what_reached_nobody_and_waits_for_another_try_is_cancelled() -> None:
    hub = engine(answer=ExchangeError(codes.PARTNER_UNREACHABLE))
    id_ = await accepted(hub)
    await hub.work_all()
    assert (await cancelling(hub).cancel(id_, cause=CAUSE)).state is State.CANCELLED


async def test_what_a_partner_may_have_acted_on_is_not_called_undelivered() -> None:
    hub = engine(answer=ExchangeError(codes.PARTNER_TIMEOUT))
    id_ = await accepted(hub)
    await hub.work_all()
    assert hub.states(id_)[-1] is State.WAITING_RETRY
    error = await refusal(hub, id_)
    assert error.code is codes.EXCHANGE_NOT_CANCELLABLE
    assert "may have acted" in error.detail


@pytest.mark.parametrize("cancellable", [True, False])
async def test_what_is_acknowledged_can_be_cancelled_if_the_contract_says_so(cancellable: bool) -> None:
    hub = engine(answer=Acknowledgement("T-17"), contract_=replace(contract(), cancellable=cancellable))
    id_ = await accepted(hub)
    await hub.work_all()
    assert hub.states(id_)[-1] is State.WAITING_REPLY
    if cancellable:
        assert (await cancelling(hub).cancel(id_, cause=CAUSE)).state is State.CANCELLED
    else:
        assert "waiting_reply" in (await refusal(hub, id_)).detail


async def test_what_has_ended_is_told_with_its_state() -> None:
    hub = engine()
    id_ = (await hub.handle()).exchange_id
    assert (await refusal(hub, id_)).detail == "the exchange is completed"


async def test_what_does_not_exist_cannot_be_cancelled() -> None:
    assert (await refusal(engine(), new_id())).code is codes.EXCHANGE_UNKNOWN


async def test_a_worker_that_was_first_wins_and_the_canceller_is_told() -> None:
    hub = engine()
    id_ = await accepted(hub)
    append = hub.journal.append

    async def worker_first(transitions, claim=None) -> None:
        hub.journal.append = append
        await hub.workers.work(id_)
        await append(transitions, claim)

    hub.journal.append = worker_first
    assert (await refusal(hub, id_)).detail == "the exchange is completed"
    assert len(hub.endpoint.calls) == 1


async def test_a_canceller_that_was_first_wins_and_the_worker_sends_nothing() -> None:
    hub = engine()
    id_ = await accepted(hub)
    append = hub.journal.append

    async def canceller_first(transitions, claim=None) -> None:
        hub.journal.append = append
        await cancelling(hub).cancel(id_, cause=CAUSE)
        await append(transitions, claim)

    hub.journal.append = canceller_first
    await hub.workers.work(id_)
    assert hub.states(id_) == [State.RECEIVED, State.ACCEPTED, State.CANCELLED]
    assert hub.endpoint.calls == []
