"""Releases a draft: ``contract.yaml`` says so with the day, and the digests of its schemas are locked (G4)."""

import re
from datetime import date
from pathlib import Path
from typing import Final

from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.contracts.compatibility.versions import check_versions
from hub.contracts.contract_folder import CONTRACT_FILE, SCHEMA_END
from hub.contracts.lock import LOCK_FILE, write_lock
from hub.core.contract import Status
from hub.core.findings import Finding, LintError
from hub.core.values import ContractRef
from hub.reading.files import read_yaml_file

_DRAFT: Final = re.compile(r"""\bstatus:[ ]*(?:draft|"draft"|'draft')""")


class NotADraftError(Exception):
    """The version is released already, or has been."""


def release(folder: Path, ref: ContractRef, day: date) -> tuple[str, ...]:
    """Release a draft of a folder of contracts; gives the schema files that were locked.

    All or nothing: whatever is raised, every file is as it was. Raises UnknownVersionError, NotADraftError, and
    LintError if the version does not get along with earlier ones of its major, or the folder is not in order.
    """
    catalogue = load_catalogue(folder)
    version = catalogue.version(ref)
    if version.status is not Status.DRAFT:
        raise NotADraftError(f"{ref} is {version.status}, not a draft")
    broken = _broken(catalogue, ref)
    if broken:
        raise LintError(broken)
    path, lock = folder / ref.name / CONTRACT_FILE, folder / LOCK_FILE
    before, locked = path.read_bytes(), lock.read_bytes() if lock.exists() else None
    try:
        path.write_text(_released(folder, ref, day), encoding="utf-8")
        return _lock(folder, ref, day)
    except BaseException:
        path.write_bytes(before)
        if locked is not None:
            lock.write_bytes(locked)
        raise


def _lock(folder: Path, ref: ContractRef, day: date) -> tuple[str, ...]:
    after = load_catalogue(folder)
    if after.version(ref).status is not Status.RELEASED or after.version(ref).released != day:
        raise LintError([_not_written(ref)])
    return write_lock(folder, after.contracts.values())


def _broken(catalogue: Catalogue, ref: ContractRef) -> list[Finding]:
    """In what the draft does not get along with what was released before."""
    start = f"{ref.name}/{ref.version}."
    findings = check_versions([catalogue.contracts[ref.name]], drafts=True)
    return [one for one in findings if one.path.startswith(start) and one.path.endswith(SCHEMA_END)]


def _released(folder: Path, ref: ContractRef, day: date) -> str:
    """The file's text with the version released, all else as it stands, comments too."""
    path = folder / ref.name / CONTRACT_FILE
    document = read_yaml_file(path, folder)
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: document.line(("versions", str(ref.version))) - 1])
    found = _DRAFT.search(text, start)
    if found is None:
        raise LintError([_not_written(ref)])
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    # In a block the day gets a line of its own, in braces a place behind the status.
    joint = "\n" + line if not line.strip() else ", "
    return f"{text[: found.start()]}status: released{joint}released: {day.isoformat()}{text[found.end() :]}"


def _not_written(ref: ContractRef) -> Finding:
    message = f"the status of version {ref.version} is not written in a way that can be changed here"
    hint = "write it as {status: draft}, or release it by hand and run `peyvand lock`"
    return Finding(f"{ref.name}/{CONTRACT_FILE}", 0, "contract.release", message, hint)
