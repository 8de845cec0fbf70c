"""What becomes of a delivery that went wrong."""

import random

import pytest

from hub.core import codes
from hub.core.codes import CATALOGUE
from hub.core.errors import ExchangeError, Outcome
from hub.core.exchange import State
from hub.core.values import US_PER_S
from hub.runtime.verdict import LONGEST_RETRY_S, Verdict, judge_failure

NOW = 1_800_000_000 * US_PER_S


def judge(
    error: ExchangeError,
    *,
    idempotent: bool = True,
    attended: bool = False,
    attempt: int = 1,
    deadline_s: float = 3600,
) -> Verdict:
    return judge_failure(
        error,
        outcome=error.code.outcome,
        idempotent=idempotent,
        attended=attended,
        attempt=attempt,
        deadline_us=NOW + int(deadline_s * US_PER_S),
        now_us=NOW,
        draw=random.Random(7),  # noqa: S311 - drawn the same each time
    )


UNKNOWN = [code for code in CATALOGUE.values() if code.outcome is Outcome.UNKNOWN]


@pytest.mark.parametrize("code", UNKNOWN, ids=lambda code: code.id)
@pytest.mark.parametrize("attended", [True, False])
def test_an_unknown_outcome_at_a_partner_that_takes_no_repetitions_goes_to_a_person(code, attended):
    verdict = judge(ExchangeError(code), idempotent=False, attended=attended)
    assert verdict.states == (State.UNCERTAIN, State.DEAD_LETTERED)
    assert verdict.problem.code is codes.OUTCOME_UNKNOWN
    assert not verdict.problem.code.retryable
    assert verdict.problem.facts["cause"] == code.id


def test_a_sender_who_waits_is_told_and_decides_for_itself():
    for code in (codes.PARTNER_UNREACHABLE, codes.PARTNER_TIMEOUT, codes.PARTNER_REFUSED):
        verdict = judge(ExchangeError(code), attended=True)
        assert verdict.states == (State.FAILED,)
        assert verdict.problem.code is code


def test_what_nobody_waits_for_is_tried_again_where_that_can_help():
    verdict = judge(ExchangeError(codes.PARTNER_UNREACHABLE))
    assert verdict.states == (State.WAITING_RETRY,)
    assert NOW <= verdict.due_us <= NOW + US_PER_S


def test_a_call_that_never_left_may_be_tried_again_even_at_a_partner_that_takes_no_repetitions():
    verdict = judge(ExchangeError(codes.PARTNER_UNREACHABLE), idempotent=False)
    assert verdict.states == (State.WAITING_RETRY,)


@pytest.mark.parametrize("attempt", [1, 5, 30, 1000])
def test_pauses_grow_but_never_beyond_the_longest(attempt):
    verdict = judge(ExchangeError(codes.PARTNER_UNREACHABLE), attempt=attempt, deadline_s=86400)
    assert verdict.due_us - NOW <= LONGEST_RETRY_S * US_PER_S


def test_the_partner_s_own_wish_is_honoured():
    verdict = judge(ExchangeError(codes.PARTNER_BUSY, retry_after_s=120))
    assert verdict.due_us >= NOW + 120 * US_PER_S


def test_nothing_waits_beyond_its_deadline():
    verdict = judge(ExchangeError(codes.PARTNER_BUSY, retry_after_s=120), deadline_s=10)
    assert verdict.due_us == NOW + 10 * US_PER_S


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (codes.PARTNER_REFUSED, State.FAILED),
        (codes.PARTNER_CREDENTIALS, State.DEAD_LETTERED),
        (codes.PARTNER_MALFORMED, State.DEAD_LETTERED),
        (codes.PARTNER_NOT_CONFIGURED, State.DEAD_LETTERED),
        (codes.MAPPING_FAILED, State.DEAD_LETTERED),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_a_refusal_ends_an_unattended_exchange_and_any_other_trouble_needs_a_person(code, state):
    assert judge(ExchangeError(code)).states == (state,)
