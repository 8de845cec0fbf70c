"""Replies that say inside success that there was none."""

import pytest

from adapters.kit.outcomes import Outcomes
from hub.core import codes
from hub.core.endpoint import Acknowledgement
from hub.core.errors import ExchangeError, Outcome
from hub.core.findings import LintError
from hub.core.message import Kind, Message
from hub.core.values import ContractRef, JsonValue
from tests.adapters.kit.test_manifest import GOOD
from tests.adapters.manifests import compile_condition, manifest


def judged(body: JsonValue) -> Message | Acknowledgement:
    read = manifest(GOOD)
    outcomes = Outcomes.compile(read, read.endpoints["land-office.parcel"], compile_condition)
    return outcomes.judge(Message(ContractRef.parse("a.b@1.0"), Kind.REPLY, body, wire=b"{}"))


def test_a_reply_that_meets_no_condition_is_the_reply() -> None:
    reply = judged({"Code": "200"})
    assert isinstance(reply, Message)
    assert reply.body == {"Code": "200"}


def test_the_first_condition_that_holds_decides() -> None:
    with pytest.raises(ExchangeError) as caught:
        judged({"Code": "201"})
    assert caught.value.code is codes.PARTNER_REFUSED
    assert caught.value.detail == "نه / refused"


def test_a_partner_that_answers_later_is_known_by_its_tracking_code() -> None:
    assert judged({"Code": "100", "Data": {"Tracking": 77}}) == Acknowledgement(
        "77", b"{}", "application/json"
    )


@pytest.mark.parametrize("data", [None, {}, {"Tracking": ""}, {"Tracking": True}, {"Tracking": []}])
def test_an_acknowledgement_without_a_tracking_code_is_no_acknowledgement(data: JsonValue) -> None:
    with pytest.raises(ExchangeError) as caught:
        judged({"Code": "100", "Data": data})
    assert caught.value.code is codes.PARTNER_INVALID


def test_a_condition_that_errs_fails_the_message_and_leaves_the_outcome_open() -> None:
    with pytest.raises(ExchangeError) as caught:
        judged({"Status": "200"})
    assert caught.value.code is codes.PARTNER_INVALID
    assert caught.value.code.outcome is Outcome.UNKNOWN


def test_a_condition_that_is_none_is_found_at_load() -> None:
    read = manifest(GOOD.replace('reply.Code == "201"', "reply.Code"))
    with pytest.raises(LintError) as caught:
        Outcomes.compile(read, read.endpoints["land-office.parcel"], compile_condition)
    assert [(finding.rule, finding.line) for finding in caught.value.findings] == [("manifest.condition", 22)]
