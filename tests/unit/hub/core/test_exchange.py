"""The exchange and its state machine."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.core.exchange import (
    FINAL,
    FIRST,
    TRANSITIONS,
    Exchange,
    IllegalTransitionError,
    Opening,
    State,
)
from hub.core.message import JSON, Document, Role
from hub.core.values import ContractRef

OPENING = Opening("registry.title-inquiry", "1.2", "portal", "request-reply", case_id="C-1")


def start(state: State = State.RECEIVED, **more: Any) -> Exchange:
    exchange, _ = Exchange.start("x", OPENING, state=state, at_us=10, cause="client:portal", **more)
    return exchange


class TestTransitions:
    def test_every_state_has_its_row(self) -> None:
        assert TRANSITIONS.keys() == set(State)

    def test_what_is_over_stays_over_but_for_dead_letters_that_a_person_takes_up(self) -> None:
        assert {state for state in FINAL if TRANSITIONS[state] - {state}} == {State.DEAD_LETTERED}

    def test_from_every_state_there_is_a_way_to_an_end(self) -> None:
        ending = set(FINAL)
        while more := {state for state in State if state not in ending and TRANSITIONS[state] & ending}:
            ending |= more
        assert ending == set(State)

    def test_every_state_can_be_reached(self) -> None:
        reached = set(FIRST)
        while more := {after for state in reached for after in TRANSITIONS[state]} - reached:
            reached |= more
        assert reached == set(State)

    def test_nothing_is_delivered_that_was_not_accepted(self) -> None:
        before = {state for state in State if State.DELIVERING in TRANSITIONS[state]}
        assert State.RECEIVED not in before

    def test_what_may_have_been_delivered_cannot_be_cancelled_unless_it_waits(self) -> None:
        for state in (State.DELIVERING, State.UNCERTAIN):
            assert State.CANCELLED not in TRANSITIONS[state]

    def test_a_refused_message_never_becomes_more(self) -> None:
        assert TRANSITIONS[State.REJECTED] == frozenset()


class TestStart:
    @pytest.mark.parametrize("state", sorted(set(State) - FIRST))
    def test_only_received_or_rejected(self, state: State) -> None:
        with pytest.raises(IllegalTransitionError, match="from nothing"):
            start(state)

    def test_the_first_entry_carries_the_opening_and_the_commitments(self) -> None:
        document = Document(Role.REQUEST, ContractRef.parse("a@1.0"), JSON, b"{}")
        exchange, transition = Exchange.start(
            "x", OPENING, state=State.RECEIVED, at_us=10, cause="client:portal", documents=(document,)
        )

        assert transition.entry.opening == OPENING
        assert transition.entry.number == 1
        assert transition.entry.documents == (document.fact(),)
        assert transition.documents == (document,)
        assert exchange.history == [transition.entry]


class TestAdvance:
    def test_an_illegal_move_changes_nothing(self) -> None:
        exchange = start()
        before = (exchange.state, exchange.number, list(exchange.history))

        with pytest.raises(IllegalTransitionError, match="received to completed"):
            exchange.advance(State.COMPLETED, at_us=11, cause="hub")
        assert (exchange.state, exchange.number, exchange.history) == before

    def test_time_does_not_run_backwards(self) -> None:
        exchange = start()

        assert exchange.advance(State.ACCEPTED, at_us=3, cause="hub").entry.at_us == 10

    def test_waiting_is_over_with_the_next_state(self) -> None:
        exchange = start()
        exchange.advance(State.ACCEPTED, at_us=11, cause="hub", channel="bank", due_us=99)
        assert (exchange.channel, exchange.due_us) == ("bank", 99)
        exchange.advance(State.DELIVERING, at_us=12, cause="hub")
        assert (exchange.channel, exchange.due_us) == ("", 0)


class TestTelling:
    def ended(self, reply_to: str) -> Exchange:
        opening = replace(OPENING, reply_to=reply_to)
        exchange, _ = Exchange.start("x", opening, state=State.RECEIVED, at_us=10, cause="client:portal")
        exchange.advance(State.FAILED, at_us=11, cause="hub", code="route.none", detail={"detail": "none"})
        return exchange

    def test_an_end_waits_to_be_told_to_who_asked_for_that(self) -> None:
        exchange = self.ended("amqp:portal")
        assert (exchange.owes_reply, exchange.channel) == (True, "amqp:portal")
        told = exchange.tell(at_us=12, cause="hub").entry
        assert (told.state, told.code, exchange.owes_reply) == (State.FAILED, "route.none", False)
        assert told.detail == {"detail": "none", "told": "amqp:portal"}
        assert Exchange.replay(exchange.history) == exchange

    def test_it_is_told_once(self) -> None:
        exchange = self.ended("amqp:portal")
        exchange.tell(at_us=12, cause="hub")
        with pytest.raises(IllegalTransitionError):
            exchange.tell(at_us=13, cause="hub")

    def test_nobody_is_told_who_did_not_ask(self) -> None:
        with pytest.raises(IllegalTransitionError):
            self.ended("").tell(at_us=12, cause="hub")


class TestReplay:
    def test_a_hole_in_the_history_is_not_lawful(self) -> None:
        exchange = start()
        for state in (State.ACCEPTED, State.DELIVERING, State.COMPLETED):
            exchange.advance(state, at_us=11, cause="hub")

        for left_out in range(3):
            history = [entry for place, entry in enumerate(exchange.history) if place != left_out]
            with pytest.raises(IllegalTransitionError):
                Exchange.replay(history)

    def test_a_message_refused_for_its_version_has_no_contract_version(self) -> None:
        refused = Opening("registry.title-inquiry", "", "portal", "")

        with pytest.raises(ValueError, match="not a version"):
            _ = refused.ref
        assert OPENING.ref == ContractRef.parse("registry.title-inquiry@1.2")


class ExchangeLife(RuleBasedStateMachine):
    """Whatever is tried on an exchange, it follows the table, counts without gaps, and can be replayed."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = start()

    @rule(
        state=st.sampled_from(State),
        at_us=st.integers(0, 1000),
        channel=st.sampled_from(["", "bank"]),
        due_us=st.integers(0, 1000),
    )
    def advance(self, state: State, at_us: int, channel: str, due_us: int) -> None:
        before, number = self.exchange.state, self.exchange.number
        try:
            transition = self.exchange.advance(
                state, at_us=at_us, cause="hub", channel=channel, due_us=due_us
            )
        except IllegalTransitionError:
            assert state not in TRANSITIONS[before] or (state is before and before in FINAL)
            assert (self.exchange.state, self.exchange.number) == (before, number)
        else:
            assert state in TRANSITIONS[before]
            assert self.exchange.state is state
            assert transition.entry.number == number + 1
            assert self.exchange.channel == ("" if state in FINAL else channel)
            assert self.exchange.due_us == due_us

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        assert [entry.number for entry in self.exchange.history] == list(range(1, self.exchange.number + 1))

    @invariant()
    def times_do_not_fall(self) -> None:
        times = [entry.at_us for entry in self.exchange.history]
        assert times == sorted(times)

    @invariant()
    def only_the_first_entry_opens(self) -> None:
        assert [bool(entry.opening) for entry in self.exchange.history] == [
            number == 1 for number in range(1, self.exchange.number + 1)
        ]

    @invariant()
    def its_history_tells_all(self) -> None:
        assert Exchange.replay(self.exchange.history) == self.exchange

    @invariant()
    def it_is_final_where_it_may_rest(self) -> None:
        assert self.exchange.is_final == (self.exchange.state in FINAL)


TestExchangeLife = ExchangeLife.TestCase
