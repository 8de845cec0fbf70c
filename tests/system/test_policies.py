"""Partner policies on a hub that serves: closed, used up, broken, and whose turn it is. On both set-ups."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.cluster import LATER, readiness, until
from tests.system.hub_process import IDENTITY, INQUIRY, PERSON, TITLE, Outside, outside
from tests.system.peyvand_process import start_hub
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
OFFICE, REGISTRY = "registry_office", "civil_registry"
NEVER_NOW = """availability:
  hours: {friday: ["00:00-00:01"], saturday: ["00:00-00:01"]}
  holidays: iran
"""


@pytest.fixture(scope="module")
def city(set_up: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        yield there
        assert "Traceback" not in there.log()


@pytest.fixture
def there(city: Outside) -> Iterator[Outside]:
    """Fresh partners; the manifests are as they were at the end."""
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    kept = {name: manifest_of(city, name).read_text("utf-8") for name in (OFFICE, REGISTRY)}
    yield city
    for name, text in kept.items():
        manifest_of(city, name).write_text(text, encoding="utf-8")
    assert city.hub.reload()[0] == 200


def manifest_of(there: Outside, partner: str) -> Path:
    return there.where.folder / "adapters" / partner / "manifest.yaml"


def say(there: Outside, partner: str, section: str) -> None:
    """Put a section into a partner's manifest, in force at once."""
    manifest = manifest_of(there, partner)
    manifest.write_text(manifest.read_text("utf-8") + section, encoding="utf-8")
    status, findings = there.hub.reload()
    assert status == 200, findings


def test_a_partner_outside_its_hours_is_not_called(there: Outside) -> None:
    say(there, OFFICE, NEVER_NOW)
    answer = there.post(TITLE, INQUIRY)
    assert (answer.status, answer.code) == (503, "partner.closed")
    assert int(answer.headers["retry-after"]) > 0
    later = there.post(TITLE, INQUIRY, LATER)
    until(lambda: there.shown(later.exchange_id)["state"] == "waiting_retry", "held until it opens")
    last = there.shown(later.exchange_id)["history"][-1]
    assert last["code"] == "partner.closed"
    assert there.ledger()[OFFICE] == 0
    assert there.post(IDENTITY, PERSON).status == 200  # another partner's hours are its own


def test_a_day_s_quota_outlives_the_hub(there: Outside) -> None:
    say(there, REGISTRY, "availability: {daily_quota: 2}\n")
    assert [there.post(IDENTITY, PERSON).status for _ in range(3)] == [200, 200, 503]
    there.hub.kill()
    there.hub = start_hub(there.where)
    answer = there.post(IDENTITY, PERSON)
    assert (answer.status, answer.code) == (503, "partner.quota_exhausted")
    assert there.ledger()[REGISTRY] == 2


def test_a_broken_partner_is_left_alone_and_taken_up_again(there: Outside) -> None:
    breaker = "availability: {circuit_breaker: {failures: 3, within: 60s, open_for: 2s}}\n"
    say(there, OFFICE, breaker)
    there.partners.mode(OFFICE, "http_500")
    codes = [there.post(TITLE, INQUIRY).code for _ in range(4)]
    assert codes == ["partner.http_error"] * 3 + ["partner.circuit_open"]
    assert there.ledger()[OFFICE] == 3
    ready, told = readiness(there.hub)
    assert (ready, "registry-office.ownership-inquiry" in told["notes"]["circuits"]) == (200, True)
    waiting = there.post(TITLE, INQUIRY, LATER)
    there.partners.mode(OFFICE, "up")
    assert there.shown(waiting.exchange_id, wait_s=60)["state"] == "completed"
    until(lambda: there.post(TITLE, INQUIRY).status == 200, "the circuit is closed again")
    assert "circuits" not in readiness(there.hub)[1].get("notes", {})


def test_one_client_s_heap_does_not_hold_up_another_s_first(there: Outside) -> None:
    if "quiet" not in there.keys:
        there.add_client("quiet", TITLE)
        there.until_known("quiet")
    there.partners.mode(OFFICE, "slow", delay_s=0.2)
    heap = 200
    threads = [
        threading.Thread(target=lambda: [there.post(TITLE, INQUIRY, LATER) for _ in range(heap // 8)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = there.post(TITLE, INQUIRY, LATER, key=there.keys["quiet"])
    assert there.shown(first.exchange_id, wait_s=60, key=there.keys["quiet"])["state"] == "completed"
    ids = [call["request_id"] for call in there.partners.calls(OFFICE)["calls"]]
    assert len(ids) < heap  # the heap is still being worked off
    there.partners.mode(OFFICE, "up")


def test_a_route_s_last_attempt_is_followed_by_a_person(there: Outside) -> None:
    route = there.where.folder / "routes" / "title-inquiry" / "route.yaml"
    text = route.read_text("utf-8")
    route.write_text(text + "retry: {first: 100ms, longest: 200ms, attempts: 3}\n", encoding="utf-8")
    try:
        assert there.hub.reload()[0] == 200
        there.partners.mode(OFFICE, "down")
        accepted = there.post(TITLE, INQUIRY, LATER)
        shown = there.shown(accepted.exchange_id, wait_s=60)
    finally:
        route.write_text(text, encoding="utf-8")
    assert (shown["state"], shown["problem"]["code"]) == ("dead_lettered", "partner.unreachable")
    assert len(re.findall("delivering", " ".join(line["state"] for line in shown["history"]))) == 3
