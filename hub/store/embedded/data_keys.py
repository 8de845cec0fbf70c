"""Wrapped data keys in SQLite, beside what they encrypt."""

import sqlite3
import threading

from hub.core.errors import NotRecordedError
from hub.store.embedded.database import Database


class EmbeddedDataKeys:
    """The DataKeys port, on a connection of its own: a key is needed in the middle of an append.

    Raises NotRecordedError if the store does not answer.
    """

    def __init__(self, database: Database) -> None:
        self._connection = database.connect_writer()
        self._lock = threading.Lock()

    def load(self, key_id: str) -> bytes | None:
        try:
            with self._lock:
                return self._load(key_id)
        except sqlite3.Error as error:
            raise NotRecordedError(f"a data key could not be read: {error}") from error

    def save(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            with self._lock:
                self._connection.execute(
                    "INSERT INTO data_key (id, wrapped) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                    (key_id, wrapped),
                )
                kept = self._load(key_id)
        except sqlite3.Error as error:
            raise NotRecordedError(f"a data key could not be kept: {error}") from error
        if kept is None:
            raise NotRecordedError(f"data key {key_id} vanished while it was kept")
        return kept

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _load(self, key_id: str) -> bytes | None:
        row = self._connection.execute("SELECT wrapped FROM data_key WHERE id = ?", (key_id,)).fetchone()
        return None if row is None else row[0]
