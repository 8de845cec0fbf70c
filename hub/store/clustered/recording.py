"""One connection that records groups of appends, and what its errors mean for each of them."""

import logging
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg

from hub.core.errors import AlreadyClaimedError, NotRecordedError, StateConflictError
from hub.store.clustered.batch import COLUMNS, Work, arrays
from hub.store.clustered.database import CALL_WITHIN_S, LOST, Backend, Connection, Database, backend_of, told
from hub.store.clustered.ids import day_of
from hub.store.clustered.partitions import ensure_days
from hub.store.clustered.settling import settle

_log = logging.getLogger(__name__)

_TRIES = 3
_EVENT_AT = sum(COLUMNS.values()) - COLUMNS["event"]
"""How many arrays come before those for the event log."""
_PLACES = ", ".join(f"${number + 1}" for number in range(_EVENT_AT))
_APPEND = f"SELECT * FROM append_batch({_PLACES})"  # noqa: S608 - numbered places, no values
# The batch's number is read only once the function has given it: a row is made after what it depends on was asked.
_APPEND_AND_PUBLISH = f"""
WITH refused AS MATERIALIZED ({_APPEND}), published AS (
    INSERT INTO event (contract, batch, exchange_id, number, at_us)
    SELECT e.contract, currval('log_batch_id'), e.id, e.number, e.at_us
        FROM unnest(
            ${_EVENT_AT + 1}::integer[], ${_EVENT_AT + 2}::uuid[], ${_EVENT_AT + 3}::integer[],
            ${_EVENT_AT + 4}::text[], ${_EVENT_AT + 5}::bigint[]
        ) AS e(append, id, number, contract, at_us)
        WHERE NOT EXISTS (SELECT FROM refused WHERE refused.refused_append = e.append)
)
SELECT * FROM refused
"""  # noqa: S608 - as above

Outcome: TypeAlias = StateConflictError | AlreadyClaimedError | NotRecordedError | None

_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_NOBODYS_FAULT = (
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.UndefinedFunctionError,
)
"""Errors that no append is to blame for: dividing the group would only repeat them."""


class Recording:
    """A writer's connection. ``record`` is called by one caller at a time."""

    def __init__(
        self, database: Database, connection: Connection, backend: Backend, statements: tuple[Any, Any]
    ) -> None:
        self._database = database
        self._connection = connection
        self._backend = backend
        self._append, self._append_and_publish = statements

    @classmethod
    async def start(cls, database: Database) -> "Recording":
        """Connect. Raises NotRecordedError."""
        connection = await database.connect_writer()
        try:
            statements = (await connection.prepare(_APPEND), await connection.prepare(_APPEND_AND_PUBLISH))
            return cls(database, connection, await backend_of(connection), statements)
        except (*LOST, asyncpg.PostgresError) as error:
            connection.terminate()
            raise NotRecordedError(f"the database does not answer: {told(error)}") from error

    @property
    def connection(self) -> Connection:
        """To be watched; nobody else uses it."""
        return self._connection

    async def record(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """Record works that touch nothing in common, in one commit; says what became of each."""
        tried = 0
        while True:
            tried += 1
            try:
                refused = await self._run(arrays(works))
            except _NOBODYS_FAULT as error:
                return self._refuse(works, error)
            except LOST as error:
                return await self._unclear(works, error)
            except Exception as error:  # noqa: BLE001 - whatever one append does wrong must not end the writer
                if self._connection.is_closed():
                    return await self._unclear(works, error)
                if tried >= _TRIES or not await self._is_mended(works, error):
                    return await self._divide(works, error)
            else:
                return _outcomes(works, refused)

    async def _run(self, values: list[list[Any]]) -> Any:
        if values[_EVENT_AT]:
            return await self._append_and_publish.fetch(*values, timeout=CALL_WITHIN_S)
        return await self._append.fetch(*values[:_EVENT_AT], timeout=CALL_WITHIN_S)

    async def _is_mended(self, works: Sequence[Work], error: Exception) -> bool:
        """Whether trying the same again may help."""
        if isinstance(error, asyncpg.CheckViolationError):
            # A day without partitions: a clock is far off, or nobody has looked after them for a week.
            try:
                days = {day_of(step.id) for work in works for step in work.steps}
                return bool(await ensure_days(self._connection, days))
            except (OverflowError, asyncpg.PostgresError) as trouble:
                _log.error("partitions could not be made: %s", told(trouble))
                return False
        return isinstance(error, _TRY_AGAIN)

    async def _divide(self, works: Sequence[Work], error: Exception) -> Sequence[Outcome]:
        """One of them is at fault in a way that was not foreseen: it fails alone."""
        if len(works) > 1:
            middle = len(works) // 2
            return [*await self.record(works[:middle]), *await self.record(works[middle:])]
        if isinstance(error, asyncpg.UniqueViolationError):  # two nodes began it at the same moment
            return [StateConflictError("the entry exists")]
        # Its text may repeat what was given: only its kind is told.
        _log.error("the database does not take a record: %s", type(error).__name__)
        return [NotRecordedError(f"the database does not take this record: {type(error).__name__}")]

    def _refuse(self, works: Sequence[Work], error: Exception) -> Sequence[Outcome]:
        _log.error("the database does not record: %s", told(error))
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            self._connection.terminate()  # it has become a replica: the next connection goes to its successor
        return [NotRecordedError(f"the database does not record: {told(error)}") for _ in works]

    async def _unclear(self, works: Sequence[Work], error: Exception) -> Sequence[Outcome]:
        """The transaction may count or not: only asking tells. Refusals are not repeated here."""
        _log.warning("the connection was lost while recording: %s", told(error))
        self._connection.terminate()
        return await settle(self._database, self._backend, works)


def _outcomes(works: Sequence[Work], refused: Sequence[Any]) -> Sequence[Outcome]:
    outcomes: list[Outcome] = [None] * len(works)
    for number, holder, fingerprint in refused:
        if holder is not None:
            outcomes[number] = AlreadyClaimedError(str(holder), fingerprint)
        else:
            first = works[number].steps[0].first.entry
            outcomes[number] = StateConflictError(
                f"exchange {first.exchange_id} does not stand where entry {first.number} ({first.state}) follows"
            )
    return outcomes
