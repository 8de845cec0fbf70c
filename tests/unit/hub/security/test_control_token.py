"""The control token: made once, readable by the hub's own user only, and never repeated by an error."""

from pathlib import Path

import pytest

from hub.security.control_token import (
    ControlTokenError,
    control_token_from_file,
    control_token_from_text,
    is_token,
)


def test_a_file_is_made_once_with_a_random_token_that_nobody_else_can_read(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    token = control_token_from_file(one, create=True)
    assert control_token_from_file(one, create=False) == token
    assert control_token_from_file(other, create=True) != token
    assert one.stat().st_mode & 0o777 == 0o600


def test_a_missing_or_open_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ControlTokenError, match="cannot be read"):
        control_token_from_file(tmp_path / "none", create=False)
    file = tmp_path / "open"
    control_token_from_file(file, create=True)
    file.chmod(0o644)
    with pytest.raises(ControlTokenError, match="chmod 600"):
        control_token_from_file(file, create=False)


@pytest.mark.parametrize("text", ["", "short", "x" * 31, "x" * 31 + " y", "ک" * 40, "x" * 40 + "\n"])
def test_a_token_that_is_given_must_be_long_and_fit_a_header(text: str) -> None:
    with pytest.raises(ControlTokenError) as raised:
        control_token_from_text(text, "PEYVAND_CONTROL_TOKEN")
    assert "PEYVAND_CONTROL_TOKEN" in str(raised.value)
    assert not text or text not in str(raised.value)


def test_only_the_token_is_the_token() -> None:
    token = control_token_from_text("x" * 32, "X")
    assert is_token("x" * 32, token)
    assert not is_token("x" * 31, token)
    assert not is_token("کلید", token)
