"""What every claim check promises."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable

import pytest

from hub.core.ports import ClaimCheck, DocumentMissingError


async def stream(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(claim_check: ClaimCheck, digest: str) -> bytes:
    return b"".join([piece async for piece in claim_check.get(digest)])


@pytest.mark.parametrize("size", [0, 1, 262_143, 262_144, 262_145, 524_288, 3_000_001])
async def test_a_document_comes_back_whole_under_its_digest(claim_check: ClaimCheck, size: int) -> None:
    whole = os.urandom(size)

    digest = await claim_check.put(stream(whole[at : at + 70_001] for at in range(0, size, 70_001)))

    assert digest == hashlib.sha256(whole).hexdigest()
    assert await read(claim_check, digest) == whole


async def test_pieces_are_small_however_it_was_stored(claim_check: ClaimCheck) -> None:
    digest = await claim_check.put(stream([bytes(5_000_000), b"", b"end"]))

    pieces = [piece async for piece in claim_check.get(digest)]
    assert max(map(len, pieces)) <= 1024 * 1024
    assert sum(map(len, pieces)) == 5_000_003


async def test_storing_again_changes_nothing(claim_check: ClaimCheck) -> None:
    once = await claim_check.put(stream([b"deed", b" 12"]))
    again = await claim_check.put(stream([b"de", b"ed 12"]))

    assert once == again
    assert await read(claim_check, once) == b"deed 12"


async def test_twins_may_be_stored_at_once(claim_check: ClaimCheck) -> None:
    digests = await asyncio.gather(*(claim_check.put(stream([b"plan"] * 1000)) for _ in range(8)))

    assert len(set(digests)) == 1
    assert await read(claim_check, digests[0]) == b"plan" * 1000


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "0" * 63 + "G", "A" * 64])
async def test_what_was_never_stored_is_missing(claim_check: ClaimCheck, digest: str) -> None:
    with pytest.raises(DocumentMissingError):
        await read(claim_check, digest)


async def test_a_deleted_document_is_missing(claim_check: ClaimCheck) -> None:
    digest = await claim_check.put(stream([b"deed"]))
    await claim_check.delete(digest)
    await claim_check.delete(digest)

    with pytest.raises(DocumentMissingError):
        await read(claim_check, digest)


async def test_a_broken_off_stream_leaves_nothing(claim_check: ClaimCheck) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"deed"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await claim_check.put(broken())
    with pytest.raises(DocumentMissingError):
        await read(claim_check, hashlib.sha256(b"deed").hexdigest())
