"""Moving what was committed from the write-ahead log into the database file, off the path of the writer.

SQLite's own automatic checkpoint runs inside a commit, and one request in a hundred would wait for it. Here a
thread of its own does it while commits go on. It can never quite finish under steady load, so once the log has
grown beyond a bound the writer finishes it between two commits: then the log starts again from its beginning.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)

EVERY_BYTES = 4 * 1024 * 1024
"""About how much is committed between two checkpoints."""
COMMIT_BYTES = 48 * 1024
"""About what a transaction adds to the log however little it holds: a page of every table and index."""
LOG_BOUND_PAGES = 16 * 1024
"""64 MiB of log: from here on the writer helps."""


class Checkpoints:
    """The checkpointing thread. ``written`` and ``finish_if_due`` are called by the writer's thread only."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connection = connect()
        self._wake = threading.Event()
        self._is_stopping = False
        self._is_log_long = False
        self._written = 0
        self._thread = threading.Thread(target=self._run, name="journal-checkpoints", daemon=True)
        self._thread.start()

    def written(self, size: int) -> None:
        """So many bytes have been committed in one transaction."""
        self._written += size + COMMIT_BYTES
        if self._written >= EVERY_BYTES:
            self._written = 0
            self._wake.set()

    def finish_if_due(self, writer: sqlite3.Connection) -> None:
        """Let the writer finish a log that has become too long. Its errors are the next commit's errors too."""
        if self._is_log_long:
            self._is_log_long = False
            checkpoint(writer)

    def close(self) -> None:
        """Stop the thread, after a last checkpoint of what can be moved."""
        self._is_stopping = True
        self._wake.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._is_log_long = checkpoint(self._connection) > LOG_BOUND_PAGES
            if self._is_stopping:
                return


def checkpoint(connection: sqlite3.Connection) -> int:
    """Move what can be moved without waiting for anybody; gives the log's length in pages.

    A failure loses nothing (the log stays as it is) and is tried again after the next commits.
    """
    try:
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:
        _log.warning("the journal's checkpoint failed and will be tried again: %s", error)
        return 0
    return int(pages)
