"""Documents that go with a message to a partner, over real sockets: the partner measures what arrives."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.system.hub_process import ESTATE, WITHIN_S, Outside, outside

pytestmark = pytest.mark.system
CONTRACT, PARTNER = "registry.map-approval", "registry-office-maps"
MB = 1_000_000
SETTINGS = {
    "PEYVAND_DOCUMENTS_MAX_BYTES": str(50 * MB),
    "PEYVAND_DOCUMENTS_CLIENT_BYTES": str(500 * MB),
    "PEYVAND_DOCUMENTS_RESERVE_BYTES": "0",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city"), **SETTINGS) as there:
        there.add_client("planning", CONTRACT)
        there.until_known("planning")
        yield there


@pytest.fixture(autouse=True)
def up(there: Outside) -> None:
    behave(there, "up")


def behave(there: Outside, way: str) -> None:
    there.partners.control("POST", f"/{PARTNER}/settings", {"way": way})


def attempts(there: Outside, exchange_id: str) -> list[Any]:
    found = there.partners.control("GET", f"/{PARTNER}/attempts")["attempts"]
    return [attempt for attempt in found if attempt["message_id"] == exchange_id]


def uploaded(there: Outside, content: bytes, file_name: str = "map.pdf") -> dict[str, Any]:
    """Store a document; gives what a message says of it."""
    stored = there.ask(
        "POST",
        "/attachments",
        ("Content-Type", "application/pdf"),
        body=content,
        key=there.keys["planning"],
    )
    assert stored.status == 201, stored
    told = stored.json
    return {**{name: told[name] for name in ("digest", "size", "media_type")}, "file_name": file_name}


def send(there: Outside, *sheets: dict[str, Any], estate: str = ESTATE) -> str:
    request = {"estate_note_number": estate, "purpose": "subdivision", "sheets": sheets}
    answer = there.post(CONTRACT, request, key=there.keys["planning"])
    assert answer.status == 202, answer
    return answer.exchange_id


def ended(there: Outside, exchange_id: str) -> Any:
    return there.shown(exchange_id, wait_s=WITHIN_S, key=there.keys["planning"])


def until(holds: Callable[[], Any]) -> Any:
    """What is waited for; fails the test if it never comes."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for never came"
        time.sleep(0.1)
    return found


def seen(content: bytes, file_name: str = "map.pdf") -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"file_name": file_name, "media_type": "application/pdf", "size": len(content), "sha256": digest}


def test_the_partner_gets_every_byte_of_every_document(there: Outside) -> None:
    large, small = os.urandom(20 * MB), os.urandom(1)
    asked = send(there, uploaded(there, large, 'نقشه "تفکیکی".pdf'.replace('"', "_")), uploaded(there, small))
    exchange = ended(there, asked)
    assert exchange["state"] == "completed", exchange
    assert exchange["reply"]["result"] == "registered"
    [attempt] = attempts(there, asked)
    assert attempt["maps"] == [seen(large, "نقشه _تفکیکی_.pdf"), seen(small)]
    assert attempt["announced"] > 20 * MB  # a length, no chunks


@pytest.mark.parametrize("way", ["busy", "cut"])
def test_each_attempt_sends_it_whole_from_its_beginning(there: Outside, way: str) -> None:
    content = os.urandom(20 * MB)
    behave(there, way)
    asked = send(there, uploaded(there, content))
    until(lambda: attempts(there, asked))
    behave(there, "up")
    exchange = ended(there, asked)
    assert exchange["state"] == "completed", exchange
    *before, last = attempts(there, asked)
    assert before
    assert last["maps"] == [seen(content)]
    whole = [attempt["maps"] == [seen(content)] for attempt in before]
    assert whole == [way == "busy"] * len(before)


@pytest.mark.parametrize("harm", ["gone", "one segment gone", "damaged"])
def test_of_a_document_that_is_not_whole_nothing_is_sent(there: Outside, harm: str) -> None:
    content = os.urandom(5 * MB)
    documents = there.where.data_dir / "documents"
    earlier = set(documents.glob("??/*"))
    sheet = uploaded(there, content)
    [part] = set(documents.glob("??/*")) - earlier
    behave(there, "busy")
    asked = send(there, sheet)
    until(lambda: attempts(there, asked))
    segments = sorted(path for path in part.rglob("*") if path.is_file())
    if harm == "gone":
        shutil.rmtree(part)
    elif harm == "one segment gone":
        segments[-1].unlink()
    else:
        segments[-1].write_bytes(segments[-1].read_bytes()[:-1] + b"?")
    behave(there, "up")
    recorded = until(lambda: (r := there.recorded(asked))["state"] == "dead_lettered" and r)
    assert recorded["history"][-1]["code"] == "document.lost"
    assert {attempt["way"] for attempt in attempts(there, asked)} == {
        "busy"
    }  # it was never called after that
    shown = there.shown(asked, key=there.keys["planning"])
    assert shown["state"] == "dead_lettered"
    assert json.dumps(shown).count("document.lost") >= 1


def test_what_the_partner_says_of_the_message_is_its_reply(there: Outside) -> None:
    exchange = ended(there, send(there, uploaded(there, os.urandom(10)), estate="404"))
    assert (exchange["state"], exchange["reply"]) == ("completed", {"result": "not_found"})
