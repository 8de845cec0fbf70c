from pathlib import Path

import pytest

from hub.reading.reference import MAX_FILE_BYTES, Reference, UnresolvedReferenceError


def test_a_variable_is_looked_up_in_the_environment_that_is_given() -> None:
    assert Reference.parse("env:PEYVAND_X").resolve({"PEYVAND_X": "v"}) == "v"


def test_a_file_is_read_without_its_last_line_end(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes("رمز\nb\n".encode())
    assert Reference.parse(f"file:{tmp_path}/s").resolve({}) == "رمز\nb"


@pytest.mark.parametrize(
    "text", ["", "x", "env:", "env:lower", "env:A B", "file:relative", "http://x", "ENV:A"]
)
def test_anything_else_is_no_reference_and_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^neither env:NAME nor file:/path$"):
        Reference.parse(text)


def test_what_is_not_there_is_named_by_its_reference(tmp_path: Path) -> None:
    for reference in ["env:NONE", f"file:{tmp_path}/none"]:
        with pytest.raises(UnresolvedReferenceError, match=reference):
            Reference.parse(reference).resolve({})


def test_an_empty_value_counts_as_missing() -> None:
    with pytest.raises(UnresolvedReferenceError):
        Reference.parse("env:X").resolve({"X": ""})


@pytest.mark.parametrize("content", [b"x" * (MAX_FILE_BYTES + 1), b"s3cr3t\xff"])
def test_a_file_that_holds_no_sane_value_is_refused_without_repeating_it(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(UnresolvedReferenceError) as caught:
        Reference.parse(f"file:{tmp_path}/s").resolve({})
    assert "s3cr3t" not in str(caught.value)
