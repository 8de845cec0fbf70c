"""Checkpoints: who signed them, that each continues the one before, who witnessed them, and since when they exist."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509

from evidence_verifier.bundle import Bundle, BundleError, CheckpointPart, Manifest
from evidence_verifier.certificates import ChainError, load_pem
from evidence_verifier.merkle import is_consistent
from evidence_verifier.note import Key, Note, NoteError, SignatureLine, TreeHead
from evidence_verifier.report import Report
from evidence_verifier.timestamp import Stamp, TimestampError
from evidence_verifier.timestamp import judge as judge_stamp
from evidence_verifier.trust import Trust


@dataclass(frozen=True, slots=True)
class StampedAt:
    """A time stamp that holds, over a checkpoint that holds."""

    size: int
    stamp: Stamp

    @property
    def at_latest(self) -> datetime:
        """The latest moment that the authority vouches for."""
        return self.stamp.at_latest

    @property
    def not_after(self) -> str:
        """That moment as a text."""
        return text_of(self.stamp.at_latest)


@dataclass(slots=True)
class Histories:
    """The checkpoints that hold."""

    roots: dict[int, bytes] = field(default_factory=dict)
    """By size."""
    broken_after: set[int] = field(default_factory=set)
    """The sizes from which no sound proof leads to the next checkpoint."""
    stamps: list[StampedAt] = field(default_factory=list)

    def stamp_for(self, size: int) -> StampedAt | None:
        """The earliest time stamp over this history or one that is proved to continue it."""
        barrier = min((broken for broken in self.broken_after if broken >= size), default=None)
        covering = [s for s in self.stamps if s.size >= size and (barrier is None or s.size <= barrier)]
        return min(covering, key=lambda stamped: stamped.at_latest, default=None)


@dataclass(slots=True)
class _Signed:
    """A checkpoint whose signature holds."""

    head: TreeHead
    note: Note
    line: SignatureLine
    part: CheckpointPart
    key: Key


class _Token(NamedTuple):
    """A time stamp as the file gives it, and the checkpoint it claims to be over."""

    over: _Signed
    path: str
    content: bytes


def judge_histories(
    bundle: Bundle,
    manifest: Manifest,
    trust: Trust,
    report: Report,
) -> Histories:
    """Judge all checkpoints of a file, and tell it. Raises BundleError."""
    keys = trust.keys
    histories = Histories()
    signed = [one for part in manifest.checkpoints if (one := _signed(part, keys, report)) is not None]
    if not signed:
        return histories
    report.origin = signed[0].head.origin
    for one in signed:
        if one.head.origin != report.origin:
            report.wrong("origin_differs", one=report.origin, other=one.head.origin)
            return histories
    sizes = [one.head.size for one in signed]
    if sizes != sorted(set(sizes)):
        report.wrong("checkpoints_unordered")
        return histories
    histories.roots = {one.head.size: one.head.root for one in signed}
    _tell_signatures(signed, keys, report)
    _judge_links(manifest, signed, histories, report)
    _judge_witnesses(signed, trust.witnesses, report)
    tokens = [
        _Token(one, path, bundle.small(path) if bundle.has(path) else b"")
        for one in signed
        for path in one.part.timestamps
    ]
    histories.stamps = _judge_stamps(tokens, trust.authorities, _certificates(bundle, manifest), report)
    return histories


def _certificates(bundle: Bundle, manifest: Manifest) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for path in manifest.certificates:
        try:
            found += load_pem(bundle.small(path))
        except ChainError as error:
            raise BundleError(f"{path}: {error}") from error
    return found


def _signed(part: CheckpointPart, keys: Sequence[Key], report: Report) -> _Signed | None:
    size = "?"
    try:
        note = Note.parse(part.note)
        head = TreeHead.parse(note.text)
        size = str(head.size)
        for key in keys or (Key.parse(part.key),):
            # A key's name is its log's origin: what one log signed is never taken for another's.
            line = note.signed_by(key) if key.name == head.origin else None
            if line is not None:
                return _Signed(head, note, line, part, key)
    except NoteError as error:
        report.wrong("signature_wrong", size=size, why=str(error))
        return None
    report.wrong("signature_missing", size=size)
    return None


def _tell_signatures(signed: Sequence[_Signed], keys: Sequence[Key], report: Report) -> None:
    used = sorted({str(one.key) for one in signed})
    code = "signed" if keys else "signed_by_own"
    shown = ", ".join(used)
    report.proved(code, origin=report.origin, count=len(signed), size=signed[-1].head.size, key=shown)
    if not keys:
        report.open("key_unknown", key=shown)


def _judge_links(manifest: Manifest, signed: Sequence[_Signed], histories: Histories, report: Report) -> None:
    proofs = {(link.first, link.last): link.proof for link in manifest.links}
    broken = 0
    for before, after in pairwise(signed):
        first, last = before.head, after.head
        proof = proofs.get((first.size, last.size))
        if proof is None or not is_consistent((first.size, first.root), (last.size, last.root), proof):
            broken += 1
            histories.broken_after.add(first.size)
            report.wrong("inconsistent", first=first.size, last=last.size)
    if len(signed) > 1 and not broken:
        report.proved("consistent", first=signed[0].head.size, last=signed[-1].head.size)


def _judge_witnesses(signed: Sequence[_Signed], witnesses: Sequence[Key], report: Report) -> None:
    seen: set[str] = set()
    unknown: list[str] = []
    for one in reversed(signed):  # the newest first: it says the most
        known = {one.key.id, *(witness.id for witness in witnesses)}
        unknown += [line.name for line in one.note.lines if line.key_id not in known]
        for witness in witnesses:
            try:
                at_s = one.note.cosigned_by(witness)
            except NoteError:
                report.wrong("cosignature_wrong", witness=witness.name, size=one.head.size)
                continue
            if at_s is not None and witness.name not in seen:
                seen.add(witness.name)
                report.proved("witnessed", witness=witness.name, at=_posix(at_s), size=one.head.size)
    if not seen:
        report.open("no_witness")
    if unknown:
        report.open("witness_unknown", count=len(unknown), names=", ".join(sorted(set(unknown))[:10]))


def _judge_stamps(
    tokens: Sequence[_Token],
    authorities: Sequence[x509.Certificate],
    certificates: Sequence[x509.Certificate],
    report: Report,
) -> list[StampedAt]:
    stamps: list[StampedAt] = []
    for token in tokens:
        one = token.over
        stamped = one.note.only(one.line).encode()
        try:
            stamp = judge_stamp(token.content, stamped, trusted=authorities, extra=certificates)
        except TimestampError as error:
            report.wrong("timestamp_wrong", path=token.path, why=str(error))
            continue
        at, authority = text_of(stamp.at_latest), stamp.authority
        if stamp.is_trusted:
            stamps.append(StampedAt(one.head.size, stamp))
            report.proved("timestamped", size=one.head.size, at=at, authority=authority)
        else:
            report.open("authority_unknown", at=at, authority=authority, fingerprint=stamp.fingerprint)
    report.open("revocation" if stamps else "no_time")
    return stamps


def text_of(at: datetime) -> str:
    """A moment as RFC 3339 in UTC."""
    return at.isoformat(timespec="seconds" if at.microsecond == 0 else "milliseconds").replace("+00:00", "Z")


def _posix(at_s: int) -> str:
    try:
        return text_of(datetime.fromtimestamp(at_s, UTC))
    except (ValueError, OverflowError, OSError):
        return str(at_s)
