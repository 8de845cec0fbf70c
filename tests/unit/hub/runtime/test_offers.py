"""What has been offered lately is not offered again; and the sweeper comes as often as there is something to do."""

import pytest

from hub.core.exchange import Opening, State
from hub.core.ports import Summary
from hub.runtime.offers import (
    OFFERED_AGAIN_AFTER_S,
    SWEEP_AGAIN_AFTER_S,
    SWEEP_EVERY_S,
    SWEEP_MOST,
    SWEEP_OF_EACH,
    Lanes,
    Offers,
    next_pause_s,
)
from tests.unit.hub.runtime.engine import Clock


class TestOffers:
    def test_the_same_is_offered_once(self) -> None:
        offers = Offers(Clock())
        assert offers.add("a", 2)
        assert not offers.add("a", 2)
        assert len(offers) == 1

    def test_what_has_moved_on_is_offered_anew(self) -> None:
        offers = Offers(Clock())
        offers.add("a", 2)
        assert offers.add("a", 4)
        assert not offers.add("a", 4)

    def test_what_has_arrived_may_be_offered_again(self) -> None:
        offers = Offers(Clock())
        offers.add("a", 2)
        offers.settle("a")
        offers.settle("a")
        assert offers.add("a", 2)

    def test_what_may_be_lost_is_forgotten_and_nothing_else(self) -> None:
        clock = Clock()
        offers = Offers(clock)
        offers.add("lost", 2)
        offers.add("moved on", 2)
        clock.pass_s(1)
        offers.add("late", 2)
        offers.add("moved on", 4)
        clock.pass_s(OFFERED_AGAIN_AFTER_S - 1)
        offers.forget_old()
        assert offers.add("lost", 2)
        assert not offers.add("late", 2)
        assert not offers.add("moved on", 4)

    def test_a_clock_that_was_put_back_makes_nothing_wait(self) -> None:
        clock = Clock()
        offers = Offers(clock)
        offers.add("before", 2)
        clock.pass_s(-3600)
        offers.add("after", 2)
        offers.forget_old()
        assert offers.add("before", 2)
        assert not offers.add("after", 2)


def summary(channel: str = "office", sender: str = "portal") -> Summary:
    opening = Opening("deeds.inquiry", "1.0", sender, "request-reply")
    return Summary("x", opening, State.ACCEPTED, 2, "", 1, 1, channel, 1)


class TestProgress:
    def test_is_none_where_all_that_is_due_was_looked_at(self) -> None:
        lanes = Lanes()
        for _ in range(SWEEP_OF_EACH - 1):
            lanes.count(summary(), is_new=True)
        assert lanes.progress() == 0

    def test_is_what_was_new_of_a_heap(self) -> None:
        lanes = Lanes()
        for number in range(SWEEP_OF_EACH):
            lanes.count(summary(), is_new=number % 2 == 0)
        assert lanes.progress() == SWEEP_OF_EACH // 2

    def test_counts_many_small_heaps_as_more_than_was_looked_at(self) -> None:
        lanes = Lanes()
        for number in range(SWEEP_MOST):
            lanes.count(summary(sender=f"client-{number % 100}"), is_new=number >= SWEEP_MOST - 100)
        assert lanes.progress() == 1

    def test_is_none_where_nothing_is_due(self) -> None:
        assert Lanes().progress() == 0


class TestPause:
    def test_is_a_second_where_nothing_is_taken(self) -> None:
        assert next_pause_s(SWEEP_AGAIN_AFTER_S, 0) == SWEEP_EVERY_S

    @pytest.mark.parametrize("per_s", [1, 100, 400, 1500, 2000])
    def test_comes_to_fit_what_is_taken_in_a_second(self, per_s: int) -> None:
        pause_s = SWEEP_EVERY_S
        for _ in range(20):
            pause_s = next_pause_s(pause_s, min(SWEEP_OF_EACH, max(1, round(per_s * pause_s))))
        assert per_s * pause_s <= SWEEP_OF_EACH * 0.6  # it is back before the queue is empty
        assert pause_s == SWEEP_EVERY_S or per_s * pause_s >= SWEEP_OF_EACH * 0.4  # and not much earlier

    def test_has_a_least(self) -> None:
        assert next_pause_s(SWEEP_AGAIN_AFTER_S, SWEEP_OF_EACH) == SWEEP_AGAIN_AFTER_S
