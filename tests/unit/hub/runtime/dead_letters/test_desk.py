"""What a person can do about a dead letter: once, with actor and reason, and never against what is known."""

import asyncio

import pytest

from hub.core import codes
from hub.core.actor import Actor
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.message import Role
from hub.core.values import US_PER_S, new_id
from hub.routing.plan import RoutingTable
from hub.runtime.configuration import Configuration
from tests.unit.hub.runtime.dead_letters.dead import bench, decision
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD, GOOD_REPLY

S = State


async def refused(coroutine) -> ExchangeError:
    with pytest.raises(ExchangeError) as raised:
        await coroutine
    return raised.value


class TestRedeliver:
    async def test_is_delivered_anew_and_its_sender_is_told_how_that_ended(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        desk.hub.endpoint.answer = GOOD_REPLY

        done = await desk.desk.redeliver(id_, decision())
        assert (done.state, done.is_repetition) == (S.ACCEPTED, False)
        assert desk.offered == [("office", id_, done.number)]
        await desk.hub.workers.work(id_)

        assert desk.hub.states(id_)[-4:] == [S.DEAD_LETTERED, S.ACCEPTED, S.DELIVERING, S.COMPLETED]

    async def test_records_who_why_and_where_to(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        await desk.desk.redeliver(id_, decision(action="a-1"))
        entry = desk.hub.history(id_)[-1]
        assert entry.cause == "person:rahi"
        assert entry.detail == {
            "decision": "redeliver",
            "reason": "the certificate was renewed",
            "action": "a-1",
            "route": "to-office",
            "endpoint": "office.ask",
            "deadline_us": desk.hub.clock.now_us + DEADLINE_S * US_PER_S,
        }

    async def test_gives_it_a_new_deadline_however_late_it_is(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        desk.hub.clock.pass_s(DEADLINE_S * 100)
        desk.hub.endpoint.answer = GOOD_REPLY
        await desk.desk.redeliver(id_, decision())
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.COMPLETED

    async def test_expires_by_its_new_deadline_all_the_same(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        await desk.desk.redeliver(id_, decision())
        desk.hub.clock.pass_s(DEADLINE_S + 1)
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.EXPIRED

    async def test_waits_if_it_is_to_and_a_restart_does_not_hurry_it(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        at_us = desk.hub.clock.now_us + 30 * US_PER_S
        await desk.desk.redeliver(id_, decision(), not_before_us=at_us)
        assert desk.offered == []
        await desk.hub.workers.take_up_left_behind()
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.ACCEPTED
        desk.hub.clock.pass_s(30)
        desk.hub.endpoint.answer = GOOD_REPLY
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.COMPLETED

    async def test_that_still_fails_is_a_dead_letter_again_and_can_be_taken_up_again(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        for _ in range(2):
            await desk.desk.redeliver(id_, decision())
            await desk.hub.workers.work(id_)
            desk.hub.clock.pass_s(1)
        assert desk.hub.states(id_).count(S.DEAD_LETTERED) == 3
        assert len(desk.hub.endpoint.calls) == 3

    async def test_without_a_way_out_is_refused_with_the_stage_and_changes_nothing(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        now = desk.hub.configuration.now
        desk.hub.configuration.replace(Configuration(now.contracts, RoutingTable([]), now.endpoints))
        error = await refused(desk.desk.redeliver(id_, decision()))
        assert error.code is codes.DEAD_LETTER_UNDELIVERABLE
        assert error.detail.startswith("route: route.none")
        assert desk.hub.states(id_)[-1] is S.DEAD_LETTERED


class TestUncertain:
    async def test_is_not_sent_again_to_a_partner_that_takes_no_repetitions(self) -> None:
        desk = bench(idempotent=False)
        id_ = await desk.dead(codes.PARTNER_TIMEOUT)
        error = await refused(desk.desk.redeliver(id_, decision()))
        assert error.code is codes.DEAD_LETTER_UNCERTAIN
        assert "bank" in error.detail
        assert desk.hub.states(id_)[-1] is S.DEAD_LETTERED

    async def test_is_sent_once_a_person_vouches_that_nothing_was_done(self) -> None:
        desk = bench(idempotent=False)
        id_ = await desk.dead(codes.PARTNER_TIMEOUT)
        desk.hub.endpoint.answer = GOOD_REPLY
        await desk.desk.redeliver(id_, decision(), outcome_known="not-done")
        assert desk.hub.history(id_)[-1].detail["outcome_known"] == "not-done"
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.COMPLETED

    async def test_may_be_repeated_where_repetitions_do_no_harm_but_not_changed(self) -> None:
        desk = bench(idempotent=True)
        id_ = await desk.dead(codes.PARTNER_INVALID)
        edited = desk.desk.edit(id_, decision(), {"note": 18})
        assert (await refused(edited)).code is codes.DEAD_LETTER_UNCERTAIN
        assert (await desk.desk.redeliver(id_, decision())).state is S.ACCEPTED


class TestEdit:
    async def test_delivers_the_corrected_form_and_keeps_both(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        desk.hub.endpoint.answer = GOOD_REPLY
        await desk.desk.edit(id_, decision(), {"note": 18})
        await desk.hub.workers.work(id_)
        assert desk.hub.endpoint.calls[-1][0].body == {"note": 18}
        kept = {
            doc.role: doc.body
            for _, doc in desk.hub.journal.bodies[id_]
            if doc.role in {"request", "edited_request"}
        }
        assert kept == {Role.REQUEST: b'{"note": 17}', Role.EDITED_REQUEST: b'{"note":18}'}

    async def test_of_an_edited_one_delivers_the_newest_form(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        for note in (18, 19):
            await desk.desk.edit(id_, decision(), {"note": note})
            await desk.hub.workers.work(id_)
        assert [message.body["note"] for message, _ in desk.hub.endpoint.calls] == [17, 18, 19]
        assert await desk.desk.request(id_, decision()) == {"note": 19}

    @pytest.mark.parametrize("document", [{}, None, [], {"other": 1}])
    async def test_must_match_the_contract(self, document) -> None:
        desk = bench()
        id_ = await desk.dead()
        error = await refused(desk.desk.edit(id_, decision(), document))
        assert error.code is codes.REQUEST_INVALID
        assert [each.pointer for each in error.errors] == ["/note"]
        assert desk.hub.states(id_)[-1] is S.DEAD_LETTERED

    async def test_begins_with_reading_the_request_which_is_recorded(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        assert await desk.desk.request(id_, decision("to correct it")) == GOOD
        [reading] = await desk.readings.of(id_)
        assert (reading.reader, reading.purpose) == ("person:rahi", "to correct it")


class TestSettleAndDiscard:
    async def test_a_reply_that_a_person_has_found_out_is_the_sender_s_reply(self) -> None:
        desk = bench(idempotent=False)
        id_ = await desk.dead(codes.PARTNER_TIMEOUT, idempotency_key="k")
        await desk.desk.settle(id_, decision("the bank says it was paid"), GOOD_REPLY)
        again = await desk.hub.handle(respond_async=True, wait_s=1.0, idempotency_key="k")
        assert (again.exchange_id, again.state, again.reply) == (id_, S.COMPLETED, b'{"owner":"found"}')

    async def test_a_reply_must_match_the_contract(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        assert (await refused(desk.desk.settle(id_, decision(), {}))).code is codes.REQUEST_INVALID

    async def test_what_is_discarded_is_over_and_its_sender_is_told(self) -> None:
        desk = bench()
        id_ = await desk.dead(idempotency_key="k")
        done = await desk.desk.discard(id_, decision("sent by mistake"))
        assert done.state is S.CANCELLED
        again = await desk.hub.handle(respond_async=True, wait_s=1.0, idempotency_key="k")
        assert again.problem is not None
        assert again.problem.code is codes.EXCHANGE_DISCARDED
        assert desk.hub.observer.ended[-1] == ("deeds.inquiry", "cancelled", "exchange.discarded")


class TestRepeatedAndRaced:
    async def test_the_same_action_is_done_once_even_if_it_died_again_meanwhile(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        await desk.desk.redeliver(id_, decision(action="a-1"))
        await desk.hub.workers.work(id_)
        assert desk.hub.states(id_)[-1] is S.DEAD_LETTERED
        again = await desk.desk.redeliver(id_, decision(action="a-1"))
        assert (again.is_repetition, again.state) == (True, S.DEAD_LETTERED)

    async def test_the_same_decision_of_the_same_person_is_done_once(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        dones = [await desk.desk.discard(id_, decision()) for _ in range(2)]
        assert [done.is_repetition for done in dones] == [False, True]

    async def test_of_two_persons_the_second_is_told_what_the_first_did(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        await desk.desk.discard(id_, decision())
        other = decision(actor=Actor("sara"))
        error = await refused(desk.desk.redeliver(id_, other))
        assert error.code is codes.DEAD_LETTER_MOVED_ON
        assert error.detail == "the exchange is cancelled, by person:rahi"

    async def test_of_many_at_once_one_acts(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        people = [decision(actor=Actor(f"p{number}")) for number in range(8)]
        results = await asyncio.gather(
            *(desk.desk.discard(id_, each) for each in people), return_exceptions=True
        )
        assert sum(not isinstance(result, ExchangeError) for result in results) == 1
        assert desk.hub.states(id_).count(S.CANCELLED) == 1

    async def test_what_is_no_dead_letter_is_nobody_s_to_decide(self) -> None:
        desk = bench()
        id_ = (await desk.hub.handle(respond_async=True)).exchange_id
        for act in (desk.desk.redeliver(id_, decision()), desk.desk.discard(id_, decision())):
            assert (await refused(act)).code is codes.DEAD_LETTER_MOVED_ON
        assert (await refused(desk.desk.discard(new_id(), decision()))).code is codes.EXCHANGE_UNKNOWN


class TestDryRun:
    async def test_tells_route_and_stages_and_does_nothing(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        before = (list(desk.hub.history(id_)), len(desk.hub.endpoint.calls))
        run = await desk.desk.dry_run(id_)
        assert run.plan.route.name == "to-office"
        assert [stage.stage for stage in run.explanation.stages] == ["request", "translate"]
        assert not run.needs_outcome
        assert (list(desk.hub.history(id_)), len(desk.hub.endpoint.calls)) == before

    async def test_of_an_edit_judges_the_edited_form(self) -> None:
        desk = bench()
        id_ = await desk.dead()
        run = await desk.desk.dry_run_of_edit(id_, {"note": 1})
        assert (run.request.body, run.is_edited) == ({"note": 1}, True)
        assert (await refused(desk.desk.dry_run_of_edit(id_, {}))).code is codes.REQUEST_INVALID
