"""kill -9 at every boundary of an exchange: it ends all the same, once, and as its sender was told (G2, G3)."""

import http.client
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.runtime.fault_points import FaultPoint
from tests.system.hub_process import INQUIRY, PAYMENT, SALE, TITLE, Answer, Outside, outside
from tests.system.peyvand_process import WITHIN_S, start_hub
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = [pytest.mark.system, pytest.mark.faults]
OFFICE, BANK = "registry_office", "behpardakht"
VERIFY, ASK = "bpVerifyRequest", "bpInquiryRequest"
P = FaultPoint


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        yield there
        assert [secret for secret in there.secrets() if secret in there.log()] == []


@pytest.fixture
def there(city: Outside) -> Outside:
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    return city


def die(there: Outside) -> None:
    """As the machine would have it: without a word. It may be dead already."""
    if there.hub.process.stdout is not None and not there.hub.process.stdout.closed:
        there.hub.kill()


def restart(there: Outside, point: str = "") -> None:
    """End the hub if it is there, and start another one on the same store; it may be one that is to die."""
    die(there)
    environment = {"PEYVAND_FAULT_POINT": point, "PEYVAND_FAULT_POINTS_ALLOWED": "1"} if point else {}
    there.hub = start_hub(there.where, partners=environment)


@dataclass
class Told:
    """What an outsider wrote down: for each of its keys what it was told, if anything."""

    answers: dict[str, Answer | None]

    @classmethod
    def nothing(cls) -> "Told":
        return cls({})

    def ask(
        self, there: Outside, contract: str, document: Any, key: str, *headers: tuple[str, str]
    ) -> Answer | None:
        try:
            answer = there.post(contract, document, ("Idempotency-Key", key), ("Case-Id", key), *headers)
        except (OSError, http.client.HTTPException):
            self.answers[key] = None
        else:
            self.answers[key] = answer
        return self.answers[key]


def ends(there: Outside, case_id: str) -> list[Any]:
    """All exchanges of a case, each followed to its end."""
    listed = there.ask("GET", f"/exchanges?case_id={case_id}").json["exchanges"]
    shown = [there.shown(each["exchange_id"], wait_s=60) for each in listed]
    assert all(each["final"] for each in shown), shown
    return shown


def states(shown: Any) -> list[str]:
    return [line["state"] for line in shown["history"]]


# An attended inquiry: the sender waits, the hub dies, the partner takes repetitions

INQUIRED = {
    P.BEFORE_FIRST_RECORD: (0, []),
    P.AFTER_DELIVERING: (1, ["received", "accepted", "delivering", "uncertain", "delivering", "completed"]),
    P.AFTER_ANSWERED: (2, ["received", "accepted", "delivering", "uncertain", "delivering", "completed"]),
    P.AFTER_COMPLETED: (1, ["received", "accepted", "delivering", "completed"]),
}


@pytest.mark.parametrize("point", INQUIRED)
def test_an_inquiry_survives_the_death_of_the_hub(there: Outside, point: FaultPoint) -> None:
    calls, history = INQUIRED[point]
    restart(there, point)
    told = Told.nothing()
    key = f"inquiry-{point}"
    assert told.ask(there, TITLE, INQUIRY, key) is None
    assert there.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    restart(there)
    found = ends(there, key)
    assert [states(each) for each in found] == ([history] if history else [])
    ledger = there.partners.calls(OFFICE)
    assert (ledger["count"], ledger["side_effects"]) == (calls, min(calls, 1))
    assert {call["request_id"] for call in ledger["calls"]} == {each["exchange_id"] for each in found}
    # The sender asks again under its key, and is told of the same exchange.
    again = told.ask(there, TITLE, INQUIRY, key)
    assert again is not None
    assert again.status == 200
    if found:
        assert (again.exchange_id, again.json) == (found[0]["exchange_id"], found[0]["reply"])
    assert there.partners.calls(OFFICE)["side_effects"] == 1


# An attended payment: the partner takes no repetitions, and answers how a payment stands

PAID = {
    P.BEFORE_FIRST_RECORD: ([], None),
    P.AFTER_DELIVERING: (
        [ASK, VERIFY],
        ["delivering", "uncertain", "uncertain", "uncertain", "delivering", "completed"],
    ),
    P.AFTER_ANSWERED: ([VERIFY, ASK], ["delivering", "uncertain", "uncertain", "completed"]),
    P.AFTER_COMPLETED: ([VERIFY], ["delivering", "completed"]),
}


@pytest.mark.parametrize("point", PAID)
def test_a_payment_is_asked_about_and_never_repeated_blindly_whenever_the_hub_dies(
    there: Outside, point: FaultPoint
) -> None:
    operations, history = PAID[point]
    restart(there, point)
    told = Told.nothing()
    key = f"payment-{point}"
    assert told.ask(there, PAYMENT, SALE, key) is None
    assert there.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    restart(there)
    assert [states(each) for each in ends(there, key)] == (
        [["received", "accepted", *history]] if history else []
    )
    calls = there.partners.calls(BANK)
    assert [call["operation"] for call in calls["calls"]] == operations
    assert calls["side_effects"] == (1 if history else 0)
    again = told.ask(there, PAYMENT, SALE, key)
    assert again is not None
    assert (again.status, again.json["result"]) == (200, "verified")
    assert there.partners.calls(BANK)["side_effects"] == 1


# What nobody waits for: a worker carries it

LATER = {
    P.BEFORE_FIRST_RECORD: (False, 0),
    P.AFTER_ACCEPTED: (False, 1),
    P.AFTER_DELIVERING: (True, 1),
    P.AFTER_ANSWERED: (True, 2),
    P.AFTER_COMPLETED: (True, 1),
}


@pytest.mark.parametrize("point", LATER)
def test_a_promise_outlives_the_hub_that_gave_it(there: Outside, point: FaultPoint) -> None:
    is_promised, calls = LATER[point]
    restart(there, point)
    told = Told.nothing()
    key = f"later-{point}"
    promise = told.ask(there, TITLE, INQUIRY, key, ("Prefer", "respond-async"))
    assert there.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    restart(there)
    found = ends(there, key)
    assert [each["state"] for each in found] == (["completed"] if calls else [])
    if is_promised and promise is not None:
        assert promise.status == 202
        assert [each["exchange_id"] for each in found] == [promise.exchange_id]
    assert there.partners.calls(OFFICE)["count"] == calls


def test_a_worker_s_payment_that_was_cut_off_is_asked_about(there: Outside) -> None:
    restart(there, P.AFTER_ANSWERED)
    told = Told.nothing()
    told.ask(there, PAYMENT, SALE, "worker-payment", ("Prefer", "respond-async"))
    assert there.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    restart(there)
    assert [each["state"] for each in ends(there, "worker-payment")] == ["completed"]
    calls = there.partners.calls(BANK)
    assert [call["operation"] for call in calls["calls"]] == [VERIFY, ASK]
    assert calls["side_effects"] == 1


# Natural points: while the partner works, and after it lost its reply


@pytest.mark.parametrize(("mode", "parameters"), [("silent", {"work": True}), ("slow", {"delay_s": 0.9})])
def test_death_while_the_partner_works(there: Outside, mode: str, parameters: dict[str, Any]) -> None:
    restart(there)
    there.partners.mode(OFFICE, mode, times=1, **parameters)
    there.partners.mode(BANK, mode, times=1, **parameters)
    told = Told.nothing()
    asking = [
        threading.Thread(target=told.ask, args=(there, TITLE, INQUIRY, f"w-inquiry-{mode}")),
        threading.Thread(target=told.ask, args=(there, PAYMENT, SALE, f"w-payment-{mode}")),
    ]
    for thread in asking:
        thread.start()
    while not (there.ledger()[OFFICE] and there.ledger()[BANK]):
        pass
    there.hub.kill()
    for thread in asking:
        thread.join()
    restart(there)
    (inquiry,) = ends(there, f"w-inquiry-{mode}")
    (payment,) = ends(there, f"w-payment-{mode}")
    assert (inquiry["state"], payment["state"]) == ("completed", "completed")
    assert [call["operation"] for call in there.partners.calls(BANK)["calls"]] == [VERIFY, ASK]
    assert there.partners.calls(BANK)["side_effects"] == 1
    assert there.partners.calls(OFFICE)["side_effects"] == 1


# Under load, at any moment


def test_under_load_every_death_leaves_a_journal_that_agrees_with_what_was_told(there: Outside) -> None:
    told = Told.nothing()
    number = iter(range(10_000))
    lock = threading.Lock()
    for death in range(4):
        restart(there)
        over = threading.Event()

        def sender(over: threading.Event = over) -> None:
            while not over.is_set():
                with lock:
                    name = f"load-{next(number)}"
                later = (("Prefer", "respond-async"),) if name.endswith("3") else ()
                told.ask(there, TITLE, INQUIRY, name, *later)

        threads = [threading.Thread(target=sender) for _ in range(8)]
        for thread in threads:
            thread.start()
        enough = len(told.answers) + 40 + death * 17
        while len(told.answers) < enough:
            pass
        there.hub.kill()
        over.set()
        for thread in threads:
            thread.join()
    restart(there)
    for name, answer in told.answers.items():
        found = ends(there, name)
        assert len(found) <= 1
        if answer is None:
            continue
        assert [each["exchange_id"] for each in found] == [answer.exchange_id]
        if answer.status == 200:
            assert (found[0]["state"], found[0]["reply"]) == ("completed", answer.json)
        else:
            assert (answer.status, found[0]["state"]) == (202, "completed")
    calls = there.partners.calls(OFFICE)
    assert calls["side_effects"] == len({call["request_id"] for call in calls["calls"]})


# Fault points themselves


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PEYVAND_FAULT_POINT": "after-delivering"}, "PEYVAND_FAULT_POINTS_ALLOWED"),
        ({"PEYVAND_FAULT_POINT": "nowhere", "PEYVAND_FAULT_POINTS_ALLOWED": "1"}, "after-delivering"),
    ],
)
def test_no_hub_dies_by_mistake(
    there: Outside, tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    done: subprocess.CompletedProcess[str] = there.where.run(
        "serve", PEYVAND_DATA_DIR=str(tmp_path / "var"), **environment
    )
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
