"""An evidence file: what stands in it, what the judge says of it, and of one that was changed."""

import asyncio
import hashlib
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_verifier.bundle import Bundle, BundleError
from evidence_verifier.note import WITNESS_KEY, Key, Note, signature_line
from evidence_verifier.report import Level, Report
from evidence_verifier.words import WORDS
from hub.core.errors import NotRecordedError
from hub.core.evidence import Timestamp
from hub.security.evidence.checkpointing import stamped_text
from hub.security.evidence.log_key import LogSigner
from tests.local_authority import LocalAuthority, pem
from tests.unit.hub.security.evidence.conftest import SIGNER, Office, judged


def codes(report: Report, level: Level) -> set[str]:
    return {statement.code for statement in report.of(level)}


def wrong(report: Report) -> set[str]:
    return codes(report, Level.WRONG)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("tsa") / "ec", kind="ec")


async def stamp(office: Office, authority: LocalAuthority) -> None:
    """Sign everything and have it time-stamped."""
    checkpoint = await office.checkpointer.checkpoint()
    assert checkpoint is not None
    token = await asyncio.to_thread(authority.token, stamped_text(checkpoint))
    await office.store.journal_log.add_timestamp(checkpoint.size, Timestamp(1, "CN=City time", token))


async def witness(office: Office, name: str = "witness.example") -> Key:
    """Sign everything and have it cosigned."""
    checkpoint = await office.checkpointer.checkpoint()
    assert checkpoint is not None
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    key = Key(name, WITNESS_KEY, private.public_key().public_bytes_raw())
    text = Note.parse(checkpoint.note).text
    signature = (9).to_bytes(8, "big") + private.sign(f"cosignature/v1\ntime 9\n{text}".encode())
    await office.store.journal_log.add_cosignature(checkpoint.size, signature_line(key, signature))
    return key


class TestWhatIsProved:
    async def test_messages_and_history_of_an_exchange(self, office: Office) -> None:
        for _ in range(5):
            await office.exchange()
        path, exported = await office.export(office.ids[2])
        assert (exported.exchanges, exported.entries, exported.documents) == (1, 4, 2)
        report = judged(path, keys=(SIGNER.key,))
        assert report.holds
        assert codes(report, Level.PROVED) == {"signed", "entries", "documents"}
        (story,) = report.exchanges.values()
        assert (story.exchange_id, story.state, story.entries) == (office.ids[2], "completed", 4)
        assert (story.contract, story.sender) == ("registry.title-inquiry@1.2", "portal")

    async def test_what_is_not_proved_is_said(self, office: Office) -> None:
        await office.exchange()
        path, _ = await office.export()
        report = judged(path)
        assert codes(report, Level.OPEN) == {"key_unknown", "no_witness", "no_time", "sender", "completeness"}

    async def test_a_refusal_is_proved_like_everything_else(self, office: Office) -> None:
        await office.refusal()
        path, _ = await office.export()
        report = judged(path)
        assert report.holds
        assert [story.state for story in report.exchanges.values()] == ["rejected"]

    async def test_bodies_lie_in_the_file_as_they_were(self, office: Office) -> None:
        id_ = await office.exchange(body='{"نشانی": "تهران"}'.encode())
        path, _ = await office.export()
        with zipfile.ZipFile(path) as archive:
            assert archive.read(f"documents/{id_}/1-request.json").decode() == '{"نشانی": "تهران"}'
            assert "evidence_verifier" in archive.read("README.txt").decode()

    async def test_a_history_of_several_checkpoints_is_one(self, office: Office) -> None:
        for _ in range(70):
            await office.exchange()
            if len(office.ids) % 20 == 0:
                await office.checkpointer.checkpoint()
        path, exported = await office.export()
        assert exported.checkpoints == 4
        report = judged(path)
        assert report.holds
        assert "consistent" in codes(report, Level.PROVED)

    async def test_an_exchange_under_way_is_told_as_such(self, office: Office) -> None:
        id_ = await office.exchange()
        with office.database() as database:  # as if its last entry had not been written yet
            database.execute("DELETE FROM document WHERE seq = 4")
            database.execute("DELETE FROM entry WHERE seq = 4")
        report = judged((await office.export(id_))[0])
        assert report.holds
        assert "unfinished" in codes(report, Level.OPEN)


class TestTime:
    async def test_a_stamp_proves_that_all_of_it_existed_by_then(
        self, office: Office, authority: LocalAuthority
    ) -> None:
        await office.exchange()
        await stamp(office, authority)
        await office.exchange()
        path, _ = await office.export(office.ids[0], certificates=pem(authority.root))
        report = judged(path, authorities=(authority.root,))
        assert report.holds
        assert {"timestamped", "consistent"} <= codes(report, Level.PROVED)
        assert "no_time" not in codes(report, Level.OPEN)
        (story,) = report.exchanges.values()
        assert story.not_after

    async def test_an_entry_after_the_last_stamp_has_no_independent_time(
        self, office: Office, authority: LocalAuthority
    ) -> None:
        await office.exchange()
        await stamp(office, authority)
        await office.exchange()
        report = judged((await office.export())[0], authorities=(authority.root,))
        assert report.holds
        assert "time_not_for_all" in codes(report, Level.OPEN)
        assert [bool(report.exchanges[id_].not_after) for id_ in office.ids] == [True, False]

    async def test_an_authority_that_nobody_vouches_for_proves_no_time(
        self, office: Office, authority: LocalAuthority
    ) -> None:
        await office.exchange()
        await stamp(office, authority)
        report = judged((await office.export(certificates=pem(authority.root)))[0])
        assert report.holds
        assert {"authority_unknown", "no_time"} <= codes(report, Level.OPEN)

    async def test_a_stamp_over_another_checkpoint_is_wrong(
        self, office: Office, authority: LocalAuthority
    ) -> None:
        await office.exchange()
        await office.checkpointer.checkpoint()
        await office.store.journal_log.add_timestamp(4, Timestamp(1, "x", authority.token(b"other")))
        assert wrong(judged((await office.export())[0])) == {"timestamp_wrong"}


class TestWitnesses:
    async def test_a_cosignature_of_a_known_witness_is_told(self, office: Office) -> None:
        await office.exchange()
        key = await witness(office)
        report = judged((await office.export())[0], witnesses=(key,))
        assert "witnessed" in codes(report, Level.PROVED)
        assert "no_witness" not in codes(report, Level.OPEN)

    async def test_one_whose_key_was_not_given_proves_nothing(self, office: Office) -> None:
        await office.exchange()
        await witness(office)
        report = judged((await office.export())[0])
        assert {"no_witness", "witness_unknown"} <= codes(report, Level.OPEN)

    async def test_a_false_cosignature_is_wrong(self, office: Office) -> None:
        await office.exchange()
        checkpoint = await office.checkpointer.checkpoint()
        assert checkpoint is not None
        key = Key("witness.example", WITNESS_KEY, SIGNER.key.public)
        await office.store.journal_log.add_cosignature(4, signature_line(key, bytes(72)))
        assert wrong(judged((await office.export())[0], witnesses=(key,))) == {"cosignature_wrong"}


class TestBodiesThatAreGone:
    async def test_a_destroyed_body_leaves_its_commitment_as_the_proof(self, office: Office) -> None:
        await office.exchange()
        with office.database() as database:
            database.execute("DELETE FROM document WHERE seq = 1")
        path, exported = await office.export()
        report = judged(path)
        assert (report.holds, exported.documents) == (True, 1)
        assert "document_lost" in codes(report, Level.OPEN)

    async def test_so_does_a_destroyed_key(self, office: Office) -> None:
        await office.exchange()
        with office.database() as database:
            database.execute("DELETE FROM data_key WHERE id <> 'master-check'")
        office.store.sealer._opened.clear()
        report = judged((await office.export())[0])
        assert report.holds
        assert {"document_lost"} == codes(report, Level.OPEN) & {"document_lost", "document_damaged"}

    async def test_a_damaged_body_is_told_as_damaged(self, office: Office) -> None:
        await office.exchange()
        with office.database() as database:
            database.execute("UPDATE document SET sealed = zeroblob(80) WHERE seq = 4")
        report = judged((await office.export())[0])
        assert "document_damaged" in codes(report, Level.OPEN)


class TestAttachments:
    async def attach(self, office: Office, content: bytes) -> str:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        digest = await office.store.claim_check.put(chunks())
        await office.exchange(body=b'{"map": "%s"}' % digest.encode())
        return digest

    async def test_an_attachment_that_a_document_names_is_in_the_file_and_proved(
        self, office: Office
    ) -> None:
        digest = await self.attach(office, b"a map" * 200_000)
        path, exported = await office.export()
        assert exported.attachments == 1
        with zipfile.ZipFile(path) as archive:
            assert archive.read(f"attachments/{digest}") == b"a map" * 200_000
        assert "attachments" in codes(judged(path), Level.PROVED)

    async def test_a_digest_of_something_else_is_no_attachment(self, office: Office) -> None:
        await office.exchange(body=b'{"digest": "%s"}' % (b"ab" * 32))
        path, exported = await office.export()
        assert exported.attachments == 0
        assert judged(path).holds

    async def test_a_damaged_attachment_is_told_and_ruins_nothing_else(self, office: Office) -> None:
        digest = await self.attach(office, b"a map")
        stored = next(path for path in (office.folder / "store" / "documents").rglob("*") if path.is_file())
        assert digest
        stored.write_bytes(stored.read_bytes()[:-60])
        report = judged((await office.export())[0])
        assert report.holds
        assert "attachment_lost" in codes(report, Level.OPEN)

    async def test_an_attachment_that_was_changed_in_the_file_is_wrong(self, office: Office) -> None:
        digest = await self.attach(office, b"a map")
        path, _ = await office.export()
        assert wrong(judged(forged(path, members={f"attachments/{digest}": b"b map"}))) == {
            "attachment_wrong"
        }

    async def test_an_attachment_that_no_document_names_is_wrong(self, office: Office) -> None:
        await office.exchange()
        path, _ = await office.export()
        digest = hashlib.sha256(b"slipped in").hexdigest()

        def add(manifest: Any) -> None:
            manifest["attachments"].append({"digest": digest, "path": f"attachments/{digest}"})

        changed = forged(path, manifest=add, members={f"attachments/{digest}": b"slipped in"})
        assert wrong(judged(changed)) == {"attachment_wrong"}


class TestReadingIsRecorded:
    async def test_who_reads_stands_in_a_log_before_anything_is_read(self, office: Office) -> None:
        await office.exchange()
        await office.export()
        (reading,) = await office.store.body_readings.of(office.ids[0])
        assert (reading.reader, reading.purpose) == ("operator:test", "a test")

    async def test_what_cannot_be_recorded_is_not_read(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await office.exchange()
        read: list[str] = []

        async def refuse(_readings: object) -> None:
            raise NotRecordedError("full")

        async def documents(exchange_id: str) -> tuple[()]:
            read.append(exchange_id)
            return ()

        monkeypatch.setattr(office.store.body_readings, "record", refuse)
        monkeypatch.setattr(office.store.evidence_source, "documents", documents)
        with pytest.raises(NotRecordedError):
            await office.export()
        assert read == []


def forged(
    path: Path,
    *,
    manifest: Callable[[Any], None] | None = None,
    entries: Callable[[list[Any]], None] | None = None,
    members: dict[str, bytes] | None = None,
) -> Path:
    """A copy of an evidence file with something else in it."""
    target = path.with_name("forged.zip")
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    if manifest is not None:
        fields = json.loads(content["evidence.json"])
        manifest(fields)
        content["evidence.json"] = json.dumps(fields).encode()
    if entries is not None:
        lines = [json.loads(line) for line in content["entries.jsonl"].splitlines()]
        entries(lines)
        content["entries.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in (content | (members or {})).items():
            archive.writestr(name, body)
    return target


class TestForgeries:
    @pytest.fixture
    async def path(self, office: Office) -> Path:
        for _ in range(10):
            await office.exchange()
            await office.checkpointer.checkpoint()
        return (await office.export(*office.ids[2:5]))[0]

    def test_an_untouched_copy_holds(self, path: Path) -> None:
        assert judged(forged(path), keys=(SIGNER.key,)).holds

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda lines: lines[0].update(record=lines[0]["record"].replace("portal", "porta1")), "entry_not_in_log"),
            (lambda lines: lines[0].update(seq=lines[0]["seq"] + 1), "entry_not_in_log"),
            (lambda lines: lines[0].update(checkpoint=7), "entry_not_in_log"),
            (lambda lines: lines[0]["proof"].pop(), "entry_not_in_log"),
            (lambda lines: lines.pop(1), "entries_gap"),
            (lambda lines: lines.pop(0), "entries_gap"),
            (lambda lines: lines.append(lines[0]), "entry_twice"),
            (lambda lines: lines.clear(), "no_entries"),
            (lambda lines: lines[0]["documents"][0].update(salt="00" * 16), "document_wrong"),
            (lambda lines: lines[0]["documents"][0].update(path=lines[3]["documents"][0]["path"]), "document_wrong"),
            (lambda lines: lines[1].update(documents=lines[0]["documents"]), "document_wrong"),
        ],
    )  # fmt: skip
    def test_changed_entries_are_found(
        self, path: Path, change: Callable[[list[Any]], None], code: str
    ) -> None:
        assert code in wrong(judged(forged(path, entries=change)))

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda m: m["checkpoints"][0].update(note=m["checkpoints"][0]["note"].replace("\n12\n", "\n13\n")), "signature_wrong"),
            (lambda m: m["checkpoints"].reverse(), "checkpoints_unordered"),
            (lambda m: m["consistency"].clear(), "inconsistent"),
            (lambda m: m["consistency"][0]["proof"].pop(), "inconsistent"),
            (lambda m: m["checkpoints"].clear(), "entry_not_in_log"),
            (lambda m: m["checkpoints"][0].update(note=LogSigner(b"x" * 32, "hub.example/journal").sign(12, b"r" * 32)), "signature_missing"),
            (lambda m: m["checkpoints"][0].update(timestamps=["timestamps/none"]), "timestamp_wrong"),
        ],
    )  # fmt: skip
    def test_changed_checkpoints_are_found(
        self, path: Path, change: Callable[[Any], None], code: str
    ) -> None:
        assert code in wrong(judged(forged(path, manifest=change)))

    def test_another_logs_checkpoints_are_not_taken_for_this_ones(self, path: Path) -> None:
        other = LogSigner(b"s" * 32, "hub.example/journal/readings")

        def swap(manifest: Any) -> None:
            manifest["checkpoints"][0] = {
                "note": other.sign(12, b"r" * 32),
                "key": str(other.key),
                "timestamps": [],
            }

        assert "origin_differs" in wrong(judged(forged(path, manifest=swap)))
        assert "signature_missing" in wrong(judged(forged(path, manifest=swap), keys=(SIGNER.key,)))

    def test_a_history_signed_with_another_key_is_not_taken_for_the_published_ones(self, path: Path) -> None:
        published = LogSigner(b"p" * 32, "hub.example/journal").key
        assert wrong(judged(path, keys=(published,))) >= {"signature_missing"}

    def test_a_changed_body_is_found(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.startswith("documents/"))
        assert wrong(judged(forged(path, members={name: b'{"parcel": "99/999"}'}))) == {"document_wrong"}

    def test_what_no_proof_covers_is_named(self, path: Path) -> None:
        report = judged(forged(path, members={"documents/extra.json": b"{}"}))
        assert [s.values["path"] for s in report.of(Level.OPEN) if s.code == "stray"] == [
            "documents/extra.json"
        ]

    @pytest.mark.parametrize(
        "change",
        [
            lambda m: m.update(format="else"),
            lambda m: m.update(version=2),
            lambda m: m.pop("checkpoints"),
            lambda m: m.update(checkpoints=5),
            lambda m: m["checkpoints"].append({"note": 5}),
            lambda m: m["consistency"][0].update(proof=["!"]),
        ],
    )
    def test_what_is_no_evidence_file_is_refused(self, path: Path, change: Callable[[Any], None]) -> None:
        with pytest.raises(BundleError):
            judged(forged(path, manifest=change))

    @pytest.mark.parametrize(
        "change",
        [
            lambda lines: lines[0].update(record="\ud800"),
            lambda lines: lines[0].update(record=5),
            lambda lines: lines[0].update(seq=-1),
            lambda lines: lines[0].update(seq=True),
            lambda lines: lines[0].pop("proof"),
            lambda lines: lines[0]["documents"][0].update(salt="xy"),
            lambda lines: lines.insert(0, 7),
        ],
    )
    def test_lines_that_are_no_entries_are_refused(
        self, path: Path, change: Callable[[list[Any]], None]
    ) -> None:
        with pytest.raises(BundleError):
            judged(forged(path, entries=change))

    def test_a_file_that_is_no_archive_or_damaged_is_refused(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("no archive")
        with pytest.raises(BundleError):
            judged(tmp_path / "text")
        damaged = tmp_path / "damaged.zip"
        content = bytearray(path.read_bytes())
        place = content.find(b"entries.jsonl") + 40
        content[place] ^= 0xFF
        damaged.write_bytes(content)
        with pytest.raises(BundleError):
            judged(damaged)

    def test_two_members_of_one_name_are_refused(self, path: Path) -> None:
        with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("entries.jsonl", b"")
        with pytest.raises(BundleError, match="one name"):
            Bundle.open(path)


def test_every_sentence_stands_in_both_languages() -> None:
    for fa, en in WORDS.values():
        assert any("\u0600" <= letter <= "\u06ff" for letter in fa)
        assert not any("\u0600" <= letter <= "\u06ff" for letter in en)
