"""A claim check in memory."""

import hashlib
from collections.abc import AsyncIterator

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError

_PIECE_BYTES = 256 * 1024


class FakeClaimCheck:
    """Set ``is_broken`` to have the disk fail."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.is_broken = False

    async def put(self, chunks: AsyncIterator[bytes]) -> str:
        whole = b"".join([chunk async for chunk in chunks])
        if self.is_broken:
            raise NotRecordedError("the fake claim check was told to fail")
        digest = hashlib.sha256(whole).hexdigest()
        self.documents[digest] = whole
        return digest

    async def get(self, digest: str) -> AsyncIterator[bytes]:
        if digest not in self.documents:
            raise DocumentMissingError(digest)
        whole = self.documents[digest]
        if hashlib.sha256(whole).hexdigest() != digest:
            raise DocumentDamagedError(digest)
        for start in range(0, len(whole), _PIECE_BYTES):
            yield whole[start : start + _PIECE_BYTES]

    async def delete(self, digest: str) -> None:
        self.documents.pop(digest, None)
