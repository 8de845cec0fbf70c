"""The terms of a contract as its file says them, and what is wrong with wrong ones."""

from datetime import time
from pathlib import Path

import pytest

from hub.contracts.terms_file import TermsFile, check_terms, read_terms
from hub.core.findings import LintError
from hub.core.terms import Lead, Reminder, WorkingDays
from hub.reading.model import read_model
from hub.reading.yaml_text import read_yaml

NOWHERE = Path()


def read(text: str) -> TermsFile:
    document = read_yaml(text.encode(), "contract.yaml")
    file = read_model(document, TermsFile, "contract")
    findings = list(check_terms(document, file))
    if findings:
        raise LintError(findings)
    return file


def test_a_plain_deadline_has_no_terms() -> None:
    file = read("deadline: 24h\n")
    terms = read_terms(file, None, NOWHERE, NOWHERE)
    assert (file.deadline_s, terms.working_days, terms.reminders, terms.consent) == (86_400, None, (), None)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("deadline: 1 working day\n", WorkingDays(1)),
        ("deadline: 5 working days\n", WorkingDays(5)),
        ('deadline: {after: 5 working days, until: "14:30"}\n', WorkingDays(5, time(14, 30))),
    ],
)
def test_a_deadline_may_count_in_working_days(text: str, days: WorkingDays) -> None:
    file = read(text)
    assert read_terms(file, None, NOWHERE, NOWHERE).working_days == days
    assert file.deadline_s == days.days * 86_400


def test_reminders_and_escalations_are_told_apart() -> None:
    file = read(
        "deadline: 5 working days\n"
        "remind: [2h before, 1 working day before]\n"
        "escalate: [{before: 1h, to: head-of-planning}]\n"
    )
    assert read_terms(file, None, NOWHERE, NOWHERE).reminders == (
        Reminder(Lead(seconds=7200, text="2h")),
        Reminder(Lead(working_days=1, text="1 working day")),
        Reminder(Lead(seconds=3600, text="1h"), "head-of-planning"),
    )


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("deadline: 5 working hours\n", "contract.duration", 1),
        ("deadline: 0 working days\n", "contract.duration", 1),
        ("deadline: 1.5s\n", "contract.duration", 1),
        ('deadline: {after: 24h, until: "14:30"}\n', "contract.deadline", 1),
        ('deadline: {after: 5 working days, until: "24:30"}\n', "contract.time", 1),
        ("deadline: {after: 5 working days}\n", "contract.missing-key", 1),
        ("deadline: 24h\nremind: [2h]\n", "contract.reminder", 2),
        ("deadline: 24h\nremind: [24h before]\n", "contract.reminder", 2),
        ("deadline: 24h\nremind: [2h before, 2h before]\n", "contract.reminder", 2),
        ("deadline: 24h\nescalate: [{before: 3 working days, to: mayor}]\n", "contract.reminder", 2),
        ("deadline: 24h\nescalate: [{before: 1h}]\n", "contract.missing-key", 2),
        ("deadline: 24h\non_deadline: silence\n", "contract.bad-value", 2),
        ("deadline: 24h\non_deadline: {silence_is_consent: ../x.json}\n", "contract.bad-value", 2),
    ],
)
def test_a_mistake_is_a_finding_with_its_line(text: str, rule: str, line: int) -> None:
    with pytest.raises(LintError) as failure:
        read(text)
    assert (rule, line) in [(finding.rule, finding.line) for finding in failure.value.findings]


def test_silence_needs_a_reply_to_amount_to(tmp_path: Path) -> None:
    (tmp_path / "consent.json").write_text("{}")
    file = read("deadline: 24h\non_deadline: {silence_is_consent: consent.json}\n")
    with pytest.raises(LintError) as failure:
        read_terms(file, None, tmp_path, tmp_path)
    assert [(finding.path, finding.rule) for finding in failure.value.findings] == [
        ("consent.json", "contract.consent")
    ]
