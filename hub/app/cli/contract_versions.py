"""``peyvand contract check`` and ``release``: whether the versions of the catalogue get along, and one more."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.screen import out, write_findings, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import placed, placed_path, placing
from hub.contracts.catalogue import UnknownVersionError, load_catalogue
from hub.contracts.compatibility.versions import check_versions
from hub.contracts.lock import verify_lock
from hub.contracts.release import NotADraftError
from hub.contracts.release import release as release_version
from hub.core.values import ContractRef

VersionArgument = Annotated[
    str,
    typer.Argument(metavar="CONTRACT@VERSION", help="Like registry.title-inquiry@1.2.", show_default=False),
]
DayOption = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day; today in Tehran by default.")
]
_TEHRAN = ZoneInfo("Asia/Tehran")


def check(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Check all contracts: against the lock, and each version against all earlier ones of its major.

    Requests must take what old clients send, replies must be readable by them; drafts are judged too.
    Exit 1 on findings.
    """
    folder = read_settings(env_file).contracts_dir
    with placing(folder):
        contracts = [*load_catalogue(folder).contracts.values()]
    findings = (*verify_lock(folder, contracts), *check_versions(contracts, drafts=True))
    shown = tuple(sorted(placed(finding, folder) for finding in findings))
    versions = sum(len(contract.versions) for contract in contracts)
    if as_json:
        listed = [
            {
                "path": one.path,
                "line": one.line,
                "rule": one.rule,
                "message": one.message,
                "hint": one.hint or None,
            }
            for one in shown
        ]
        write_json({"findings": listed, "contracts": len(contracts), "versions": versions})
    else:
        write_findings(shown, stderr=False)
        verdict = f"{len(shown)} findings" if shown else "no findings"
        out().print(f"{verdict}; contracts {len(contracts)}, versions {versions}")
    if shown:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def release(
    version: VersionArgument, day: DayOption = None, env_file: EnvFile = None, as_json: AsJson = False
) -> None:
    """Release a draft: contract.yaml gets the day, contracts.lock the digests; nothing changes if it may not be.

    Exit 1 if it does not get along with earlier versions of its major.
    """
    try:
        ref = ContractRef.parse(version)
        released = date.fromisoformat(day) if day else datetime.now(_TEHRAN).date()
    except ValueError as error:
        raise unusable(str(error)) from None
    folder = read_settings(env_file).contracts_dir
    try:
        with placing(folder):
            locked = release_version(folder, ref, released)
    except (UnknownVersionError, NotADraftError) as error:
        raise unusable(str(error)) from None
    paths = [placed_path(path, folder) for path in locked]
    if as_json:
        write_json({"released": str(ref), "date": released.isoformat(), "locked": paths})
        return
    console = out()
    console.print(f"released {ref} on {released.isoformat()}")
    for path in paths:
        console.print(f"locked {path}", soft_wrap=True)
