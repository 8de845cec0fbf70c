"""What senders write in many ways has one spelling behind the edge, and the schema still has the last word."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts.examples import lint_examples
from hub.contracts.lock import verify_lock, write_lock
from hub.contracts.normaliser import FORMS, TableNormaliser
from hub.core.canonical import Original, canonical
from hub.core.findings import LintError
from hub.core.message import Kind
from hub.core.values import ContractRef
from tests.unit.hub.contracts.folders import TEXT, Folder, obj

CODE = {"type": "string", "format": "ir-national-code"}
SCHEMA = obj(
    code=CODE,
    name={"$ref": "#/$defs/name"},
    kind={"enum": ["ملکی", "وقفی", 3]},
    count={"type": "integer"},
    rows={"type": "array", "items": obj(note=TEXT, codes={"type": "array", "items": CODE})},
) | {"$defs": {"name": {"type": "string", "maxLength": 20}}}
FILE = "q/1.0.request.normalise.yaml"


def normaliser(**table: str) -> TableNormaliser:
    return TableNormaliser({place.replace("__", "/"): form for place, form in table.items()}, b"")


SPELLINGS = [
    ("letters", "كيانى", "کیانی"),
    ("letters", "مـحمد\u200f ۱۲", "محمد ۱۲"),
    ("letters", "کیانی‌فر", "کیانی‌فر"),
    ("letters", "ﻛﺘﺎﺏ", "کتاب"),
    ("digits", "۱۴٠۴-11", "1404-11"),
    ("digits", "  ۱ ", "  1 "),
    ("identifier", " ۱۲\u200c ۳ ", "123"),
    ("ir-national-code", "۹۹۹۰۰۰۰۰۸۵", "9990000085"),
    ("ir-national-code", " 999 000 0085", "9990000085"),
    ("ir-mobile", "+۹۸۹۱۲۰۰۰۰۰۰۰", "09120000000"),
    ("ir-registry-parcel", "۴۵/۱۲۳", "45/123"),
    ("jalali-date", "۱۴۰۴-۱-۴", "1404/01/04"),
    ("jalali-date-compact", "1404/11/14", "14041114"),
    ("persian-text", "علي", "علی"),
    # what has no canonical form is left to the schema, in digits that it can read
    ("ir-national-code", "۹۹۹۰۰۰۰۰۸۶", "9990000086"),
    ("ir-national-code", "کد", "کد"),
    ("jalali-date", "۱۴۰۴/۱۳/۱", "1404/13/1"),
]


@pytest.mark.parametrize(("form", "written", "canonical_form"), SPELLINGS)
def test_one_spelling(form: str, written: str, canonical_form: str) -> None:
    assert normaliser(__x=form)({"x": written})[0] == {"x": canonical_form}


@pytest.mark.parametrize("form", sorted(FORMS))
@given(text=st.text(max_size=30))
def test_a_canonical_form_is_its_own(form: str, text: str) -> None:
    once = FORMS[form](text)
    assert FORMS[form](once) == once


def test_the_original_stays_and_what_was_written_otherwise_is_named() -> None:
    document: dict[str, Any] = {"rows": [{"note": "ok"}, {"note": "ي"}, 7], "a/b": "ك", "other": "ي"}
    before = copy.deepcopy(document)
    made = TableNormaliser({"/rows/*/note": "letters", "/a~1b": "letters", "/absent/x": "letters"}, b"")
    result, original = canonical(document, made)
    assert result == {"rows": [{"note": "ok"}, {"note": "ی"}, 7], "a/b": "ک", "other": "ي"}
    assert original == Original(before, ("/rows/1/note", "/a~1b"))
    assert document == before
    assert str(original) == "/rows/1/note /a~1b"


def test_a_document_that_is_canonical_already_is_given_back_itself() -> None:
    document = {"x": "کتاب", "y": [1]}
    assert canonical(document, normaliser(__x="letters")) == (document, None)
    assert canonical(document, normaliser(__x="letters"))[0] is document
    assert canonical(document, None) == (document, None)


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_whatever_comes_nothing_breaks(document: Any) -> None:
    made = TableNormaliser({"": "letters", "/*": "digits", "/a/*/b": "ir-sheba", "/*/*": "letters"}, b"")
    once, _ = made(document)
    assert made(once) == (once, ())


def test_many_changes_are_told_briefly() -> None:
    _, original = canonical(["ي"] * 50, TableNormaliser({"/*": "letters"}, b""))
    assert str(original).endswith(" /19 …")


def test_a_file_beside_the_schema_turns_it_on(folder: Folder) -> None:
    folder.contract("q", SCHEMA).write(
        FILE, "/code: ir-national-code\n/name: letters\n/rows/*/codes/*: ir-national-code\n"
    )
    version = folder.load().version(ContractRef.parse("q@1.0"))
    made = version.schemas[Kind.REQUEST].normaliser
    assert made is not None
    assert made({"code": "۹۹۹۰۰۰۰۰۸۵", "rows": [{"codes": ["٩٩٩٠٠٠٠٠٨٥"]}]})[0] == {
        "code": "9990000085",
        "rows": [{"codes": ["9990000085"]}],
    }
    assert version.schemas[Kind.REPLY].normaliser is None


@pytest.mark.parametrize(
    ("line", "rule", "hint"),
    [
        ("/nam: letters", "normalise.place", "'name'"),
        ("name: letters", "normalise.place", "like /owners/*/name"),
        ("/rows/note: letters", "normalise.place", ""),
        ("/rows/0/note: letters", "normalise.place", ""),
        ("/name/*: letters", "normalise.place", ""),
        ("/name: leters", "normalise.unknown-form", "'letters'"),
        ("/name: nothing-like-it", "normalise.unknown-form", "there are: letters"),
        ("/count: digits", "normalise.type", ""),
        ("/rows: letters", "normalise.type", ""),
        ("/name: ir-national-code", "normalise.format", "`identifier`"),
        ("/name: 5", "normalise.wrong-type", ""),
        ("{}", "normalise.bad-value", ""),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_meant(folder: Folder, line: str, rule: str, hint: str) -> None:
    folder.contract("q", SCHEMA).write(FILE, line + "\n")
    [finding] = folder.findings()
    assert (finding.path, finding.line) == (FILE, 1)
    assert finding.rule == rule
    assert hint in finding.hint


def test_a_listed_value_that_could_never_come(folder: Folder) -> None:
    folder.contract("q", obj(kind={"enum": ["ملكي", "ok"]})).write(FILE, "/kind: letters\n")
    [finding] = folder.findings()
    assert finding.rule == "normalise.unreachable"


def test_a_file_of_a_version_that_there_is_not(folder: Folder) -> None:
    folder.contract("q", SCHEMA).write("q/1.1.request.normalise.yaml", "/name: letters\n")
    [finding] = folder.findings()
    assert finding.rule == "contract.stray-file"
    assert "1.0.request.normalise.yaml" in finding.hint


def test_it_is_released_with_its_schema_and_never_changes(folder: Folder) -> None:
    folder.contract("q", SCHEMA).write(FILE, "/name: letters\n")
    assert write_lock(folder.root, folder.load().contracts.values()) == (
        "q/1.0.reply.schema.json",
        FILE,
        "q/1.0.request.schema.json",
    )
    folder.write(FILE, "/name: digits\n")
    contracts = folder.load().contracts.values()
    assert [(f.path, f.rule) for f in verify_lock(folder.root, contracts)] == [(FILE, "lock.changed")]
    with pytest.raises(LintError):
        write_lock(folder.root, contracts)
    (folder.root / FILE).unlink()
    found = verify_lock(folder.root, folder.load().contracts.values())
    assert [(f.path, f.rule) for f in found] == [(FILE, "lock.missing")]


def test_examples_are_judged_as_messages_are(folder: Folder) -> None:
    folder.contract("q", SCHEMA).write(FILE, "/code: ir-national-code\n")
    folder.write("q/examples/1.0/valid/typed.request.json", {"code": "۹۹۹۰۰۰۰۰۸۵"})
    folder.write("q/examples/1.0/invalid/digit.request.json", {"code": "۹۹۹۰۰۰۰۰۸۶"})
    folder.write("q/examples/1.0/invalid/digit.expect.yaml", "- {pointer: /code, code: format}\n")
    assert lint_examples(folder.root, folder.load().contracts.values()) == ()


def test_what_is_wrong_is_said_as_a_clerk_needs_it(folder: Folder) -> None:
    folder.contract("q", SCHEMA).write(FILE, "/code: ir-national-code\n")
    schema = folder.load().version(ContractRef.parse("q@1.0")).schemas[Kind.REQUEST]
    body, _ = canonical({"code": "۹۹۹۰۰۰۰۰۸۶"}, schema.normaliser)
    [error] = schema.validator.errors(body)
    assert "رقم کنترل کد ملی درست نیست" in error.detail.fa
    assert "check digit is wrong" in error.detail.en
    assert "9990000086" not in error.detail.fa + error.detail.en
