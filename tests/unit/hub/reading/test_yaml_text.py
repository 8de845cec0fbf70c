import pytest

from hub.core.findings import Finding, LintError
from hub.reading.yaml_text import MAX_BYTES, read_yaml


def findings(raw: bytes | str) -> list[Finding]:
    with pytest.raises(LintError) as caught:
        read_yaml(raw if isinstance(raw, bytes) else raw.encode(), "f.yaml")
    return list(caught.value.findings)


def test_a_plain_document_is_read_with_the_lines_of_its_parts() -> None:
    document = read_yaml(b'a: 1\nb:\n  - x\n  - {c: "1.10"}\nd: |\n  text\n', "f.yaml")
    assert document.value == {"a": 1, "b": ["x", {"c": "1.10"}], "d": "text\n"}
    assert document.line(("b",)) == 2
    assert document.line(("b", 1)) == 4
    assert document.line(("b", 1, "c")) == 4
    assert document.line(("d",)) == 5


def test_a_place_that_does_not_exist_has_the_line_of_what_is_around_it() -> None:
    document = read_yaml(b"a:\n  b:\n    c: 1\n", "f.yaml")
    assert document.line(("a", "b", "missing")) == 2
    assert document.line(("a", "branch-of-a-union", "b", "c")) == 3
    assert document.line(()) == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("2026-11-22", "2026-11-22"),
        ('"yes"', "yes"),
        ("'017'", "017"),
        ("30s", "30s"),
        ("source.a.b", "source.a.b"),
        ("استعلام", "استعلام"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_a_plain_word_means_what_every_reader_takes_it_for(written: str, value: object) -> None:
    read = read_yaml(f"a: {written}\n".encode(), "f.yaml").value["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "rule"),
    [
        ("a: &x 1\n", 1, "yaml.anchor"),
        ("a: 1\nb: *a\n", 2, "yaml.anchor"),
        ("a:\n  <<: {b: 1}\n", 2, "yaml.merge-key"),
        ("a: 1\nb: !!str 3\n", 2, "yaml.tag"),
        ("a: !ruby/object x\n", 1, "yaml.tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "yaml.duplicate-key"),
        ("a: {b: 1, b: 2}\n", 1, "yaml.duplicate-key"),
        ('"a": 1\na: 2\n', 2, "yaml.duplicate-key"),
        ("1.0: x\n", 1, "yaml.key-type"),
        ("x:\n  1: y\n", 2, "yaml.key-type"),
        ("? [a]\n: 1\n", 1, "yaml.key-type"),
        ("a: yes\n", 1, "yaml.ambiguous"),
        ("a: True\n", 1, "yaml.ambiguous"),
        ("a: 017\n", 1, "yaml.ambiguous"),
        ("000: x\n", 1, "yaml.ambiguous"),
        ("a: 0x1f\n", 1, "yaml.ambiguous"),
        ("a: 1_000\n", 1, "yaml.ambiguous"),
        ("a: 12:30\n", 1, "yaml.ambiguous"),
        ("a: 1e3\n", 1, "yaml.ambiguous"),
        ("a: .inf\n", 1, "yaml.ambiguous"),
        ("a: 1\n---\nb: 2\n", 2, "yaml.several-documents"),
        ("a: [1\n", 2, "yaml.syntax"),
        ("a: 1\n b: 2\n", 2, "yaml.syntax"),
        ("a:\tb: 1\n", 1, "yaml.syntax"),
        ("", 0, "yaml.empty"),
        ("# nothing\n", 0, "yaml.empty"),
        ("\ufeffa: 1\n", 1, "yaml.encoding"),
        ("a: " + "[" * 60 + "]" * 60, 1, "yaml.too-deep"),
        ("a: \x07\n", 0, "yaml.syntax"),
    ],
)
def test_what_readers_could_take_differently_is_refused(text: str, line: int, rule: str) -> None:
    found = findings(text)
    assert (line, rule) in [(finding.line, finding.rule) for finding in found]
    assert all(finding.path == "f.yaml" for finding in found)


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    assert findings(b"a: 1\nb: \xff\n")[0].line == 2
    assert findings("a: 1\n".encode("utf-16"))[0].rule == "yaml.encoding"


def test_a_file_beyond_the_limit_is_not_parsed() -> None:
    assert findings(b"#" * (MAX_BYTES + 1))[0].rule == "yaml.too-large"


def test_all_findings_are_given_not_only_the_first() -> None:
    assert [finding.line for finding in findings("a: yes\nb: &x 1\nb: !!int 2\n")] == [1, 2, 3, 3]


def test_an_unquoted_version_key_is_told_how_to_be_written() -> None:
    assert findings("versions:\n  1.10: {}\n")[0].hint == 'quote it: "1.10"'


def test_many_brackets_cannot_exhaust_the_stack() -> None:
    found = findings("[" * 100_000)
    assert {finding.rule for finding in found} <= {"yaml.too-deep", "yaml.syntax"}
