"""The one thread that writes: group commit, and what happens when the disk refuses."""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from hub.core.errors import NotRecordedError
from hub.store.appends import Append
from hub.store.embedded.checkpoints import Checkpoints
from hub.store.embedded.commit import commit, is_recorded
from hub.store.embedded.database import Database
from hub.store.unusable import StoreUnusableError

_log = logging.getLogger(__name__)
T = TypeVar("T")

GROUP_APPENDS = 256
GROUP_BYTES = 16 * 1024 * 1024
WAITING_APPENDS = 8192
WAITING_BYTES = 128 * 1024 * 1024

Job: TypeAlias = Callable[[sqlite3.Connection], Any]


class _Waiting(NamedTuple):
    """An append or a job, and who waits for it."""

    work: Append | Job
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    size: int


_Answer: TypeAlias = tuple[_Waiting, Any, Exception | None]


class Writer:
    """Makes appends durable, many per commit: while one commit is on its way to the disk, the next gathers.

    Used from one event loop. What is cancelled while it waits may still be recorded. After a failure the
    writer opens its connection anew and goes on as soon as the disk lets it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._gathered: list[_Waiting] = []
        self._waiting_appends = 0
        self._waiting_bytes = 0
        self._is_closed = False
        self._is_failing = False
        self._connection: sqlite3.Connection | None = database.connect_writer()
        self._checkpoints = Checkpoints(database.connect_writer)
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    async def append(self, append: Append) -> None:
        """Record. Raises NotRecordedError, StateConflictError, AlreadyClaimedError as the port says."""
        if self._waiting_appends >= WAITING_APPENDS or self._waiting_bytes >= WAITING_BYTES:
            raise NotRecordedError("too much waits to be recorded")
        await self._submit(append, append.size)

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function in a transaction of its own; gives what it gives, once that is on disk.

        Raises what it raises, then nothing of it counts; NotRecordedError for trouble with the disk.
        """
        result: T = await self._submit(job, 0)
        return result

    async def close(self) -> None:
        """Record what waits, then stop; later calls raise NotRecordedError. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def _submit(self, work: Append | Job, size: int) -> Any:
        if self._is_closed:
            raise NotRecordedError("the store is closed")
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting_appends += 1
        self._waiting_bytes += size
        if not self._gathered:
            # Once the loop has run what is ready now: requests that arrive together are handed over together,
            # instead of the first one setting out alone and the others waiting for it to come back.
            loop.call_soon(self._hand_over)
        self._gathered.append(_Waiting(work, done, loop, size))
        return await done

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    # From here on, everything runs in the writer's thread, but for _deliver.

    def _run(self) -> None:
        is_open = True
        while is_open:
            group, is_open = self._next_group()
            appends: list[_Waiting] = []
            for waiting in group:
                if isinstance(waiting.work, Append):
                    appends.append(waiting)
                else:
                    self._record(appends)
                    appends = []
                    self._run_job(waiting, waiting.work)
            self._record(appends)
            if self._connection is not None:
                self._checkpoints.finish_if_due(self._connection)
        self._checkpoints.close()
        if self._connection is not None:
            self._connection.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Wait for work and take all there is, within bounds; and whether more may come."""
        gathered = self._queue.get()
        group: list[_Waiting] = []
        while gathered is not None:
            group += gathered
            if len(group) >= GROUP_APPENDS or sum(waiting.size for waiting in group) >= GROUP_BYTES:
                return group, True
            try:
                gathered = self._queue.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _record(self, group: Sequence[_Waiting]) -> None:
        if group:
            appends = [waiting.work for waiting in group if isinstance(waiting.work, Append)]
            outcomes = self._outcomes(appends)
            self._answer([(waiting, None, error) for waiting, error in zip(group, outcomes, strict=True)])
            self._checkpoints.written(sum(waiting.size for waiting in group))

    def _outcomes(self, appends: Sequence[Append]) -> Sequence[Exception | None]:
        try:
            outcomes = commit(self._connected(), appends)
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            return self._one_by_one(appends, error)
        except (sqlite3.Error, OSError, StoreUnusableError) as error:
            return self._after_failure(appends, error)
        except Exception as error:  # noqa: BLE001 - whatever one append does wrong must not end the writer
            return self._one_by_one(appends, error)
        self._note_success()
        return outcomes

    def _one_by_one(self, appends: Sequence[Append], error: Exception) -> Sequence[Exception | None]:
        """One append is at fault in a way that was not foreseen: it fails alone."""
        if len(appends) == 1:
            _log.error("the store does not take a record: %r", error)
            return [NotRecordedError(f"the store does not take this record: {error!r}")]
        return [self._outcomes([append])[0] for append in appends]

    def _after_failure(self, appends: Sequence[Append], error: Exception) -> Sequence[Exception | None]:
        """The transaction failed as a whole, perhaps at its very end: only reading tells whether it counts.

        Refusals are not repeated here: they may rest on what was not recorded.
        """
        self._note_failure(error)
        outcomes: list[Exception | None] = []
        for append in appends:
            outcome: Exception | None = NotRecordedError(f"the journal could not be written: {error}")
            try:
                if is_recorded(self._connected(), append):
                    outcome = None
            except (sqlite3.Error, OSError, StoreUnusableError) as still:
                self._note_failure(still)
            outcomes.append(outcome)
        return outcomes

    def _run_job(self, waiting: _Waiting, job: Job) -> None:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = job(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError, StoreUnusableError) as error:
            self._note_failure(error)
            self._answer([(waiting, None, NotRecordedError(f"the store could not be written: {error}"))])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever gave the job
            self._answer([(waiting, None, error)])
        else:
            self._note_success()
            self._answer([(waiting, result, None)])

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._database.connect_writer()
        return self._connection

    def _note_failure(self, error: Exception) -> None:
        """After a failure nothing is known of the connection: the next attempt opens a new one."""
        if not self._is_failing:
            self._is_failing = True
            _log.error("the store cannot be written; callers are refused until it can: %s", error)
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _note_success(self) -> None:
        if self._is_failing:
            self._is_failing = False
            _log.warning("the store can be written again")

    def _answer(self, answers: Sequence[_Answer]) -> None:
        loops = {waiting.loop for waiting, _, _ in answers}
        for loop in loops:
            own = [answer for answer in answers if answer[0].loop is loop]
            try:
                loop.call_soon_threadsafe(self._deliver, own)
            except RuntimeError:
                _log.info("%d callers were gone before their answer", len(own))  # their loop is closed

    def _deliver(self, answers: Sequence[_Answer]) -> None:
        """In the event loop: hand out what came of it."""
        for waiting, result, error in answers:
            self._waiting_appends -= 1
            self._waiting_bytes -= waiting.size
            if waiting.done.done():  # cancelled by its caller
                continue
            if error is not None:
                waiting.done.set_exception(error)
            else:
                waiting.done.set_result(result)
