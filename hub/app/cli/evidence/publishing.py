"""``peyvand evidence key``, ``checkpoint`` and ``cosign``: what outsiders get, and what they give back."""

import asyncio
import base64
from pathlib import Path
from typing import Annotated

import typer

from evidence_verifier.note import WITNESS_KEY, Key, Note, NoteError, TreeHead, parse_line
from evidence_verifier.program import read_keys
from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.screen import write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store
from hub.app.evidence import evidence_of, signers
from hub.app.settings import Settings
from hub.core.evidence import Checkpoint, LogDamagedError
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.tree import Tree


def key(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Show the log's public keys, to be published where the hub's operator cannot change them.

    Two logs, the journal and the record of who read bodies, each under a name of its own.
    """
    journal, readings = (signer.key for signer in signers(read_settings(env_file)))
    if as_json:
        write_json({"journal": _key_view(journal), "readings": _key_view(readings)})
        return
    write_line(str(journal))
    write_line(str(readings))


def checkpoint(
    old: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="SIZE", help="Write it as a request to a witness that last saw this many entries."
        ),
    ] = None,
    env_file: EnvFile = None,
) -> None:
    """Sign everything recorded so far and print the checkpoint, for whoever is to keep or witness it.

    With --old, as the body of add-checkpoint (C2SP tlog-witness): the old size, the consistency proof, and the
    checkpoint.
    """
    settings = read_settings(env_file)

    async def run() -> str:
        async with existing_store(settings) as store:
            evidence = await evidence_of(settings, store)
            newest = await _newest(evidence.journal)
            if old is None:
                return newest.note
            if old > newest.size:
                raise unusable(f"there are {newest.size} entries only: a witness cannot have seen {old}")
            proof = await Tree(evidence.journal.log, newest.size).consistency(old, newest.size)
            lines = [f"old {old}", *(base64.b64encode(hash_).decode() for hash_ in proof), ""]
            return "\n".join(lines) + "\n" + newest.note

    typer.echo(asyncio.run(run()), nl=False)


def cosign(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="What the witness answered; - is standard input.", show_default=False
        ),
    ],
    size: Annotated[int, typer.Option(min=1, metavar="SIZE", help="Which checkpoint it is about.")],
    witness: Annotated[str, typer.Option(metavar="KEY|FILE", help="The witness's public key.")],
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Add a witness's cosignature to a checkpoint, after verifying it."""
    settings = read_settings(env_file)
    try:
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text("utf-8")
        keys = read_keys(witness, WITNESS_KEY)
        lines = [parse_line(line) for line in text.splitlines() if line.startswith("\u2014 ")]
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise unusable(str(error)) from None
    at_s = asyncio.run(_cosign(settings, size, keys, [line.text for line in lines]))
    if as_json:
        write_json({"size": size, "witness": keys[0].name, "at": at_s})
    else:
        write_line(f"{keys[0].name} witnessed the checkpoint at {size} entries")


async def _cosign(settings: Settings, size: int, keys: list[Key], lines: list[str]) -> int:
    async with existing_store(settings) as store:
        found = await store.journal_log.checkpoints(at_least=size)
        if not found or found[0].size != size:
            raise unusable(f"there is no checkpoint at {size} entries")
        text = TreeHead(*_head(found[0])).text()
        for line in lines:
            try:
                at_s = Note.parse(f"{text}\n{line}\n").cosigned_by(keys[0])
            except NoteError as error:
                raise unsuccessful(str(error)) from None
            if at_s is not None:
                await store.journal_log.add_cosignature(size, line)
                return at_s
    raise unsuccessful(f"there is no cosignature of {keys[0].name} in it")


async def _newest(checkpointer: Checkpointer) -> Checkpoint:
    try:
        newest = await checkpointer.checkpoint()
    except LogDamagedError as error:
        raise unsuccessful(f"{error} (see peyvand evidence check)") from None
    if newest is None:
        raise unsuccessful("nothing has been recorded yet: there is nothing to sign")
    return newest


def _head(kept: Checkpoint) -> TreeHead:
    return TreeHead.parse(Note.parse(kept.note).text)


def _key_view(public: Key) -> dict[str, str]:
    return {"origin": public.name, "key": str(public)}
