r"""Large documents as sealed files, streamed in and out.

A file holds a mark, then the document in sealed chunks, then a sealed trailer, each with its length:

    PVD-CC1\n | length, chunk 0 | length, chunk 1 | … | trailer, length

Every chunk is sealed with the file's random id, its index and whether it is the last one, so that none can be
left out, moved or taken from another file. The trailer is sealed with the digest and holds that id: a file that
was given another's name does not open. Lengths are four bytes, big-endian.
"""

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError, Sealer
from hub.store.folders import FOLDER_MODE, sync_folder
from hub.store.unusable import StoreUnusableError

T = TypeVar("T")
CHUNK_BYTES = 256 * 1024
_MARK = b"PVD-CC1\n"
_LENGTH_BYTES = 4
_FILE_ID_BYTES = 16
_SEALED_AT_MOST = (
    CHUNK_BYTES + 4096
)  # what a sealer may add; a length beyond it is damage, not a reason to allocate
_UNFINISHED = "unfinished-"
_UNFINISHED_FOR_S = 24 * 3600
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class FileClaimCheck:
    """The ClaimCheck port; see there for what it promises. Memory: two chunks per document under way."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            sync_folder(folder.parent)
            self._sweep()
        except OSError as error:
            raise StoreUnusableError(f"{folder} cannot be used for documents: {error}") from error

    async def put(self, chunks: AsyncIterator[bytes]) -> str:
        writing = await _on_disk(lambda: _Writing(self._folder, self._sealer))
        try:
            async for chunk in chunks:
                for start in range(0, len(chunk), CHUNK_BYTES):
                    writing.buffer += memoryview(chunk)[start : start + CHUNK_BYTES]
                    if len(writing.buffer) > CHUNK_BYTES:
                        await _on_disk(writing.write_full_chunks)
            return await _on_disk(writing.finish)
        finally:
            writing.discard()

    async def get(self, digest: str) -> AsyncIterator[bytes]:
        reading = await asyncio.to_thread(_Reading.start, self._path(digest), digest, self._sealer)
        try:
            while (chunk := await asyncio.to_thread(reading.next_chunk)) is not None:
                yield chunk
        finally:
            reading.file.close()

    async def delete(self, digest: str) -> None:
        with suppress(DocumentMissingError):
            path = self._path(digest)
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def _path(self, digest: str) -> Path:
        if _DIGEST.fullmatch(digest) is None:
            raise DocumentMissingError("a document's name is the hex SHA-256 of its content")
        return self._folder / digest[:2] / digest

    def _sweep(self) -> None:
        """Remove what processes that were killed left unfinished; another live process may still be writing."""
        long_ago = time.time() - _UNFINISHED_FOR_S
        for path in self._folder.glob(f"{_UNFINISHED}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < long_ago:
                    path.unlink()


class _Writing:
    """A document on its way into a file that nobody sees before it is whole and on disk."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self.buffer = bytearray()
        self._folder = folder
        self._sealer = sealer
        self._file_id = os.urandom(_FILE_ID_BYTES)
        self._hash = hashlib.sha256()
        self._index = 0
        descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=folder)  # with mode 0600
        self._file = os.fdopen(descriptor, "wb")
        self._path: Path | None = Path(name)
        self._file.write(_MARK)

    def write_full_chunks(self) -> None:
        """Write all but the end: as long as more may come, nobody knows which chunk is the last."""
        while len(self.buffer) > CHUNK_BYTES:
            self._write(bytes(memoryview(self.buffer)[:CHUNK_BYTES]), is_last=False)
            del self.buffer[:CHUNK_BYTES]

    def finish(self) -> str:
        """Write the end, make it durable, give it its name."""
        self.write_full_chunks()
        self._write(bytes(self.buffer), is_last=True)
        digest = self._hash.hexdigest()
        trailer = self._sealer.seal(self._file_id, _trailer_context(digest))
        self._file.write(trailer + len(trailer).to_bytes(_LENGTH_BYTES, "big"))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        target = self._folder / digest[:2] / digest
        if not target.parent.is_dir():
            target.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            sync_folder(self._folder)
        if self._path is not None:
            self._path.replace(target)  # over an equal one, if there is one: heals it, should it be damaged
            self._path = None
        sync_folder(target.parent)
        return digest

    def discard(self) -> None:
        """Leave nothing behind unless it was finished."""
        with suppress(OSError):  # closing flushes: a full disk fails again, and the file goes anyway
            self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None

    def _write(self, plain: bytes, *, is_last: bool) -> None:
        self._hash.update(plain)
        sealed = self._sealer.seal(plain, _chunk_context(self._file_id, self._index, is_last=is_last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(sealed)
        self._index += 1


@dataclass(slots=True)
class _Reading:
    """A document on its way out of its file."""

    file: BinaryIO
    digest: str
    sealer: Sealer
    file_id: bytes
    end: int
    """Where the trailer begins."""
    index: int = 0

    @classmethod
    def start(cls, path: Path, digest: str, sealer: Sealer) -> "_Reading":
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise DocumentMissingError(f"there is no document {digest}") from error
        try:
            file_id, end = _read_trailer(file, digest, sealer)
        except BaseException:
            file.close()
            raise
        return cls(file, digest, sealer, file_id, end)

    def next_chunk(self) -> bytes | None:
        """The next piece, or None after the last; pieces are never empty but for an empty document."""
        left = self.end - self.file.tell()
        if left == 0 and self.index:
            return None
        length = int.from_bytes(self.file.read(_LENGTH_BYTES), "big")
        left -= _LENGTH_BYTES + length
        if left < 0 or length > _SEALED_AT_MOST:
            raise DocumentDamagedError(f"the file of document {self.digest} is cut or changed")
        sealed = self.file.read(length)
        context = _chunk_context(self.file_id, self.index, is_last=left == 0)
        self.index += 1
        return self.sealer.open(sealed, context)


async def _on_disk(act: Callable[[], T]) -> T:
    """Away from the event loop; only the disk's own trouble is told as such, not that of whoever sends."""
    try:
        return await asyncio.to_thread(act)
    except OSError as error:
        raise NotRecordedError(f"a document could not be stored: {error}") from error


def _read_trailer(file: BinaryIO, digest: str, sealer: Sealer) -> tuple[bytes, int]:
    """The file's id and where its trailer begins; leaves the file at its first chunk."""
    size = os.fstat(file.fileno()).st_size
    if file.read(len(_MARK)) != _MARK or size < len(_MARK) + _LENGTH_BYTES:
        raise DocumentDamagedError(f"the file of document {digest} is not one")
    file.seek(size - _LENGTH_BYTES)
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    end = size - _LENGTH_BYTES - length
    if length > _SEALED_AT_MOST or end < len(_MARK):
        raise DocumentDamagedError(f"the file of document {digest} is cut or changed")
    file.seek(end)
    file_id = sealer.open(file.read(length), _trailer_context(digest))
    file.seek(len(_MARK))
    return file_id, end


def _chunk_context(file_id: bytes, index: int, *, is_last: bool) -> bytes:
    return b"claim-check-chunk" + file_id + index.to_bytes(8, "big") + (b"\x01" if is_last else b"\x00")


def _trailer_context(digest: str) -> bytes:
    return b"claim-check-trailer" + digest.encode()
