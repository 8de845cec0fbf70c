"""Runs the operations of attachments in SQLite, whose writer runs one transaction at a time."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from hub.store.attachments.registry import run
from hub.store.attachments.statements import LOCK, Operation
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer

T = TypeVar("T")


class EmbeddedTransactions:
    """``hub.store.attachments.registry.Transactions``."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def write(self, operation: Callable[[], Operation[T]]) -> T:
        return await self._writer.run(lambda connection: run(operation(), _fetch(connection)))

    async def read(self, operation: Callable[[], Operation[T]]) -> T:
        return await self._reader.run(lambda connection: run(operation(), _fetch(connection)))


def _fetch(connection: sqlite3.Connection) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    def fetch(text: str, values: tuple[Any, ...]) -> list[Any]:
        named = {str(number): value for number, value in enumerate(values, 1)}
        return connection.execute(text.replace(LOCK, ""), named).fetchall()

    return fetch
