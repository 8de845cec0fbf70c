"""Journal and idempotency keys in memory."""

from collections import Counter
from collections.abc import Sequence

from hub.core.errors import AlreadyClaimedError, NotRecordedError, StateConflictError
from hub.core.events import LoggedEvent, is_published
from hub.core.exchange import FIRST, TRANSITIONS, Entry, Transition
from hub.core.message import Document
from hub.core.ports import Claim, Query, Summary


class FakeIdempotency:
    def __init__(self) -> None:
        self.claims: dict[tuple[str, str], Claim] = {}

    async def find(self, owner: str, key: str, now_us: int) -> Claim | None:
        claim = self.claims.get((owner, key))
        return claim if claim is not None and claim.expires_us > now_us else None

    async def forget(self, expired_before_us: int) -> int:
        expired = [place for place, claim in self.claims.items() if claim.expires_us < expired_before_us]
        for place in expired:
            del self.claims[place]
        return len(expired)

    async def release(self, owner: str, key: str, exchange_id: str) -> bool:
        claim = self.claims.get((owner, key))
        if claim is None or claim.exchange_id != exchange_id:
            return False
        del self.claims[owner, key]
        return True


class FakeJournal:
    """Set ``is_broken`` to have the disk fail."""

    def __init__(self, idempotency: FakeIdempotency | None = None) -> None:
        self.idempotency = idempotency or FakeIdempotency()
        self.entries: dict[str, list[Entry]] = {}
        self.bodies: dict[str, list[tuple[int, Document]]] = {}
        self.is_broken = False
        self.events: list[LoggedEvent] = []

    async def append(self, transitions: Sequence[Transition], claim: Claim | None = None) -> None:
        if self.is_broken:
            raise NotRecordedError("the fake journal was told to fail")
        if not transitions:
            raise ValueError("an append without a transition records nothing")
        if claim is not None:
            taken = await self.idempotency.find(claim.owner, claim.key, transitions[0].entry.at_us)
            if taken is not None and taken.exchange_id != claim.exchange_id:
                raise AlreadyClaimedError(taken.exchange_id, taken.fingerprint)
        added: dict[str, list[Entry]] = {}
        for transition in transitions:
            entry = transition.entry
            history = added.setdefault(entry.exchange_id, list(self.entries.get(entry.exchange_id, ())))
            lawful = TRANSITIONS[history[-1].state] if history else FIRST
            if (
                entry.number != len(history) + 1
                or entry.state not in lawful
                or (entry.opening is None) == (not history)
            ):
                raise StateConflictError(f"entry {entry.number} of {entry.exchange_id} does not follow")
            history.append(entry)
        self.entries |= added
        for transition in transitions:
            number, id_ = transition.entry.number, transition.entry.exchange_id
            kept = self.bodies.setdefault(id_, [])
            kept += [(number, document) for document in transition.documents]
        first, last = transitions[0].entry, transitions[-1].entry
        if first.opening is not None and is_published(first, last):
            place = len(self.events) + 1
            self.events.append(LoggedEvent(place, last.exchange_id, first.opening.contract, last.at_us))
        if claim is not None:
            self.idempotency.claims[claim.owner, claim.key] = claim

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        return tuple(self.entries.get(exchange_id, ()))

    async def documents(self, exchange_id: str) -> tuple[tuple[int, Document], ...]:
        return tuple(self.bodies.get(exchange_id, ()))

    async def find(self, query: Query) -> tuple[Summary, ...]:
        query.check()
        histories = self.entries.values()
        found = [summary for each in histories if _matches(summary := _summary(each, query), query)]
        if query.of_each:
            return tuple(_in_turns(found, query.of_each)[: query.limit])
        found.sort(key=lambda summary: summary.exchange_id, reverse=query.newest_first)
        return tuple(found[: query.limit])


def _in_turns(found: Sequence[Summary], of_each: int) -> list[Summary]:
    turns: Counter[tuple[str, str]] = Counter()
    placed: list[tuple[int, int, str, Summary]] = []
    for each in sorted(found, key=lambda summary: summary.due_us):
        lane = (each.channel, each.opening.sender)
        turns[lane] += 1
        if turns[lane] <= of_each:
            placed.append((turns[lane], each.due_us, each.exchange_id, each))
    return [place[-1] for place in sorted(placed, key=lambda place: place[:-1])]


def _summary(history: Sequence[Entry], query: Query) -> Summary:
    first, last = history[0], history[-1]
    if first.opening is None:
        raise ValueError("a first entry opens its exchange")
    return Summary(
        exchange_id=first.exchange_id,
        opening=first.opening,
        state=last.state,
        number=last.number,
        code=last.code,
        begun_us=first.at_us,
        changed_us=last.at_us,
        channel=last.channel,
        due_us=last.due_us,
        last=last if query.with_last_entry else None,
    )


def _matches(summary: Summary, query: Query) -> bool:
    id_, after = summary.exchange_id, query.after
    return (
        query.sender in (None, summary.opening.sender)
        and query.case_id in (None, summary.opening.case_id)
        and query.channel in (None, summary.channel)
        and (not query.states or summary.state in query.states)
        and (query.due_before_us is None or 0 < summary.due_us < query.due_before_us)
        and (not after or (id_ < after if query.newest_first else id_ > after))
    )
