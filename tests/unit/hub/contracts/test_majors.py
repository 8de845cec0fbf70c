"""Clients of two majors are served by one partner only where mappings lead across."""

import pytest

from hub.contracts.majors import check_majors
from tests.unit.hub.contracts.folders import RELEASED, TEXT, Folder, obj

GONE = "{status: retired, released: 2026-01-01, sunset: 2026-06-01}"
DRAFT = "{status: draft}"
SCHEMA = obj(a=TEXT)


def two_majors(folder: Folder, **more: str) -> Folder:
    versions = {"1.0": RELEASED, "2.0": RELEASED} | {f"{n[1]}.{n[2]}": entry for n, entry in more.items()}
    return folder.contract("q", SCHEMA, SCHEMA, versions=versions)


def told(folder: Folder) -> list[str]:
    findings = list(check_majors(folder.load()))
    assert {finding.rule for finding in findings} <= {"contract.major-unmapped"}
    assert all(finding.path == "q/contract.yaml" and finding.hint for finding in findings)
    return [finding.message.partition(",")[0] for finding in findings]


def test_a_major_that_nothing_joins_to_the_one_before(folder: Folder) -> None:
    assert told(two_majors(folder)) == [
        "no mappings lead a request from q@1.0 to q@2.0",
        "no mappings lead a reply from q@2.0 to q@1.0",
    ]


def test_requests_go_up_and_replies_come_down(folder: Folder) -> None:
    two_majors(folder).mapping("q@1.0", "q@2.0", "fields: {'a?': source.a}")
    assert told(folder) == ["no mappings lead a reply from q@2.0 to q@1.0"]
    folder.mapping("q@2.0", "q@1.0", "fields: {'a?': source.a}", kind="reply")
    assert told(folder) == []


def test_a_chain_through_minors_will_do(folder: Folder) -> None:
    two_majors(folder, v11=RELEASED)
    for source, target, kind in (
        ("q@1.1", "q@1.0", "request"),
        ("q@1.0", "q@2.0", "request"),
        ("q@2.0", "q@1.0", "reply"),
        ("q@1.0", "q@1.1", "reply"),
    ):
        folder.mapping(source, target, "fields: {'a?': source.a}", kind=kind)
    assert told(folder) == []


@pytest.mark.parametrize(("before", "after"), [(GONE, RELEASED), (RELEASED, DRAFT)])
def test_what_is_not_served_need_not_be_reached(folder: Folder, before: str, after: str) -> None:
    folder.contract("q", SCHEMA, SCHEMA, versions={"1.0": before, "2.0": after})
    assert told(folder) == []
