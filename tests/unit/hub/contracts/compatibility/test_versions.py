"""Versions of a major against all earlier ones: requests backward, replies forward."""

from typing import Any

import pytest

from hub.contracts.compatibility.versions import check_versions
from tests.unit.hub.contracts.folders import RELEASED, TEXT, Folder, obj

DEPRECATED = (
    '{status: deprecated, released: 2026-11-22, deprecated: 2026-12-22, sunset: 2027-06-01, successor: "%s"}'
)
RETIRED = "{status: retired, released: 2026-11-22, sunset: 2027-01-01}"
WIDER, NARROWER = obj(a=TEXT, b=TEXT), obj(a=TEXT)


@pytest.fixture
def folder(tmp_path: Any) -> Folder:
    return Folder(tmp_path)


def found(folder: Folder, *, drafts: bool = False) -> list[tuple[str, int, str]]:
    findings = check_versions(folder.load().contracts.values(), drafts=drafts)
    return [(finding.path, finding.line, finding.rule) for finding in findings]


def contract(
    folder: Folder, requests: dict[str, Any], replies: dict[str, Any] | None = None, **states: str
) -> None:
    versions = {number: states.get(f"v{number.replace('.', '_')}", RELEASED) for number in requests}
    folder.contract("a", obj(), versions=versions)
    for number, schema in requests.items():
        folder.write(f"a/{number}.request.schema.json", schema)
    for number, schema in (replies or {}).items():
        folder.write(f"a/{number}.reply.schema.json", schema)


def test_a_request_may_accept_more(folder: Folder) -> None:
    contract(folder, {"1.0": NARROWER, "1.1": WIDER})
    assert found(folder) == []


def test_a_request_may_not_accept_less(folder: Folder) -> None:
    contract(folder, {"1.0": WIDER, "1.1": NARROWER})
    assert found(folder) == [("a/1.1.request.schema.json", 4, "compatibility.property-removed")]


def test_a_reply_may_say_less(folder: Folder) -> None:
    contract(folder, {"1.0": TEXT, "1.1": TEXT}, {"1.0": WIDER, "1.1": NARROWER})
    assert found(folder) == []


def test_a_reply_may_not_say_more(folder: Folder) -> None:
    contract(folder, {"1.0": TEXT, "1.1": TEXT}, {"1.0": NARROWER, "1.1": WIDER})
    assert found(folder) == [("a/1.1.reply.schema.json", 8, "compatibility.property-added")]


def test_every_earlier_version_counts_not_only_the_last(folder: Folder) -> None:
    """1.2 takes all of 1.1 but not all of 1.0, which 1.1 broke already."""
    contract(folder, {"1.0": WIDER, "1.1": NARROWER, "1.2": NARROWER})
    assert {path for path, _, _ in found(folder)} == {
        "a/1.1.request.schema.json",
        "a/1.2.request.schema.json",
    }


def test_retired_and_deprecated_versions_count_for_the_journal_replays_their_messages(folder: Folder) -> None:
    contract(folder, {"1.0": WIDER, "1.1": NARROWER}, v1_0=RETIRED)
    assert found(folder) != []
    contract(folder, {"1.0": WIDER, "1.1": NARROWER}, v1_0=DEPRECATED % "1.1")
    assert found(folder) != []


def test_another_major_is_free(folder: Folder) -> None:
    contract(folder, {"1.0": WIDER, "2.0": NARROWER})
    assert found(folder) == []


def test_a_draft_is_judged_only_when_asked_for_and_never_judges(folder: Folder) -> None:
    contract(folder, {"1.0": WIDER, "1.1": NARROWER}, v1_1="{status: draft}")
    assert found(folder) == []
    assert found(folder, drafts=True) == [("a/1.1.request.schema.json", 4, "compatibility.property-removed")]
    contract(folder, {"1.0": WIDER, "1.1": NARROWER}, v1_0="{status: draft}")
    assert found(folder, drafts=True) == []


def test_the_finding_names_the_version_the_place_and_the_way_out(folder: Folder) -> None:
    contract(folder, {"1.0": obj(a=TEXT), "1.1": obj(["a"], a=TEXT)})
    (finding,) = check_versions(folder.load().contracts.values())
    assert finding.message == (
        "/required/0: a property became required, and so the request is not backward compatible with version 1.0"
    )
    assert "new major" in finding.hint
