"""What lies on the disk: who may read it, what can be read in it, and which files are refused."""

import sqlite3
import stat
from pathlib import Path

import pytest

from hub.core.ports import DocumentDamagedError
from hub.security.master_key import MasterKeyError
from hub.security.sealing import EnvelopeSealer
from hub.store.embedded import EmbeddedStore, StoreUnusableError
from tests.conformance.samples import begin, claim, document
from tests.conformance.test_claim_check import stream
from tests.unit.hub.store.embedded.conftest import make_sealer

BODY = "کد ملی: 0499370899، پلاک ثبتی ۱۲/۳۴۵".encode()


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}


async def test_nobody_else_can_read_the_files(store: EmbeddedStore, folder: Path) -> None:
    _, first = begin(documents=(document(BODY),))
    await store.journal.append([first])
    await store.claim_check.put(stream([BODY]))

    found = modes(folder)
    assert found[folder.name] == 0o700
    assert {"journal.db", "journal.db-wal", "journal.db-shm", "documents"} < found.keys()
    assert all(mode & 0o077 == 0 for mode in found.values())


async def test_no_body_stands_anywhere_in_clear(store: EmbeddedStore, folder: Path) -> None:
    exchange, first = begin(case_id="C-findable", documents=(document(BODY * 50),))
    await store.journal.append([first], claim(exchange.id))
    await store.claim_check.put(stream([BODY] * 50))

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    while_open = written()
    await store.close()
    for content in (while_open, written()):
        assert b"C-findable" in content  # it would be found if it were there
        assert BODY not in content
        assert BODY[:16] not in content


async def test_documents_do_not_open_in_anothers_place(store: EmbeddedStore, folder: Path) -> None:
    (one, first), (other, second) = begin(documents=(document(),)), begin(documents=(document(),))
    await store.journal.append([first, second])
    with sqlite3.connect(folder / "journal.db") as connection:
        rows = dict(connection.execute("SELECT id, sealed FROM document").fetchall())
        (a, sealed_a), (b, sealed_b) = rows.items()
        connection.execute("UPDATE document SET sealed = ? WHERE id = ?", (sealed_b, a))
        connection.execute("UPDATE document SET sealed = ? WHERE id = ?", (sealed_a, b))
    connection.close()

    for exchange in (one, other):
        with pytest.raises(DocumentDamagedError):
            await store.journal.documents(exchange.id)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE document SET role = 'reply'",
        "UPDATE document SET role = 'unheard-of'",
        "UPDATE document SET sealed = x''",
        "UPDATE document SET sealed = substr(sealed, 1, length(sealed) - 1)",
        "UPDATE entry SET record = replace(CAST(record AS TEXT), '\"size\":20', '\"size\":21')",
        "DELETE FROM data_key WHERE id LIKE '2%'",
    ],
)
async def test_a_changed_row_is_noticed(store: EmbeddedStore, folder: Path, tampering: str) -> None:
    exchange, first = begin(documents=(document(b"x" * 20),))
    await store.journal.append([first])
    await store.close()
    with sqlite3.connect(folder / "journal.db") as connection:
        if tampering.startswith("UPDATE entry"):
            tampering = tampering.replace("replace(", "CAST(replace(") + " AS BLOB)"
        assert connection.execute(tampering).rowcount == 1
    connection.close()

    async with EmbeddedStore(folder, make_sealer) as reopened:
        with pytest.raises(DocumentDamagedError):
            await reopened.journal.documents(exchange.id)


async def test_a_destroyed_body_leaves_its_commitment(store: EmbeddedStore, folder: Path) -> None:
    exchange, first = begin(documents=(document(),))
    await store.journal.append([first])
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute("DELETE FROM document")
    connection.close()

    assert await store.journal.documents(exchange.id) == ()
    assert (await store.journal.history(exchange.id))[0].documents == exchange.history[0].documents


async def test_everything_is_there_after_reopening(store: EmbeddedStore, folder: Path) -> None:
    exchange, first = begin(documents=(document(BODY),))
    await store.journal.append([first], claim(exchange.id))
    digest = await store.claim_check.put(stream([BODY]))
    await store.close()

    async with EmbeddedStore(folder, make_sealer) as reopened:
        assert await reopened.journal.history(exchange.id) == tuple(exchange.history)
        assert [kept.body for _, kept in await reopened.journal.documents(exchange.id)] == [BODY]
        assert await reopened.idempotency.find("portal", "k-1", 0) == claim(exchange.id)
        assert [piece async for piece in reopened.claim_check.get(digest)] == [BODY]


async def test_another_master_key_is_refused_at_the_start(store: EmbeddedStore, folder: Path) -> None:
    await store.close()

    with pytest.raises(MasterKeyError, match="not the one"):
        EmbeddedStore(folder, lambda keys: EnvelopeSealer(b"n" * 32, keys))


async def test_a_newer_file_is_refused_in_words(store: EmbeddedStore, folder: Path) -> None:
    await store.close()
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreUnusableError, match=r"newer version of the hub \(schema 99"):
        EmbeddedStore(folder, make_sealer)


def test_a_database_of_something_else_is_refused(folder: Path) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute("CREATE TABLE taxes (amount_rial INTEGER)")
    connection.close()

    with pytest.raises(StoreUnusableError, match="something else"):
        EmbeddedStore(folder, make_sealer)


def test_a_file_that_is_no_database_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "journal.db").write_text("minutes of the council's meeting" * 100)

    with pytest.raises(StoreUnusableError, match=r"journal\.db cannot be opened"):
        EmbeddedStore(folder, make_sealer)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnusableError, match="cannot be opened"):
        EmbeddedStore(tmp_path / "file" / "store", make_sealer)
