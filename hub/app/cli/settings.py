"""Reading settings for a command, and ``peyvand settings``."""

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from hub.app.cli.ending import unusable
from hub.app.cli.screen import out, write_json
from hub.app.env_file import read_env_file
from hub.app.settings import Settings
from hub.core.findings import LintError

ENV_FILE_OPTION = typer.Option(
    "--env-file", metavar="FILE", help="Dotenv lines of KEY=VALUE; what the environment sets wins."
)
EnvFile = Annotated[Path | None, ENV_FILE_OPTION]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for scripts.")]


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"PEYVAND_{field.upper()}"


def read_settings(env_file: Path | None) -> Settings:
    """The settings of this process, those of an env file included.

    The file's variables join the process's environment, for manifests refer to it. Raises CommandError.
    """
    if env_file is not None:
        try:
            values = read_env_file(env_file)
        except LintError as error:
            raise unusable(str(error)) from None
        for name, value in values.items():
            os.environ.setdefault(name, value)
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{variable(str(item['loc'][0]))} cannot be used: {item['msg'].lower()}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise unusable("\n".join(lines)) from None


def settings(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Show all settings as this hub would read them, secrets masked."""
    masked = read_settings(env_file).masked()
    if as_json:
        write_json({variable(name): value for name, value in masked.items()})
        return
    table = Table(box=None, pad_edge=False)
    for title in ("variable", "value", "is"):
        table.add_column(title, overflow="fold")
    for name, value in masked.items():
        table.add_row(variable(name), value, Settings.model_fields[name].description)
    out().print(table)
