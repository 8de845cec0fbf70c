"""A composite inquiry end to end: both registries asked at once, one down, one slow, death in the middle, cancelling."""

import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hub.runtime.fault_points import FaultPoint
from tests.system.hub_process import ESTATE, IDENTITY, INQUIRY, PERSON, TITLE, Answer, Outside, outside
from tests.system.peyvand_process import WITHIN_S, end, start_hub
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
CHECK = "permit.party-and-title-check"
OFFICE, CIVIL = "registry_office", "civil_registry"
REQUEST: dict[str, Any] = {
    "owner": PERSON,
    "requester": INQUIRY["requester"],
    "deed": {"estate_note_number": ESTATE},
}
LATER = ("Prefer", "respond-async")
LONG_S, SHORT_S = 300, 4
P = FaultPoint


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, set_up: str) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        # So long that no part runs out of time because the machine is slow.
        for part in (CHECK, TITLE, IDENTITY):
            contract = there.where.folder / "contracts" / part / "contract.yaml"
            contract.write_text(
                re.sub(r"deadline: \d+s", f"deadline: {LONG_S}s", contract.read_text("utf-8")), "utf-8"
            )
        let_parts_take(there, LONG_S)
        there.add_client("clerk", CHECK)
        there.add_client("planner", CHECK, TITLE, IDENTITY)
        there.until_known("clerk")
        there.until_known("planner")
        yield there
        assert [secret for secret in there.secrets() if secret in there.log()] == []


@pytest.fixture
def there(city: Outside) -> Outside:
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    return city


def let_parts_take(there: Outside, seconds: int) -> None:
    route = there.where.folder / "routes" / "party-and-title-check" / "route.yaml"
    text = re.sub(r"deadline: \d+s", f"deadline: {seconds}s", route.read_text("utf-8"))
    route.write_text(text, encoding="utf-8")
    status, said = there.hub.reload()
    assert status == 200, said


def restart(there: Outside, point: str = "") -> None:
    """End the hub if it is there, and start another one on the same store; it may be one that is to die."""
    if there.hub.process.stdout is not None and not there.hub.process.stdout.closed:
        end(there.hub.process)
    environment = {"PEYVAND_FAULT_POINT": point, "PEYVAND_FAULT_POINTS_ALLOWED": "1"} if point else {}
    there.hub = start_hub(there.where, partners=environment)


def ask(there: Outside, *headers: tuple[str, str], who: str = "clerk") -> Answer:
    return there.post(CHECK, REQUEST, *headers, key=there.keys[who])


def shown(there: Outside, answer: Answer, *, wait_s: int = 30, who: str = "clerk") -> Any:
    return there.shown(answer.exchange_id, wait_s=wait_s, key=there.keys[who])


def parts(found: Any) -> dict[str, Any]:
    return {part["name"]: part for part in found["parts"]}


def until(there: Outside, answer: Answer, holds: Any) -> Any:
    deadline = time.monotonic() + WITHIN_S
    while not holds(found := shown(there, answer, wait_s=0)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_both_registries_are_asked_and_answer_in_one_reply(there: Outside) -> None:
    answer = ask(there, ("Case-Id", "1404-1"))
    assert answer.status == 200, answer
    reply = answer.json
    assert reply["complete"] is True
    assert reply["identity"] == {"result": "found", "first_name": "مریم", "last_name": "کاظمی‌نژاد"}
    assert reply["title"]["result"] == "found"
    assert reply["owner_on_title"] is True
    assert reply["missing"] == []
    found = shown(there, answer)
    assert [part["state"] for part in parts(found).values()] == ["completed", "completed"]
    assert there.ledger() == {OFFICE: 1, CIVIL: 1, "behpardakht": 0}


def test_a_part_is_an_exchange_of_its_own_that_its_sender_may_follow(there: Outside) -> None:
    answer = ask(there)
    title = parts(shown(there, answer))["title"]
    part = there.shown(title["exchange_id"], key=there.keys["clerk"])
    assert part["parent"] == answer.exchange_id
    assert part["contract"] == TITLE
    assert part["history"][0]["detail"] == {"part": "title", "granted_by": f"{CHECK}@1.0"}
    assert [line["state"] for line in part["history"]] == ["received", "accepted", "delivering", "completed"]


def test_a_part_s_whole_reply_is_shown_only_to_who_is_granted_its_contract(there: Outside) -> None:
    answers = {who: ask(there, who=who) for who in ("clerk", "planner")}
    seen = {who: parts(shown(there, answer, who=who))["identity"] for who, answer in answers.items()}
    assert "reply" not in seen["clerk"]
    assert seen["planner"]["reply"]["person"]["father_name"] == "علی‌اکبر"
    hidden = there.shown(seen["clerk"]["exchange_id"], key=there.keys["clerk"])
    assert (hidden["state"], "reply" in hidden) == ("completed", False)
    # Nor has who may only ask the whole a grant to ask a part alone.
    refused = there.post(IDENTITY, PERSON, key=there.keys["clerk"], major="2")
    assert (refused.status, refused.code) == (403, "grant.missing")


def test_with_one_registry_down_the_reply_says_what_is_missing_and_why(there: Outside) -> None:
    there.partners.mode(OFFICE, "down")
    let_parts_take(there, SHORT_S)
    try:
        answer = ask(there)
    finally:
        let_parts_take(there, LONG_S)
    assert answer.status == 200, answer
    assert answer.json["complete"] is False
    (missing,) = (each for each in answer.json["missing"] if each["part"] == "title")
    assert (missing["part"], missing["state"], missing["code"]) == (
        "title",
        "expired",
        "partner.unreachable",
    )


def test_while_one_is_slow_the_other_s_answer_can_be_seen(there: Outside) -> None:
    there.partners.mode(OFFICE, "silent")
    promise = ask(there, LATER)
    assert promise.status == 202
    found = until(
        there, promise, lambda each: each.get("parts") and parts(each)["identity"]["state"] == "completed"
    )
    title = parts(found)["title"]
    assert (found["state"], found["final"]) == ("waiting_reply", False)
    assert title["state"] in {"accepted", "delivering", "waiting_retry"}
    assert title["deadline"] > title["since"]
    there.partners.mode(OFFICE, "up")
    assert shown(there, promise)["reply"]["complete"] is True


def test_many_are_gathered_each_with_its_own_parts(there: Outside) -> None:
    with ThreadPoolExecutor(8) as pool:
        promises = list(pool.map(lambda _: ask(there, LATER), range(24)))
    ended = [shown(there, promise) for promise in promises]
    assert {each["state"] for each in ended} == {"completed"}
    ids = [part["exchange_id"] for each in ended for part in each["parts"]]
    assert len(set(ids)) == len(ids) == 48
    assert there.ledger() == {OFFICE: 24, CIVIL: 24, "behpardakht": 0}


# kill -9

DEATHS = [P.AFTER_ACCEPTED, P.AFTER_SCATTERED, P.AFTER_DELIVERING, P.AFTER_PART_ENDED, P.BEFORE_GATHERED]


@pytest.mark.parametrize("point", DEATHS)
def test_a_death_in_the_middle_loses_no_part_and_begins_none_twice(there: Outside, point: FaultPoint) -> None:
    restart(there, point)
    case = f"death-{point}-{time.time_ns()}"
    try:
        ask(there, LATER, ("Case-Id", case))
    except OSError:
        pass  # it died before it could answer; what it recorded is found by its case
    except Exception as cut:  # noqa: BLE001 - http.client has many words for a line that went dead
        assert "http.client" in type(cut).__module__  # noqa: PT017 - see above
    assert there.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    restart(there)
    listed = there.ask("GET", f"/exchanges?case_id={case}", key=there.keys["clerk"]).json["exchanges"]
    (whole,) = [each for each in listed if "parent" not in each]
    found = there.shown(whole["exchange_id"], wait_s=30, key=there.keys["clerk"])
    assert (found["state"], found["reply"]["complete"]) == ("completed", True), found
    after = there.ask("GET", f"/exchanges?case_id={case}", key=there.keys["clerk"]).json["exchanges"]
    assert sorted(each["contract"] for each in after) == sorted([CHECK, IDENTITY, TITLE])
    assert {part["exchange_id"] for part in found["parts"]} == {
        each["exchange_id"] for each in after if "parent" in each
    }


# Cancelling


def test_a_whole_is_cancelled_with_what_has_not_left(there: Outside) -> None:
    for partner in (OFFICE, CIVIL):
        there.partners.mode(partner, "down")
    promise = ask(there, LATER)
    until(
        there,
        promise,
        lambda each: each.get("parts") and all(part["state"] == "waiting_retry" for part in each["parts"]),
    )
    said = there.ask("POST", f"/exchanges/{promise.exchange_id}/cancel", key=there.keys["clerk"])
    assert (said.status, said.json["state"]) == (200, "cancelled")
    for partner in (OFFICE, CIVIL):
        there.partners.mode(partner, "up")
    ended = until(there, promise, lambda each: all(part["state"] == "cancelled" for part in each["parts"]))
    assert ended["state"] == "cancelled"


# Files


def test_a_route_that_would_ask_itself_is_refused_at_reload(there: Outside) -> None:
    route = there.where.folder / "routes" / "party-and-title-check" / "route.yaml"
    before = route.read_text("utf-8")
    try:
        route.write_text(before.replace(f"{TITLE}@2", f"{CHECK}@1"), encoding="utf-8")
        status, said = there.hub.reload()
    finally:
        route.write_text(before, encoding="utf-8")
    assert status != 200
    assert "route.no-translation" in str(said)
