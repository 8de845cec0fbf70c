"""What lies on the disk of a large document, and what becomes of it when the disk lies or fails."""

import os
from collections.abc import AsyncIterator

import pytest

from hub.core.attachments import SEGMENT_BYTES, NoRoomError, Part
from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError
from hub.store.attachments.registry import Registry
from hub.store.claim_check import SegmentedClaimCheck
from tests.conformance.test_claim_check import read, stream
from tests.fakes.attachments import FakeSegments, fake_registry
from tests.fakes.sealer import FakeSealer

WHOLE = os.urandom(2 * SEGMENT_BYTES + 100)


@pytest.fixture
def segments() -> FakeSegments:
    return FakeSegments()


@pytest.fixture
def registry() -> Registry:
    return fake_registry()


@pytest.fixture
def check(registry: Registry, segments: FakeSegments) -> SegmentedClaimCheck:
    return SegmentedClaimCheck(registry, segments, FakeSealer())


async def stored(check: SegmentedClaimCheck, whole: bytes = WHOLE) -> tuple[str, Part]:
    digest = await check.put(stream([whole]))
    found = await check.registry.content(digest)
    assert found is not None
    return digest, found.parts[0]


async def test_a_document_lies_in_segments_of_one_size(
    check: SegmentedClaimCheck, segments: FakeSegments
) -> None:
    _, part = await stored(check)
    assert sorted(segments.stored) == [(part.id, 0), (part.id, 1), (part.id, 2)]
    assert all(WHOLE[:100] not in sealed for sealed in segments.stored.values())


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 1),
        (5, 5),
        (SEGMENT_BYTES - 1, SEGMENT_BYTES + 1),
        (SEGMENT_BYTES, 2 * SEGMENT_BYTES + 100),
        (7, 9),
    ],
)
async def test_a_range_is_read_without_the_rest(check: SegmentedClaimCheck, start: int, stop: int) -> None:
    _, part = await stored(check)
    assert b"".join([piece async for piece in check.read((part,), start, stop)]) == WHOLE[start:stop]


async def test_ranges_go_over_the_bounds_of_parts(check: SegmentedClaimCheck) -> None:
    _, one = await stored(check, b"abcde")
    _, two = await stored(check, b"fgh")
    assert b"".join([piece async for piece in check.read((one, two), 3, 7)]) == b"defg"
    assert b"".join([piece async for piece in check.read((one, two))]) == b"abcdefgh"


async def test_segments_do_not_open_in_anothers_place(
    check: SegmentedClaimCheck, segments: FakeSegments
) -> None:
    digest, part = await stored(check)
    segments.stored[part.id, 0], segments.stored[part.id, 1] = (
        segments.stored[part.id, 1],
        segments.stored[part.id, 0],
    )
    with pytest.raises(DocumentDamagedError):
        await read(check, digest)


async def test_a_segment_that_is_gone_is_missing(check: SegmentedClaimCheck, segments: FakeSegments) -> None:
    digest, part = await stored(check)
    del segments.stored[part.id, 2]
    with pytest.raises(DocumentMissingError):
        await read(check, digest)


async def test_a_whole_that_is_not_its_digest_is_never_read_to_its_end(check: SegmentedClaimCheck) -> None:
    digest, _ = await stored(check)
    other, part = await stored(check, WHOLE[:-1] + b"\0")
    attachment = await check.registry.content(digest)
    assert attachment is not None
    forged = type(attachment)(digest, part.size, "", (part,))
    reading, given = check.whole(forged), 0
    for _ in range(2):
        given += len(await anext(reading))
    with pytest.raises(DocumentDamagedError):
        await anext(reading)
    assert given < len(WHOLE)
    assert other != digest


@pytest.mark.parametrize("trouble", [{"is_broken": True}, {"free": 10}])
async def test_what_cannot_be_stored_is_left_as_waste_only(
    check: SegmentedClaimCheck, segments: FakeSegments, registry: Registry, trouble: dict[str, int]
) -> None:
    for name, value in trouble.items():
        setattr(segments, name, value)
    with pytest.raises((NotRecordedError, NoRoomError)):
        await check.put(stream([WHOLE]))
    assert len(await registry.collect(0)) == 1


async def test_a_broken_off_stream_is_left_as_waste_only(
    check: SegmentedClaimCheck, registry: Registry, segments: FakeSegments
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield WHOLE
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await check.put(broken())
    (waste,) = await registry.collect(0)
    assert {part for part, _ in segments.stored} == {waste.part}
