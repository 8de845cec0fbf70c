"""What becomes of an exchange whose delivery failed. Pure: a table in code, tested as a table."""

import random
from dataclasses import dataclass

from hub.core import codes
from hub.core.errors import ExchangeError, Outcome
from hub.core.exchange import State
from hub.core.route import DEFAULT_RETRY, InquirySpec, RetryPolicy
from hub.core.values import US_PER_S

_MOST_DOUBLINGS = 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """The states to go through now, in order, and when to look again if the last one waits."""

    states: tuple[State, ...]
    problem: ExchangeError
    """What the sender is told."""
    due_us: int = 0


def judge_failure(
    error: ExchangeError,
    *,
    outcome: Outcome,
    idempotent: bool,
    attended: bool,
    attempt: int,
    deadline_us: int,
    now_us: int,
    draw: random.Random,
    retry: RetryPolicy = DEFAULT_RETRY,
    inquiry: InquirySpec | None = None,
) -> Verdict:
    """Decide.

    ``outcome`` says what is known of the partner's side: the code's own, unless the trouble came after the
    partner had answered. ``attended`` means that the sender waits for the answer and decides for itself about another try.
    ``attempt`` is how many deliveries count towards the route's limit, this one included.

    - Nobody knows whether a partner acted that does not take repetitions: the exchange is uncertain. The
      route's inquiry settles it later, or it goes to a person at once (G3).
    - Retryable, and nobody waits: it is tried again, exponentially later with full jitter or when the
      partner says, until the deadline; after the route's last attempt a person must look.
    - The partner refused: it failed. Anything else that nobody waits for needs a person.
    """
    if outcome is Outcome.UNKNOWN and not idempotent:
        facts = {**error.facts, "cause": error.code.id}
        problem = ExchangeError(codes.OUTCOME_UNKNOWN, error.detail, errors=error.errors, facts=facts)
        if inquiry is not None:
            return Verdict((State.UNCERTAIN,), problem, now_us + int(inquiry.every_s * US_PER_S))
        return Verdict((State.UNCERTAIN, State.DEAD_LETTERED), problem)
    if attended:
        return Verdict((State.FAILED,), error)
    if error.code.retryable and _may_try_again(error, attempt, retry):
        longest = min(retry.longest_s, retry.first_s * 2 ** min(max(attempt - 1, 0), _MOST_DOUBLINGS))
        pause_s = max(draw.uniform(0, longest), float(error.retry_after_s or 0))
        due_us = now_us + int(pause_s * US_PER_S)
        return Verdict((State.WAITING_RETRY,), error, min(due_us, deadline_us) if deadline_us else due_us)
    is_refusal = outcome is Outcome.REFUSED and not error.code.retryable
    if is_refusal and error.code is not codes.PARTNER_CREDENTIALS:
        return Verdict((State.FAILED,), error)
    return Verdict((State.DEAD_LETTERED,), error)


def _may_try_again(error: ExchangeError, attempt: int, retry: RetryPolicy) -> bool:
    return retry.attempts is None or attempt < retry.attempts or error.code.id in codes.TAKES_NOTHING_NOW
