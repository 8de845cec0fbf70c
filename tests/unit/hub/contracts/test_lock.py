import hashlib

import pytest

from hub.contracts.lock import LOCK_FILE, verify_lock, write_lock
from hub.core.findings import LintError
from tests.unit.hub.contracts.folders import RELEASED, Folder, obj

VERSIONS = {"1.0": RELEASED, "1.1": RELEASED, "2.0": "{status: draft}"}
FILES = (
    "a/1.0.reply.schema.json",
    "a/1.0.request.schema.json",
    "a/1.1.reply.schema.json",
    "a/1.1.request.schema.json",
)


def verify(folder: Folder) -> list[tuple[str, int, str]]:
    return [(f.path, f.line, f.rule) for f in verify_lock(folder.root, folder.load().contracts.values())]


@pytest.fixture
def locked(folder: Folder) -> Folder:
    folder.contract("a", obj(), versions=VERSIONS)
    assert write_lock(folder.root, folder.load().contracts.values()) == FILES
    return folder


def test_the_lock_holds_the_digests_of_what_is_released_and_of_nothing_else(locked: Folder) -> None:
    lines = (locked.root / LOCK_FILE).read_text().splitlines()
    assert lines == [f"{hashlib.sha256((locked.root / f).read_bytes()).hexdigest()}  {f}" for f in FILES]
    assert verify(locked) == []


def test_a_released_schema_that_changed_by_one_byte_is_found(locked: Folder) -> None:
    path = locked.root / FILES[1]
    path.write_bytes(path.read_bytes() + b"\n")
    assert verify(locked) == [(FILES[1], 0, "lock.changed")]
    before = (locked.root / LOCK_FILE).read_bytes()
    with pytest.raises(LintError, match=r"lock\.changed"):
        write_lock(locked.root, locked.load().contracts.values())
    assert (locked.root / LOCK_FILE).read_bytes() == before


def test_a_released_version_that_is_a_draft_again_is_found(locked: Folder) -> None:
    locked.contract("a", obj(), versions=VERSIONS | {"1.1": "{status: draft}"})
    assert verify(locked) == [(FILES[2], 0, "lock.missing"), (FILES[3], 0, "lock.missing")]


def test_a_retired_version_stays_locked(locked: Folder) -> None:
    retired = "{status: retired, released: 2026-11-22, sunset: 2027-01-01}"
    locked.contract("a", obj(), versions=VERSIONS | {"1.0": retired})
    assert verify(locked) == []


def test_what_was_released_since_is_found_and_added(locked: Folder) -> None:
    locked.contract("b", obj(), pattern="publish-subscribe")
    assert verify(locked) == [("b/1.0.request.schema.json", 0, "lock.unlocked")]
    assert write_lock(locked.root, locked.load().contracts.values()) == ("b/1.0.request.schema.json",)
    assert verify(locked) == []


def test_a_draft_may_change(locked: Folder) -> None:
    locked.write("a/2.0.request.schema.json", {"type": "array"})
    assert verify(locked) == []


@pytest.mark.parametrize("line", ["x  a/1.0.request.schema.json", "{digest} a", "{digest}  {again}", ""])
def test_a_damaged_lock_file_is_found(locked: Folder, line: str) -> None:
    path = locked.root / LOCK_FILE
    path.write_text(path.read_text() + line.format(digest="0" * 64, again=FILES[0]) + "\n")
    assert verify(locked) == [(LOCK_FILE, 5, "lock.malformed")]


def test_without_a_lock_file_everything_released_is_unlocked(folder: Folder) -> None:
    folder.contract("a", obj())
    assert {rule for _, _, rule in verify(folder)} == {"lock.unlocked"}
