"""A connection that breaks off is never a fault of what was being read."""

from typing import Any

import asyncpg
import pytest

from hub.core.errors import NotRecordedError
from hub.store.clustered.reader import Reader


class Broken:
    """A database whose pool fails in a way, so many times."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def pool(self, _size: int) -> "Broken":
        return self

    def __await__(self) -> Any:
        async def itself() -> Broken:
            return self

        return itself().__await__()

    async def fetch(self, *_: object) -> list[str]:
        if self._errors:
            raise self._errors.pop(0)
        return ["row"]


LOST = [
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ConnectionResetError(),
]


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_one_lost_connection_is_not_noticed(error: Exception) -> None:
    reader = Reader(Broken(error))  # type: ignore[arg-type]
    assert await reader.fetch("SELECT 1") == ["row"]


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
async def test_a_database_that_stays_away_is_told_as_such(error: Exception) -> None:
    reader = Reader(Broken(error, error))  # type: ignore[arg-type]
    with pytest.raises(NotRecordedError):
        await reader.fetch("SELECT 1")
