"""What a history says of its partner's side: where it was sent, and whether the partner may have acted. Pure."""

from collections.abc import Sequence
from typing import Final

from hub.core import codes
from hub.core.errors import Outcome
from hub.core.exchange import Entry, State

OUTCOME_KNOWN: Final = "outcome_known"
"""The fact of an entry's detail by which a person vouches for the partner's side of earlier calls."""
NOT_DONE: Final = "not-done"
"""Its one value: the partner has not acted, so the message may be sent (again)."""

_WHEREABOUTS: Final = ("route", "endpoint")


def may_have_acted(history: Sequence[Entry]) -> bool:
    """Whether the partner may have acted on the message, as far as the journal tells.

    False only where that is known: it was never handed over, the last call did not reach the partner or was
    refused there, or the partner's inquiry or a person has vouched for it since. Only the last call counts: the hub makes another only
    where the one before is known to have done nothing, or where a repetition does no harm.
    """
    for place in range(len(history) - 1, -1, -1):
        entry = history[place]
        if entry.detail.get(OUTCOME_KNOWN) == NOT_DONE or entry.detail.get("answer") == "not_done":
            return False
        if entry.state is State.DELIVERING:
            return place + 1 == len(history) or _tells_of_action(history[place + 1])
    return False


def frees_its_key(history: Sequence[Entry]) -> bool:
    """Whether an exchange ended so that its idempotency key may begin another one (ADR 0012).

    It failed while its sender waited, sending again may help, and the partner cannot have acted.
    """
    last = history[-1]
    code = codes.CATALOGUE.get(last.code)
    return last.state is State.FAILED and code is not None and code.retryable and not may_have_acted(history)


def whereabouts(history: Sequence[Entry]) -> dict[str, str | int]:
    """The route and the endpoint that the exchange went to last, as far as it came; facts for an entry's detail."""
    found: dict[str, str | int] = {}
    for entry in reversed(history):
        for name in _WHEREABOUTS:
            if name in entry.detail:
                found.setdefault(name, entry.detail[name])
        if entry.state is State.ACCEPTED:
            break
    return found


def endpoint_called(history: Sequence[Entry]) -> str:
    """The endpoint that the message was handed to last; empty if it never was."""
    for entry in reversed(history):
        if entry.state is State.DELIVERING:
            return str(entry.detail.get("endpoint", ""))
    return ""


def _tells_of_action(after: Entry) -> bool:
    """Whether what followed a call leaves it possible that the partner acted."""
    code = codes.CATALOGUE.get(after.code)
    if code is None or code.outcome is Outcome.UNKNOWN:
        return True
    # A partner that answered has seen the message, even where the trouble is of our own making.
    return code.outcome is Outcome.NOT_SENT and bool(after.documents)
