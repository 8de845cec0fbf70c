"""``peyvand dead-letter`` and the control API against a hub whose partners misbehave."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.setups import new_store
from tests.system import hub_process
from tests.system.cluster import until
from tests.system.hub_process import INQUIRY, PAYMENT, SALE, TITLE, Outside, outside
from tests.system.peyvand_process import WITHIN_S, City, with_own_data
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
OFFICE, BANK = "registry_office", "behpardakht"
LATER = ("Prefer", "respond-async")
WHY = ("--reason", "the office has mended its service")


def with_a_person_for_payments(folder: Path) -> City:
    """A city in which nobody but a person settles a payment whose outcome is unknown."""
    where = with_own_data(folder)
    for route in (folder / "routes").glob("payment-verify-*/route.yaml"):
        text = re.sub(
            r"(?ms)^when_uncertain:.*?(?=^\S|\Z)", "when_uncertain: person\n", route.read_text("utf-8")
        )
        route.write_text(text, encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def city(set_up: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub_process, "with_own_data", with_a_person_for_payments)
        with outside(tmp_path_factory.mktemp("city")) as there:
            yield there
            log = there.log()
            assert [secret for secret in there.secrets() if secret in log] == []
            assert "Traceback" not in log


@pytest.fixture
def there(city: Outside) -> Outside:
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    return city


def dead_inquiry(there: Outside, *headers: tuple[str, str]) -> str:
    """An inquiry whose answer the hub could not read: a dead letter, though repeating it would do no harm."""
    there.partners.mode(OFFICE, "rubbish")
    id_ = there.post(TITLE, INQUIRY, LATER, *headers).exchange_id
    assert there.shown(id_, wait_s=30)["state"] == "dead_lettered"
    there.partners.mode(OFFICE, "up")
    return id_


def dead_payment(there: Outside, order: int) -> tuple[str, dict[str, Any]]:
    """A payment whose answer was lost: the bank acted, and nobody here knows."""
    there.partners.mode(BANK, "lost_reply", times=1)
    sale = SALE | {"order_id": 140400000 + order, "reference": str(170140400000 + order)}
    id_ = there.post(PAYMENT, sale, LATER).exchange_id
    assert there.shown(id_, wait_s=30)["state"] == "dead_lettered"
    return id_, sale


def dead(there: Outside, *arguments: str) -> Any:
    return there.where.json("dead-letter", *arguments)


def admin(there: Outside, method: str, path: str, **said: Any) -> Any:
    """The control API itself: what commands ask too, without a process for each question."""
    token = (there.where.data_dir / "control.token").read_text("ascii").strip()
    decision = {"actor": "rahi", "reason": WHY[1]} | said if method == "POST" else None
    request = urllib.request.Request(  # noqa: S310 - our own
        f"{there.hub.management}/admin/dead-letters{path}",
        method=method,
        data=None if decision is None else json.dumps(decision).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 - as above
        return json.load(answer)


def test_dead_letters_are_listed_by_cause_and_one_by_one(there: Outside) -> None:
    ids = {dead_inquiry(there) for _ in range(2)}
    groups = {each["group"]: each for each in dead(there, "list")["groups"]}
    listed = admin(there, "GET", "?limit=1000")["dead_letters"]
    mine = [each for each in listed if each["exchange_id"] in ids]
    [group] = {each["group"] for each in mine}
    assert len(mine) == 2
    assert groups[group]["count"] >= 2
    assert (groups[group]["code"], groups[group]["partner"]) == ("partner.reply_malformed", "registry-office")
    told = there.where.run("dead-letter", "list", "--group", group)
    assert ids <= set(told.stdout.split())


def test_one_is_redelivered_and_its_sender_gets_the_reply_under_its_key(there: Outside) -> None:
    key = ("Idempotency-Key", "redelivered")
    id_ = dead_inquiry(there, key)
    run = admin(there, "POST", f"/{id_}/dry-run")
    assert (run["deliverable"], run["partner"], run["needs_outcome"]) == (True, "registry-office", False)
    before = there.ledger()[OFFICE]

    [done] = dead(there, "redeliver", id_, *WHY, "--actor", "rahi")["done"]
    assert done["exchange_id"] == id_
    shown = there.shown(id_, wait_s=30)
    assert shown["state"] == "completed"
    assert there.ledger()[OFFICE] == before + 1
    again = there.post(TITLE, INQUIRY, key)
    assert (again.status, again.exchange_id, again.json) == (200, id_, shown["reply"])

    decided = next(line for line in shown["history"] if line["cause"] == "person")
    assert "reason" not in decided["detail"], "why is the operator's, not the sender's"
    entry = next(e for e in there.recorded(id_)["history"] if e["cause"] == "person:rahi")
    assert (entry["state"], entry["detail"]["reason"]) == ("accepted", WHY[1])


def test_a_whole_group_is_redelivered_and_empty_afterwards(there: Outside) -> None:
    ids = {dead_inquiry(there) for _ in range(3)}
    group = admin(there, "GET", f"/{min(ids)}")["group"]
    result = dead(there, "redeliver", "--group", group, "--per-second", "20", *WHY)
    assert ids <= {each["exchange_id"] for each in result["done"]}
    for id_ in ids:
        assert there.shown(id_, wait_s=30)["state"] == "completed"
    assert admin(there, "GET", f"?group={group}")["dead_letters"] == []


def test_an_action_asked_for_twice_is_done_once(there: Outside) -> None:
    id_ = dead_inquiry(there)
    first = admin(there, "POST", f"/{id_}/redeliver", action="only-once")
    assert there.shown(id_, wait_s=30)["state"] == "completed"
    again = admin(there, "POST", f"/{id_}/redeliver", action="only-once")
    assert (first["repetition"], again["repetition"], again["state"]) == (False, True, "completed")


def test_a_corrected_request_is_delivered_and_both_forms_stay(there: Outside, tmp_path: Path) -> None:
    id_ = dead_inquiry(there)
    written = there.where.run("dead-letter", "edit", id_, "--reason", "to correct it")
    assert json.loads(written.stdout) == INQUIRY
    corrected = INQUIRY | {"deed": {"estate_note_number": "1402203010000000028"}}
    file = tmp_path / "corrected.json"

    file.write_text(json.dumps(INQUIRY | {"deed": {}}), encoding="utf-8")
    refused = there.where.run("dead-letter", "edit", id_, str(file), *WHY)
    assert refused.returncode == 1
    assert "/deed" in refused.stderr

    file.write_text(json.dumps(corrected), encoding="utf-8")
    uncertain = there.where.run("dead-letter", "edit", id_, str(file), *WHY)
    assert "dead_letter.uncertain" in uncertain.stderr, "the office has seen the other form under this id"
    dead(there, "edit", id_, str(file), *WHY, "--outcome-known", "not-done")
    shown = there.shown(id_, wait_s=30)
    roles = [fact["role"] for line in shown["history"] for fact in line.get("documents", ())]
    assert roles.count("request") == roles.count("edited_request") == 1
    assert shown["state"] in {"completed", "failed", "dead_lettered"}
    last = there.partners.calls(OFFICE)["calls"][-1]
    assert last["request_id"] == id_


def test_a_payment_that_may_have_been_made_is_never_repeated_blindly(there: Outside, tmp_path: Path) -> None:
    id_, _ = dead_payment(there, 2)
    shown = dead(there, "show", id_)
    assert shown["partner_may_have_acted"] is True
    refused = there.where.run("dead-letter", "redeliver", id_, *WHY)
    assert refused.returncode == 1
    assert "dead_letter.uncertain" in refused.stdout
    assert there.ledger()[BANK] == 1

    reply = tmp_path / "reply.json"
    reply.write_text("{}", encoding="utf-8")
    assert there.where.run("dead-letter", "settle", id_, str(reply), *WHY).returncode == 1
    answered = there.post(PAYMENT, SALE).json
    reply.write_text(json.dumps(answered), encoding="utf-8")
    dead(there, "settle", id_, str(reply), "--reason", "the bank says it was paid")
    assert (there.shown(id_)["state"], there.shown(id_)["reply"]) == ("completed", answered)


def test_what_is_discarded_is_over_for_its_sender(there: Outside) -> None:
    id_, _ = dead_payment(there, 3)
    assert admin(there, "POST", f"/{id_}/discard")["state"] == "cancelled"
    shown = there.shown(id_)
    assert (shown["state"], shown["problem"]["code"]) == ("cancelled", "exchange.discarded")
    late = there.where.run("dead-letter", "redeliver", id_, *WHY, "--outcome-known", "not-done")
    assert late.returncode == 1
    assert "dead_letter.moved_on" in late.stdout


def test_the_control_api_lets_in_nobody_without_the_token(there: Outside) -> None:
    address = there.hub.management + "/admin/dead-letters"
    for token in ("", "Bearer guessed"):
        request = urllib.request.Request(address, headers={"Authorization": token})  # noqa: S310 - our own
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=WITHIN_S)  # noqa: S310 - as above
        with refused.value as answer:
            assert (answer.code, json.load(answer)["code"]) == (401, "control.denied")
    file = there.where.data_dir / "control.token"
    assert file.stat().st_mode & 0o777 == 0o600
    assert there.ask("GET", "/admin/dead-letters").status == 404, "the public port knows nothing of it"


def test_a_retry_under_the_same_key_after_nobody_was_reached_is_a_new_exchange(there: Outside) -> None:
    key = ("Idempotency-Key", "reached-nobody")
    there.partners.mode(BANK, "down")
    first = there.post(PAYMENT, SALE, key)
    assert (first.status, first.code, first.json["retryable"]) == (503, "partner.unreachable", True)
    there.partners.mode(BANK, "up")
    second = there.post(PAYMENT, SALE, key)
    third = there.post(PAYMENT, SALE, key)
    assert (second.status, third.status) == (200, 200)
    assert second.exchange_id != first.exchange_id
    assert third.exchange_id == second.exchange_id
    assert there.shown(second.exchange_id)["history"][0]["detail"] == {"retry_of": first.exchange_id}
    assert there.ledger()[BANK] == 1


def test_what_was_accepted_for_later_is_kept_by_the_journal_whatever_becomes_of_the_hub(
    there: Outside,
) -> None:
    ids = sorted(dead_inquiry(there) for _ in range(3))
    result = admin(there, "POST", "/redeliver", ids=ids, per_second=0.5)
    assert [each["state"] for each in result["done"]] == ["accepted"] * 3
    there.hub.kill()
    there.hub = hub_process.start_hub(there.where)
    until(lambda: all(there.shown(id_)["state"] == "completed" for id_ in ids), "what was paced is delivered")


def test_without_a_hub_the_store_itself_is_asked(there: Outside) -> None:
    id_ = dead_inquiry(there)
    there.hub.kill()
    if new_store():
        away = there.where.run("dead-letter", "list")
        assert away.returncode == 3
    else:
        assert dead(there, "dry-run", id_)["deliverable"]
        [done] = dead(there, "redeliver", id_, *WHY)["done"]
        assert done["state"] == "accepted"
    there.hub = hub_process.start_hub(there.where)
    if new_store():
        # Between a killed hub and the next there is a moment in which neither has the lease.
        until(lambda: there.where.run("dead-letter", "list").returncode == 0, "the next hub is found")
        dead(there, "redeliver", id_, *WHY)
    assert there.shown(id_, wait_s=30)["state"] == "completed"
