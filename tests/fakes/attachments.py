"""Attachments in memory: the registry's operations on a database of their own, and segments in a dictionary."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from hub.core.attachments import NoRoomError
from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentMissingError
from hub.store.attachments.registry import Registry, run
from hub.store.attachments.statements import Operation
from hub.store.embedded.attachments import _fetch
from hub.store.embedded.schema import MIGRATIONS
from tests.fakes.journal import FakeJournal

T = TypeVar("T")


class _InMemory:
    def __init__(self, journal: FakeJournal) -> None:
        self._journal = journal
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for statements in MIGRATIONS:
            for statement in statements:
                self.connection.execute(statement)

    async def write(self, operation: Callable[[], Operation[T]]) -> T:
        for id_, entries in self._journal.entries.items():
            self.connection.execute(
                "INSERT OR REPLACE INTO exchange VALUES (?, '', '', ?, 1, '', 0, 0, '', 0)",
                (id_, entries[-1].state.value),
            )
        return run(operation(), _fetch(self.connection))

    read = write


def fake_registry(journal: FakeJournal | None = None) -> Registry:
    """``journal`` is where exchanges are recorded that keep their attachments."""
    return Registry(_InMemory(journal or FakeJournal()))


class FakeSegments:
    """Set ``is_broken`` to have the disk fail, ``free`` to have it full."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, int], bytes] = {}
        self.is_broken = False
        self.free = 10**12

    async def put(self, part: str, number: int, sealed: bytes) -> None:
        if self.is_broken:
            raise NotRecordedError("the fake disk was told to fail")
        if self.free < len(sealed):
            raise NoRoomError("the fake disk is full")
        self.stored[part, number] = sealed

    async def get(self, part: str, number: int) -> bytes:
        try:
            return self.stored[part, number]
        except KeyError:
            raise DocumentMissingError(part) from None

    async def remove(self, part: str) -> None:
        self.stored = {key: value for key, value in self.stored.items() if key[0] != part}

    async def room(self) -> int:
        return self.free
