"""What every place for segments promises.

An S3-compatible store takes part where PEYVAND_TEST_S3_URL names a bucket, ``s3://bucket/prefix``, with AWS_… beside it.
"""

import os
from pathlib import Path

import pytest

from hub.core.attachments import Segments
from hub.core.ports import DocumentMissingError
from hub.store.attachments.file_segments import FileSegments
from hub.store.attachments.s3_segments import s3_segments
from tests.fakes.attachments import FakeSegments

S3_URL = os.environ.get("PEYVAND_TEST_S3_URL", "")


@pytest.fixture(params=["fake", "files", *(["s3"] if S3_URL else [])])
def segments(request: pytest.FixtureRequest, tmp_path: Path) -> Segments:
    if request.param == "fake":
        return FakeSegments()
    return s3_segments(S3_URL) if request.param == "s3" else FileSegments(tmp_path / "documents")


@pytest.fixture
def part() -> str:
    return os.urandom(16).hex()


async def test_a_segment_comes_back_as_it_was(segments: Segments, part: str) -> None:
    sealed = [os.urandom(size) for size in (1, 1024 * 1024 + 45)]
    for number, each in enumerate(sealed):
        await segments.put(part, number, each)
    assert [await segments.get(part, number) for number in (0, 1)] == sealed


async def test_what_was_never_stored_is_missing(segments: Segments, part: str) -> None:
    await segments.put(part, 0, b"x")
    with pytest.raises(DocumentMissingError):
        await segments.get(part, 1)
    with pytest.raises(DocumentMissingError):
        await segments.get("0" * 32, 0)


async def test_a_part_is_removed_whole_and_nothing_else(segments: Segments, part: str) -> None:
    other = os.urandom(16).hex()
    for number in range(120):
        await segments.put(part, number, b"x")
    await segments.put(other, 0, b"y")

    await segments.remove(part)
    await segments.remove(part)
    for number in (0, 119):
        with pytest.raises(DocumentMissingError):
            await segments.get(part, number)
    assert await segments.get(other, 0) == b"y"


async def test_it_has_room(segments: Segments) -> None:
    assert await segments.room() > 0
