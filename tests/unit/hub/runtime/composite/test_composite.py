"""Composites: parts are exchanges of their own, their ends are gathered by rule, and nothing is begun twice."""

from dataclasses import replace

import pytest

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import Exchange, State
from hub.core.scatter import Gather, GatherRule
from hub.routing.plan import RoutingTable
from hub.runtime.cancelling import Cancelling
from hub.runtime.configuration import Configuration
from tests.unit.hub.runtime.composite.composites import City, city
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD_REPLY, until

S = State
UNREACHABLE = ExchangeError(codes.PARTNER_UNREACHABLE)
REFUSED = ExchangeError(codes.PARTNER_REFUSED)


async def test_parts_begin_in_one_commit_with_the_composites_waiting():
    there = city()
    id_ = await there.ask()
    commits = []
    append = there.hub.journal.append

    async def watched(transitions, claim=None):
        commits.append([(step.entry.exchange_id, step.entry.state) for step in transitions])
        await append(transitions, claim)

    there.hub.journal.append = watched
    await there.hub.workers.work(id_)
    person, deed = there.part(id_, "person"), there.part(id_, "deed")
    assert commits == [
        [
            (id_, S.WAITING_REPLY),
            (person, S.RECEIVED),
            (person, S.ACCEPTED),
            (deed, S.RECEIVED),
            (deed, S.ACCEPTED),
        ]
    ]


async def test_a_part_is_of_the_same_sender_and_case_and_says_under_which_contract_it_is_asked():
    there = city(deadline_s=20)
    id_ = await there.ask(case_id="1404-7", on_behalf_of="9")
    await there.hub.workers.work(id_)
    first = there.hub.history(there.part(id_, "deed"))[0]
    assert first.opening is not None
    assert (first.opening.sender, first.opening.case_id, first.opening.parent) == ("portal", "1404-7", id_)
    assert first.opening.deadline_us == first.at_us + 20_000_000
    assert dict(first.detail) == {"part": "deed", "granted_by": "permit.check@1.0"}


async def test_a_part_never_has_more_time_than_the_whole():
    there = city(deadline_s=DEADLINE_S * 10)
    id_ = await there.scatter()
    whole = there.hub.history(id_)[0].opening
    part = there.hub.history(there.part(id_, "deed"))[0].opening
    assert part.deadline_us == whole.deadline_us


async def test_the_mapping_knows_which_part_it_makes():
    there = city()
    id_ = await there.scatter()
    await there.work(id_, "person", "deed")
    assert [there.endpoints[name].calls[0][0].body["part"] for name in ("person", "deed")] == [
        "person",
        "deed",
    ]


async def test_each_end_is_noted_in_the_same_commit_and_the_last_makes_the_whole_due():
    there = city()
    id_ = await there.scatter()
    await there.work(id_, "person")
    last = there.hub.history(id_)[-1]
    assert last.state is S.WAITING_REPLY
    assert dict(last.detail) == {
        "part": "person",
        "part_id": there.part(id_, "person"),
        "part_state": "completed",
    }
    assert last.due_us == there.hub.history(id_)[0].opening.deadline_us
    await there.work(id_, "deed")
    assert there.hub.history(id_)[-1].due_us == there.hub.clock.now_us
    assert there.state(id_) is S.WAITING_REPLY
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    assert await there.reply(id_) == {
        "owner": "gathered",
        "complete": True,
        "parts": {
            "person": {"state": "completed", "reply": GOOD_REPLY},
            "deed": {"state": "completed", "reply": GOOD_REPLY},
        },
        "missing": [],
    }


async def test_a_whole_that_can_be_gathered_is_offered_to_the_workers():
    there = city()
    told = []
    there.hub.recorder.part_ends.tell = lambda *offer: told.append(offer)
    id_ = await there.scatter()
    await there.work(id_, "person")
    assert told == []
    await there.work(id_, "deed")
    assert told == [("hub", id_, there.hub.history(id_)[-1].number)]


async def test_the_sweeper_alone_brings_it_to_its_end():
    """As if whoever recorded an end had died before it could tell anybody."""
    there = city()
    there.hub.recorder.part_ends.tell = lambda *_: None
    id_ = await there.ask()
    there.hub.workers._offered.clear()
    there.hub.clock.pass_s(1)
    for _ in range(3):
        await there.hub.workers.sweep()
        await until(lambda: not there.hub.workers._offered)
        there.hub.clock.pass_s(1)
    assert there.state(id_) is S.COMPLETED
    await there.hub.workers.stop()


async def test_parts_that_end_at_the_same_moment_give_way_to_one_another():
    there = city()
    id_ = await there.scatter()
    journal, append = there.hub.journal, there.hub.journal.append
    other = iter(["deed"])

    async def meanwhile(transitions, claim=None):
        # Between reading the composite's history and appending, the other part ends too.
        if transitions[0].entry.state is S.COMPLETED and (name := next(other, None)):
            await there.work(id_, name)
        await append(transitions, claim)

    journal.append = meanwhile
    await there.work(id_, "person")
    states = there.hub.states(id_)
    assert states == [S.RECEIVED, S.ACCEPTED, S.WAITING_REPLY, S.WAITING_REPLY, S.WAITING_REPLY]
    assert [there.state(there.part(id_, name)) for name in ("person", "deed")] == [S.COMPLETED] * 2


async def test_best_effort_says_what_is_missing_and_why():
    there = city(deed=UNREACHABLE, deadline_s=20)
    id_ = await there.scatter()
    await there.work(id_, "person", "deed")
    assert there.state(there.part(id_, "deed")) is S.WAITING_RETRY
    there.hub.clock.pass_s(21)
    await there.work(id_, "deed")
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    reply = await there.reply(id_)
    assert reply["missing"] == [{"part": "deed", "state": "expired", "code": "partner.unreachable"}]
    assert there.hub.history(id_)[-1].detail["missing"] == "deed"


async def test_at_its_deadline_best_effort_gives_what_there_is():
    there = city(deadline_s=0)
    id_ = await there.scatter()
    await there.work(id_, "person")
    there.hub.clock.pass_s(DEADLINE_S)
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    assert (await there.reply(id_))["missing"] == [{"part": "deed", "state": "pending"}]


async def test_a_required_part_that_has_ended_without_a_reply_fails_the_whole_at_once():
    there = city(required=("deed",), deed=REFUSED, cancels_rest=True)
    id_ = await there.scatter()
    await there.work(id_, "deed")
    await there.hub.workers.work(id_)
    last = there.hub.history(id_)[-1]
    assert (last.state, last.code) == (S.FAILED, "composite.unanswered")
    assert "deed: failed (partner.refused)" in last.detail["detail"]
    assert there.state(there.part(id_, "person")) is S.CANCELLED


async def test_all_needs_all_until_the_deadline():
    there = city(GatherRule(Gather.ALL), deadline_s=0)
    id_ = await there.scatter()
    await there.work(id_, "person")
    there.hub.clock.pass_s(DEADLINE_S)
    await there.hub.workers.work(id_)
    last = there.hub.history(id_)[-1]
    assert (last.state, last.code) == (S.EXPIRED, "deadline.exceeded")


async def test_any_is_met_by_the_first_and_the_rest_is_cancelled_in_one_commit_with_the_end():
    there = city(GatherRule(Gather.ANY), cancels_rest=True)
    id_ = await there.scatter()
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    rest = there.hub.history(there.part(id_, "deed"))[-1]
    assert (rest.state, rest.code, dict(rest.detail)) == (
        S.CANCELLED,
        "exchange.cancelled",
        {"with": id_},
    )
    await there.work(id_, "deed")
    assert there.endpoints["deed"].calls == []


async def test_the_rest_goes_on_by_itself_where_the_route_does_not_cancel_it():
    there = city(GatherRule(Gather.ANY))
    id_ = await there.scatter()
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    await there.work(id_, "deed")
    assert there.state(there.part(id_, "deed")) is S.COMPLETED
    assert there.state(id_) is S.COMPLETED


async def test_a_rest_that_may_have_been_acted_on_is_not_called_cancelled():
    there = city(GatherRule(Gather.ANY), cancels_rest=True, deed=ExchangeError(codes.PARTNER_TIMEOUT))
    id_ = await there.scatter()
    await there.work(id_, "deed")
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    rest = there.hub.history(there.part(id_, "deed"))[-1]
    assert (rest.state, rest.code) == (S.FAILED, "partner.outcome_unknown")


async def test_a_dead_letter_waits_for_a_person_until_the_deadline():
    there = city(deed=ExchangeError(codes.PARTNER_MALFORMED), deadline_s=0)
    id_ = await there.scatter()
    await there.work(id_, "person", "deed")
    assert there.state(there.part(id_, "deed")) is S.DEAD_LETTERED
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.WAITING_REPLY
    there.hub.clock.pass_s(DEADLINE_S)
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    missing = [{"part": "deed", "state": "dead_lettered", "code": "partner.reply_malformed"}]
    assert (await there.reply(id_))["missing"] == missing


async def test_a_part_whose_condition_does_not_hold_is_not_asked_and_not_missing():
    there = city(conditions={"deed": lambda variables: variables["request"]["note"] > 100})
    id_ = await there.scatter()
    assert there.part(id_, "deed") == ""
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    reply = await there.reply(id_)
    assert (reply["complete"], reply["parts"]["deed"]) == (True, {"state": "not_asked"})


async def test_where_nothing_is_asked_it_is_gathered_at_once():
    there = city(conditions={"deed": lambda _: False, "person": lambda _: False})
    id_ = await there.scatter()
    await there.hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED


async def test_a_part_that_no_route_takes_fails_alone_and_is_on_record():
    there = city()
    now = there.hub.configuration.now
    plans = [
        plan
        for ref in ("permit.check", "persons.inquiry")
        for version in now.contracts[ref].versions.values()
        for plan in now.routing.candidates(version.ref)
    ]
    there.hub.configuration.replace(Configuration(now.contracts, RoutingTable(plans), now.endpoints))
    id_ = await there.scatter()
    last = there.hub.history(there.part(id_, "deed"))[-1]
    assert (last.state, last.code) == (S.FAILED, "route.none")
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    missing = [{"part": "deed", "state": "failed", "code": "route.none"}]
    assert (await there.reply(id_))["missing"] == missing


async def test_a_caller_who_waits_gets_the_gathered_reply():
    there = city()
    there.hub.pipeline.composite._offer = there.hub.workers.offer
    answer = await there.hub.handle({"note": 1})
    assert answer.state is S.COMPLETED
    assert answer.reply is not None
    assert b'"complete":true' in answer.reply
    await there.hub.workers.stop()


async def test_answers_that_no_reply_can_be_made_of_are_a_persons():
    there = city()
    (version,) = there.hub.contract.versions.values()
    (plan,) = there.hub.configuration.now.routing.candidates(version.ref)

    def fails(_message, _context):
        raise ExchangeError(codes.MAPPING_FAILED, "owner: no such code")

    id_ = await there.scatter()
    await there.work(id_, "person", "deed")
    spoilt = replace(plan, scatter=replace(plan.scatter, back=(fails,)))
    now = there.hub.configuration.now
    there.hub.configuration.replace(replace(now, routing=RoutingTable([spoilt])))
    await there.hub.workers.work(id_)
    last = there.hub.history(id_)[-1]
    assert (last.state, last.code) == (S.DEAD_LETTERED, "mapping.failed")


async def test_a_person_may_have_it_gathered_again_and_no_part_is_begun_twice():
    there = city()
    id_ = await there.scatter()
    await there.work(id_, "person")
    entries = there.hub.journal.entries
    known = set(entries)
    hub = there.hub
    whole = Exchange.replay(entries[id_])
    await hub.recorder.move(whole, S.DEAD_LETTERED, cause="hub")
    await there.work(id_, "deed")  # ends while the whole waits for a person
    await hub.recorder.move(whole, S.ACCEPTED, cause="person:op", due_us=hub.clock.now_us)
    await hub.workers.work(id_)
    assert there.state(id_) is S.COMPLETED
    assert set(entries) == known


# Cancelling


async def cancel(there: City, id_: str) -> None:
    await Cancelling(there.hub.recorder, there.hub.configuration).cancel(id_, cause="client:portal")


async def test_a_whole_is_cancelled_with_its_parts_in_one_commit():
    there = city()
    id_ = await there.scatter()
    await cancel(there, id_)
    assert [there.state(each) for each in (id_, there.part(id_, "person"), there.part(id_, "deed"))] == [
        S.CANCELLED
    ] * 3
    await there.hub.work_all()
    assert [endpoint.calls for endpoint in there.endpoints.values()] == [[], []]


async def test_what_is_at_a_partner_while_the_whole_is_cancelled_is_not_tried_again():
    there = city()
    id_ = await there.scatter()

    async def cancelled_meanwhile(_message, _delivery):
        await cancel(there, id_)
        return UNREACHABLE

    there.endpoints["deed"].behaviour = cancelled_meanwhile
    await there.work(id_, "deed")
    deed = there.part(id_, "deed")
    assert there.state(deed) is S.WAITING_RETRY
    there.hub.clock.pass_s(10)
    await there.hub.workers.work(deed)
    assert there.state(deed) is S.CANCELLED
    assert len(there.endpoints["deed"].calls) == 1


async def test_one_part_alone_may_be_cancelled_and_counts_as_missing():
    there = city()
    id_ = await there.scatter()
    await cancel(there, there.part(id_, "deed"))
    await there.work(id_, "person")
    await there.hub.workers.work(id_)
    missing = [{"part": "deed", "state": "cancelled", "code": "exchange.cancelled"}]
    assert (await there.reply(id_))["missing"] == missing


@pytest.mark.parametrize("failing", ["person", "deed"])
async def test_nothing_of_a_part_s_end_counts_if_it_cannot_be_recorded(failing: str):
    there = city()
    id_ = await there.scatter()
    before = there.hub.states(id_)
    part = there.part(id_, failing)

    async def breaks(_message, _delivery):
        there.hub.journal.is_broken = True
        return GOOD_REPLY

    there.endpoints[failing].behaviour = breaks
    with pytest.raises(Exception, match="told to fail"):
        await there.hub.workers.work(part)
    there.hub.journal.is_broken = False
    assert there.hub.states(id_) == before
    assert there.state(part) is S.DELIVERING
