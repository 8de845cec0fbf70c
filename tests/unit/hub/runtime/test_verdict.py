"""What becomes of a delivery that went wrong."""

import random

import pytest

from hub.core import codes
from hub.core.codes import CATALOGUE
from hub.core.errors import ExchangeError, Outcome
from hub.core.exchange import State
from hub.core.route import DEFAULT_RETRY, InquirySpec, RetryPolicy
from hub.core.values import US_PER_S
from hub.runtime.verdict import Verdict, judge_failure

NOW = 1_800_000_000 * US_PER_S


def judge(
    error: ExchangeError,
    *,
    idempotent: bool = True,
    attended: bool = False,
    attempt: int = 1,
    deadline_s: float = 3600,
    retry: RetryPolicy = DEFAULT_RETRY,
    inquiry: InquirySpec | None = None,
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
        retry=retry,
        inquiry=inquiry,
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
    assert verdict.due_us - NOW <= DEFAULT_RETRY.longest_s * US_PER_S


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


# a route's own policy


@pytest.mark.parametrize(("attempt", "longest_s"), [(1, 4), (2, 8), (3, 16), (4, 20), (900, 20)])
def test_a_route_s_pauses_double_from_the_first_to_the_longest(attempt, longest_s):
    retry = RetryPolicy(first_s=4, longest_s=20)
    pauses = [judge_with(seed, attempt=attempt, retry=retry).due_us - NOW for seed in range(200)]
    assert max(pauses) <= longest_s * US_PER_S
    assert max(pauses) > longest_s * US_PER_S * 0.9  # full jitter: from nothing to all of it
    assert min(pauses) < longest_s * US_PER_S * 0.1


def judge_with(seed: int, *, attempt: int, retry: RetryPolicy) -> Verdict:
    error = ExchangeError(codes.PARTNER_UNREACHABLE)
    return judge_failure(
        error, outcome=error.code.outcome, idempotent=True, attended=False, attempt=attempt, deadline_us=0,
        now_us=NOW, draw=random.Random(seed), retry=retry,  # noqa: S311 - drawn the same each time
    )  # fmt: skip


@pytest.mark.parametrize("code", [codes.PARTNER_UNREACHABLE, codes.PARTNER_BUSY, codes.PARTNER_TIMEOUT])
def test_after_the_last_attempt_a_person_must_look_and_sees_why(code):
    retry = RetryPolicy(attempts=3)
    assert judge(ExchangeError(code), attempt=2, retry=retry).states == (State.WAITING_RETRY,)
    verdict = judge(ExchangeError(code), attempt=3, retry=retry)
    assert verdict.states == (State.DEAD_LETTERED,)
    assert verdict.problem.code is code


def test_a_partner_that_takes_nothing_just_now_uses_up_no_attempt():
    verdict = judge(ExchangeError(codes.PARTNER_CLOSED), attempt=9, retry=RetryPolicy(attempts=3))
    assert verdict.states == (State.WAITING_RETRY,)


INQUIRY = InquirySpec("bank.inquire", "true", "false", every_s=10, for_s=300)


@pytest.mark.parametrize("attended", [True, False])
def test_an_unknown_outcome_waits_for_the_route_s_inquiry_and_is_not_repeated(attended):
    verdict = judge(
        ExchangeError(codes.PARTNER_TIMEOUT), idempotent=False, attended=attended, inquiry=INQUIRY
    )
    assert verdict.states == (State.UNCERTAIN,)
    assert verdict.due_us == NOW + 10 * US_PER_S
    assert verdict.problem.code is codes.OUTCOME_UNKNOWN
