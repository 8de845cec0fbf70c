"""What a partner answers later: in time, early, twice, late, for nobody; and what of it is on record."""

import asyncio

import pytest

from hub.core import codes
from hub.core.endpoint import Acknowledgement
from hub.core.errors import NotRecordedError
from hub.core.exchange import Exchange, State
from hub.core.message import Role
from hub.runtime.early_replies import EarlyReplies
from hub.runtime.later_replies import KEPT_EARLY_S
from tests.unit.hub.runtime.engine import DEADLINE_S, T0_US
from tests.unit.hub.runtime.later import ANSWER, CODE, Desk, desk

S = State


@pytest.fixture
def office() -> Desk:
    return desk()


class TestAnAcknowledgement:
    async def test_claims_its_tracking_code_in_the_same_commit(self, office: Desk) -> None:
        asked = await office.asked()
        assert office.hub.states(asked) == [S.RECEIVED, S.ACCEPTED, S.DELIVERING, S.WAITING_REPLY]
        claim = office.hub.journal.idempotency.claims["partner:office/tracking", CODE]
        assert claim.exchange_id == asked
        assert office.last(asked).detail["tracking_code"] == CODE
        assert [fact.role for fact in office.last(asked).documents] == [Role.PARTNER_REPLY]

    async def test_with_the_code_of_another_exchange_is_the_partners_failure(self, office: Desk) -> None:
        first = await office.asked()
        second = await office.asked()
        last = office.last(second)
        assert (last.state, last.code) == (S.FAILED, codes.PARTNER_CODE_REUSED.id)
        assert last.detail["held_by"] == first
        assert office.last(first).state is S.WAITING_REPLY

    async def test_that_got_lost_is_fetched_again(self, office: Desk) -> None:
        """The hub could not record it: the partner is idempotent, and gives the same code again."""
        asked = await waiting_for_a_worker(office)

        async def acknowledged_in_vain(*_: object) -> Acknowledgement:
            office.hub.journal.is_broken = True
            return Acknowledgement(CODE)

        office.hub.endpoint.behaviour = acknowledged_in_vain
        with pytest.raises(NotRecordedError):
            await office.hub.workers.work(asked)
        office.hub.journal.is_broken, office.hub.endpoint.behaviour = False, None
        office.hub.clock.pass_s(40)
        await office.hub.workers.work(asked)
        assert office.last(asked).state is S.WAITING_REPLY
        assert (await office.post()).state is S.COMPLETED
        assert office.last(asked).state is S.COMPLETED


class TestAReplyInTime:
    async def test_ends_both_exchanges_in_one_commit(self, office: Desk) -> None:
        asked = await office.asked()
        answer = await office.post()
        assert (answer.state, answer.problem) == (S.COMPLETED, None)
        assert office.last(asked).state is S.COMPLETED
        assert office.last(asked).cause == "partner:office"
        assert office.last(asked).detail["later_reply"] == answer.exchange_id
        assert office.last(answer.exchange_id).detail["answers"] == asked

    async def test_is_an_exchange_of_its_own_with_its_body(self, office: Desk) -> None:
        await office.asked()
        answer = await office.post()
        opening = office.hub.history(answer.exchange_id)[0].opening
        assert opening is not None
        assert (opening.pattern, opening.sender, opening.contract) == (
            "later-reply",
            "office-system",
            "office.native",
        )
        bodies = office.hub.journal.bodies[answer.exchange_id]
        assert [(document.role, document.body) for _, document in bodies] == [
            (Role.REQUEST, b'{"code": "T-1", "owner": "found"}')
        ]

    async def test_reaches_the_sender_in_its_own_contract(self, office: Desk) -> None:
        asked = await office.asked()
        await office.post()
        roles = [
            (document.role, str(document.contract)) for _, document in office.hub.journal.bodies[asked][-2:]
        ]
        assert roles == [(Role.PARTNER_REPLY, "office.native@1.0"), (Role.REPLY, "deeds.inquiry@1.0")]

    async def test_that_is_a_refusal_fails_the_exchange(self, office: Desk) -> None:
        asked = await office.asked()
        answer = await office.post({**ANSWER, "refused": True})
        assert answer.state is S.COMPLETED
        assert (office.last(asked).state, office.last(asked).code) == (S.FAILED, codes.PARTNER_REFUSED.id)

    async def test_that_is_not_valid_leaves_the_exchange_waiting(self, office: Desk) -> None:
        asked = await office.asked()
        answer = await office.post({"code": CODE})
        assert answer.problem is not None
        assert answer.problem.code is codes.REQUEST_INVALID
        assert [error.pointer for error in answer.problem.errors] == ["/owner"]
        assert office.last(answer.exchange_id).state is S.REJECTED
        assert office.last(asked).state is S.WAITING_REPLY

        assert (await office.post()).state is S.COMPLETED  # a better one is welcome
        assert office.last(asked).state is S.COMPLETED

    async def test_is_not_confirmed_before_it_is_on_disk(self, office: Desk) -> None:
        await office.asked()
        office.hub.journal.is_broken = True
        answer = await office.post()
        assert answer.state is None
        assert answer.problem is not None
        assert answer.problem.code is codes.NOT_RECORDED


class TestAReplyThatComesTwice:
    async def test_gets_the_first_answer_again(self, office: Desk) -> None:
        await office.asked()
        first = await office.post()
        again = await office.post(b'{"owner":"found","code":"T-1"}')  # the same document, written otherwise
        assert again == first
        assert len(office.hub.journal.entries) == 2

    async def test_with_another_content_is_refused_and_recorded(self, office: Desk) -> None:
        await office.asked()
        first = await office.post()
        other = await office.post({**ANSWER, "owner": "somebody else"})
        assert other.problem is not None
        assert other.problem.code is codes.REPLY_OTHER_CONTENT
        last = office.last(other.exchange_id)
        assert (last.state, last.detail["first_reply"]) == (S.REJECTED, first.exchange_id)

    async def test_at_the_same_moment_ends_its_exchange_once(self, office: Desk) -> None:
        asked = await office.asked()
        answers = await asyncio.gather(*(office.post() for _ in range(5)))
        assert {answer.exchange_id for answer in answers} == {answers[0].exchange_id}
        assert office.hub.states(asked).count(S.COMPLETED) == 1

    async def test_with_two_contents_at_the_same_moment_has_one_winner(self, office: Desk) -> None:
        asked = await office.asked()
        answers = await asyncio.gather(office.post(), office.post({**ANSWER, "owner": "other"}))
        assert sorted(answer.problem.code.id if answer.problem else "" for answer in answers) == [
            "",
            "reply.other_content",
        ]
        assert office.hub.states(asked).count(S.COMPLETED) == 1


class TestAnEarlyReply:
    async def test_waits_and_is_matched_when_the_acknowledgement_is_recorded(self, office: Desk) -> None:
        early = []

        async def faster_than_our_commit(*_: object) -> Acknowledgement:
            early.append(await office.post())
            return Acknowledgement(CODE)

        office.hub.endpoint.behaviour = faster_than_our_commit
        asked = await office.asked()
        assert early[0].state is S.WAITING_RETRY
        assert office.last(asked).state is S.COMPLETED
        assert office.last(early[0].exchange_id).state is S.COMPLETED

    async def test_is_matched_by_a_worker_if_the_process_died_in_between(self, office: Desk) -> None:
        early = []

        async def faster_than_our_commit(*_: object) -> Acknowledgement:
            early.append(await office.post())
            return Acknowledgement(CODE)

        async def died(*_: object) -> None:
            return None

        office.hub.endpoint.behaviour = faster_than_our_commit
        office.hub.pipeline._when_acknowledged = died
        asked = await office.asked()
        assert office.last(asked).state is S.WAITING_REPLY
        office.hub.clock.pass_s(2)
        await office.hub.work_all()
        assert office.last(asked).state is S.COMPLETED
        assert office.hub.states(early[0].exchange_id)[-2:] == [S.WAITING_RETRY, S.COMPLETED]

    async def test_that_comes_twice_is_told_the_same(self, office: Desk) -> None:
        await waiting_for_a_worker(office)
        first = await office.post()
        assert (await office.post()) == first
        other = await office.post({**ANSWER, "owner": "other"})
        assert other.problem is not None
        assert other.problem.code is codes.REPLY_OTHER_CONTENT

    async def test_that_nobody_ever_waits_for_goes_to_a_person(self, office: Desk) -> None:
        await waiting_for_a_worker(office)
        early = await office.post()
        office.hub.clock.pass_s(KEPT_EARLY_S - 1)
        await office.hub.workers.work(early.exchange_id)
        assert office.last(early.exchange_id).state is S.WAITING_RETRY
        office.hub.clock.pass_s(2)
        await office.hub.workers.work(early.exchange_id)
        last = office.last(early.exchange_id)
        assert (last.state, last.code) == (S.DEAD_LETTERED, codes.REPLY_FOR_NOBODY.id)

    async def test_that_is_not_valid_is_refused_at_once(self, office: Desk) -> None:
        await waiting_for_a_worker(office)
        answer = await office.post({"code": CODE})
        assert answer.problem is not None
        assert answer.problem.code is codes.REQUEST_INVALID

    async def test_whose_exchange_ended_meanwhile_is_too_late(self, office: Desk) -> None:
        early = await early_reply_without_a_match(office)
        asked = next(iter(office.hub.journal.entries))
        office.hub.clock.pass_s(DEADLINE_S + 1)
        await office.hub.workers.work(asked)
        assert office.last(asked).state is S.EXPIRED
        await office.hub.workers.work(early)
        last = office.last(early)
        assert (last.state, last.code) == (S.FAILED, codes.REPLY_TOO_LATE.id)


class TestAReplyThatIsNotExpected:
    async def test_for_nobody_is_refused_and_recorded(self, office: Desk) -> None:
        answer = await office.post()
        assert answer.problem is not None
        assert answer.problem.code is codes.REPLY_FOR_NOBODY
        assert office.last(answer.exchange_id).state is S.REJECTED

    async def test_after_the_end_is_told_how_it_ended(self, office: Desk) -> None:
        asked = await office.asked()
        office.hub.clock.pass_s(DEADLINE_S + 1)
        await office.hub.workers.work(asked)
        answer = await office.post()
        assert answer.problem is not None
        assert answer.problem.code is codes.REPLY_TOO_LATE
        assert answer.problem.detail == f"the exchange {asked} is expired"
        assert office.last(answer.exchange_id).detail["answers"] == asked


class TestWhoMayReply:
    async def test_nobody_without_a_key(self, office: Desk) -> None:
        answer = await office.post(key="pvd_nothing")
        assert answer.problem is not None
        assert answer.problem.code is codes.AUTH_INVALID
        assert office.last(answer.exchange_id).state is S.REJECTED

    async def test_not_a_client_that_is_no_partners(self, office: Desk) -> None:
        asked = await office.asked()
        answer = await office.post(key=office.hub.key)
        assert answer.problem is not None
        assert answer.problem.code is codes.REPLY_NOT_YOURS
        assert office.last(asked).state is S.WAITING_REPLY

    async def test_not_for_a_partner_that_never_answers_later(self, office: Desk) -> None:
        answer = await office.post(partner="bank")
        assert answer.problem is not None
        assert answer.problem.code is codes.REPLY_PARTNER_UNKNOWN

    @pytest.mark.parametrize(
        ("body", "code"), [(b"{", codes.REQUEST_MALFORMED), (b"{}", codes.REPLY_NO_CODE)]
    )
    async def test_not_without_sense(self, office: Desk, body: bytes, code: object) -> None:
        answer = await office.post(body)
        assert answer.problem is not None
        assert answer.problem.code is code
        kept = office.hub.journal.bodies[answer.exchange_id]
        assert [document.body for _, document in kept] == [body]


async def waiting_for_a_worker(office: Desk) -> str:
    """An exchange that has been accepted and not delivered yet."""
    answer = await office.hub.handle(respond_async=True)
    assert office.hub.history(answer)[-1].at_us == T0_US
    return answer.exchange_id


async def early_reply_without_a_match(office: Desk) -> str:
    """A reply that came early and is not matched although its code is known: the process died right then."""
    asked = await waiting_for_a_worker(office)
    early = await office.post()

    async def died(*_: object) -> None:
        return None

    office.hub.pipeline._when_acknowledged = died
    await office.hub.workers.work(asked)
    assert isinstance(office.early, EarlyReplies)
    return early.exchange_id


async def test_an_early_reply_that_a_person_takes_up_again_is_matched(office: Desk) -> None:
    early = await early_reply_without_a_match(office)
    office.hub.clock.pass_s(1)
    asked = next(iter(office.hub.journal.entries))
    exchange = Exchange.replay(office.hub.history(early))
    for state in (S.DEAD_LETTERED, S.ACCEPTED):
        await office.hub.recorder.move(exchange, state, cause="person:operator")
    await office.hub.workers.work(early)
    assert (office.last(asked).state, office.last(early).state) == (S.COMPLETED, S.COMPLETED)
