"""An exchange's endpoint may send the exchange's own documents, whole ones only."""

import os
from collections.abc import AsyncIterator

import pytest

from hub.core import codes
from hub.core.attachments import SEGMENT_BYTES, Use
from hub.core.errors import Code, ExchangeError, Outcome
from hub.core.values import now_us
from hub.runtime.attached import attached, nothing_attached
from hub.store.claim_check import SegmentedClaimCheck
from tests.fakes.attachments import FakeSegments, fake_registry
from tests.fakes.sealer import FakeSealer

WHOLE = os.urandom(2 * SEGMENT_BYTES + 100)
OURS, ANOTHERS = "exchange-1", "exchange-2"


@pytest.fixture
def segments() -> FakeSegments:
    return FakeSegments()


@pytest.fixture
def check(segments: FakeSegments) -> SegmentedClaimCheck:
    return SegmentedClaimCheck(fake_registry(), segments, FakeSealer())


async def claimed(check: SegmentedClaimCheck, exchange_id: str = OURS) -> str:
    async def content() -> AsyncIterator[bytes]:
        yield WHOLE

    digest = await check.put(content())
    assert await check.registry.claim(Use(exchange_id, "", now_us(), 2**60), [digest])
    return digest


async def refused(check: SegmentedClaimCheck, digest: str, exchange_id: str = OURS) -> Code:
    with pytest.raises(ExchangeError) as caught:
        await attached(check)(exchange_id)(digest)
    assert caught.value.code.outcome is Outcome.NOT_SENT
    return caught.value.code


async def test_it_can_be_read_as_often_as_it_is_sent(check: SegmentedClaimCheck) -> None:
    digest = await claimed(check)
    stream = await attached(check)(OURS)(digest)
    assert (stream.digest, stream.size) == (digest, len(WHOLE))
    for _ in range(2):
        chunks = [chunk async for chunk in stream.chunks()]
        assert b"".join(chunks) == WHOLE
        assert max(map(len, chunks)) <= SEGMENT_BYTES


async def test_another_exchanges_document_opens_nothing(check: SegmentedClaimCheck) -> None:
    assert await refused(check, await claimed(check, ANOTHERS)) is codes.DOCUMENT_LOST
    assert await refused(check, "no digest") is codes.DOCUMENT_LOST


async def test_what_is_not_whole_does_not_open(check: SegmentedClaimCheck, segments: FakeSegments) -> None:
    digest = await claimed(check)
    last = max(segments.stored)
    sealed = segments.stored.pop(last)
    assert await refused(check, digest) is codes.DOCUMENT_LOST
    segments.stored[last] = sealed[:-1] + bytes((sealed[-1] ^ 1,))
    assert await refused(check, digest) is codes.DOCUMENT_LOST


async def test_what_is_lost_meanwhile_has_no_end(check: SegmentedClaimCheck, segments: FakeSegments) -> None:
    digest = await claimed(check)
    stream = await attached(check)(OURS)(digest)
    segments.stored.pop(max(segments.stored))
    chunks, read = stream.chunks(), b""
    for _ in range(len(WHOLE) // SEGMENT_BYTES - 1):
        read += await anext(chunks)
    assert WHOLE.startswith(read)
    with pytest.raises(ExchangeError) as caught:
        await anext(chunks)
    assert caught.value.code is codes.DOCUMENT_LOST


async def test_a_hub_without_documents_has_none_to_send() -> None:
    with pytest.raises(ExchangeError, match=r"document\.lost"):
        await nothing_attached(OURS)("a" * 64)
