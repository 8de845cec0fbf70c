"""A partner that answers later, over real sockets: the registry office acknowledges now and posts its answer."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.system.hub_process import ESTATE, INQUIRY, WITHIN_S, Outside, outside
from tests.system.peyvand_process import start_hub

CONTRACT, PARTNER = "registry.title-inquiry-async", "registry-office-async"
REPLIES = f"/partners/{PARTNER}/replies"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        there.add_client("planning", CONTRACT)
        added = there.where.json("client", "add", "registry-answers", "--partner", PARTNER)
        there.keys["registry-answers"] = added["key"]
        there.until_known("planning")
        yield there


def behave(there: Outside, timing: str) -> None:
    setting = {"timing": timing, "url": there.hub.public + REPLIES, "key": there.keys["registry-answers"]}
    there.partners.control("POST", f"/{PARTNER}/settings", setting)


def ask(there: Outside, **changes: Any) -> str:
    answer = there.post(CONTRACT, {**INQUIRY, **changes}, key=there.keys["planning"])
    assert answer.status == 202, answer
    assert answer.headers["location"] == f"/exchanges/{answer.exchange_id}"
    return answer.exchange_id


def until(holds: Callable[[], Any]) -> Any:
    """What is waited for; fails the test if it never comes."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for never came"
        time.sleep(0.1)
    return found


def shown(there: Outside, exchange_id: str, wait_s: int = 0) -> Any:
    return there.shown(exchange_id, wait_s=wait_s, key=there.keys["planning"])


def waiting(there: Outside, exchange_id: str) -> Any:
    return until(lambda: (s := shown(there, exchange_id))["state"] == "waiting_reply" and s)


def tracking_code(exchange: Any) -> str:
    return str(
        next(e["detail"]["tracking_code"] for e in exchange["history"] if e["state"] == "waiting_reply")
    )


def posted(there: Outside, code: str) -> list[Any]:
    return [
        each for each in there.partners.control("GET", f"/{PARTNER}/posted")["posted"] if each["code"] == code
    ]


def reply(there: Outside, code: str, answer: Any, key: str = "registry-answers") -> Any:
    body = json.dumps({"trackingCode": code, "answer": answer}).encode()
    return there.ask("POST", REPLIES, ("Content-Type", "application/json"), body=body, key=there.keys[key])


NOT_ON_RECORD = {"Successful": False, "Code": "000", "Error": {"Code": "000", "Message": "ملکی یافت نشد"}}


@pytest.mark.parametrize("timing", ["prompt", "early", "twice"])
def test_the_answer_reaches_the_sender_whenever_it_comes(there: Outside, timing: str) -> None:
    behave(there, timing)
    asked = ask(there)
    exchange = shown(there, asked, wait_s=WITHIN_S)
    assert exchange["state"] == "completed", exchange
    assert exchange["reply"]["result"] == "found"
    assert exchange["reply"]["estate"]["estate_note_number"] == ESTATE
    code = tracking_code(exchange)
    answers = until(lambda: len(found := posted(there, code)) == (2 if timing == "twice" else 1) and found)
    # a prompt answer may be faster than the hub's record of the acknowledgement
    assert {each["status"] for each in answers} <= ({202} if timing == "early" else {200, 202})
    [own] = {each["answer"]["exchange_id"] for each in answers}
    recorded = there.recorded(own)
    assert recorded["state"] == "completed"
    assert recorded["history"][-1]["detail"]["answers"] == asked


def test_an_answer_that_takes_days_is_waited_for(there: Outside) -> None:
    behave(there, "late")
    asked = ask(there)
    assert waiting(there, asked)["deadline"] is not None
    assert there.partners.control("POST", f"/{PARTNER}/release") == {"released": 1}
    assert shown(there, asked, wait_s=WITHIN_S)["state"] == "completed"


def test_a_second_answer_with_another_content_changes_nothing(there: Outside) -> None:
    behave(there, "other")
    asked = ask(there)
    exchange = shown(there, asked, wait_s=WITHIN_S)
    answers = until(lambda: len(found := posted(there, tracking_code(exchange))) == 2 and found)
    assert answers[0]["status"] in {200, 202}
    assert answers[1]["status"] == 409
    assert answers[1]["answer"]["code"] == "reply.other_content"
    assert shown(there, asked)["reply"]["result"] == "found"


def test_an_answer_for_nobody_and_one_without_a_right_are_refused(there: Outside) -> None:
    behave(there, "never")
    code = tracking_code(waiting(there, ask(there)))
    assert reply(there, "no-such-code", NOT_ON_RECORD).code == "reply.for_nobody"
    refused = reply(there, code, NOT_ON_RECORD, key="planning")
    assert (refused.status, refused.code) == (403, "reply.not_yours")
    assert there.recorded(refused.exchange_id)["state"] == "rejected"
    unknown = there.ask("POST", "/partners/nobody/replies", body=b"{}", key=there.keys["registry-answers"])
    assert (unknown.status, unknown.code) == (404, "reply.partner_unknown")
    assert there.ask("POST", REPLIES, body=b"{}", key="pvd_wrong").status == 401


def test_an_invalid_answer_is_refused_by_field_and_a_better_one_taken(there: Outside) -> None:
    behave(there, "never")
    asked = ask(there)
    code = tracking_code(waiting(there, asked))
    refused = reply(there, code, {"Successful": True, "Code": "200"})
    assert (refused.status, refused.code) == (422, "request.invalid")
    assert "/Estate" in refused.pointers
    assert reply(there, code, NOT_ON_RECORD).status == 200
    assert shown(there, asked)["reply"] == {"result": "not_found"}
    late = reply(there, code, {**NOT_ON_RECORD, "Code": "203"})
    assert (late.status, late.code) == (409, "reply.other_content")


def test_an_answer_after_the_end_is_told_how_it_ended(there: Outside) -> None:
    behave(there, "never")
    asked = ask(there)
    code = tracking_code(waiting(there, asked))
    cancelled = there.ask("POST", f"/exchanges/{asked}/cancel", key=there.keys["planning"])
    assert cancelled.status == 200, cancelled
    late = reply(there, code, NOT_ON_RECORD)
    assert (late.status, late.code) == (409, "reply.too_late")
    assert "cancelled" in late.json["detail"]


@pytest.mark.parametrize("point", ["after-answered", "after-later-reply"])
def test_a_hub_that_dies_in_between_loses_no_answer(tmp_path: Path, point: str) -> None:
    fault = {"PEYVAND_FAULT_POINT": point, "PEYVAND_FAULT_POINTS_ALLOWED": "1"}
    with outside(tmp_path) as there:
        there.add_client("planning", CONTRACT)
        there.keys["registry-answers"] = there.where.json(
            "client", "add", "registry-answers", "--partner", PARTNER
        )["key"]
        there.until_known("planning")
        there.hub.kill()
        there.hub = start_hub(there.where, partners=fault)
        behave(there, "prompt")
        asked = ask(there)
        there.hub.process.communicate(timeout=WITHIN_S)
        port = str(urlsplit(there.hub.public).port)
        there.hub = start_hub(there.where, partners={"PEYVAND_PORT": port})
        exchange = until(lambda: (s := shown(there, asked, wait_s=5))["final"] and s)
        assert exchange["state"] == "completed", exchange
        [answer] = until(lambda: posted(there, tracking_code(exchange)))
        assert answer["status"] in {200, 202}
        assert there.recorded(answer["answer"]["exchange_id"])["history"][-1]["detail"]["answers"] == asked
