"""``peyvand evidence verify`` and ``verifier``: the judge, here and as a file to be handed on."""

import shutil
import tempfile
import zipapp
from pathlib import Path
from typing import Annotated

import typer

import evidence_verifier
from evidence_verifier.program import UnusableError, run
from hub.app.cli.ending import unusable
from hub.app.cli.screen import write_line
from hub.app.cli.settings import AsJson


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence file.", show_default=False)],
    key: Annotated[
        list[str] | None, typer.Option(metavar="KEY|FILE", help="The log's published key. Repeatable.")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(metavar="KEY|FILE", help="A witness's key. Repeatable.")
    ] = None,
    tsa_root: Annotated[
        list[Path] | None,
        typer.Option(metavar="PEM", help="Root certificates of time authorities. Repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an evidence file offline: what is proved, what is not, what is wrong.

    Needs no hub, no store and no network; the same program stands alone (peyvand evidence verifier). Exit 1 if
    anything is wrong, 2 if it could not be judged.
    """
    try:
        shown, code = run(file, key or [], witness or [], tsa_root or [], as_json=as_json)
    except UnusableError as error:
        raise unusable(str(error)) from None
    typer.echo(shown, nl=False)
    if code:
        raise typer.Exit(code)


def verifier(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")] = Path(
        "evidence_verifier.pyz"
    ),
) -> None:
    """Write the judge as one file: python FILE EVIDENCE; it needs Python and its cryptography package only."""
    package = Path(evidence_verifier.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / package.name
        copy.mkdir()
        for source in package.glob("*.py"):
            (copy / source.name).write_bytes(source.read_bytes())
        shutil.copy(package / "__main__.py", folder)
        try:
            zipapp.create_archive(folder, out, interpreter="/usr/bin/env python3")
        except OSError as error:
            raise unusable(f"{out} cannot be written: {error}") from None
    write_line(f"{out}: python {out} EVIDENCE-FILE")
