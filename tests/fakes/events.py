"""The event log, subscriptions and tenancies in memory."""

from collections.abc import Collection
from dataclasses import replace

from hub.core.errors import NotRecordedError, StateConflictError
from hub.core.events import BEGINNING, LoggedEvent, Move, Subscription
from tests.fakes.journal import FakeJournal


class FakeEventLog:
    def __init__(self, journal: FakeJournal) -> None:
        self._journal = journal

    async def read(self, contract: str, after: int, limit: int) -> tuple[LoggedEvent, ...]:
        return tuple(event for event in self._of(contract) if event.position > after)[:limit]

    async def end(self, contract: str) -> int:
        return max((event.position for event in self._of(contract)), default=BEGINNING)

    async def position_at(self, contract: str, at_us: int) -> int:
        later = [event.position for event in self._of(contract) if event.at_us >= at_us]
        return min(later) - 1 if later else await self.end(contract)

    async def forget(self, contract: str, before_us: int) -> int:
        gone = [event for event in self._of(contract) if event.at_us < before_us]
        self._journal.events = [event for event in self._journal.events if event not in gone]
        return len(gone)

    def _of(self, contract: str) -> list[LoggedEvent]:
        if self._journal.is_broken:
            raise NotRecordedError("the fake journal was told to fail")
        return [event for event in self._journal.events if event.contract == contract]


class FakeSubscriptions:
    def __init__(self) -> None:
        self.kept: dict[str, Subscription] = {}

    async def add(self, subscription: Subscription) -> None:
        self.kept[subscription.id] = subscription

    async def get(self, subscription_id: str) -> Subscription | None:
        return self.kept.get(subscription_id)

    async def list(self, client: str | None = None) -> tuple[Subscription, ...]:
        return tuple(kept for _, kept in sorted(self.kept.items()) if client in (None, kept.client))

    async def replace(self, subscription: Subscription) -> None:
        before = self.kept.get(subscription.id)
        if before is None or before.number != subscription.number - 1:
            raise StateConflictError("changed or removed meanwhile")
        self.kept[subscription.id] = subscription

    async def advance(self, moves: Collection[Move]) -> frozenset[str]:
        moved = set()
        for id_, run_us, position in moves:
            kept = self.kept.get(id_)
            if kept is not None and kept.run_us == run_us:
                self.kept[id_] = replace(kept, position=max(kept.position, position))
                moved.add(id_)
        return frozenset(moved)

    async def remove(self, subscription_id: str) -> bool:
        return self.kept.pop(subscription_id, None) is not None


class FakeTenancy:
    """Set ``others`` to what other nodes hold."""

    lasts_s = 3600.0

    def __init__(self) -> None:
        self.others: set[str] = set()

    async def hold(self, names: Collection[str]) -> frozenset[str]:
        return frozenset(names) - self.others
