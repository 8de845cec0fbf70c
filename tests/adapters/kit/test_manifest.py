"""A manifest is read strictly, and what is wrong with it is named by line."""

from pathlib import Path

import pytest

from adapters.kit import registry
from adapters.kit.manifest_file import load_manifests
from hub.core import codes
from hub.core.findings import LintError
from hub.core.values import ContractRef
from tests.adapters.manifests import HEAD, compile_condition, manifest

GOOD = """
protocol: rest
credentials: {key: env:LAND_OFFICE_KEY}
http: {headers: {X-Key: credentials.key}}
rest: {}
endpoints:
  parcel:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 20s
    rest: {method: GET, path: /parcels, body: none}
    outcomes:
      - {when: 'reply.Code == "201"', code: partner.refused, detail: {fa: نه, en: refused}}
      - {when: 'reply.Code == "100"', acknowledged: reply.Data.Tracking}
    later_replies:
      tracking_code: reply.Tracking
      document: reply.Answer
      outcomes:
        - {when: 'reply.Code == "201"', code: partner.refused}
unsupported:
  - {rule: attachments, reason: the partner offers none}
"""


LATER = GOOD[GOOD.index("    later_replies:") : GOOD.index("unsupported:")]


def rules(text: str) -> list[tuple[str, int]]:
    with pytest.raises(LintError) as caught:
        manifest(text)
    return [(finding.rule, finding.line) for finding in caught.value.findings]


def test_a_manifest_tells_the_facts_of_its_endpoints() -> None:
    read = manifest(GOOD)
    facts = read.endpoints["land-office.parcel"].facts
    assert facts.contract == ContractRef.parse("land-office.parcel@1.0")
    assert (facts.partner, facts.idempotent, facts.timeout_s, facts.max_concurrent) == (
        "land-office",
        True,
        20,
        4,
    )
    assert (read.connect_timeout_s, read.max_connections, read.max_reply_bytes) == (1, 2, 100_000)
    refused, acknowledged = read.endpoints["land-office.parcel"].outcomes
    assert refused.code is codes.PARTNER_REFUSED
    assert acknowledged.tracking_code == ("Data", "Tracking")
    later = read.endpoints["land-office.parcel"].later
    assert later is not None
    assert (later.is_json, later.tracking_code, later.document) == (False, ("Tracking",), ("Answer",))
    assert facts.answer_contract == facts.contract
    assert read.unsupported[0].reason == "the partner offers none"


@pytest.mark.parametrize(
    ("before", "after", "rule", "line"),
    [
        ("timeout: 20s", "timeout: 20", "manifest.duration", 19),
        ("timeout: 20s", "time_out: 20s", "manifest.missing-key", 16),
        ("idempotent: true", "idempotent: 1", "manifest.wrong-type", 18),
        ("parcel@1.0", "parcel", "manifest.contract-ref", 17),
        ("env:LAND_OFFICE_KEY", "hunter2", "manifest.literal-secret", 12),
        ("partner.refused,", "partner.refuzed,", "manifest.unknown-code", 22),
        ("code: partner.refused", "code: request.invalid", "manifest.unknown-code", 22),
        ("acknowledged: reply.Data.Tracking", "detail: {fa: نه, en: refused}", "manifest.outcome", 23),
        ("credentials.key}", "credentials.kee}", "manifest.credential-unknown", 13),
        (
            "http: {headers: {X-Key: credentials.key}}",
            "http: {bearer: hunter2}",
            "manifest.literal-secret",
            13,
        ),
        (", reason: the partner offers none", "", "manifest.missing-key", 30),
        ("acknowledged: reply.Data.Tracking", "code: partner.refused", "manifest.never-acknowledges", 24),
        ("tracking_code: reply.Tracking", "tracking_code: Tracking", "manifest.bad-value", 25),
        ("tracking_code: reply.Tracking", "form: json", "manifest.missing-key", 24),
        ("document: reply.Answer", "documents: reply.Answer", "manifest.unknown-key", 26),
        ("code: partner.refused}\nunsup", "acknowledged: reply.Again}\nunsup", "manifest.outcome", 28),
        (LATER, "", "manifest.no-later-replies", 21),
        ("  parcel:", "  parcel.deep:", "manifest.endpoint-name", 16),
        ("rest: {}", "soap: {}", "manifest.unknown-key", 14),
    ],
)
def test_mistakes_are_found_by_line(before: str, after: str, rule: str, line: int) -> None:
    assert before in GOOD
    assert (rule, line) in rules(GOOD.replace(before, after, 1))


def test_a_literal_secret_is_not_repeated_in_its_finding() -> None:
    with pytest.raises(LintError) as caught:
        manifest(GOOD.replace("env:LAND_OFFICE_KEY", "hunter2"))
    assert "hunter2" not in str(caught.value)


def test_all_manifests_are_judged_before_any_is_refused(tmp_path: Path) -> None:
    for folder, text in {"a": HEAD + GOOD, "b": HEAD + GOOD, "c": "partner: 1"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "manifest.yaml").write_text(text)
    with pytest.raises(LintError) as caught:
        load_manifests(tmp_path)
    found = {finding.path: finding.rule for finding in caught.value.findings}
    assert found["b/manifest.yaml"] == "manifest.partner-twice"
    assert "c/manifest.yaml" in found


def test_a_protocol_that_nobody_offers_is_a_finding() -> None:
    with pytest.raises(LintError) as caught:
        registry.endpoints((manifest(GOOD),), {"soap": lambda *_: {}}, compile_condition, {})
    (finding,) = caught.value.findings
    assert (finding.rule, finding.line) == ("manifest.protocol-unknown", 11)
