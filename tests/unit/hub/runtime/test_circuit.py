"""A circuit breaker opens, waits, and tries once."""

from hub.core.availability import BreakerPolicy
from hub.core.values import US_PER_S
from hub.runtime.circuit import LONGEST_OPEN_S, LONGEST_TRIAL_S, Circuit, CircuitState

S = US_PER_S
POLICY = BreakerPolicy(failures=3, within_s=30, open_s=20)


def opened(at_us: int = 0) -> Circuit:
    circuit = Circuit(POLICY)
    for second in range(3):
        circuit.failed(at_us + second * S)
    return circuit


def test_it_opens_after_so_many_failures_and_says_until_when() -> None:
    circuit = Circuit(POLICY)
    circuit.failed(0)
    circuit.failed(1 * S)
    assert circuit.closed_until(2 * S) == 0
    circuit.failed(2 * S)
    assert circuit.state(2 * S) is CircuitState.OPEN
    assert circuit.closed_until(2 * S) == 22 * S


def test_failures_that_are_far_apart_or_interrupted_by_a_success_do_not_open_it() -> None:
    circuit = Circuit(POLICY)
    for at_s in (0, 20, 40, 60):
        circuit.failed(at_s * S)
    assert circuit.state(60 * S) is CircuitState.CLOSED
    circuit = Circuit(POLICY)
    circuit.failed(0)
    circuit.failed(1 * S)
    circuit.worked()
    circuit.failed(2 * S)
    assert circuit.state(2 * S) is CircuitState.CLOSED


def test_once_its_time_is_over_one_call_is_tried_and_nothing_beside_it() -> None:
    circuit = opened()
    assert circuit.state(22 * S) is CircuitState.HALF_OPEN
    assert circuit.closed_until(22 * S) == 0
    circuit.begin(22 * S)
    assert circuit.closed_until(22 * S) > 22 * S


def test_a_trial_that_works_closes_it() -> None:
    circuit = opened()
    circuit.begin(22 * S)
    circuit.worked()
    assert circuit.state(22 * S) is CircuitState.CLOSED
    assert circuit.closed_until(22 * S) == 0


def test_each_trial_that_fails_keeps_it_open_twice_as_long_up_to_a_limit() -> None:
    circuit, now = opened(), 22 * S
    waits = []
    for _ in range(7):
        circuit.begin(now)
        circuit.failed(now)
        waits.append((circuit.closed_until(now) - now) // S)
        now = circuit.closed_until(now)
    assert waits == [40, 80, 160, 300, 300, 300, 300]
    assert waits[-1] == LONGEST_OPEN_S
    circuit.begin(now)
    circuit.worked()
    assert opened().closed_until(2 * S) == 22 * S


def test_what_was_under_way_when_it_opened_does_not_keep_it_open_longer() -> None:
    circuit = opened()
    circuit.failed(10 * S)
    assert circuit.closed_until(10 * S) == 22 * S


def test_a_trial_that_is_never_heard_of_again_does_not_keep_it_shut_for_ever() -> None:
    circuit = opened()
    circuit.begin(22 * S)
    assert circuit.closed_until(22 * S + int(LONGEST_TRIAL_S * S)) == 0
