"""Whatever a partner does: its own code, a journal entry, nothing of it at the client, and a hub that goes on."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.hub_process import IDENTITY, INQUIRY, PAYMENT, PERSON, SALE, TITLE, Outside, outside
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
OFFICE, REGISTRY, BANK = "registry_office", "civil_registry", "behpardakht"
INQUIRIES = {OFFICE: (TITLE, INQUIRY), REGISTRY: (IDENTITY, PERSON)}
SLOW = {"delay_s": 3}
HUGE = {"size_mb": 8}


@pytest.fixture(scope="module")
def city(set_up: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with outside(tmp_path_factory.mktemp("city")) as there:
        yield there
        log = there.log()
        assert [secret for secret in there.secrets() if secret in log] == []
        assert "Traceback" not in log


@pytest.fixture
def there(city: Outside) -> Iterator[Outside]:
    """The hub and fresh partners; afterwards everything must work again at once."""
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    yield city
    for name in EVERY_PARTNER:
        city.partners.control("POST", f"/partners/{name}/reset")
    for contract, document in INQUIRIES.values():
        assert city.post(contract, document).status == 200
    assert city.post(PAYMENT, SALE).status == 200


MODES: dict[str, tuple[dict[str, Any], int, str]] = {
    "down": ({}, 503, "partner.unreachable"),
    "slow": (SLOW, 504, "partner.timeout"),
    "silent": ({}, 504, "partner.timeout"),
    "lost_reply": ({}, 502, "partner.connection_lost"),
    "reset": ({}, 502, "partner.connection_lost"),
    "truncated": ({}, 502, "partner.reply_malformed"),
    "rubbish": ({}, 502, "partner.reply_malformed"),
    "html": ({}, 502, "partner.reply_malformed"),
    "empty": ({}, 502, "partner.reply_empty"),
    "bomb": ({}, 502, "partner.reply_unsafe"),
    "xxe": ({}, 502, "partner.reply_unsafe"),
    "huge": (HUGE, 502, "partner.reply_too_large"),
    "fault": ({}, 502, "partner.fault"),
    "http_500": ({}, 502, "partner.http_error"),
    "http_503": ({"retry_after_s": 7}, 503, "partner.busy"),
    "wrong_namespace": ({}, 502, "partner.reply_invalid"),
    "extra_element": ({}, 502, "partner.reply_invalid"),
    "quota": ({}, 503, "partner.quota_exhausted"),
    "closed": ({}, 503, "partner.closed"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("partner", INQUIRIES)
def test_an_inquiry_whose_partner_misbehaves(there: Outside, partner: str, mode: str) -> None:
    parameters, status, code = MODES[mode]
    contract, document = INQUIRIES[partner]
    there.partners.mode(partner, mode, **parameters)
    answer = there.post(contract, document)
    assert (answer.status, answer.code) == (status, code), answer.json
    assert (answer.json["origin"], answer.json["exchange_id"]) == ("partner", answer.exchange_id)
    if mode == "http_503":
        assert answer.headers["retry-after"] == "7"
    shown = there.shown(answer.exchange_id)
    assert (shown["state"], shown["history"][-1]["code"]) == ("failed", code)
    assert there.ledger()[partner] == (0 if mode == "down" else 1)


NOT_DONE = {"down": "partner.unreachable", "http_503": "partner.busy"}
"""Where it is certain that the payment was not touched, its sender may try again."""
VERIFY = "bpVerifyRequest"


@pytest.mark.parametrize("mode", MODES)
def test_a_payment_whose_provider_misbehaves_is_asked_about_and_made_once(there: Outside, mode: str) -> None:
    there.partners.mode(BANK, mode, **MODES[mode][0])
    answer = there.post(PAYMENT, SALE, ("Idempotency-Key", f"sale-{mode}"))
    states = [line["state"] for line in there.shown(answer.exchange_id)["history"]]
    if mode in NOT_DONE:
        assert (answer.code, states[-1]) == (NOT_DONE[mode], "failed")
    else:
        assert (answer.status, answer.code) == (504, "partner.outcome_unknown"), answer.json
        assert answer.json["retryable"] is False
        assert states[-1] == "uncertain"
    there.partners.mode(BANK, "up")
    again = there.post(PAYMENT, SALE, ("Idempotency-Key", f"sale-{mode}"))
    # A key whose first try reached nobody is free for another one.
    assert (again.exchange_id == answer.exchange_id) == (mode not in NOT_DONE)
    calls = there.partners.calls(BANK)
    # However long the provider was not itself, it was only asked; and the payment was made once.
    assert (again.status, again.json["result"]) == (200, "verified")
    assert calls["side_effects"] == 1
    acted = [call for call in calls["calls"] if call["operation"] == VERIFY]
    assert all(call["outcome"] != "43" for call in acted), acted


@pytest.mark.parametrize(
    ("mode", "parameters"),
    [("slow", SLOW), ("silent", {}), ("lost_reply", {}), ("reset", {}), ("empty", {}), ("http_503", {"retry_after_s": 1}),
     ("quota", {}), ("closed", {})],
)  # fmt: skip
def test_an_inquiry_that_nobody_waits_for_is_asked_again_under_its_id(
    there: Outside, mode: str, parameters: dict[str, Any]
) -> None:
    there.partners.mode(OFFICE, mode, times=1, **parameters)
    accepted = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    assert (accepted.status, accepted.headers["location"]) == (202, f"/exchanges/{accepted.exchange_id}")
    shown = there.shown(accepted.exchange_id, wait_s=20)
    assert shown["state"] == "completed"
    assert [line["state"] for line in shown["history"]].count("delivering") == 2
    calls = there.partners.calls(OFFICE)
    assert {call["request_id"] for call in calls["calls"]} == {accepted.exchange_id}
    assert (calls["count"], calls["side_effects"]) == (2, 1)


@pytest.mark.parametrize("mode", ["rubbish", "html", "bomb", "fault", "http_500", "wrong_namespace"])
def test_an_inquiry_that_nobody_waits_for_goes_to_a_person_where_trying_again_cannot_help(
    there: Outside, mode: str
) -> None:
    there.partners.mode(OFFICE, mode)
    accepted = there.post(TITLE, INQUIRY, ("Prefer", "respond-async"))
    shown = there.shown(accepted.exchange_id, wait_s=20)
    assert shown["state"] == "dead_lettered"
    assert shown["problem"]["code"] == MODES[mode][2]
    assert there.ledger()[OFFICE] == 1


def test_a_payment_that_nobody_waits_for_is_not_repeated_either(there: Outside) -> None:
    there.partners.mode(BANK, "lost_reply", times=1)
    accepted = there.post(PAYMENT, SALE, ("Prefer", "respond-async"))
    shown = there.shown(accepted.exchange_id, wait_s=60)
    assert (shown["state"], shown["reply"]["result"]) == ("completed", "verified")
    calls = there.partners.calls(BANK)
    assert [call["operation"] for call in calls["calls"]] == [VERIFY, "bpInquiryRequest"]
    assert calls["side_effects"] == 1


def test_credentials_that_a_partner_refuses_are_the_hub_s_trouble(there: Outside) -> None:
    for _ in range(5):
        there.partners.ask_person("9990000018", 13620417, password="wrong")
    answer = there.post(IDENTITY, PERSON)  # the account is locked now, for the right password too
    assert answer.status in {502, 503}
    assert answer.code.startswith("partner.")
    assert there.shown(answer.exchange_id)["state"] == "failed"


def test_one_partner_s_silence_is_not_another_s(there: Outside) -> None:
    there.partners.mode(OFFICE, "silent")
    held = [there.post(TITLE, INQUIRY, ("Prefer", "respond-async")) for _ in range(20)]
    assert there.post(IDENTITY, PERSON, ("Prefer", "wait=10")).status == 200
    for each in held:
        assert there.ask("POST", f"/exchanges/{each.exchange_id}/cancel").status in {200, 409}
