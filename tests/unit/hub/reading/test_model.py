from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field

from hub.core.findings import LintError
from hub.core.values import ContractRef, Text, Version
from hub.reading.fields import (
    ContractRefField,
    DateField,
    DaysField,
    DurationField,
    NameField,
    ReferenceField,
    SizeField,
    TextField,
    VersionField,
    WholeDurationField,
)
from hub.reading.model import StrictModel, read_model
from hub.reading.yaml_text import read_yaml


class Colour(StrEnum):
    GREEN = "green"
    RED = "red"


class Entry(StrictModel):
    status: Colour
    count: int = 0


class Thing(StrictModel):
    name: NameField
    title: TextField | None = None
    legal_basis: str = ""
    from_: Annotated[ContractRefField | None, Field(alias="from")] = None
    entries: dict[VersionField, Entry] = Field(default_factory=dict)
    items: tuple[Entry, ...] = ()
    short: DurationField | None = None
    deadline: WholeDurationField | None = None
    kept: DaysField | None = None
    size: SizeField | None = None
    day: DateField | None = None
    address: ReferenceField | None = None
    is_open: bool = False


def read(text: str) -> Thing:
    return read_model(read_yaml(text.encode(), "t.yaml"), Thing, "thing")


def test_a_good_file_becomes_typed_values() -> None:
    thing = read(
        'name: a.b-c\ntitle: {fa: عنوان, en: Title}\nfrom: x.y@1.10\nentries: {"1.10": {status: green}}\n'
        "items: [{status: red, count: 2}]\nshort: 1.5s\ndeadline: 5m\nkept: 10d\nsize: 2MB\nday: 2026-11-22\n"
        "address: env:PEYVAND_X\n"
    )
    assert thing.title is not None
    assert thing.title.text == Text("عنوان", "Title")
    assert thing.from_ == ContractRef("x.y", Version(1, 10))
    assert thing.entries[Version(1, 10)].status is Colour.GREEN
    assert (thing.short, thing.deadline, thing.kept, thing.size) == (1.5, 300, 10, 2_000_000)
    assert str(thing.address) == "env:PEYVAND_X"


@pytest.mark.parametrize(
    ("text", "line", "rule", "hint"),
    [
        ("name: a\nlegal_bassis: x\n", 2, "thing.unknown-key", "did you mean 'legal_basis'?"),
        ("name: a\nform: x@1.0\n", 2, "thing.unknown-key", "did you mean 'from'?"),
        ("name: a\nitems:\n  - status: red\n    cuont: 1\n", 4, "thing.unknown-key", "did you mean 'count'?"),
        ("name: a\nzzz: 1\n", 2, "thing.unknown-key", "known keys: name, title"),
        ("title: {fa: ب, en: b}\n", 1, "thing.missing-key", ""),
        ("name: a\nitems:\n  - count: 1\n", 3, "thing.missing-key", ""),
        ("name: a\ntitle: {fa: ب}\n", 2, "thing.missing-key", ""),
        ("name: a\ntitle: {fa: '', en: b}\n", 2, "thing.bad-value", ""),
        ("name: a\nlegal_basis: 1.0\n", 2, "thing.wrong-type", 'quote it: "1.0"'),
        ('name: a\nis_open: "true"\n', 2, "thing.wrong-type", ""),
        ("name: a\nitems:\n  - {status: red, count: 1.0}\n", 3, "thing.wrong-type", ""),
        ("name: a\nitems:\n  - {status: grean}\n", 3, "thing.bad-value", "did you mean 'green'?"),
        ("name: A_b\n", 1, "thing.name", "lower-case words"),
        ("name: a\nfrom: x.y\n", 2, "thing.contract-ref", "registry.title-inquiry@1.0"),
        ("name: a\nfrom: x@1.2.3\n", 2, "thing.contract-ref", ""),
        ('name: a\nentries:\n  "1": {status: red}\n', 3, "thing.version", 'like "1.0"'),
        ("name: a\nshort: 30\n", 2, "thing.duration", "with a unit"),
        ("name: a\nshort: 0s\n", 2, "thing.duration", "positive"),
        ("name: a\nshort: -3s\n", 2, "thing.duration", ""),
        ("name: a\ndeadline: 1.5s\n", 2, "thing.duration", ""),
        ("name: a\nkept: 36h\n", 2, "thing.duration", "3650d"),
        ("name: a\nsize: 2 MB\n", 2, "thing.size", ""),
        ("name: a\nsize: 0MB\n", 2, "thing.size", ""),
        ("name: a\nday: 2026-02-30\n", 2, "thing.date", "Gregorian"),
        ("name: a\nday: 1404/11/14\n", 2, "thing.date", ""),
        ("name: a\naddress: https://example.org\n", 2, "thing.literal-secret", "env:NAME"),
        ("- a\n", 1, "thing.wrong-type", ""),
    ],
)
def test_what_does_not_fit_is_a_finding_with_line_rule_and_hint(
    text: str, line: int, rule: str, hint: str
) -> None:
    with pytest.raises(LintError) as caught:
        read(text)
    (finding,) = caught.value.findings
    assert (finding.path, finding.line, finding.rule) == ("t.yaml", line, rule)
    assert hint in finding.hint
    assert "given" not in finding.message  # the value itself, not the name of a place for it


def test_an_unquoted_version_is_told_how_to_be_written() -> None:
    class Versioned(StrictModel):
        version: VersionField

    with pytest.raises(LintError) as caught:
        read_model(read_yaml(b"version: 1.1\n", "t.yaml"), Versioned, "thing")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.hint) == ("thing.version", 'quote it: "1.1"')


def test_a_literal_secret_is_never_repeated() -> None:
    with pytest.raises(LintError) as caught:
        read("name: a\naddress: s3cr3t-pa55\n")
    assert "s3cr3t" not in str(caught.value)


def test_all_findings_of_a_file_are_given() -> None:
    with pytest.raises(LintError) as caught:
        read("name: B\nshort: x\nextra: 1\n")
    assert [finding.line for finding in caught.value.findings] == [1, 2, 3]
