"""The client registry in SQLite, answered from memory."""

import logging
import sqlite3
import threading
from collections.abc import Mapping

import orjson

from hub.core.errors import NotRecordedError
from hub.core.ports import ClientExistsError, ClientRecord
from hub.store.embedded.database import Database
from hub.store.embedded.writer import Writer

_log = logging.getLogger(__name__)
REFRESH_S = 0.25

# One row, whatever the number of clients: compared with the last answer, it also tells whether anything changed.
_ALL = """
SELECT json_group_array(json_array(name, key_prefix, key_hash, grants, created_us, revoked_us, partner, office)) FROM (
    SELECT name, key_prefix, key_hash, created_us, revoked_us, partner, office, (
        SELECT json_group_array(contract) FROM (
            SELECT contract FROM client_grant WHERE client_id = client.id ORDER BY position)) AS grants
    FROM client ORDER BY name, id)
"""


class EmbeddedClients:
    """The ClientRegistry port; see there for what it promises.

    A thread looks every quarter of a second whether another process changed the file. While the file cannot be
    read, the clients known so far stay valid and the log says so.
    """

    def __init__(self, database: Database, writer: Writer, *, refresh_s: float = REFRESH_S) -> None:
        self._writer = writer
        self._refresh_s = refresh_s
        self._connection = database.connect_reader()
        self._lock = threading.Lock()
        self._answer = ""
        self._data_version = -1
        self._records: tuple[ClientRecord, ...] = ()
        self._by_prefix: Mapping[str, ClientRecord] = {}
        self._refresh()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="client-registry", daemon=True)
        self._thread.start()

    def by_prefix(self, key_prefix: str) -> ClientRecord | None:
        return self._by_prefix.get(key_prefix)

    async def add(self, record: ClientRecord) -> None:
        await self._writer.run(lambda connection: _insert(connection, record))
        self._look()

    async def list(self) -> tuple[ClientRecord, ...]:
        self._look()
        return self._records

    async def revoke(self, name: str, at_us: int) -> bool:
        revoked = await self._writer.run(
            lambda connection: (
                connection.execute(
                    "UPDATE client SET revoked_us = ? WHERE name = ? AND revoked_us = 0", (at_us, name)
                ).rowcount
            )
        )
        self._look()
        return revoked > 0

    def close(self) -> None:
        """Stop looking. Blocks until the thread has ended."""
        self._stop.set()
        self._thread.join()
        self._connection.close()

    def _watch(self) -> None:
        is_failing = False
        while not self._stop.wait(self._refresh_s):
            try:
                self._refresh()
                is_failing = False
            except sqlite3.Error as error:
                if not is_failing:
                    _log.error("the client registry cannot be read; changes are not seen: %s", error)
                is_failing = True

    def _look(self) -> None:
        try:
            self._refresh()
        except sqlite3.Error as error:
            raise NotRecordedError(f"the client registry could not be read: {error}") from error

    def _refresh(self) -> None:
        with self._lock:
            # Changes whenever any other connection has committed, the journal's too; costs next to nothing.
            data_version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if data_version == self._data_version:
                return
            (answer,) = self._connection.execute(_ALL).fetchone()
            self._data_version = data_version
            if answer == self._answer:
                return
            records = [
                ClientRecord(name, prefix, hash_, tuple(orjson.loads(grants)), *rest)
                for name, prefix, hash_, grants, *rest in orjson.loads(answer)
            ]
            self._answer = answer
            self._records = tuple(records)
            self._by_prefix = {record.key_prefix: record for record in records}


def _insert(connection: sqlite3.Connection, record: ClientRecord) -> None:
    if not record.revoked_us:
        row = connection.execute(
            "SELECT 1 FROM client WHERE name = ? AND revoked_us = 0", (record.name,)
        ).fetchone()
        if row is not None:
            raise ClientExistsError(f"there is a client named {record.name}; revoke it first")
    if connection.execute("SELECT 1 FROM client WHERE key_prefix = ?", (record.key_prefix,)).fetchone():
        raise ClientExistsError(f"there is a key that begins with {record.key_prefix}; make another one")
    id_ = connection.execute(
        "INSERT INTO client (name, key_prefix, key_hash, created_us, revoked_us, partner, office)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record.name,
            record.key_prefix,
            record.key_hash,
            record.created_us,
            record.revoked_us,
            record.partner,
            record.office,
        ),
    ).lastrowid
    connection.executemany(
        "INSERT INTO client_grant (client_id, position, contract) VALUES (?, ?, ?)",
        [(id_, position, grant) for position, grant in enumerate(record.grants)],
    )
