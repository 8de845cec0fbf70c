"""SIGTERM: what is under way is finished, nobody is cut off, and it ends in time."""

import http.client
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.system.hub_process import INQUIRY, PAYMENT, SALE, TITLE, Answer, Outside, outside, whole
from tests.system.peyvand_process import WITHIN_S, start_hub
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = [pytest.mark.system, pytest.mark.faults]
OFFICE, BANK = "registry_office", "behpardakht"
DRAIN_S = 5


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city"), PEYVAND_DRAIN_S=str(DRAIN_S)) as there:
        yield there
        assert "Traceback" not in there.log()


@pytest.fixture
def there(city: Outside) -> Outside:
    """A fresh hub on the same store."""
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    if city.hub.process.poll() is not None:
        city.hub = start_hub(city.where)
    return city


def stopped(there: Outside) -> int:
    """Wait for the hub's end and give its status."""
    there.hub.process.communicate(timeout=WITHIN_S)
    return int(there.hub.process.returncode)


def sending(there: Outside, name: str, got: dict[str, Answer | None]) -> None:
    """One client with one connection that it keeps, until it is sent away or nobody listens any more."""
    address = urlsplit(there.hub.public)
    line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=WITHIN_S)
    headers = {"Authorization": f"Bearer {there.key}", "Content-Type": "application/json"}
    for number in range(10_000):
        case = f"{name}-{number}"
        try:
            line.connect() if line.sock is None else None
        except OSError:
            return  # nobody listens: nothing was sent
        got[case] = None
        try:
            line.request("POST", f"/exchange/{TITLE}/v1", json.dumps(INQUIRY), headers | {"Case-Id": case})
            got[case] = whole(line.getresponse())
        except (OSError, http.client.HTTPException):
            return
        if got[case].status != 200:
            line.close()
            return


def test_under_load_everybody_is_answered(there: Outside) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.1)
    got: dict[str, Answer | None] = {}
    threads = [threading.Thread(target=sending, args=(there, f"t{number}", got)) for number in range(16)]
    for thread in threads:
        thread.start()
    while len(got) < 100:
        pass
    there.hub.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert stopped(there) == 0
    there.hub = start_hub(there.where)
    for case, answer in got.items():
        listed = there.ask("GET", f"/exchanges?case_id={case}").json["exchanges"]
        if answer is None:  # it came when the last had been served: it was not taken
            assert listed == []
        elif answer.status == 200:
            assert [each["state"] for each in listed] == ["completed"]
        else:
            assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "hub.stopping", "1")
            assert listed == []


def test_a_payment_that_a_worker_is_making_is_finished_first(there: Outside) -> None:
    there.partners.mode(BANK, "slow", delay_s=0.8)
    accepted = there.post(PAYMENT, SALE, ("Prefer", "respond-async"))
    while there.shown(accepted.exchange_id)["state"] != "delivering":
        pass
    there.hub.process.send_signal(signal.SIGTERM)
    assert stopped(there) == 0
    assert there.recorded(accepted.exchange_id)["state"] == "completed"


def test_who_only_waits_is_told_how_things_stand(there: Outside) -> None:
    there.partners.mode(OFFICE, "down")
    accepted = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    got: list[Answer] = []
    waiting = threading.Thread(
        target=lambda: got.append(there.ask("GET", f"/exchanges/{accepted.exchange_id}?wait=60"))
    )
    waiting.start()
    while there.shown(accepted.exchange_id)["state"] != "waiting_retry":
        pass
    there.hub.process.send_signal(signal.SIGTERM)
    waiting.join(timeout=WITHIN_S / 2)
    assert (got[0].status, got[0].json["final"]) == (200, False)
    assert stopped(there) == 0


@pytest.mark.parametrize(
    ("contract", "document", "code"),
    [(TITLE, INQUIRY, "hub.stopping"), (PAYMENT, SALE, "partner.outcome_unknown")],
)
def test_what_takes_longer_than_draining_may_last_is_told_the_truth_and_taken_up_again(
    tmp_path: Path, contract: str, document: object, code: str
) -> None:
    with outside(tmp_path, PEYVAND_DRAIN_S="0") as there:
        for name in (OFFICE, BANK):
            manifest = there.where.folder / "adapters" / name / "manifest.yaml"
            patient = manifest.read_text("utf-8").replace("timeout: 1s", "timeout: 20s")
            manifest.write_text(patient, encoding="utf-8")
        assert there.hub.reload()[0] == 200
        there.partners.mode(BANK, "silent", times=1)
        there.partners.mode(OFFICE, "silent", times=1)
        got: list[Answer] = []
        asking = threading.Thread(target=lambda: got.append(there.post(contract, document, ("Case-Id", "c"))))
        asking.start()
        while not sum(there.ledger().values()):
            pass
        there.hub.process.send_signal(signal.SIGTERM)
        asking.join()
        assert stopped(there) == 0
        assert got[0].code == code
        there.hub = start_hub(there.where)
        shown = there.shown(got[0].json["exchange_id"], wait_s=60)
        assert shown["state"] == "completed"
        assert there.partners.calls(OFFICE if contract == TITLE else BANK)["side_effects"] == 1


def test_two_hubs_on_one_store(there: Outside) -> None:
    done = there.where.run("serve")
    assert done.returncode != 0
    assert "another hub serves" in done.stderr
    assert "PEYVAND_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert there.post(TITLE, INQUIRY).status == 200
