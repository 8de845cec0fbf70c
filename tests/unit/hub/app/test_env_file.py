"""Env files are read strictly, and their complaints never repeat a value."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.app.env_file import read_env_file
from hub.core.findings import LintError
from sandbox.credentials import write_env_file


def read(folder: Path, text: str) -> dict[str, str]:
    path = folder / "some.env"
    path.write_bytes(text.encode())
    return read_env_file(path)


def test_plain_and_quoted_values_comments_and_blank_lines(tmp_path: Path) -> None:
    text = "# partners\n\nPEYVAND_A=plain/value:1\nexport PEYVAND_B='with blank'\nPEYVAND_C=\"یک دو\"\nPEYVAND_D=\n"
    assert read(tmp_path, text) == {
        "PEYVAND_A": "plain/value:1",
        "PEYVAND_B": "with blank",
        "PEYVAND_C": "یک دو",
        "PEYVAND_D": "",
    }


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("PEYVAND_A", "env.syntax"),
        ("PEYVAND_A = secret", "env.syntax"),
        ("PEYVAND_A=two secret", "env.syntax"),
        ("PEYVAND_A=secret # comment", "env.syntax"),
        ('PEYVAND_A="$secret"', "env.syntax"),
        ('PEYVAND_A="sec\\"ret"', "env.syntax"),
        ("PEYVAND_A='secret", "env.syntax"),
        ("2PEYVAND=secret", "env.syntax"),
    ],
)
def test_what_could_mean_two_things_is_a_finding_that_keeps_the_secret(
    tmp_path: Path, line: str, rule: str
) -> None:
    with pytest.raises(LintError) as caught:
        read(tmp_path, f"PEYVAND_B=1\n{line}\n")
    (finding,) = caught.value.findings
    assert (finding.line, finding.rule) == (2, rule)
    assert "secret" not in str(finding)


def test_a_variable_that_is_set_twice_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(LintError, match="PEYVAND_A is set twice"):
        read(tmp_path, "PEYVAND_A=1\nPEYVAND_A=2\n")


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(LintError, match="the file is not there"):
        read_env_file(tmp_path / "nowhere.env")


PRINTABLE = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters="'\\") | st.just(" "), max_size=30
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(value=PRINTABLE)
def test_what_the_sandbox_writes_is_read_as_it_was(tmp_path: Path, value: str) -> None:
    path = tmp_path / "sandbox.env"
    write_env_file(path, {"PEYVAND_A": value})
    assert read_env_file(path) == {"PEYVAND_A": value}


def test_a_shell_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "some.env"
    path.write_text("A='with blank $HOME'\nexport B=plain@value:1,2=3\nC=\"یک\"\n")
    said = subprocess.run(
        ["/bin/sh", "-c", f'. {path}; printf "%s|%s|%s" "$A" "$B" "$C"'],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert said == "|".join(read_env_file(path).values())
