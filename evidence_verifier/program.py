"""The program: ``python -m evidence_verifier FILE [--key …] [--witness …] [--tsa-root …] [--json]``."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence_verifier.bundle import Bundle, BundleError
from evidence_verifier.certificates import ChainError, load_pem
from evidence_verifier.judge import judge
from evidence_verifier.note import LOG_KEY, WITNESS_KEY, Key, NoteError
from evidence_verifier.trust import Trust

HOLDS, BROKEN, UNUSABLE = 0, 1, 2
"""How it ends: everything that can be proved holds; something is wrong; it could not be judged."""


class UnusableError(Exception):
    """What was given cannot be used; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge a file and say what is proved; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="evidence_verifier",
        description="Judges an evidence file offline. پرونده‌ی مدرک را بی‌نیاز از شبکه و سامانه می‌سنجد.",
        epilog="Exit codes: 0 what can be proved holds; 1 something is wrong; 2 it could not be judged.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[], metavar="KEY|FILE", help="the log's public key")
    parser.add_argument("--witness", action="append", default=[], metavar="KEY|FILE", help="a witness's key")
    parser.add_argument("--tsa-root", action="append", default=[], type=Path, metavar="PEM",
                        help="root certificates of time-stamping authorities")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="write JSON for scripts")
    given = parser.parse_args(arguments)
    try:
        shown, code = run(given.file, given.key, given.witness, given.tsa_root, as_json=given.json)
    except UnusableError as error:
        sys.stderr.write(f"evidence_verifier: {error}\n")
        return UNUSABLE
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a real stream when run as a program
    sys.stdout.write(shown)
    return code


def run(
    file: Path, keys: Sequence[str], witnesses: Sequence[str], roots: Sequence[Path], *, as_json: bool
) -> tuple[str, int]:
    """What is to be shown, and the exit code. Raises UnusableError."""
    try:
        trust = Trust(
            keys=tuple(key for text in keys for key in read_keys(text, LOG_KEY)),
            witnesses=tuple(key for text in witnesses for key in read_keys(text, WITNESS_KEY)),
            authorities=tuple(c for path in roots for c in load_pem(path.read_bytes())),
        )
        with Bundle.open(file) as bundle:
            report = judge(bundle, trust)
    except (BundleError, ChainError, NoteError, OSError) as error:
        raise UnusableError(str(error)) from error
    shown = json.dumps(report.as_json(), ensure_ascii=False) + "\n" if as_json else report.as_text()
    return shown, HOLDS if report.holds else BROKEN


def read_keys(text: str, kind: int) -> list[Key]:
    """A key in its text form, or a file with one per line (``#`` begins a remark). Raises NoteError, OSError."""
    if "+" in text:
        lines = [text]
    else:
        lines = [line for line in Path(text).read_text("utf-8").splitlines() if line.strip()]
        lines = [line for line in lines if not line.startswith("#")]
    keys = [Key.parse(line) for line in lines]
    for key in keys:
        if key.kind != kind:
            wanted = "a log's key (type 1)" if kind == LOG_KEY else "a witness's key (type 4)"
            raise NoteError(f"{key.name}: {wanted} is expected here")
    return keys
