"""Documents on their way in: begun, continued after any interruption on any node, and complete once their digest is known.

What a kill -9 leaves: a begun upload that expires; a part that belongs to it, of which what was noted counts; or a
complete attachment. Nothing is on disk that the registry does not know of.
"""

import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Final

from hub.core import codes
from hub.core.attachments import NoRoomError, Part, Parts, Upload
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord
from hub.core.values import US_PER_S, new_id, now_us
from hub.store.claim_check import Hash, PartWriter, SegmentedClaimCheck, new_part

NOTED_EVERY_BYTES: Final = 16 * 1024 * 1024
NOTED_EVERY_S: Final = 5.0
"""How much of a piece may have to be sent again after its node was killed."""
HASHES_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What is taken of one document, of one client, and for how long."""

    document_bytes: int = 5 * 1000**3
    client_bytes: int = 50 * 1000**3
    reserve_bytes: int = 1000**3
    """What stays free on the disk."""
    unused_s: float = 7 * 24 * 3600
    unfinished_s: float = 24 * 3600


class Uploads:
    """Takes documents in. Safe for any number of concurrent calls; each holds one segment in memory."""

    def __init__(
        self, claim_check: SegmentedClaimCheck, limits: UploadLimits, clock_us: Callable[[], int] = now_us
    ) -> None:
        self._claim_check = claim_check
        self._registry = claim_check.registry
        self.limits = limits
        self._clock_us = clock_us
        self._hashes: dict[tuple[str, int], hashlib._Hash] = {}
        """Running digests of uploads that paused, so that a node that goes on need not read what it wrote."""

    async def begin(
        self, client: ClientRecord, size: int, media_type: str, *, is_exact: bool = True
    ) -> Upload:
        """A new upload; ``size`` is -1 where it is not known, and an upper bound where it is not exact.

        Raises ExchangeError, NotRecordedError.
        """
        limits = self.limits
        if size > limits.document_bytes:
            raise ExchangeError(codes.DOCUMENT_TOO_LARGE, f"at most {limits.document_bytes} bytes are taken")
        if await self._registry.held_bytes(client.name) + max(size, 1) > limits.client_bytes:
            raise ExchangeError(codes.DOCUMENT_QUOTA, f"{limits.client_bytes} bytes in all")
        if await self._claim_check.segments.room() - max(size, 0) < limits.reserve_bytes:
            raise ExchangeError(codes.DOCUMENT_NO_ROOM, retry_after_s=600)
        until_us = self._in(limits.unfinished_s)
        upload = Upload(new_id(), client.name, size if is_exact else -1, media_type, until_us)
        await self._registry.begin(upload)
        return upload

    async def find(self, upload_id: str, client: ClientRecord) -> Upload:
        """A client's upload. Raises ExchangeError UPLOAD_UNKNOWN, NotRecordedError."""
        upload = await self._registry.upload(upload_id, client.name)
        if upload is None:
            raise ExchangeError(codes.UPLOAD_UNKNOWN)
        return upload

    async def abandon(self, upload_id: str, client: ClientRecord) -> None:
        """Give an upload up. Raises ExchangeError UPLOAD_UNKNOWN, NotRecordedError."""
        if not await self._registry.abandon(upload_id, client.name, self._clock_us()):
            raise ExchangeError(codes.UPLOAD_UNKNOWN)

    async def append(
        self,
        upload: Upload,
        offset: int,
        chunks: AsyncIterator[bytes],
        *,
        checksum: "tuple[Hash, str] | None" = None,
        is_last: bool = False,
        stated: str = "",
        media_type: Callable[[], str] | None = None,
    ) -> Upload:
        """Add what comes at an offset; the upload is complete once it has its size, or with its last piece.

        What has come before ``chunks`` fails counts, unless the piece has a checksum (a hash and the hex digest that
        it must come to): then it counts whole or not at all. ``stated`` is the hex SHA-256 that the whole must have;
        an upload that has another is given up. ``media_type`` tells it where only the content does. Raises ExchangeError, NotRecordedError, and what
        ``chunks`` raises.
        """
        part = new_part()
        opened = await self._registry.open_part(upload.id, upload.client, offset, part)
        if opened is None:
            raise ExchangeError(codes.UPLOAD_OFFSET, "ask where it stands with HEAD")
        digest = await self._digest_at(opened, offset)
        writing = _Writing(self, opened, self._claim_check.writer(part, digest, *(checksum or ())[:1]))
        try:
            await writing.take(chunks, counts_only_whole=checksum is not None)
        except ExchangeError:
            if checksum is None:
                await self._keep(writing, digest)
            raise
        await writing.store_rest()
        if checksum is not None and checksum[0].hexdigest() != checksum[1]:
            await self._claim_check.segments.remove(part)
            raise ExchangeError(codes.UPLOAD_CHECKSUM)
        grown = await self._keep(writing, digest)
        if is_last and grown.size < 0:
            grown = replace(grown, size=grown.offset)
        if media_type is not None:
            grown = replace(grown, media_type=media_type())
        return await self._complete(grown, part, stated) if grown.offset == grown.size else grown

    async def _keep(self, writing: "_Writing", digest: "hashlib._Hash") -> Upload:
        grown = await writing.finish()
        if len(self._hashes) >= HASHES_KEPT:
            self._hashes.pop(next(iter(self._hashes)))
        self._hashes[grown.id, grown.offset] = digest
        return grown

    async def _complete(self, upload: Upload, part: str, stated: str) -> Upload:
        digest = (await self._digest_at(upload, upload.offset)).hexdigest()
        if stated and stated != digest:
            await self._registry.abandon(upload.id, upload.client, self._clock_us())
            raise ExchangeError(codes.DOCUMENT_DIGEST)
        until_us = self._in(self.limits.unused_s)
        if not await self._registry.complete(
            upload.id,
            part,
            digest=digest,
            media_type=upload.media_type,
            since_us=self._clock_us(),
            until_us=until_us,
        ):
            raise ExchangeError(codes.UPLOAD_OFFSET, "it was continued elsewhere meanwhile")
        return replace(upload, digest=digest)

    async def _digest_at(self, upload: Upload, offset: int) -> "hashlib._Hash":
        """The running digest so far: remembered, or read again from what is stored."""
        found = self._hashes.pop((upload.id, offset), None)
        return found if found is not None else await self._claim_check.digest_of(upload.parts)

    def _in(self, seconds: float) -> int:
        return self._clock_us() + int(seconds * US_PER_S)

    async def note(self, upload: Upload, part: str, parts: Parts) -> None:
        """Note how much is on disk. Raises ExchangeError where somebody else writes it now."""
        if not await self._registry.grow(upload.id, part, parts, self._in(self.limits.unfinished_s)):
            raise ExchangeError(codes.UPLOAD_OFFSET, "it is continued elsewhere")


class _Writing:
    """One piece on its way to the disk."""

    def __init__(self, uploads: Uploads, upload: Upload, writer: PartWriter) -> None:
        self._uploads = uploads
        self._upload = upload
        self._writer = writer
        self._before = upload.parts[:-1]
        self._noted, self._noted_at = 0, time.monotonic()

    async def take(self, chunks: AsyncIterator[bytes], *, counts_only_whole: bool) -> None:
        offset, limits = self._upload.offset, self._uploads.limits
        most = self._upload.size if self._upload.size >= 0 else limits.document_bytes
        try:
            async for chunk in chunks:
                if offset + self._writer.taken + len(chunk) > most:
                    raise ExchangeError(codes.DOCUMENT_TOO_LARGE, headers={"Connection": "close"})
                await self._writer.write(chunk)
                if not counts_only_whole:
                    await self._note_if_due()
        except NoRoomError:
            raise ExchangeError(codes.DOCUMENT_NO_ROOM, retry_after_s=600) from None

    async def store_rest(self) -> Part:
        try:
            return await self._writer.finish()
        except NoRoomError:
            raise ExchangeError(codes.DOCUMENT_NO_ROOM, retry_after_s=600) from None

    async def finish(self) -> Upload:
        part = await self.store_rest()
        parts = (*self._before, part)
        await self._uploads.note(self._upload, part.id, parts)
        return replace(self._upload, parts=parts)

    async def _note_if_due(self) -> None:
        size, now = self._writer.size, time.monotonic()
        if size - self._noted >= NOTED_EVERY_BYTES or (
            size > self._noted and now - self._noted_at >= NOTED_EVERY_S
        ):
            await self._uploads.note(
                self._upload, self._writer.id, (*self._before, Part(self._writer.id, size))
            )
            self._noted, self._noted_at = size, now
