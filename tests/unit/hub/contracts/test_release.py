from datetime import date
from pathlib import Path

import pytest

from hub.contracts.catalogue import UnknownVersionError
from hub.contracts.lock import LOCK_FILE, verify_lock, write_lock
from hub.contracts.release import NotADraftError, release
from hub.core.contract import Status
from hub.core.findings import LintError
from hub.core.values import ContractRef
from tests.unit.hub.contracts.folders import RELEASED, TEXT, Folder, obj

DAY = date(2027, 1, 20)
BLOCK = "\n    # not yet\n    status: draft   # ask the owner first"


def ref(text: str) -> ContractRef:
    return ContractRef.parse(text)


@pytest.fixture
def drafted(folder: Folder) -> Folder:
    folder.contract("a", obj(a=TEXT), versions={"1.0": RELEASED, "1.1": "{status: draft}", "1.2": BLOCK})
    write_lock(folder.root, folder.load().contracts.values())
    return folder


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_draft_is_released_on_its_day_and_locked(drafted: Folder) -> None:
    locked = release(drafted.root, ref("a@1.1"), DAY)
    assert locked == ("a/1.1.reply.schema.json", "a/1.1.request.schema.json")
    contracts = drafted.load().contracts
    version = contracts["a"].versions[ref("a@1.1").version]
    assert (version.status, version.released) == (Status.RELEASED, DAY)
    assert verify_lock(drafted.root, contracts.values()) == ()


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("a@1.1", '  "1.1": {status: released, released: 2027-01-20}\n'),
        ("a@1.2", "    status: released\n    released: 2027-01-20   # ask the owner first\n"),
    ],
)
def test_all_else_in_the_file_stays_as_it_is_written(drafted: Folder, version: str, line: str) -> None:
    path = drafted.root / "a" / "contract.yaml"
    before = path.read_text().splitlines()
    release(drafted.root, ref(version), DAY)
    after = path.read_text()
    assert line in after
    assert len(set(after.splitlines()) - set(before)) <= 2
    assert "# not yet" in after


def test_a_draft_that_does_not_get_along_is_not_released_and_nothing_changes(drafted: Folder) -> None:
    drafted.write("a/1.1.request.schema.json", obj(["a"], a=TEXT))
    before = contents(drafted.root)
    with pytest.raises(LintError) as caught:
        release(drafted.root, ref("a@1.1"), DAY)
    assert {finding.rule for finding in caught.value.findings} == {"compatibility.required-added"}
    assert contents(drafted.root) == before


def test_another_draft_that_does_not_get_along_is_no_obstacle(drafted: Folder) -> None:
    drafted.write("a/1.2.request.schema.json", obj(["a"], a=TEXT))
    assert release(drafted.root, ref("a@1.1"), DAY)


def test_a_broken_lock_stops_the_release_and_nothing_changes(drafted: Folder) -> None:
    drafted.write("a/1.0.request.schema.json", obj(a=TEXT, b=TEXT))
    drafted.write("a/1.1.request.schema.json", obj(a=TEXT, b=TEXT))
    before = contents(drafted.root)
    with pytest.raises(LintError, match=r"lock\.changed"):
        release(drafted.root, ref("a@1.1"), DAY)
    assert contents(drafted.root) == before
    assert (drafted.root / LOCK_FILE).exists()


def test_only_drafts_are_released(drafted: Folder) -> None:
    with pytest.raises(NotADraftError, match=r"a@1\.0 is released"):
        release(drafted.root, ref("a@1.0"), DAY)
    with pytest.raises(UnknownVersionError):
        release(drafted.root, ref("a@3.0"), DAY)
    with pytest.raises(UnknownVersionError):
        release(drafted.root, ref("b@1.0"), DAY)


def test_a_status_that_cannot_be_rewritten_is_left_alone(folder: Folder) -> None:
    folder.contract("a", obj(), versions={"1.0": '{"status" : draft}'})
    before = contents(folder.root)
    with pytest.raises(LintError, match=r"contract\.release"):
        release(folder.root, ref("a@1.0"), DAY)
    assert contents(folder.root) == before
