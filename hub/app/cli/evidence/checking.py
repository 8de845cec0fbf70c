"""``peyvand evidence check``: the whole store against everything that was ever signed about it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from evidence_verifier.bundle import Bundle, BundleError
from evidence_verifier.note import LOG_KEY, Key, NoteError
from evidence_verifier.program import read_keys
from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.screen import write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store
from hub.app.evidence import Evidence, evidence_of
from hub.app.settings import Settings
from hub.core.values import JsonValue
from hub.security.evidence.checking import Check, Checked, Known, known_from

_ZIP = b"PK"


def check(
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A checkpoint or evidence file that was kept elsewhere. Repeatable."
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY|FILE", help="The published key; none other may have signed. Repeatable."),
    ] = None,
    bodies: Annotated[bool, typer.Option(help="Compare stored bodies with their commitments too.")] = True,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the store against all its checkpoints; exit 1 and say where anything is wrong.

    Whoever holds the log's key and the database can rewrite both. What was kept elsewhere tells: give it
    with --against.
    """
    settings = read_settings(env_file)
    given = [Path(path) for path in against or ()]
    try:
        keys = [each for text in key or () for each in read_keys(text, LOG_KEY)]
    except (NoteError, OSError) as error:
        raise unusable(str(error)) from None
    results = asyncio.run(_check(settings, given, keys, with_bodies=bodies))
    is_well = not any(result.findings for result in results.values())
    if as_json:
        write_json({"well": is_well, **{name: _view(result) for name, result in results.items()}})
    else:
        for name, result in results.items():
            _tell(name, result)
    if not is_well:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


async def _check(
    settings: Settings, against: Sequence[Path], keys: Sequence[Key], *, with_bodies: bool
) -> dict[str, Checked]:
    async with existing_store(settings) as store:
        evidence = await evidence_of(settings, store)
        outside = [known for path in against for known in _known(path, evidence, keys)]
        names = {each.name for each in keys}
        results = {}
        for name, checkpointer in (("journal", evidence.journal), ("readings", evidence.readings)):
            origin = checkpointer.key.name
            check = Check(
                checkpointer.log,
                outside=outside if name == "journal" else (),
                keys=[each for each in keys if each.name == origin] if origin in names else (),
                authorities=evidence.authorities,
                with_bodies=with_bodies,
            )
            results[name] = await check.run()
        return results


def _known(path: Path, evidence: Evidence, keys: Sequence[Key]) -> list[Known]:
    """What a file kept elsewhere says of the journal. Raises CommandError."""
    trusted = keys or (evidence.key,)
    origin = trusted[0].name if keys else evidence.key.name
    try:
        with path.open("rb") as file:
            is_bundle = file.read(len(_ZIP)) == _ZIP
        if not is_bundle:
            return [known_from(path.read_text("utf-8"), origin, trusted, str(path))]
        with Bundle.open(path) as bundle:
            return [
                known_from(part.note, origin, trusted, str(path)) for part in bundle.manifest().checkpoints
            ]
    except (OSError, UnicodeDecodeError, NoteError, BundleError) as error:
        raise unusable(f"{path}: {error}") from None


def _view(result: Checked) -> dict[str, JsonValue]:
    return {
        "entries": result.entries,
        "checkpoints": result.checkpoints,
        "timestamps": result.timestamps,
        "bodies": result.bodies,
        "bodies_not_kept": result.lost,
        "compared_with_outside": result.outside,
        "not_yet_signed": result.unsigned,
        "keys": [*result.keys],
        "findings": [
            {"first": finding.first or None, "last": finding.last or None, "what": finding.what}
            for finding in result.findings
        ],
        "more_findings": result.more_findings,
    }


def _tell(name: str, result: Checked) -> None:
    for finding in result.findings:
        write_line(f"{name}: {finding}")
    if result.more_findings:
        write_line(f"{name}: and {result.more_findings} findings more")
    state = "well" if not result.findings else "NOT WELL"
    write_line(
        f"{name}: {state}; {result.entries} entries, {result.checkpoints} checkpoints, "
        f"{result.timestamps} time stamps, {result.bodies} bodies as recorded, {result.lost} no longer kept, "
        f"{result.unsigned} entries not signed yet"
    )
    if len(result.keys) > 1:
        write_line(
            f"{name}: the checkpoints are signed with {len(result.keys)} keys: {', '.join(result.keys)}"
        )
