"""A manifest says when, and how much, its partner takes."""

from datetime import time

import pytest

from hub.core.availability import Availability, BreakerPolicy
from hub.core.calendar import WHOLE_DAY, OfficeHours, Span, Weekday
from hub.core.findings import LintError
from tests.adapters.manifests import manifest

ENDPOINTS = """
protocol: rest
rest: {}
endpoints:
  parcel: {contract: land-office.parcel@1.0, idempotent: true, timeout: 20s, rest: {method: GET, path: /p, body: none}}
"""


def policy(section: str) -> Availability | None:
    return manifest(ENDPOINTS + section).endpoints["land-office.parcel"].facts.availability


def test_a_partner_that_says_nothing_takes_calls_at_any_time() -> None:
    assert policy("") is None


def test_everything_that_can_be_said() -> None:
    read = policy("""
availability:
  hours:
    saturday: ["07:30-12:00", "13:00-14:30"]
    thursday: ["08:00-24:00"]
  holidays: iran
  daily_quota: 5000
  rate: 2.5
  circuit_breaker: {failures: 5, within: 30s, open_for: 20s}
""")
    assert read == Availability(
        OfficeHours(
            {
                Weekday.SATURDAY: (Span(time(7, 30), time(12)), Span(time(13), time(14, 30))),
                Weekday.THURSDAY: (Span(time(8), time(0)),),
            }
        ),
        5000,
        2.5,
        BreakerPolicy(5, 30, 20),
    )


def test_open_at_all_hours_but_on_holidays() -> None:
    read = policy("availability: {holidays: iran}\n")
    assert read is not None
    assert read.hours == OfficeHours(dict.fromkeys(Weekday, WHOLE_DAY), on_holidays=False)


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        ("hours: {}", "manifest.bad-value"),
        ("hours: {saturday: []}", "manifest.bad-value"),
        ('hours: {saturday: ["8:00-12:00"]}', "manifest.hours"),
        ('hours: {saturday: ["12:00-08:00"]}', "manifest.hours"),
        ('hours: {saturday: ["08:00-12:00", "11:00-15:00"]}', "manifest.hours"),
        ('hours: {saturday: ["13:00-24:00", "08:00-12:00"]}', "manifest.hours"),
        ('hours: {shanbe: ["08:00-12:00"]}', "manifest.bad-value"),
        ("holidays: france", "manifest.bad-value"),
        ("daily_quota: 0", "manifest.bad-value"),
        ("rate: 0", "manifest.bad-value"),
        ("circuit_breaker: {failures: 5}", "manifest.missing-key"),
        ("quota: 5", "manifest.unknown-key"),
    ],
)
def test_mistakes_are_findings(section: str, rule: str) -> None:
    with pytest.raises(LintError) as caught:
        policy(f"availability: {{{section}}}\n")
    assert {finding.rule for finding in caught.value.findings} >= {rule}
    assert all(finding.line > 10 for finding in caught.value.findings)
