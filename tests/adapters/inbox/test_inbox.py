"""A manifest whose partner's officers answer by hand."""

from types import MappingProxyType

import pytest

from adapters.inbox.protocol import inbox, inboxes_of, offices_of
from adapters.kit.manifest import Manifest
from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.findings import LintError
from hub.core.message import Kind, Message
from hub.core.values import ContractRef
from hub.core.work_items import Returned
from tests.adapters.manifests import compile_condition, manifest

NAMES = """
partner: {partner}
title: {{fa: آتش‌نشانی, en: Fire department}}
protocol: inbox
evidence: modelled
"""
GOOD = """
inbox: {}
endpoints:
  approval:
    contract: fire.approval@1.0
    inbox: {offices: [prevention, headquarters], title: {fa: نظر, en: Opinion}}
"""
NO_ENVIRONMENT = MappingProxyType({})


def read(text: str = GOOD, partner: str = "fire") -> Manifest:
    return manifest(text, head=NAMES.format(partner=partner))


def findings(text: str) -> list[tuple[str, int]]:
    with pytest.raises(LintError) as caught:
        inbox(read(text), compile_condition, NO_ENVIRONMENT)
    return [(finding.rule, finding.line) for finding in caught.value.findings]


def test_needs_no_address_and_takes_repetitions() -> None:
    facts = read().endpoints["fire.approval"].facts
    assert facts.idempotent
    assert facts.answer_contract == ContractRef.parse("fire.approval@1.0")


async def test_acknowledges_everything_under_the_exchange_s_id_and_says_whose_it_is() -> None:
    endpoint = inbox(read(), compile_condition, NO_ENVIRONMENT)["fire.approval"]
    await endpoint.open()
    message = Message(ContractRef.parse("fire.approval@1.0"), Kind.REQUEST, {})
    for attempt in (1, 2):
        answer = await endpoint.send(message, Delivery("E1", "E1", attempt, 1.0))
        assert isinstance(answer, Acknowledgement)
        assert answer.tracking_code == "E1"
        assert answer.facts == {"inbox": "fire.approval", "offices": "prevention headquarters"}
    await endpoint.close()


def test_tells_its_inboxes_and_offices() -> None:
    one = read()
    found = inboxes_of([one], inbox(one, compile_condition, NO_ENVIRONMENT))
    assert found["fire.approval"].offices == ("prevention", "headquarters")
    assert found["fire.approval"].returned is Returned.REFUSED
    assert offices_of([one]) == ("headquarters", "prevention")


def test_an_office_belongs_to_one_partner() -> None:
    one, other = read(), read(partner="police")
    made = {
        name: endpoint
        for each in (one, other)
        for name, endpoint in inbox(each, compile_condition, NO_ENVIRONMENT).items()
    }
    with pytest.raises(LintError) as caught:
        inboxes_of([one, other], made)
    assert {finding.rule for finding in caught.value.findings} == {"inbox.office-shared"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("inbox: {}", "address: env:FIRE_URL\ninbox: {}"),
        ("inbox: {}", "http: {headers: {X-Key: key}}\ninbox: {}"),
        ("    contract:", "    idempotent: false\n    contract:"),
        ("    contract:", "    timeout: 5s\n    contract:"),
    ],
)
def test_what_calls_nobody_says_nothing_of_calls(before: str, after: str) -> None:
    with pytest.raises(LintError) as caught:
        read(GOOD.replace(before, after, 1))
    assert [finding.rule for finding in caught.value.findings] == ["manifest.not-used"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("offices: [prevention, headquarters]", "offices: []"),
        ("offices: [prevention, headquarters], ", ""),
        ("title:", "returned: later, title:"),
        ("offices:", "form: a, offices:"),
    ],
)
def test_mistakes_in_its_section_are_named_by_line(before: str, after: str) -> None:
    assert {line for _, line in findings(GOOD.replace(before, after, 1))} == {11}
