"""Readiness tells the truth about the key and the disk."""

from pathlib import Path

from hub.app.readiness import disk_has_room, key_seals
from hub.core.errors import NotRecordedError
from tests.fakes.sealer import FakeSealer


class Keyless(FakeSealer):
    def seal(self, plain: bytes, context: bytes) -> bytes:
        raise NotRecordedError("the database did not answer for a data key")


class Forgetful(FakeSealer):
    def open(self, sealed: bytes, context: bytes) -> bytes:
        return b"something else"


async def test_a_key_that_seals_is_well() -> None:
    assert await key_seals(FakeSealer())() == ""


async def test_a_key_that_cannot_be_had_is_told() -> None:
    assert "data key" in await key_seals(Keyless())()
    assert "does not open" in await key_seals(Forgetful())()


async def test_a_disk_with_room_is_well(tmp_path: Path) -> None:
    assert await disk_has_room(tmp_path, 1)() == ""


async def test_a_disk_without_room_is_told_with_what_to_do(tmp_path: Path) -> None:
    said = await disk_has_room(tmp_path, 1 << 60)()
    assert "PEYVAND_MIN_FREE_BYTES" in said
    assert str(tmp_path) in said


async def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert "cannot be looked at" in await disk_has_room(tmp_path / "gone", 1)()
