"""The claim check: large documents in sealed segments, streamed in and out.

Every segment is sealed with its part's random id and its number: it opens nowhere else. How many there are, and the
digest of the whole, stand in the registry; who reads a whole document gets what the digest says, or an error before
its end.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from typing import Protocol

from hub.core.attachments import SEGMENT_BYTES, Attachment, AttachmentRegistry, Part, Parts, Segments, Upload
from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError, Sealer
from hub.core.values import US_PER_S, new_id, now_us

_OWN = ""
"""The client that the hub itself is."""
_OWN_LIFETIME_US = 100 * 365 * 86_400 * US_PER_S
_UNFINISHED_US = 86_400 * US_PER_S


class Hash(Protocol):
    """A running digest, as hashlib's."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def new_part() -> str:
    """A part's id: random, so that no two writers ever share one."""
    return os.urandom(16).hex()


class PartWriter:
    """Writes one part, segment by segment. Holds one segment in memory. Used by one task."""

    def __init__(self, part: str, segments: Segments, sealer: Sealer, digests: tuple[Hash, ...]) -> None:
        """``digests`` are fed with everything that is stored."""
        self.id = part
        self.size = 0
        """How much of it is on disk."""
        self._segments = segments
        self._sealer = sealer
        self._digests = digests
        self._buffer = bytearray()

    @property
    def taken(self) -> int:
        """How much has been given to it, on disk or not."""
        return self.size + len(self._buffer)

    async def write(self, chunk: bytes) -> None:
        """Take what comes next. Raises NotRecordedError, NoRoomError."""
        view = memoryview(chunk)
        while view:
            room = SEGMENT_BYTES - len(self._buffer)
            self._buffer += view[:room]
            view = view[room:]
            if len(self._buffer) == SEGMENT_BYTES:
                await self._store()

    async def finish(self) -> Part:
        """Store the end; the part cannot be added to after this."""
        if self._buffer:
            await self._store()
        return Part(self.id, self.size)

    async def _store(self) -> None:
        plain, self._buffer = self._buffer, bytearray()
        number = self.size // SEGMENT_BYTES
        sealed = await asyncio.to_thread(self._seal, bytes(plain), number)
        await self._segments.put(self.id, number, sealed)
        self.size += len(plain)

    def _seal(self, plain: bytes, number: int) -> bytes:
        for digest in self._digests:
            digest.update(plain)
        return self._sealer.seal(plain, _context(self.id, number))


class SegmentedClaimCheck:
    """The ClaimCheck port, and what else is done with documents: writing parts, reading ranges."""

    def __init__(self, registry: AttachmentRegistry, segments: Segments, sealer: Sealer) -> None:
        self.registry = registry
        self.segments = segments
        self._sealer = sealer

    def writer(self, part: str, *digests: Hash) -> PartWriter:
        """Writes a part that the registry knows of."""
        return PartWriter(part, self.segments, self._sealer, digests)

    async def read(self, parts: Parts, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Bytes ``start`` to ``stop``, a segment at a time. Raises DocumentMissingError, DocumentDamagedError."""
        at = 0
        for part in parts:
            end = at + part.size if stop is None else min(at + part.size, stop)
            for number in range(max(start - at, 0) // SEGMENT_BYTES, -(-(end - at) // SEGMENT_BYTES)):
                begin = at + number * SEGMENT_BYTES
                plain = await self._open(part, number)
                yield plain[max(start - begin, 0) : max(end - begin, 0)]
            at += part.size

    async def whole(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """All of an attachment; what does not match its digest is an error before its last piece is given."""
        digest, held = hashlib.sha256(), b""
        async for plain in self.read(attachment.parts):
            if held:
                yield held
            await asyncio.to_thread(digest.update, plain)
            held = plain
        if digest.hexdigest() != attachment.digest:
            raise DocumentDamagedError(f"document {attachment.digest} is not what was stored under that name")
        if held:
            yield held

    async def digest_of(self, parts: Parts) -> "hashlib._Hash":
        """The running digest of what lies in parts."""
        digest = hashlib.sha256()
        async for plain in self.read(parts):
            await asyncio.to_thread(digest.update, plain)
        return digest

    # The port

    async def put(self, chunks: AsyncIterator[bytes]) -> str:
        begun_us = now_us()
        upload = Upload(new_id(), _OWN, -1, "application/octet-stream", begun_us + _UNFINISHED_US)
        await self.registry.begin(upload)
        try:
            return await self._fill(upload, chunks, begun_us)
        except BaseException:
            await self.registry.abandon(upload.id, _OWN, now_us())
            raise

    async def _fill(self, upload: Upload, chunks: AsyncIterator[bytes], begun_us: int) -> str:
        part, digest = new_part(), hashlib.sha256()
        opened = await self.registry.open_part(upload.id, _OWN, 0, part)
        writer = self.writer(part, digest)
        async for chunk in chunks:
            await writer.write(chunk)
        parts, name = (await writer.finish(),), digest.hexdigest()
        until_us = begun_us + _OWN_LIFETIME_US
        if (
            opened is None
            or not await self.registry.grow(upload.id, part, parts, upload.until_us)
            or not await self.registry.complete(
                upload.id,
                part,
                digest=name,
                media_type=upload.media_type,
                since_us=begun_us,
                until_us=until_us,
            )
        ):
            raise NotRecordedError("the upload was given up meanwhile")
        return name

    async def get(self, digest: str) -> AsyncIterator[bytes]:
        attachment = await self.registry.content(digest)
        if attachment is None:
            raise DocumentMissingError(f"there is no document {digest}")
        async for chunk in self.whole(attachment):
            yield chunk

    async def delete(self, digest: str) -> None:
        await self.registry.remove(digest, now_us())

    async def _open(self, part: Part, number: int) -> bytes:
        sealed = await self.segments.get(part.id, number)
        plain = await asyncio.to_thread(self._sealer.open, sealed, _context(part.id, number))
        expected = min(part.size - number * SEGMENT_BYTES, SEGMENT_BYTES)
        if len(plain) < expected:
            raise DocumentDamagedError("a part of a document is cut")
        return plain[:expected]


def _context(part: str, number: int) -> bytes:
    return b"attachment-segment" + part.encode() + number.to_bytes(8, "big")
