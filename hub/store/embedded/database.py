"""Opening the embedded store's SQLite file: permissions, durability, schema."""

import os
import sqlite3
from pathlib import Path

from hub.store.embedded.schema import APPLICATION_ID, MIGRATIONS
from hub.store.folders import FOLDER_MODE, sync_folder
from hub.store.unusable import StoreUnusableError

FILE_NAME = "journal.db"
FILE_MODE = 0o600
_STATEMENTS_KEPT = 512  # enough for each table's statements of every size, see statements.py


class Database:
    """The store's file, and how connections to it are opened. Holds no connection itself."""

    def __init__(self, path: Path, *, busy_timeout_s: float) -> None:
        self.path = path
        self.busy_timeout_s = busy_timeout_s

    def create(self) -> None:
        """Make the folder (0700) and the file (0600) unless they exist, and bring the schema up to date.

        Raises StoreUnusableError.
        """
        try:
            self.path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            # SQLite gives the WAL and its index the permissions of the file itself.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, FILE_MODE))
            sync_folder(self.path.parent)
            connection = self.connect_writer()
        except (OSError, sqlite3.Error) as error:
            raise StoreUnusableError(f"{self.path} cannot be opened: {error}") from error
        try:
            _migrate(connection, self.path)
        except sqlite3.Error as error:
            raise StoreUnusableError(f"{self.path} cannot be brought up to date: {error}") from error
        finally:
            connection.close()

    def connect_writer(self) -> sqlite3.Connection:
        """A connection whose every commit is on disk when it returns. Any thread, one at a time."""
        connection = self._connect()
        try:
            self._set_up_writing(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def connect_reader(self) -> sqlite3.Connection:
        """A connection that cannot write. It never holds up the writer."""
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _set_up_writing(self, connection: sqlite3.Connection) -> None:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreUnusableError(
                f"{self.path} cannot use a write-ahead log ({mode}): put it on a local file system"
            )
        for pragma in (
            "synchronous = FULL",  # in WAL mode: fsync at every commit
            "foreign_keys = ON",
            "wal_autocheckpoint = 0",  # see checkpoints.py
            "journal_size_limit = 67108864",
            "cache_size = -32768",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path,
            timeout=self.busy_timeout_s,
            isolation_level=None,  # transactions are begun where they are meant
            check_same_thread=False,
            cached_statements=_STATEMENTS_KEPT,
        )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")  # two processes may start at once: the second finds it done
    try:
        version = _schema_version(connection, path)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _schema_version(connection: sqlite3.Connection, path: Path) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreUnusableError(f"{path} is a database of something else")
    if version > len(MIGRATIONS):
        raise StoreUnusableError(
            f"{path} was written by a newer version of the hub (schema {version}, this one knows "
            f"{len(MIGRATIONS)}): start that version, or restore a backup from before the upgrade"
        )
    return version
