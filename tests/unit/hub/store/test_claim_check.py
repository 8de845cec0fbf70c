"""Large documents on the disk: damage, crashes, memory."""

import asyncio
import hashlib
import os
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError
from hub.store.embedded import FileClaimCheck, StoreUnusableError
from tests.conformance.test_claim_check import read, stream
from tests.fakes.sealer import FakeSealer

MB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def claim_check(folder: Path) -> FileClaimCheck:
    return FileClaimCheck(folder, FakeSealer())


def file_of(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_fifty_megabytes_pass_in_bounded_memory(claim_check: FileClaimCheck) -> None:
    piece = os.urandom(MB)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield piece

    tracemalloc.start()
    digest = await claim_check.put(chunks())
    total = 0
    hash_ = hashlib.sha256()
    async for part in claim_check.get(digest):
        total += len(part)
        hash_.update(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total == 50 * MB
    assert hash_.hexdigest() == digest
    assert peak < 6 * MB


@pytest.mark.parametrize("place", range(0, 1_000_000, 99_991))
async def test_a_changed_byte_is_noticed_before_it_is_handed_out(
    claim_check: FileClaimCheck, folder: Path, place: int
) -> None:
    whole = os.urandom(1_000_000)
    digest = await claim_check.put(stream([whole]))
    content = bytearray(file_of(folder, digest).read_bytes())
    content[place] ^= 1
    file_of(folder, digest).write_bytes(content)

    handed_out: list[bytes] = []

    async def take_all() -> None:
        async for piece in claim_check.get(digest):
            handed_out.append(piece)  # noqa: PERF401 - what came before the damage must not be lost with it

    with pytest.raises(DocumentDamagedError):
        await take_all()
    assert whole.startswith(b"".join(handed_out))


@pytest.mark.parametrize("kept", [0, 5, 8, 11, 12, 300_000, -1, -4, -5, -100])
async def test_a_cut_file_is_noticed(claim_check: FileClaimCheck, folder: Path, kept: int) -> None:
    digest = await claim_check.put(stream([os.urandom(600_000)]))
    path = file_of(folder, digest)
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(DocumentDamagedError):
        await read(claim_check, digest)


def parts_of(content: bytes) -> list[bytes]:
    """Mark, chunks with their lengths, and the trailer with its length."""
    end = len(content) - 4 - int.from_bytes(content[-4:], "big")
    parts, at = [content[:8]], 8
    while at < end:
        length = 4 + int.from_bytes(content[at : at + 4], "big")
        parts.append(content[at : at + length])
        at += length
    return [*parts, content[end:]]


@pytest.mark.parametrize(
    "order",
    [(0, 2, 1, 3, 4), (0, 1, 2, 4), (0, 1, 3, 4), (0, 1, 1, 2, 3, 4), (0, 4), (0, 1, 2, 3, 3, 4)],
    ids=["swapped", "last left out", "middle left out", "doubled", "all left out", "last doubled"],
)
async def test_moved_chunks_are_noticed(
    claim_check: FileClaimCheck, folder: Path, order: tuple[int, ...]
) -> None:
    digest = await claim_check.put(stream([bytes(600_000)]))
    path = file_of(folder, digest)
    parts = parts_of(path.read_bytes())
    assert len(parts) == 5
    path.write_bytes(b"".join(parts[place] for place in order))

    with pytest.raises(DocumentDamagedError):
        await read(claim_check, digest)


async def test_a_file_under_anothers_name_gives_nothing_away(
    claim_check: FileClaimCheck, folder: Path
) -> None:
    one = await claim_check.put(stream([b"deed of Maryam"]))
    other = await claim_check.put(stream([b"deed of Reza"]))
    file_of(folder, one).replace(file_of(folder, other))

    with pytest.raises(DocumentDamagedError):
        await anext(claim_check.get(other))


async def test_storing_again_heals_a_damaged_file(claim_check: FileClaimCheck, folder: Path) -> None:
    digest = await claim_check.put(stream([b"deed"]))
    file_of(folder, digest).write_bytes(b"")
    await claim_check.put(stream([b"deed"]))

    assert await read(claim_check, digest) == b"deed"


async def test_what_is_being_read_survives_its_deletion(claim_check: FileClaimCheck) -> None:
    whole = os.urandom(MB)
    digest = await claim_check.put(stream([whole]))
    reading = claim_check.get(digest)
    begun = await anext(reading)
    await claim_check.delete(digest)

    assert begun + b"".join([piece async for piece in reading]) == whole


async def test_a_full_disk_leaves_nothing(
    claim_check: FileClaimCheck, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(NotRecordedError, match="No space left"):
        await claim_check.put(stream([b"deed"]))
    assert files(folder) == []


async def test_a_missing_folder_is_told_as_not_recorded(claim_check: FileClaimCheck, folder: Path) -> None:
    await asyncio.to_thread(folder.rmdir)

    with pytest.raises(NotRecordedError):
        await claim_check.put(stream([b"deed"]))


@pytest.mark.parametrize("cancel_after", [1, 3])
async def test_a_cancelled_or_broken_put_leaves_no_file(
    claim_check: FileClaimCheck, folder: Path, cancel_after: int
) -> None:
    reached = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(cancel_after):
            yield bytes(MB)
        reached.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(claim_check.put(endless()))
    await reached.wait()
    assert len(files(folder)) == 1
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert files(folder) == []


async def test_what_a_killed_process_left_is_swept_away(claim_check: FileClaimCheck, folder: Path) -> None:
    digest = await claim_check.put(stream([b"deed"]))
    old, young = folder / "unfinished-old", folder / "unfinished-young"
    for path in (old, young):
        path.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))
    os.utime(file_of(folder, digest), (two_days_ago, two_days_ago))

    FileClaimCheck(folder, FakeSealer())
    assert sorted(files(folder)) == sorted([young, file_of(folder, digest)])


async def test_an_unfinished_document_is_no_document(claim_check: FileClaimCheck, folder: Path) -> None:
    (folder / "unfinished-x").write_bytes(b"deed")

    with pytest.raises(DocumentMissingError):
        await read(claim_check, "unfinished-x")


def test_an_unusable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnusableError):
        FileClaimCheck(tmp_path / "file" / "documents", FakeSealer())
