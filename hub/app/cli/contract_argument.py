"""``CONTRACT[@VERSION]`` and ``FILE`` as commands take them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.app.cli.ending import unusable
from hub.security.access import Grant

ContractArgument = Annotated[
    str,
    typer.Argument(
        metavar="CONTRACT[@VERSION]", help="Like registry.title-inquiry, @1 or @1.1.", show_default=False
    ),
]
FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The message, JSON; - for standard input.", show_default=False)
]


def read_contract(text: str) -> Grant:
    """What was asked for: a contract, perhaps one major or one version of it. Raises CommandError."""
    try:
        return Grant.parse(text)
    except ValueError:
        raise unusable(f"{text!r} is no contract: write CONTRACT, CONTRACT@1 or CONTRACT@1.2") from None


def read_message(file: str) -> bytes:
    """A file's bytes, or standard input's for ``-``. Raises CommandError."""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise unusable(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None
