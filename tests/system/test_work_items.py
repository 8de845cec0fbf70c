"""Officers and their inbox, over real sockets: the fire department answers a portal by hand."""

import http.client
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.system.hub_process import WITHIN_S, Answer, Outside, outside
from tests.system.peyvand_process import start_hub

CONTRACT, OFFICE, HEADQUARTERS = "fire.safety-approval", "fire-prevention", "fire-prevention-headquarters"
TOWER = {
    "application": {"number": "1405-1204", "district": 7},
    "building": {"floors": 9, "use": "residential", "area_m2": 4200},
}
APPROVED = {"result": "approved", "letter_number": "FD-1405/310"}


def with_officers(there: Outside) -> None:
    there.add_client("planning", CONTRACT)
    for name, office in (("omid", OFFICE), ("parvin", OFFICE), ("setad", HEADQUARTERS)):
        there.keys[name] = there.where.json("client", "add", name, "--officer", office)["key"]
    there.until_known("setad")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        with_officers(there)
        yield there


def until(holds: Callable[[], Any]) -> Any:
    """What is waited for; fails the test if it never comes."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for never came"
        time.sleep(0.1)
    return found


def filed(there: Outside) -> str:
    """A new work item's id: the exchange's, once it waits for the officers."""
    answer = there.post(CONTRACT, TOWER, key=there.keys["planning"])
    assert answer.status == 202, answer
    until(lambda: asked(there, "omid", "GET", f"/{answer.exchange_id}").status == 200)
    return answer.exchange_id


def asked(there: Outside, who: str, method: str, path: str, document: Any = None) -> Answer:
    body = None if document is None else json.dumps(document).encode()
    return there.ask(method, f"/work-items{path}", ("Accept-Language", "fa"), body=body, key=there.keys[who])


def done(there: Outside, who: str, what: str, document: Any = None) -> Any:
    answer = asked(there, who, "POST", what, document or {})
    assert answer.status == 200, answer
    return answer.json


def shown(there: Outside, exchange_id: str, wait_s: int = 0) -> Any:
    return there.shown(exchange_id, wait_s=wait_s, key=there.keys["planning"])


def listed(there: Outside, who: str, query: str = "") -> list[str]:
    ids: list[str] = []
    after = ""
    while True:
        answer = asked(there, who, "GET", f"?limit=2{query}{after}")
        assert answer.status == 200, answer
        ids += [item["id"] for item in answer.json["work_items"]]
        if answer.json["next"] is None:
            return ids
        after = f"&after={answer.json['next']}"


def test_an_officer_finds_claims_and_answers_and_the_portal_reads_the_reply(there: Outside) -> None:
    items = [filed(there) for _ in range(3)]
    assert [id_ for id_ in listed(there, "omid") if id_ in items] == items
    item = items[0]
    opened = asked(there, "omid", "GET", f"/{item}").json
    assert opened["request"] == TOWER
    assert opened["deadline"] is not None
    assert opened["form"]["schema"]["properties"]["result"]["title"] == "نتیجه"
    assert done(there, "omid", f"/{item}/claim")["claimed_by"] == "omid"
    assert listed(there, "omid", "&claimed_by=me") == [item]
    assert item not in listed(there, "parvin", "&state=open")

    done(there, "omid", f"/{item}/draft", {"answer": {"result": "conditional"}})
    done(there, "parvin", f"/{item}/note", {"text": "نقشه‌ی پله را هم ببینید"})
    again = asked(there, "omid", "GET", f"/{item}").json
    assert again["draft"] == {"result": "conditional"}
    assert [note["text"] for note in again["notes"]] == ["نقشه‌ی پله را هم ببینید"]

    wrong = asked(there, "omid", "POST", f"/{item}/answer", {"answer": {"result": "conditional"}})
    assert (wrong.status, wrong.code) == (422, "request.invalid")
    assert {"/letter_number", "/conditions"} <= set(wrong.pointers)
    assert shown(there, item)["state"] == "waiting_reply"

    assert done(there, "omid", f"/{item}/answer", {"answer": APPROVED})["state"] == "completed"
    read = shown(there, item, wait_s=WITHIN_S)
    assert read["reply"] == APPROVED
    # which person decided stays inside
    assert "omid" not in json.dumps(read)
    causes = [entry["cause"] for entry in there.recorded(item)["history"]]
    assert causes[-1] == "person:omid"
    assert item not in listed(there, "omid")

    assert done(there, "omid", f"/{item}/answer", {"answer": APPROVED})["state"] == "completed"
    other = asked(there, "omid", "POST", f"/{item}/answer", {"answer": {**APPROVED, "letter_number": "7"}})
    assert (other.status, other.code) == (409, "work_item.other_answer")
    late = asked(there, "omid", "POST", f"/{item}/claim", {})
    assert (late.status, late.code) == (409, "work_item.closed")


def test_only_one_officer_has_it_and_it_can_be_handed_on(there: Outside) -> None:
    item = filed(there)
    assert (
        asked(there, "omid", "POST", f"/{item}/answer", {"answer": APPROVED}).code == "work_item.not_claimed"
    )
    done(there, "omid", f"/{item}/claim")
    done(there, "omid", f"/{item}/claim")
    second = asked(there, "parvin", "POST", f"/{item}/claim", {})
    assert (second.status, second.code) == (409, "work_item.claimed")
    assert "omid" in second.json["detail"]
    assert asked(there, "parvin", "POST", f"/{item}/answer", {"answer": APPROVED}).code == "work_item.claimed"
    assert done(there, "omid", f"/{item}/release")["claimed_by"] is None
    handed = done(there, "omid", f"/{item}/reassign", {"to_officer": "parvin", "reason": "مرخصی"})
    assert handed["claimed_by"] == "parvin"
    assert asked(there, "setad", "GET", f"/{item}").code == "work_item.unknown"
    done(there, "parvin", f"/{item}/reassign", {"to_office": HEADQUARTERS, "reason": "بیش از ۸ طبقه"})
    assert asked(there, "parvin", "GET", f"/{item}").code == "work_item.unknown"
    assert item in listed(there, "setad")
    done(there, "setad", f"/{item}/claim")
    done(there, "setad", f"/{item}/answer", {"answer": APPROVED})
    assert shown(there, item, wait_s=WITHIN_S)["reply"] == APPROVED


def test_what_is_returned_is_refused_to_its_sender_with_the_reason(there: Outside) -> None:
    item = filed(there)
    done(there, "omid", f"/{item}/claim")
    reason = {"reason": "نقشه‌ها پیوست نیست"}
    assert done(there, "omid", f"/{item}/return", reason)["state"] == "failed"
    assert done(there, "omid", f"/{item}/return", reason)["state"] == "failed"
    read = shown(there, item, wait_s=WITHIN_S)
    assert (read["state"], read["problem"]["code"]) == ("failed", "partner.refused")
    assert read["problem"]["detail"] == reason["reason"]
    answer = asked(there, "omid", "POST", f"/{item}/answer", {"answer": APPROVED})
    assert (answer.status, answer.code) == (409, "work_item.closed")


def test_a_document_goes_with_the_answer_to_the_sender_alone(there: Outside) -> None:
    item, plan = filed(there), b"%PDF-1.7 a plan with an escape stair"
    done(there, "omid", f"/{item}/claim")
    kind = ("Content-Type", "application/pdf")
    stored = there.ask("POST", "/attachments", kind, body=plan, key=there.keys["omid"])
    assert stored.status == 201, stored
    digest = stored.json["digest"]
    unknown = asked(there, "omid", "POST", f"/{item}/attach", {"digest": "0" * 64})
    assert (unknown.status, unknown.pointers) == (422, ["/digest"])
    for _ in range(2):
        done(there, "omid", f"/{item}/attach", {"digest": digest})
    assert asked(there, "parvin", "GET", f"/{item}").json["attached"] == [digest]
    assert digest not in json.dumps(shown(there, item))
    done(there, "omid", f"/{item}/answer", {"answer": APPROVED})
    ended = shown(there, item, wait_s=WITHIN_S)["history"][-1]
    assert ended["detail"]["attachments"] == digest
    assert there.ask("GET", f"/attachments/{digest}", key=there.keys["planning"]).body == plan
    assert there.ask("GET", f"/attachments/{digest}", key=there.key).status == 404


def test_the_same_from_the_command_line(there: Outside) -> None:
    item = filed(there)
    where = there.where

    def inbox(who: str, *arguments: str) -> Any:
        return where.json("inbox", *arguments, "--url", there.hub.public, PEYVAND_KEY=there.keys[who])

    assert item in [each["id"] for each in inbox("omid", "list", "--state", "open")["work_items"]]
    assert inbox("omid", "claim", item)["claimed_by"] == "omid"
    refused = where.run("inbox", "claim", item, "--url", there.hub.public, PEYVAND_KEY=there.keys["parvin"])
    assert refused.returncode == 1
    assert "work_item.claimed" in refused.stderr
    handed = inbox("omid", "reassign", item, "--to-officer", "parvin", "--reason", "مرخصی")
    assert handed["claimed_by"] == "parvin"
    assert inbox("parvin", "show", item)["request"] == TOWER
    file = where.folder / "answer.json"
    file.write_text(json.dumps(APPROVED), encoding="utf-8")
    assert inbox("parvin", "answer", item, str(file))["state"] == "completed"
    assert shown(there, item, wait_s=WITHIN_S)["reply"] == APPROVED
    keyless = where.run("inbox", "list", "--url", there.hub.public)
    assert keyless.returncode == 2


def test_what_its_sender_cancels_is_told_to_the_officer(there: Outside) -> None:
    item = filed(there)
    done(there, "omid", f"/{item}/claim")
    assert there.ask("POST", f"/exchanges/{item}/cancel", key=there.keys["planning"]).status == 200
    late = asked(there, "omid", "POST", f"/{item}/answer", {"answer": APPROVED})
    assert (late.status, late.code) == (409, "work_item.closed")
    assert "cancelled" in late.json["detail"]


def test_who_is_no_officer_sees_nothing_and_what_is_asked_wrongly_is_told(there: Outside) -> None:
    refused = asked(there, "planning", "GET", "")
    assert (refused.status, refused.code) == (403, "work_item.no_officer")
    assert there.ask("GET", "/work-items", key="pvd_wrong").status == 401
    assert asked(there, "omid", "GET", "/nonsense").code == "work_item.unknown"
    assert asked(there, "omid", "GET", "?state=done").status == 400
    assert asked(there, "omid", "GET", "?after=nothing").status == 400
    item = filed(there)
    both = asked(there, "omid", "POST", f"/{item}/reassign", {"reason": "?"})
    assert (both.status, both.pointers) == (422, ["/to_officer"])
    nobody = asked(there, "omid", "POST", f"/{item}/reassign", {"to_officer": "planning", "reason": "?"})
    assert (nobody.status, nobody.pointers) == (422, ["/to_officer"])


def test_opening_a_work_item_is_recorded_as_reading_bodies(there: Outside) -> None:
    item = filed(there)
    before = readings(there)
    assert asked(there, "parvin", "GET", f"/{item}").status == 200
    assert readings(there) == before + 1
    done(there, "parvin", f"/{item}/claim")
    assert readings(there) == before + 1


def readings(there: Outside) -> int:
    """How many readings of bodies are recorded."""
    with closing(
        sqlite3.connect(f"file:{there.where.data_dir / 'journal.db'}?mode=ro", uri=True)
    ) as connection:
        (count,) = connection.execute("SELECT count(*) FROM body_reading").fetchone()
    return int(count)


def test_what_nobody_answers_expires_and_the_officer_is_told(tmp_path: Path) -> None:
    with outside(tmp_path) as there:
        contract = there.where.folder / "contracts" / CONTRACT / "contract.yaml"
        text = contract.read_text("utf-8")
        lines = [
            line for line in text.splitlines() if not line.startswith(("remind", "escalate", "deadline"))
        ]
        lines.insert(
            1, "deadline: 8s\nremind: [6s before]\nescalate: [{before: 5s, to: head-of-fire-prevention}]"
        )
        contract.write_text("\n".join(lines) + "\n", encoding="utf-8")
        there.hub.kill()
        there.hub = start_hub(there.where)
        with_officers(there)
        item = filed(there)
        asked(there, "omid", "POST", f"/{item}/claim", {})
        assert shown(there, item, wait_s=WITHIN_S)["state"] == "expired"
        late = asked(there, "omid", "POST", f"/{item}/answer", {"answer": APPROVED})
        assert (late.status, late.code) == (409, "work_item.closed")
        assert "deadline" in late.json["detail"]
        opened = asked(there, "omid", "GET", f"/{item}").json
        assert [each["escalated_to"] for each in opened["reminders"]] == [None, "head-of-fire-prevention"]
        # a reminder in between took nothing from who has it
        assert opened["claimed_by"] == "omid"


@pytest.mark.parametrize("point", ["before-recording-completed", "after-officer-answered"])
def test_a_hub_that_dies_around_an_answer_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    fault = {"PEYVAND_FAULT_POINT": point, "PEYVAND_FAULT_POINTS_ALLOWED": "1"}
    with outside(tmp_path) as there:
        with_officers(there)
        there.hub.kill()
        there.hub = start_hub(there.where, partners=fault)
        item = filed(there)
        done(there, "omid", f"/{item}/claim")
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            asked(there, "omid", "POST", f"/{item}/answer", {"answer": APPROVED})
        there.hub.process.communicate(timeout=WITHIN_S)
        port = str(urlsplit(there.hub.public).port)
        there.hub = start_hub(there.where, partners={"PEYVAND_PORT": port})
        state = shown(there, item)["state"]
        assert state == ("completed" if point.startswith("after") else "waiting_reply")
        assert done(there, "omid", f"/{item}/answer", {"answer": APPROVED})["state"] == "completed"
        read = shown(there, item, wait_s=WITHIN_S)
        assert read["reply"] == APPROVED
        assert [entry["state"] for entry in read["history"]].count("completed") == 1
