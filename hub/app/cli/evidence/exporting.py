"""``peyvand evidence export``: writes an evidence file."""

import asyncio
import contextlib
import getpass
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer

from evidence_verifier.bundle import Bundle
from evidence_verifier.judge import judge
from evidence_verifier.report import Level
from evidence_verifier.trust import Trust
from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.screen import write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store
from hub.app.evidence import Evidence, evidence_of
from hub.app.settings import Settings
from hub.app.setups import Store
from hub.core.evidence import LogDamagedError
from hub.core.ports import Query
from hub.security.evidence.export import Exported, Request

_PAGE = 1000


def export(  # noqa: PLR0917 - typer reads the options from the signature
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it; must not exist yet.")],
    exchange_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="The exchange's id.", show_default=False)
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="CASE", help="All exchanges of this case instead.")
    ] = None,
    purpose: Annotated[
        str, typer.Option(metavar="TEXT", help="What for: stands in the record of who read bodies.")
    ] = "evidence export",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Write one file with messages, signatures, proofs and time stamps, for whoever trusts nobody.

    It shows bodies: that you read them, and what for, is recorded first. The file is judged before it is handed
    out, as peyvand evidence verify would.
    """
    if (exchange_id is None) == (case is None):
        raise unusable("give the id of an exchange, or a case with --case")
    if out.exists():
        raise unusable(f"{out} is there already: give another name")
    settings = read_settings(env_file)
    exported = asyncio.run(_export(settings, exchange_id, case, purpose, out))
    if as_json:
        write_json(
            {
                "file": str(out),
                "exchanges": exported.exchanges,
                "entries": exported.entries,
                "documents": exported.documents,
                "attachments": exported.attachments,
                "checkpoints": exported.checkpoints,
            }
        )
        return
    write_line(
        f"{out}: {exported.exchanges} exchanges, {exported.entries} entries, {exported.documents} documents, "
        f"{exported.attachments} attachments"
    )
    write_line(f"what it proves, and what not: peyvand evidence verify {out}")


async def _export(
    settings: Settings, exchange_id: str | None, case: str | None, purpose: str, out: Path
) -> Exported:
    async with existing_store(settings) as store:
        evidence = await evidence_of(settings, store)
        ids = [exchange_id] if exchange_id is not None else await _ids_of(store, case or "")
        if not ids or not await store.evidence_source.entries(ids[0]):
            what = f"exchange {exchange_id}" if exchange_id is not None else f"exchange of case {case}"
            raise unsuccessful(f"there is no {what} in {settings.data_dir} (see peyvand exchange list)")
        request = Request(ids, f"operator:{_operator()}", purpose, case or "")
        try:
            exported = await _write(evidence, request, out)
            await evidence.readings.checkpoint()  # no hub need be running that would sign who read
        except LogDamagedError as error:
            raise unsuccessful(f"nothing can be proved: {error} (see peyvand evidence check)") from None
        return exported


async def _write(evidence: Evidence, request: Request, out: Path) -> Exported:
    made_at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with _unfinished(out) as (path, file):
        exported = await evidence.exporter().export(request, made_at, file)
        file.flush()
        os.fsync(file.fileno())
        with Bundle.open(path) as bundle:
            wrong = judge(bundle, Trust(authorities=evidence.authorities)).of(Level.WRONG)
        if wrong:
            raise LogDamagedError("; ".join(statement.en for statement in wrong[:3]))
    return exported


@contextlib.contextmanager
def _unfinished(out: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file beside the target, which it becomes at the end: what is half or does not hold never gets its name."""
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=out.name, dir=out.parent
        )  # with mode 0600: it holds bodies
    except OSError as error:
        raise unusable(f"{out} cannot be written: {error}") from None
    path = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield path, file
        path.rename(out)
    finally:
        path.unlink(missing_ok=True)


async def _ids_of(store: Store, case: str) -> list[str]:
    ids: list[str] = []
    while True:
        after = ids[-1] if ids else ""
        page = await store.journal.find(Query(case_id=case, after=after, limit=_PAGE))
        ids += [summary.exchange_id for summary in page]
        if len(page) < _PAGE:
            return ids


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
