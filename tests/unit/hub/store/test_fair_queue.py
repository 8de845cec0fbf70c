"""Turns: by urgency, then by sender."""

from collections import Counter

import pytest

from hub.core.ports import Turn
from hub.core.route import Urgency
from hub.store.clustered.allowance import BURST, Allowance
from hub.store.fair_queue import ROUND, FairQueue


def taken(queue: FairQueue, many: int) -> list[str]:
    return [queue.take()[0] for _ in range(many)]


def test_senders_take_turns_and_each_keeps_its_order() -> None:
    queue = FairQueue(100)
    for id_ in ("a1", "a2", "a3", "b1", "c1", "b2"):
        queue.put(id_, Turn(id_[0]))
    assert taken(queue, 6) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_sender_that_comes_late_waits_for_one_of_each_at_the_most() -> None:
    queue = FairQueue(10_000)
    for number in range(3000):
        queue.put(str(number), Turn("ab"[number % 2]))
    queue.put("late", Turn("c"))
    assert "late" in taken(queue, 3)


def test_of_seven_turns_four_are_the_urgent_s_two_the_normal_s_and_one_the_rest_s() -> None:
    queue = FairQueue(1000)
    for number in range(100):
        for urgency in Urgency:
            queue.put(f"{urgency}-{number}", Turn("a", urgency))
    shares = Counter(id_.partition("-")[0] for id_ in taken(queue, 10 * len(ROUND)))
    assert shares == {"high": 40, "normal": 20, "low": 10}


@pytest.mark.parametrize("urgency", Urgency)
def test_turns_that_nobody_wants_are_the_others(urgency: Urgency) -> None:
    queue = FairQueue(100)
    for number in range(20):
        queue.put(str(number), Turn("a", urgency))
    assert taken(queue, 20) == [str(number) for number in range(20)]


def test_a_full_queue_still_takes_from_senders_that_have_little_waiting() -> None:
    queue = FairQueue(10)
    assert [queue.put(f"a{number}", Turn("a")) for number in range(12)] == [True] * 10 + [False] * 2
    assert queue.put("b1", Turn("b"))
    assert not queue.put("a99", Turn("a"))
    for number in range(1000):
        queue.put(f"s{number}", Turn(f"s{number}"))
    assert len(queue) <= 20


def test_what_waits_already_is_not_queued_twice() -> None:
    queue = FairQueue(10)
    assert queue.put("a", Turn("a"))
    assert not queue.put("a", Turn("b", Urgency.HIGH))
    assert queue.take() == ("a", Turn("a"))
    assert queue.put("a", Turn("a"))


def test_nothing_is_taken_from_an_empty_queue() -> None:
    with pytest.raises(IndexError):
        FairQueue(10).take()


def test_an_allowance_lets_each_sender_s_first_ones_go_first() -> None:
    now = [0.0]
    allowance = Allowance(lambda: now[0])
    normal = int(BURST[Urgency.NORMAL])
    assert [allowance.take(Turn("a")) for _ in range(normal + 5)] == [True] * normal + [False] * 5
    assert allowance.take(Turn("b"))
    assert allowance.take(Turn("a", Urgency.HIGH))
    assert not allowance.take(Turn("a", Urgency.LOW))
    now[0] = 1.0
    assert allowance.take(Turn("a"))
