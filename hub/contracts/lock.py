"""``contracts.lock``: digests of all released schemas and normalisers, so that a released version never changes (G4).

The file has one line for each such file of a version that is released, deprecated or retired: the SHA-256 of
its bytes in hex, two spaces, its path below the folder of contracts; sorted by path. ``sha256sum -c`` reads
it too.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from hub.contracts.contract_folder import normalise_name, schema_name
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.findings import Finding, LintError

LOCK_FILE: Final = "contracts.lock"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)\Z", re.ASCII)


def verify_lock(folder: Path, contracts: Iterable[Contract]) -> tuple[Finding, ...]:
    """Everything in which the released schemas differ from what the lock file says."""
    try:
        locked = _read(folder)
    except LintError as error:
        return error.findings
    return tuple(sorted(_compare(locked, _released(contracts), complete=True)))


def write_lock(folder: Path, contracts: Iterable[Contract]) -> tuple[str, ...]:
    """Add the released schemas that are not locked yet; gives their paths.

    Raises LintError, and writes nothing, if a locked schema has changed or has gone: a lock is never renewed.
    """
    locked = _read(folder)
    released = _released(contracts)
    findings = list(_compare(locked, released, complete=False))
    if findings:
        raise LintError(findings)
    added = tuple(sorted(released.keys() - locked.keys()))
    lines = [f"{digest}  {path}\n" for path, digest in sorted(released.items())]
    target = folder / LOCK_FILE
    beside = target.with_suffix(".lock.new")
    beside.write_text("".join(lines), encoding="utf-8")
    beside.replace(target)
    return added


def _released(contracts: Iterable[Contract]) -> dict[str, str]:
    return {
        f"{contract.name}/{name}": hashlib.sha256(text).hexdigest()
        for contract in contracts
        for version in contract.versions.values()
        if version.status is not Status.DRAFT
        for name, text in _files(version)
    }


def _files(version: ContractVersion) -> Iterator[tuple[str, bytes]]:
    for kind, schema in version.schemas.items():
        yield schema_name(version.ref.version, kind), schema.text
        if schema.normaliser is not None:
            yield normalise_name(version.ref.version, kind), schema.normaliser.text


def _compare(locked: Mapping[str, str], released: Mapping[str, str], *, complete: bool) -> Iterator[Finding]:
    for path, digest in locked.items():
        if path not in released:
            message = "a released schema is no longer there as one"
            hint = "a released version never goes: bring the file back, and retire the version instead"
            yield Finding(path, 0, "lock.missing", message, hint)
        elif released[path] != digest:
            message = "a released schema has been changed"
            hint = "a released version never changes: bring the file back, and make a new version"
            yield Finding(path, 0, "lock.changed", message, hint)
    if complete:
        for path in released.keys() - locked.keys():
            yield Finding(
                path, 0, "lock.unlocked", "a released schema is not in the lock file", "run `peyvand lock`"
            )


def _read(folder: Path) -> dict[str, str]:
    try:
        text = (folder / LOCK_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise LintError([Finding(LOCK_FILE, 0, "lock.unreadable", "the lock file cannot be read")]) from None
    found: dict[str, str] = {}
    findings: list[Finding] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.match(line)
        if match is None or match[2] in found:
            message = "this line is no digest and path, or the path stands twice"
            findings.append(Finding(LOCK_FILE, number, "lock.malformed", message))
        else:
            found[match[2]] = match[1]
    if findings:
        raise LintError(findings)
    return found
