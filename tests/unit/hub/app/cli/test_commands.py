"""Every command explains itself; whatever is wrong is a sentence and an exit code, never a traceback."""

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from hub.app.cli import main
from hub.app.cli.commands import all_commands, application
from hub.app.cli.reference import help_of

COMMANDS = dict(all_commands())


@pytest.fixture(autouse=True)
def empty_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEYVAND_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("PEYVAND_KEY", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(name: str) -> None:
    told = help_of(name)
    assert "Examples:" in told
    for example in COMMANDS[name].examples:
        assert example in told
        assert f"peyvand {name}" in example


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_one_that_the_command_takes(name: str) -> None:
    parser: Any = typer.main.get_command(application())
    for word in name.split():
        parser = parser.commands[word]
    for example in COMMANDS[name].examples:
        words = shlex.split(example.partition("<")[0])
        arguments = words[words.index("peyvand") + 1 + len(name.split()) :]
        assert parser.make_context(name, arguments).params is not None  # a usage error would be raised


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nosuch"], 2, "No such command 'nosuch'"),
        (["client", "add"], 2, "Missing"),
        (
            ["client", "add", "portal", "--grant", "registry.title-inqury"],
            2,
            "did you mean 'registry.title-inquiry'?",
        ),
        (["client", "add", "Not A Name", "--grant", "payment.verify"], 2, "cannot name a client"),
        (["client", "list"], 3, "there is no store in"),
        (["client", "revoke", "portal"], 3, "there is no store in"),
        (["exchange", "show", "x"], 3, "there is no store in"),
        (["exchange", "list", "--state", "complete"], 2, "did you mean 'completed'?"),
        (
            ["explain", "payment.verify", "nowhere.json"],
            2,
            "nowhere.json cannot be read: no such file or directory",
        ),
        (["send", "payment.verify@1", "nowhere.json"], 2, "nowhere.json cannot be read"),
        (["send", "payment verify", "nowhere.json"], 2, "is no contract"),
        (["reload", "--url", "http://127.0.0.1:1"], 3, "is the hub running there?"),
        (["reload", "--url", "localhost"], 2, "is no address"),
        (["settings", "--env-file", "nowhere.env"], 2, "the file is not there"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_with_its_exit_code(
    arguments: list[str], code: int, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith("peyvand: ")
    assert said.err.count("\n") == 1
    assert sentence in said.err


def test_settings_that_cannot_be_used_are_named_by_their_variable(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEYVAND_PORT", "eighty")
    assert main(["settings"]) == 2
    assert capfd.readouterr().err.startswith("peyvand: PEYVAND_PORT cannot be used: ")


def test_settings_are_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PEYVAND_MASTER_KEY", "very-secret")
    for options in ([], ["--json"]):
        assert main(["settings", *options]) == 0
        said = capfd.readouterr()
        assert "PEYVAND_MASTER_KEY" in said.out
        assert "very-secret" not in said.out + said.err


def test_explaining_opens_no_store(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    message = tmp_path / "payment.json"
    message.write_text('{"provider": "behpardakht", "order_id": 1, "reference": "0", "amount_rial": 1000}')
    assert main(["explain", "payment.verify@1", str(message)]) == 1
    said = capfd.readouterr().out
    assert "payment-verify-behpardakht" in said
    assert "request.refused" in said
    assert not (tmp_path / "var").exists()
