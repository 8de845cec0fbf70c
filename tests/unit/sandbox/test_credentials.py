import stat
from pathlib import Path

import pytest

from sandbox.credentials import from_environment, write_env_file


def test_what_the_environment_sets_is_taken() -> None:
    credentials = from_environment({"PEYVAND_CIVIL_REGISTRY_PASSWORD": "given"})
    assert credentials.civil_registry_password == "given"


def test_what_it_does_not_set_is_drawn_anew_each_time() -> None:
    first, second = from_environment({}), from_environment({"PEYVAND_BEHPARDAKHT_PASSWORD": ""})
    assert first.behpardakht_password != second.behpardakht_password
    assert len(second.behpardakht_password) >= 20


@pytest.mark.parametrize("terminal_id", ["abc", "007", "-1", "۱۲"])
def test_a_terminal_id_is_a_number(terminal_id: str) -> None:
    with pytest.raises(ValueError, match="PEYVAND_BEHPARDAKHT_TERMINAL_ID"):
        from_environment({"PEYVAND_BEHPARDAKHT_TERMINAL_ID": terminal_id})


def test_a_file_is_replaced_whole_and_is_the_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "a.env"
    path.write_text("OLD=1\n")
    path.chmod(0o644)
    write_env_file(path, {"A": "http://127.0.0.1:1/x", "B": "two words #1"})
    assert path.read_text(encoding="utf-8") == "A=http://127.0.0.1:1/x\nB='two words #1'\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("value", ["a\nB=c", "it's", "back\\slash"])
def test_what_a_line_cannot_hold_is_refused_without_a_trace(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match="A: cannot be written"):
        write_env_file(tmp_path / "a.env", {"A": value})
    assert list(tmp_path.iterdir()) == []
