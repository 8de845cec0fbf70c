"""Group commit over a few connections, and what happens when the database is away."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from hub.core.errors import NotRecordedError
from hub.store.appends import Append
from hub.store.clustered.batch import Work, plan
from hub.store.clustered.database import Database
from hub.store.clustered.recording import Outcome, Recording

_log = logging.getLogger(__name__)

WRITERS = 2
GROUP_APPENDS = 256
GROUP_BYTES = 16 * 1024 * 1024
WAITING_APPENDS = 8192
WAITING_BYTES = 128 * 1024 * 1024
RECONNECT_AFTER_S = 0.2


class _Waiting(NamedTuple):
    """An append, and who waits for it."""

    work: Work
    done: "asyncio.Future[None]"


class Writer:
    """Makes appends durable, many per commit: while one commit is on its way to the disk, the next gathers.

    Of what touches the same exchange or key, one is under way at a time, in the order given. What is cancelled while
    it waits may still be recorded. While the database is away, appends are refused at once, and every writer
    tries for ever to connect again. Used from one event loop.
    """

    def __init__(self, database: Database, *, writers: int = WRITERS) -> None:
        self._database = database
        self._writers = writers
        self._queue: deque[_Waiting] = deque()
        self._waiting = 0
        self._waiting_bytes = 0
        self._under_way: set[Any] = set()
        self._idle: deque[asyncio.Event] = deque()
        self._is_woken = False
        self._is_closed = False
        self._live = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.trouble = "the database has not been reached yet"
        """Why nothing can be recorded just now, in words; empty if it can."""

    async def start(self) -> None:
        """Connect, then begin to record. Raises NotRecordedError; it may be tried again."""
        first = await Recording.start(self._database)
        recordings = [first, *[None] * (self._writers - 1)]
        self._note_live()
        self._tasks = [asyncio.ensure_future(self._write_for_ever(recording)) for recording in recordings]

    def check_open(self) -> None:
        """Raise NotRecordedError if an append would be refused now."""
        if self._is_closed:
            raise NotRecordedError("the store is closed")
        if self.trouble:
            raise NotRecordedError(self.trouble)
        if self._waiting >= WAITING_APPENDS or self._waiting_bytes >= WAITING_BYTES:
            raise NotRecordedError("too much waits to be recorded")

    async def append(self, append: Append) -> None:
        """Record. Raises NotRecordedError, StateConflictError, AlreadyClaimedError as the port says."""
        self.check_open()
        waiting = _Waiting(plan(append), asyncio.get_running_loop().create_future())
        self._waiting += 1
        self._waiting_bytes += append.size
        self._queue.append(waiting)
        if not self._is_woken:
            # Once the loop has run what is ready now: requests that arrive together set out together.
            self._is_woken = True
            asyncio.get_running_loop().call_soon(self._wake)
        await waiting.done

    async def close(self) -> None:
        """Record what waits, then stop; later calls raise NotRecordedError. May be called twice."""
        self._is_closed = True
        while self._idle:
            self._idle.popleft().set()
        if not self._live:
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._refuse_all("the store is closed")

    def _wake(self) -> None:
        self._is_woken = False
        if self._queue and self._idle:
            self._idle.popleft().set()

    # one writer

    async def _write_for_ever(self, recording: Recording | None) -> None:
        while not self._is_closed:
            if recording is None:
                recording = await self._connect()
                continue
            try:
                await self._write(recording)
            except Exception:  # noqa: BLE001 - logged whole; a fault must not end what goes on for ever
                _log.exception("fault of the journal's writer; it goes on with a new connection")
            finally:
                self._live -= 1
                recording.connection.terminate()
                if not self._live and not self._is_closed:
                    self._note_trouble("the connection to the database was lost")
            recording = None
        if recording is not None:  # it came when it was no longer wanted
            recording.connection.terminate()

    async def _connect(self) -> Recording | None:
        try:
            recording = await Recording.start(self._database)
        except NotRecordedError as error:
            if not self._live:
                self._note_trouble(str(error))
            await asyncio.sleep(RECONNECT_AFTER_S)
            return None
        self._note_live()
        return recording

    async def _write(self, recording: Recording) -> None:
        """Record what comes until the connection is lost, or the store is closed and nothing waits."""
        awake, connection = asyncio.Event(), recording.connection
        connection.add_termination_listener(lambda _: awake.set())
        while not connection.is_closed():
            group = self._next_group()
            self._wake()  # for what is left, if somebody has time
            if group:
                await self._record(recording, group)
            elif self._is_closed:
                break
            else:
                awake.clear()
                self._idle.append(awake)
                await awake.wait()
        if awake in self._idle:
            self._idle.remove(awake)
        self._wake()  # it may have been woken for work that it can no longer do

    def _next_group(self) -> list[_Waiting]:
        """Take what waits and touches nothing that is under way, within bounds, in the order it came."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        held: set[Any] = set()
        size = 0
        while self._queue and len(group) < GROUP_APPENDS and size < GROUP_BYTES:
            waiting = self._queue.popleft()
            touched = waiting.work.touched
            if touched.isdisjoint(self._under_way) and touched.isdisjoint(held):
                self._under_way |= touched
                group.append(waiting)
                size += waiting.work.append.size
            else:
                held |= touched
                left.append(waiting)
        self._queue.extendleft(reversed(left))
        return group

    async def _record(self, recording: Recording, group: Sequence[_Waiting]) -> None:
        outcomes: Sequence[Outcome] = [NotRecordedError("the store was closed meanwhile") for _ in group]
        try:
            outcomes = await recording.record([waiting.work for waiting in group])
        finally:
            for waiting, outcome in zip(group, outcomes, strict=True):
                self._under_way -= waiting.work.touched
                self._answer(waiting, outcome)

    # what becomes of it

    def _answer(self, waiting: _Waiting, outcome: Exception | None) -> None:
        self._waiting -= 1
        self._waiting_bytes -= waiting.work.append.size
        if waiting.done.done():  # cancelled by its caller
            return
        if outcome is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(outcome)

    def _refuse_all(self, reason: str) -> None:
        while self._queue:
            self._answer(self._queue.popleft(), NotRecordedError(reason))

    def _note_live(self) -> None:
        self._live += 1
        if self.trouble:
            _log.warning("the database can be written")
            self.trouble = ""

    def _note_trouble(self, reason: str) -> None:
        if not self.trouble:
            _log.error("the database cannot be written; callers are refused until it can: %s", reason)
        self.trouble = reason
        self._refuse_all(reason)
