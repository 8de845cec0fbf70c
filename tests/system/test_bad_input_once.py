"""Asking twice, asking later, asking too much: one exchange for one key, and an answer to everybody."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.system.hub_process import INQUIRY, PAYMENT, SALE, TITLE, Answer, Outside, outside
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
OFFICE, BANK = "registry_office", "behpardakht"
MAX_IN_FLIGHT = 8


@pytest.fixture(scope="module")
def city(set_up: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(
        tmp_path_factory.mktemp("city"),
        PEYVAND_MAX_IN_FLIGHT=str(MAX_IN_FLIGHT),
        PEYVAND_MAX_BODIES_BYTES="1024",
        PEYVAND_MAX_BODY_BYTES="300000",
        PEYVAND_WORKERS_PER_PARTNER="1",
    ) as there:
        yield there
        log = there.log()
        assert [secret for secret in there.secrets() if secret in log] == []
        assert "Traceback" not in log


@pytest.fixture
def there(city: Outside) -> Outside:
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    return city


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    got: list[Answer] = []
    threads = [threading.Thread(target=lambda n=n: got.append(act(n))) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == count
    return got


def test_a_key_given_twice(there: Outside) -> None:
    first, second = (there.post(PAYMENT, SALE, ("Idempotency-Key", "twice")) for _ in range(2))
    assert (first.status, first.body, first.exchange_id) == (200, second.body, second.exchange_id)
    assert there.ledger()[BANK] == 1


def test_a_key_given_by_all_at_once(there: Outside) -> None:
    there.partners.mode(BANK, "slow", delay_s=0.3)
    got = at_once(MAX_IN_FLIGHT, lambda _: there.post(PAYMENT, SALE, ("Idempotency-Key", "at once")))
    assert {answer.status for answer in got} == {200}
    assert len({answer.exchange_id for answer in got}) == 1
    assert len({answer.body for answer in got}) == 1
    assert there.ledger()[BANK] == 1


def test_a_key_for_another_message(there: Outside) -> None:
    first = there.post(PAYMENT, SALE, ("Idempotency-Key", "other"))
    second = there.post(PAYMENT, SALE | {"amount_rial": 1}, ("Idempotency-Key", "other"))
    assert (second.status, second.code) == (422, "idempotency.key_reused")
    assert second.exchange_id != first.exchange_id
    assert there.shown(second.exchange_id)["state"] == "rejected"
    assert there.ledger()[BANK] == 1


def test_a_key_is_its_client_s_own(there: Outside) -> None:
    key = there.add_client("second", PAYMENT)
    there.until_known("second")
    first = there.post(PAYMENT, SALE, ("Idempotency-Key", "own"))
    second = there.post(PAYMENT, SALE, ("Idempotency-Key", "own"), key=key)
    assert first.exchange_id != second.exchange_id


def test_a_key_in_other_hands_of_the_same_message_but_asked_to_wait(there: Outside) -> None:
    first = there.post(TITLE, INQUIRY, ("Idempotency-Key", "later"), ("Prefer", "respond-async"))
    second = there.post(TITLE, INQUIRY, ("Idempotency-Key", "later"))
    assert (first.status, second.status) == (202, 200)
    assert first.exchange_id == second.exchange_id
    assert there.ledger()[OFFICE] == 1


def test_asking_later(there: Outside) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.5)
    accepted = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    assert accepted.json == {"exchange_id": accepted.exchange_id, "state": "accepted"}
    now = there.shown(accepted.exchange_id)
    assert (now["final"], "reply" in now) == (False, False)
    later = there.ask("GET", accepted.headers["location"] + "?wait=20").json
    assert (later["state"], later["final"]) == ("completed", True)
    assert later["reply"].keys() == there.post(TITLE, INQUIRY).json.keys()


def test_waiting_long_enough_and_not_long_enough(there: Outside) -> None:
    assert there.post(TITLE, INQUIRY, ("Prefer", "wait=20")).status == 200
    there.partners.mode(OFFICE, "lost_reply", times=1)
    told = there.post(TITLE, INQUIRY, ("Prefer", "wait=0"))
    assert told.status == 202
    assert there.shown(told.exchange_id, wait_s=20)["state"] == "completed"


def test_cancelling_what_has_not_been_delivered_and_what_has(there: Outside) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.8)
    first = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    while there.shown(first.exchange_id)["state"] != "delivering":
        pass
    under_way = there.ask("POST", f"/exchanges/{first.exchange_id}/cancel")
    assert (under_way.status, under_way.code) == (409, "exchange.not_cancellable")
    second = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    cancelled = there.ask("POST", f"/exchanges/{second.exchange_id}/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    there.partners.mode(OFFICE, "up")
    assert there.shown(first.exchange_id, wait_s=20)["state"] == "completed"
    assert there.shown(second.exchange_id)["state"] == "cancelled"
    assert second.exchange_id not in {call["request_id"] for call in there.partners.calls(OFFICE)["calls"]}
    twice = there.ask("POST", f"/exchanges/{second.exchange_id}/cancel")
    assert (twice.status, twice.json["state"]) == (200, "cancelled")


def test_more_at_once_than_can_be_carried(there: Outside) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.5)
    got = at_once(MAX_IN_FLIGHT * 5, lambda _: there.post(TITLE, INQUIRY))
    assert {answer.status for answer in got} == {200, 503}
    refused = [answer for answer in got if answer.status == 503]
    assert {(answer.code, answer.headers["retry-after"]) for answer in refused} == {("hub.overloaded", "1")}
    assert there.ledger()[OFFICE] == len(got) - len(refused) >= MAX_IN_FLIGHT
    there.partners.mode(OFFICE, "up")
    assert there.post(TITLE, INQUIRY).status == 200


def test_more_in_bodies_than_can_be_held(there: Outside) -> None:
    """One of the largest always has room; while it is arriving, a second one has not."""
    with there.connect() as line:
        line.sendall(there.head(TITLE, b"Content-Length: 290000") + b"\r\n" + b" " * 280_000)
        while (answer := there.post(TITLE, b" " * 200_000)).status == 400:
            pass
        assert (answer.status, answer.code) == (503, "hub.overloaded")
        assert there.shown(answer.exchange_id)["state"] == "rejected"
    while there.post(TITLE, b" " * 200_000).status != 400:
        pass
