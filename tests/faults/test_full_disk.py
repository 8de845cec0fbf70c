"""A full disk: nobody is told that anything was done, nothing leaves, and it goes on when there is room again (G1)."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.hub_process import INQUIRY, PAYMENT, SALE, TITLE, Outside, outside

pytestmark = [pytest.mark.system, pytest.mark.faults]
OFFICE, BANK = "registry_office", "behpardakht"
DISK_MB = 12


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; needs the right to mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    if (
        os.geteuid() != 0
        or not (mount and umount)
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a small disk takes rights that this machine does not give")
    try:
        yield place
    finally:
        subprocess.run([str(umount), str(place)], check=True)


@pytest.fixture
def there(disk: Path, tmp_path: Path) -> Iterator[Outside]:
    with outside(tmp_path, PEYVAND_DATA_DIR=str(disk / "var")) as city:
        yield city
        assert "Traceback" not in city.log()


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    heap = disk / "heap"
    with heap.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"x" * size)
            except OSError:
                size //= 2
    return heap


def until_full(there: Outside) -> None:
    """What the store had set aside may still be used up."""
    while there.post(TITLE, INQUIRY).status == 200:
        pass


def test_a_full_disk_is_told_and_nothing_leaves_until_there_is_room(there: Outside, disk: Path) -> None:
    good = there.post(TITLE, INQUIRY, ("Case-Id", "before"))
    assert good.status == 200
    heap = fill(disk)
    until_full(there)
    before = there.ledger()
    for contract, document in ((TITLE, INQUIRY), (PAYMENT, SALE)):
        for more in ((), (("Prefer", "respond-async"),)):
            answer = there.post(contract, document, *more, ("Case-Id", "full"))
            assert (answer.status, answer.code) == (503, "hub.not_recorded")
            assert (answer.headers["retry-after"], answer.json["retryable"]) == ("1", True)
            assert "exchange_id" not in answer.json
    refused = there.post(TITLE, b"{}")
    assert (refused.status, refused.code) == (503, "hub.not_recorded")
    assert there.ledger() == before
    assert there.shown(good.exchange_id)["state"] == "completed"  # what was there can still be read
    heap.unlink()
    while (answer := there.post(TITLE, INQUIRY)).status != 200:
        assert answer.code == "hub.not_recorded"
    assert there.ask("GET", "/exchanges?case_id=full").json["exchanges"] == []
    assert there.post(PAYMENT, SALE).status == 200


def test_an_end_that_finds_no_room_is_not_told_as_a_success(there: Outside, disk: Path) -> None:
    """The disk fills while the partner works: a payment is in doubt, and its provider is asked once."""
    there.partners.mode(BANK, "slow", delay_s=0.8)
    paid: list[int] = []
    asking = threading.Thread(target=lambda: paid.append(answer_of(there)))
    asking.start()
    while not there.partners.calls(BANK)["count"]:
        pass
    heap = fill(disk)
    asking.join()
    heap.unlink()
    assert paid[0] in {504, 200}
    (listed,) = there.ask("GET", "/exchanges?case_id=sale").json["exchanges"]
    if paid[0] == 200:  # the room that the store had set aside was enough
        assert listed["state"] == "completed"
    assert there.partners.calls(BANK)["count"] == 1


def answer_of(there: Outside) -> int:
    answer = there.post(PAYMENT, SALE, ("Case-Id", "sale"))
    if answer.status != 200:
        assert answer.code == "partner.outcome_unknown"
    return answer.status
