"""``peyvand contract compat`` and ``diff``: what lies between two schemas, for scripts and for people."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.screen import both, out, write_json
from hub.app.cli.settings import EnvFile, read_settings
from hub.app.loading import placing
from hub.contracts.catalogue import UnknownVersionError, load_catalogue
from hub.contracts.compatibility.comparison import Change, Comparison, Mode
from hub.contracts.compatibility.json_schema.compare import compare_json_schemas
from hub.contracts.compatibility.json_schema.graph import UnusableSchemaError
from hub.contracts.compatibility.rules import RULES
from hub.contracts.compatibility.schema_files import compare_files
from hub.contracts.compatibility.unusable import UnusableFileError
from hub.core.contract import ContractVersion
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Text


class OutputFormat(StrEnum):
    """Whom the output is for."""

    TEXT = "text"
    JSON = "json"


OldFile = Annotated[
    Path, typer.Argument(metavar="OLD", help="A schema file, .json or .xsd.", show_default=False)
]
NewFile = Annotated[
    Path, typer.Argument(metavar="NEW", help="The later one, of the same kind.", show_default=False)
]
ModeOption = Annotated[
    Mode,
    typer.Option(
        "--mode", help="backward: NEW takes what OLD took; forward: OLD takes what NEW takes; full: both."
    ),
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="For people, or for scripts.")]
Earlier = Annotated[
    str, typer.Argument(metavar="A", help="A schema file, or CONTRACT@VERSION.", show_default=False)
]
Later = Annotated[str, typer.Argument(metavar="B", help="What it is held against.", show_default=False)]

_VERDICTS = {
    True: Text("سازگار است", "compatible"),
    False: Text("ناسازگار است، یا سازگاری‌اش ثابت نشد", "incompatible, or not proven compatible"),
}
_SHOWN_LENGTH = 100


def compat(
    old: OldFile, new: NewFile, mode: ModeOption = Mode.BACKWARD, format_: FormatOption = OutputFormat.TEXT
) -> None:
    """Tell whether documents stay valid from one schema file to another; exit 1 unless that is proven.

    Exit 2 for files that cannot be compared. The files' own names and places do not matter.
    """
    comparison = _compared(old, new)
    is_compatible = comparison.is_compatible(mode)
    if format_ is OutputFormat.JSON:
        write_json({"compatible": is_compatible, "changes": _changes(comparison, mode)})
    else:
        console = out()
        for change in comparison.changes:
            _print_change(console, change, "+" if change.is_compatible(mode) else "!")
        console.print(f"{mode}: {both(_VERDICTS[is_compatible])}", soft_wrap=True)
    if not is_compatible:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def diff(earlier: Earlier, later: Later, env_file: EnvFile = None) -> None:
    """Show what changed between two schema files or two contract versions, and whom each change can harm.

    Of contract versions both schemas are shown, each with the direction that it must keep.
    """
    console = out()
    for title, comparison in _pairs(earlier, later, env_file):
        if title:
            console.print(title)
        for change in comparison.changes:
            _print_change(console, change, _sign(change))
        for mode in (Mode.BACKWARD, Mode.FORWARD):
            console.print(f"{mode}: {both(_VERDICTS[comparison.is_compatible(mode)])}", soft_wrap=True)


def _compared(old: Path, new: Path) -> Comparison:
    try:
        return compare_files(old, new)
    except UnusableFileError as error:
        raise unusable(str(error)) from None


def _pairs(earlier: str, later: str, env_file: Path | None) -> Iterator[tuple[str, Comparison]]:
    if "@" not in earlier or Path(earlier).exists():
        yield "", _compared(Path(earlier), Path(later))
        return
    settings = read_settings(env_file)
    with placing(settings.contracts_dir):
        catalogue = load_catalogue(settings.contracts_dir)
    try:
        old, new = (catalogue.version(ContractRef.parse(name)) for name in (earlier, later))
    except (ValueError, UnknownVersionError) as error:
        raise unusable(str(error)) from None
    for kind in Kind:
        if kind in old.schemas and kind in new.schemas:
            yield f"{kind}:", _compared_versions(old, new, kind)


def _compared_versions(old: ContractVersion, new: ContractVersion, kind: Kind) -> Comparison:
    try:
        return compare_json_schemas(old.schemas[kind].source, new.schemas[kind].source)
    except UnusableSchemaError as error:
        raise unusable(f"{old.ref} and {new.ref} cannot be compared: {error}") from None


def _changes(comparison: Comparison, mode: Mode) -> list[JsonValue]:
    return [
        {
            "rule": change.rule,
            "pointer": change.pointer,
            "compatible": change.is_compatible(mode),
            "old": change.old,
            "new": change.new,
            "text": {"fa": RULES[change.rule].fa, "en": RULES[change.rule].en},
        }
        for change in comparison.changes
    ]


def _print_change(console: Console, change: Change, sign: str) -> None:
    console.print(f"{sign} {change.rule} {change.pointer or '/'}", soft_wrap=True)
    console.print(f"    {both(RULES[change.rule])}", soft_wrap=True)
    if change.old is not None or change.new is not None:
        console.print(f"    {_shown(change.old)} → {_shown(change.new)}", soft_wrap=True)


def _sign(change: Change) -> str:
    """Whom a change can harm: old documents, readers of new documents by the old schema, both, nobody."""
    return {(True, True): "=", (True, False): "+", (False, True): "-", (False, False): "!"}[
        change.is_backward, change.is_forward
    ]


def _shown(value: JsonValue) -> str:
    text = "" if value is None else orjson.dumps(value).decode()
    return (text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…") or "∅"
