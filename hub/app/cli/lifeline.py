"""An exchange's lifeline: each state with its time, what brought it about and what it means. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.core import codes
from hub.core.exchange import FINAL, Entry, State
from hub.core.values import US_PER_S, JsonValue
from hub.gateway.views import entry_view, iso
from hub.runtime.replay import problem_of

_US_PER_MS = 1000


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the journal as a person reads it."""

    at: str
    after_us: int
    """Since the entry before; 0 for the first."""
    state: State
    cause: str
    said: tuple[str, ...]
    """What it means, one line each."""


def lifeline(entries: Sequence[Entry], *, is_served: bool) -> tuple[Moment, ...]:
    """The moments of an exchange, in order; ``is_served`` tells whether a hub runs that could move it on."""
    moments = []
    for index, entry in enumerate(entries):
        before = entries[index - 1] if index else None
        said = [_meaning(entry, before), *_problem(entry), *_documents(entry)]
        if index == len(entries) - 1 and entry.state not in FINAL:
            said.append(_what_next(entry, is_served=is_served))
        after_us = entry.at_us - before.at_us if before else 0
        moments.append(Moment(iso(entry.at_us), after_us, entry.state, entry.cause, tuple(said)))
    return tuple(moments)


def duration(us: int) -> str:
    """A duration in the unit that suits it."""
    if us < _US_PER_MS:
        return f"{us} µs"
    if us < US_PER_S:
        return f"{us / _US_PER_MS:.1f} ms"
    return f"{us / US_PER_S:.2f} s"


def views(entries: Sequence[Entry]) -> list[JsonValue]:
    """The moments for scripts: as ``GET /exchanges/{id}`` has them, with the time since the one before."""
    listed: list[JsonValue] = []
    for index, entry in enumerate(entries):
        after_us = entry.at_us - entries[index - 1].at_us if index else 0
        view = {**entry_view(entry), "after_us": after_us}
        problem = problem_of(entry)
        if problem is not None and problem.errors:
            view["errors"] = [{"pointer": error.pointer, "code": error.code} for error in problem.errors]
        listed.append(view)
    return listed


_MEANINGS: Mapping[State, str] = {
    State.RECEIVED: "taken in and recorded",
    State.REJECTED: "turned away; nothing was sent",
    State.ACCEPTED: "route {route}, to {endpoint}",
    State.DELIVERING: "handed to {endpoint}, attempt {attempt}",
    State.WAITING_RETRY: "will be tried again at {due}",
    State.WAITING_REPLY: "acknowledged, tracking code {tracking_code}; the answer comes later",
    State.UNCERTAIN: "nobody knows whether the partner acted",
    State.COMPLETED: "the partner's answer was valid, and became the reply",
    State.FAILED: "ended without a reply",
    State.EXPIRED: "its deadline passed",
    State.DEAD_LETTERED: "set aside: a person must decide",
    State.CANCELLED: "cancelled before it was delivered",
}
_REPEATED = "repeated to {endpoint}, attempt {attempt}: its manifest says that repetitions are harmless"

_DECIDED: Mapping[str, str] = {
    "redeliver": "taken up again by route {route}, to {endpoint}: {reason}",
    "edit": "taken up again with a corrected request by route {route}, to {endpoint}: {reason}",
    "settle": "settled by hand with the reply that a person gave: {reason}",
    "discard": "given up by a person: {reason}",
}


_REMINDED = "no answer yet, {reminder} before the deadline"
_CONSENT = "nobody answered in time, and the contract says that silence is consent"
_ASKING = "{asked} is asked what became of it, for the {inquiry}. time"
_NOT_DONE = "the partner says that it has not acted"
_UNCLEAR = "the partner's answer settles nothing; it is asked again at {due}"
_DELIVERED_ANEW = "handed to {endpoint} anew, attempt {attempt}: the partner had not acted"


def _meaning(entry: Entry, before: Entry | None) -> str:
    was_uncertain = before is not None and before.state is State.UNCERTAIN
    said = _DECIDED.get(str(entry.detail.get("decision")), _MEANINGS[entry.state])
    if entry.state is State.UNCERTAIN and "inquiry" in entry.detail:
        said = _ASKING if "asked" in entry.detail else _NOT_DONE if "answer" in entry.detail else _UNCLEAR
    elif "reminder" in entry.detail:
        said = _REMINDED
    elif entry.detail.get("outcome") == "silence_is_consent":
        said = _CONSENT
    elif entry.state is State.DELIVERING and was_uncertain:
        said = _DELIVERED_ANEW if before is not None and "answer" in before.detail else _REPEATED
    facts = defaultdict(lambda: "?", {name: str(value) for name, value in entry.detail.items()})
    facts["due"] = iso(entry.due_us)
    return said.format_map(facts)


def _problem(entry: Entry) -> Iterator[str]:
    if not entry.code:
        return
    code = codes.CATALOGUE.get(entry.code)
    yield entry.code + (f": {code.title.en}" if code else "")
    if code:
        yield code.title.fa
    problem = problem_of(entry)
    if problem is None:
        return
    if problem.detail:
        yield problem.detail
    for error in problem.errors:
        yield f"{error.pointer or '(the message)'}: {error.code}: {error.detail.en}"


def _documents(entry: Entry) -> Iterator[str]:
    for fact in entry.documents:
        form = fact.contract or "no contract"
        yield f"holds {fact.role.replace('_', ' ')}: {form}, {fact.media_type}, {fact.size} bytes"


def _what_next(entry: Entry, *, is_served: bool) -> str:
    """Where an exchange that has not ended stands, and who moves it on."""
    if is_served:
        return (
            "under way: the hub is at it"
            if entry.state is State.DELIVERING
            else "under way: the hub goes on with it"
        )
    if entry.state is State.DELIVERING:
        return (
            "no hub is running: it stopped while it was calling the partner, so nobody knows whether the "
            "partner acted; the next start takes it up"
        )
    return "no hub is running: the next start takes it up"
