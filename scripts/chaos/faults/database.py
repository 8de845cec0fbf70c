"""What happens to PostgreSQL."""

import asyncio

from scripts.chaos.faults.fault import CLUSTERED, Fault
from scripts.chaos.town import Town
from scripts.services.postgresql_pair import ThrowAwayPostgreSQLPair
from scripts.services.throwaway import UnavailableError

_NOTHING_BEYOND = 64 * 1024


def database_of(town: Town) -> ThrowAwayPostgreSQLPair:
    """The town's database. Raises UnavailableError in a set-up that has none."""
    if town.database is None:
        raise UnavailableError("this set-up has no PostgreSQL")
    return town.database


class Restart(Fault):
    """The server ends, politely or by a crash, and is started again."""

    set_ups = CLUSTERED

    def __init__(self, name: str, how: str) -> None:
        super().__init__(name)
        self._how = how

    async def begin(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.stop, self._how)

    async def end(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.start)


class Kill(Fault):
    """kill -9 of the server and all its processes."""

    set_ups = CLUSTERED

    async def begin(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.kill)

    async def end(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.start)


class DiskFull(Kill):
    """The server's processes can write no file beyond its first pages, as on a disk that is full.

    It gives up as it does when its log cannot be written; then its operator makes room and starts it again.
    """

    async def begin(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.limit_files, _NOTHING_BEYOND)

    async def end(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).primary.kill)
        await super().end(town)


class FailOver(Fault):
    """The primary dies and its standby takes its place; what was lost is made a standby again."""

    set_ups = CLUSTERED
    needs_standby = True

    async def begin(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).fail_over)

    async def end(self, town: Town) -> None:
        await asyncio.to_thread(database_of(town).rebuild)


FAULTS: tuple[Fault, ...] = (
    Restart("database-restart", "fast"),
    Restart("database-crash", "immediate"),
    Kill("database-kill"),
    DiskFull("database-disk-full"),
    FailOver("database-fail-over"),
)
