"""The judge finds what is wrong, and nothing else."""

import pytest

from scripts.chaos.judge import judge
from scripts.chaos.ledger import Kind, Ledger, PartnerCall

OFFICE, BANK = "registry_office", "behpardakht"


@pytest.fixture
def ledger() -> Ledger:
    """An inquiry that was answered, one that was accepted, and a payment; all is well."""
    ledger = Ledger()
    for number, (kind, status, exchange_id) in enumerate(
        [(Kind.INQUIRY, 200, "a"), (Kind.INQUIRY, 202, "b"), (Kind.PAYMENT, 200, "c")]
    ):
        ledger.hear(number, kind, status, exchange_id)
        ledger.ends[exchange_id] = "completed"
    ledger.calls = [
        PartnerCall(OFFICE, "a", "deed-0"),
        PartnerCall(OFFICE, "b", "deed-1"),
        PartnerCall(BANK, "7", "7"),
    ]
    return ledger


def test_all_is_well(ledger: Ledger) -> None:
    verdict = judge(ledger)
    assert verdict.is_good, verdict.findings
    assert (verdict.accepted, verdict.final, verdict.lost, verdict.duplicates) == (3, 3, 0, 0)


@pytest.mark.parametrize("state", ["accepted", "delivering", "waiting_retry", "uncertain", "waiting_reply"])
def test_a_promise_that_has_not_ended_is_lost(ledger: Ledger, state: str) -> None:
    ledger.ends["b"] = state
    verdict = judge(ledger)
    assert not verdict.is_good
    assert (verdict.accepted, verdict.final, verdict.lost) == (3, 2, 1)


def test_a_promise_that_the_hub_does_not_know_is_lost(ledger: Ledger) -> None:
    del ledger.ends["b"]
    assert (judge(ledger).lost, judge(ledger).is_good) == (1, False)


@pytest.mark.parametrize("state", ["failed", "expired", "dead_lettered"])
def test_an_acceptance_may_end_in_any_way_and_a_reply_in_one_only(ledger: Ledger, state: str) -> None:
    ledger.ends["b"] = state
    assert judge(ledger).is_good
    ledger.ends["a"] = state
    assert (judge(ledger).lost, judge(ledger).is_good) == (1, False)


def test_a_reply_that_no_partner_gave_is_lost(ledger: Ledger) -> None:
    ledger.calls = [call for call in ledger.calls if call.message_id != "a"]
    assert (judge(ledger).lost, judge(ledger).is_good) == (1, False)


def test_one_message_promised_twice_is_wrong(ledger: Ledger) -> None:
    ledger.hear(1, Kind.INQUIRY, 202, "d")
    ledger.ends["d"] = "completed"
    assert not judge(ledger).is_good


def test_a_repetition_under_the_same_message_id_is_a_known_duplicate(ledger: Ledger) -> None:
    ledger.calls.append(PartnerCall(OFFICE, "b", "deed-1"))
    verdict = judge(ledger)
    assert (verdict.duplicates, verdict.is_good) == (1, True)


@pytest.mark.parametrize("message_id", ["d", ""])
def test_a_repetition_under_another_message_id_is_wrong(ledger: Ledger, message_id: str) -> None:
    ledger.ends["d"] = "completed"
    ledger.calls.append(PartnerCall(OFFICE, message_id, "deed-1"))
    assert (judge(ledger).unrecognisable, judge(ledger).is_good) == (1, False)


def test_a_second_payment_is_wrong(ledger: Ledger) -> None:
    ledger.calls.append(PartnerCall(BANK, "7", "7"))
    assert (judge(ledger).repeated, judge(ledger).is_good) == (1, False)


def test_what_nobody_was_told_of_must_end_too(ledger: Ledger) -> None:
    ledger.ends["d"] = "expired"
    assert judge(ledger).is_good
    ledger.ends["d"] = "accepted"
    assert (judge(ledger).open, judge(ledger).is_good) == (1, False)


def test_a_reply_promises_more_than_the_acceptance_before_it() -> None:
    ledger = Ledger()
    ledger.hear(0, Kind.INQUIRY, 202, "a")
    ledger.hear(0, Kind.INQUIRY, 200, "a")
    ledger.hear(0, Kind.INQUIRY, 202, "a")
    assert ledger.promises["a"].status == 200


def test_a_refusal_promises_nothing() -> None:
    ledger = Ledger()
    ledger.hear(0, Kind.PAYMENT, 504, "a", "partner.outcome_unknown")
    assert (judge(ledger).accepted, judge(ledger).is_good) == (0, True)
