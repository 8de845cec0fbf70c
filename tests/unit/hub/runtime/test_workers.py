"""Workers and sweeper: every accepted exchange comes to an end (G2), and one partner's trouble stays its own (G9)."""

import asyncio
from dataclasses import replace

import pytest

from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.exchange import FINAL, Exchange, State
from hub.core.ports import DocumentDamagedError, Turn
from hub.core.route import Urgency
from hub.routing.plan import RoutingTable
from hub.runtime.configuration import Configuration
from hub.runtime.offers import OFFERED_AGAIN_AFTER_S, SWEEP_OF_EACH
from hub.runtime.workers import FAULTS_UNTIL_SET_ASIDE
from tests.conformance.samples import begin, move
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD_REPLY, Engine, engine, until

S = State


async def accepted(hub: Engine) -> str:
    return (await hub.handle(respond_async=True)).exchange_id


async def interrupted(hub: Engine) -> str:
    """An exchange whose process died while it was calling the partner."""
    id_ = await accepted(hub)

    async def dies(_message, _delivery):
        raise asyncio.CancelledError

    hub.endpoint.behaviour = dies
    with pytest.raises(asyncio.CancelledError):
        await hub.workers.work(id_)
    hub.endpoint.behaviour = None
    assert hub.states(id_)[-1] is S.DELIVERING
    return id_


async def test_a_failed_delivery_is_tried_again_with_the_same_message_id_until_it_works():
    hub = engine(answer=ExchangeError(codes.PARTNER_UNREACHABLE))
    id_ = await accepted(hub)
    for _ in range(3):
        await hub.workers.work(id_)
        assert hub.states(id_)[-1] is S.WAITING_RETRY
        hub.clock.now_us = max(hub.clock.now_us, hub.history(id_)[-1].due_us)
    hub.endpoint.answer = GOOD_REPLY
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert {delivery.message_id for _, delivery in hub.endpoint.calls} == {id_}
    assert [delivery.attempt for _, delivery in hub.endpoint.calls] == [1, 2, 3, 4]


async def test_nothing_is_tried_before_it_is_due():
    hub = engine(answer=ExchangeError(codes.PARTNER_BUSY, retry_after_s=20))
    id_ = await accepted(hub)
    await hub.workers.work(id_)
    hub.clock.pass_s(19)
    await hub.workers.work(id_)
    assert len(hub.endpoint.calls) == 1


async def test_nothing_is_tried_after_its_deadline():
    hub = engine(answer=ExchangeError(codes.PARTNER_BUSY, retry_after_s=3600))
    id_ = await accepted(hub)
    await hub.workers.work(id_)
    assert hub.history(id_)[-1].due_us == hub.history(id_)[0].opening.deadline_us
    hub.clock.pass_s(DEADLINE_S)
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.EXPIRED
    assert hub.history(id_)[-1].code == "deadline.exceeded"
    assert len(hub.endpoint.calls) == 1


async def test_an_interrupted_inquiry_is_asked_again_under_its_id():
    hub = engine()
    id_ = await interrupted(hub)
    assert await hub.workers.take_up_left_behind() == 1
    await hub.workers.work(id_)
    assert hub.states(id_)[-3:] == [S.UNCERTAIN, S.DELIVERING, S.COMPLETED]
    assert [delivery.message_id for _, delivery in hub.endpoint.calls] == [id_, id_]


async def test_an_interrupted_payment_goes_to_a_person_and_is_not_sent_again():
    hub = engine(idempotent=False)
    id_ = await interrupted(hub)
    await hub.workers.take_up_left_behind()
    await hub.workers.work(id_)
    assert hub.states(id_)[-2:] == [S.UNCERTAIN, S.DEAD_LETTERED]
    assert hub.history(id_)[-1].code == "partner.outcome_unknown"
    assert len(hub.endpoint.calls) == 1


async def test_an_orphan_stays_one_until_it_has_been_dealt_with():
    hub = engine()
    id_ = await interrupted(hub)
    await hub.workers.take_up_left_behind()
    hub.journal.is_broken = True
    with pytest.raises(NotRecordedError):
        await hub.workers.work(id_)
    hub.journal.is_broken = False
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert hub.workers._orphans == set()


async def test_a_call_under_way_is_not_taken_from_who_makes_it():
    hub = engine()
    id_ = await interrupted(hub)
    await hub.workers.work(id_)  # its time is not over, and nobody has said that its process is gone
    assert hub.states(id_)[-1] is S.DELIVERING
    assert len(hub.endpoint.calls) == 1


async def test_two_workers_with_one_exchange_deliver_it_once():
    hub = engine(idempotent=False)
    id_ = await accepted(hub)
    await asyncio.gather(hub.workers.work(id_), hub.workers.work(id_))
    assert len(hub.endpoint.calls) == 1
    assert hub.states(id_)[-1] is S.COMPLETED


async def test_an_exchange_whose_contract_is_gone_needs_a_person():
    hub = engine()
    id_ = await accepted(hub)
    hub.configuration.replace(Configuration({}, RoutingTable([]), {}))
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED
    assert hub.history(id_)[-1].code == "contract.version_unknown"
    assert hub.observer.ended == [("deeds.inquiry", "dead_lettered", "contract.version_unknown")]


async def test_an_exchange_whose_route_is_gone_needs_a_person():
    hub = engine()
    id_ = await accepted(hub)
    hub.configuration.replace(Configuration(hub.configuration.now.contracts, RoutingTable([]), {}))
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED


async def test_an_exchange_whose_record_is_damaged_needs_a_person_and_is_not_tried_for_ever():
    hub = engine()
    id_ = await accepted(hub)

    async def damaged(_exchange_id):
        raise DocumentDamagedError(id_)

    hub.journal.documents = damaged
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED
    assert hub.history(id_)[-1].code == "hub.internal"


async def test_a_fault_that_passes_costs_an_exchange_nothing():
    hub = engine()
    id_ = await accepted(hub)
    documents = hub.journal.documents

    async def faulty(_exchange_id):
        hub.journal.documents = documents
        raise RuntimeError("the moment's, not the exchange's")

    hub.journal.documents = faulty
    with pytest.raises(RuntimeError):
        await hub.workers.work(id_)
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.COMPLETED


async def test_a_fault_that_comes_each_time_needs_a_person_in_the_end():
    hub = engine()
    id_ = await accepted(hub)

    async def faulty(_exchange_id):
        raise RuntimeError("each time")

    hub.journal.documents = faulty
    for _ in range(FAULTS_UNTIL_SET_ASIDE - 1):
        with pytest.raises(RuntimeError):
            await hub.workers.work(id_)
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.DEAD_LETTERED


async def test_whoever_waits_for_an_exchange_is_told_when_it_is_set_aside():
    hub = engine()
    id_ = await accepted(hub)
    waiting = asyncio.ensure_future(hub.waiters.history(hub.journal, id_, 600.0))
    await until(lambda: bool(hub.waiters._waiting))
    hub.configuration.replace(Configuration({}, RoutingTable([]), {}))
    await hub.workers.work(id_)
    assert (await waiting)[-1].state is S.DEAD_LETTERED


async def test_a_cancelled_exchange_is_left_alone():
    hub = engine()
    id_ = await accepted(hub)
    exchange = Exchange.replay(hub.history(id_))
    await hub.recorder.end(exchange, S.CANCELLED, cause="client:portal")
    await hub.workers.work(id_)
    assert hub.states(id_)[-1] is S.CANCELLED
    assert hub.endpoint.calls == []


# offering


async def settled(hub: Engine, partner: str = "office") -> None:
    """Let tasks run until the channel is empty and nothing is taken."""
    await until(lambda: partner in hub.channels and bool(hub.channels[partner].settled))
    await until(lambda: hub.channels[partner].waiting.empty() and not hub.workers._offered)


async def test_what_is_offered_is_delivered_and_forgotten():
    hub = engine()
    id_ = await accepted(hub)
    hub.workers.offer("office", id_)
    await settled(hub)
    assert hub.states(id_)[-1] is S.COMPLETED
    assert not hub.workers._offered
    await hub.workers.stop()


async def test_what_a_channel_lost_is_offered_again():
    hub = engine()
    id_ = await accepted(hub)
    hub.workers.offer("office", id_)  # and the channel's worker never gets a turn
    await hub.workers.stop()
    hub.workers._is_stopping = False
    hub.channels.clear()
    hub.workers._channels.clear()
    hub.clock.pass_s(1)
    await hub.workers.sweep()
    assert hub.channels == {}  # it may still be on its way
    hub.clock.pass_s(OFFERED_AGAIN_AFTER_S)
    await hub.workers.sweep()
    await settled(hub)
    assert hub.states(id_)[-1] in FINAL
    await hub.workers.stop()


HEAP = 100_000


async def due(hub: Engine, *, channel: str, sender: str = "portal", due_us: int = 5) -> str:
    exchange, received = begin(sender=sender)
    await hub.journal.append([received, *move(exchange, S.ACCEPTED, channel=channel, due_us=due_us)])
    return exchange.id


async def heap(hub: Engine, many: int) -> None:
    """Much that waits at a partner that answers nothing, all of it due before anything else."""
    exchange, received = begin()
    history = [received, *move(exchange, S.ACCEPTED, channel="silent", due_us=1)]
    for number in range(many):
        id_ = f"heap-{number:09}"
        hub.journal.entries[id_] = [replace(each.entry, exchange_id=id_) for each in history]


def nobody_takes_anything(hub: Engine) -> Engine:
    hub.workers._per_partner = 0
    return hub


async def test_a_heap_that_waits_at_one_partner_does_not_hold_up_what_is_due_at_another():
    hub = nobody_takes_anything(engine())
    await heap(hub, HEAP)
    id_ = await due(hub, channel="office")
    await hub.workers.sweep()
    await asyncio.sleep(0)
    assert hub.channels["office"].waiting.get_nowait()[0] == id_
    assert hub.channels["silent"].waiting.qsize() == SWEEP_OF_EACH
    await hub.workers.stop()


async def test_one_senders_heap_does_not_hold_up_what_is_due_of_another_at_the_same_partner():
    hub = nobody_takes_anything(engine())
    await heap(hub, SWEEP_OF_EACH * 3)
    id_ = await due(hub, channel="silent", sender="kiosk")
    await hub.workers.sweep()
    await asyncio.sleep(0)
    offered = [hub.channels["silent"].waiting.get_nowait() for _ in range(SWEEP_OF_EACH + 1)]
    assert (id_, Turn("kiosk")) in offered
    await hub.workers.stop()


async def test_of_a_heap_more_is_offered_as_it_is_worked_off():
    hub = nobody_takes_anything(engine())
    await heap(hub, SWEEP_OF_EACH * 3)
    assert await hub.workers.sweep() == SWEEP_OF_EACH
    assert await hub.workers.sweep() == 0  # nobody has taken anything: the rest stays in the journal
    for number in range(7):  # another process has
        del hub.journal.entries[f"heap-{number:09}"]
    assert await hub.workers.sweep() == 7
    await asyncio.sleep(0)
    assert hub.channels["silent"].waiting.qsize() == SWEEP_OF_EACH + 7
    await hub.workers.stop()


async def test_a_heap_comes_to_its_end_as_fast_as_it_is_taken():
    hub = engine()
    ids = [await accepted(hub) for _ in range(SWEEP_OF_EACH * 2)]
    hub.clock.pass_s(1)
    while await hub.workers.sweep():
        await settled(hub)
    await settled(hub)
    assert {hub.states(id_)[-1] for id_ in ids} == {S.COMPLETED}
    await hub.workers.stop()


async def test_a_draining_hub_finishes_what_it_is_delivering_and_takes_nothing_new():
    hub = engine(idempotent=False)
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(_message, _delivery):
        arrived.set()
        await may_answer.wait()
        return GOOD_REPLY

    hub.endpoint.behaviour = waits
    first, second = await accepted(hub), await accepted(hub)
    hub.workers.offer("bank", first)
    await arrived.wait()
    draining = asyncio.ensure_future(hub.workers.drain())
    await asyncio.sleep(0)
    hub.workers.offer("bank", second)
    assert not draining.done()
    may_answer.set()
    await draining
    assert hub.states(first)[-1] is S.COMPLETED
    assert hub.states(second)[-1] is S.ACCEPTED
    await hub.workers.stop()


async def test_what_another_process_moved_on_is_offered_anew_and_at_once():
    hub = engine()
    hub.workers._per_partner = 0  # another process takes it
    exchange, received = begin()
    await hub.journal.append([received, *move(exchange, S.ACCEPTED, channel="office", due_us=5)])
    await hub.workers.sweep()
    await hub.workers.sweep()
    await asyncio.sleep(0)
    assert hub.channels["office"].waiting.qsize() == 1
    await hub.journal.append(move(exchange, S.DELIVERING, S.WAITING_RETRY, channel="office", due_us=6))
    await hub.workers.sweep()
    await asyncio.sleep(0)
    assert hub.channels["office"].waiting.qsize() == 2
    await hub.workers.stop()


async def test_what_others_offered_for_a_partner_is_taken_too():
    hub = engine()
    id_ = await accepted(hub)
    hub.workers.attend(["office"])
    await hub.channels["office"].put(id_)
    await settled(hub)
    assert hub.states(id_)[-1] is S.COMPLETED
    await hub.workers.stop()


async def test_only_who_may_sweep_does():
    swept: list[str] = []

    async def sweep() -> int:
        swept.append("swept")
        return 0

    hub = engine()
    hub.workers.sweep = sweep
    hub.workers._may_sweep = lambda: False
    hub.workers.start(hub.pipeline)
    for _ in range(3):
        await asyncio.sleep(0)
    assert swept == []
    hub.workers._may_sweep = lambda: True
    hub.workers.start(hub.pipeline)
    await until(lambda: bool(swept))
    await hub.workers.stop()


async def test_what_all_channels_lost_is_offered_again_at_once():
    hub = engine()
    hub.workers._per_partner = 0
    exchange, received = begin()
    await hub.journal.append([received, *move(exchange, S.ACCEPTED, channel="office", due_us=5)])
    await hub.workers.sweep()
    hub.workers.forget_offers()
    await hub.workers.sweep()
    await asyncio.sleep(0)
    assert hub.channels["office"].waiting.qsize() == 2
    await hub.workers.stop()


async def test_who_sent_it_and_how_urgent_it_is_goes_with_what_is_offered():
    def urgent(plan):
        return replace(plan, route=replace(plan.route, urgency=Urgency.HIGH))

    hub = engine(change_plan=urgent)
    hub.workers._per_partner = 0
    id_ = await accepted(hub)
    hub.clock.pass_s(1)
    await hub.workers.sweep()
    await asyncio.sleep(0)
    assert hub.channels["office"].waiting.get_nowait() == (id_, Turn("portal", Urgency.HIGH))
    await hub.workers.stop()


async def test_a_partner_has_as_many_workers_as_its_manifest_says():
    hub = engine()
    hub.workers._workers_of = {"office": 3}.get
    arrived, may_answer = [], asyncio.Event()

    async def waits(_message, _delivery):
        arrived.append(1)
        await may_answer.wait()
        return GOOD_REPLY

    hub.endpoint.behaviour = waits
    for _ in range(5):
        hub.workers.offer("office", await accepted(hub))
    await until(lambda: len(arrived) == 3)
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(arrived) == 3
    may_answer.set()
    await until(lambda: len(arrived) == 5)
    await hub.workers.stop()
