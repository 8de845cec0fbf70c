"""The judgement of one evidence file, from its signatures down to its documents."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence_verifier.bundle import AttachmentPart, Bundle, BundleError, DocumentPart, EntryPart
from evidence_verifier.histories import Histories, judge_histories
from evidence_verifier.merkle import Inclusions, ProofError, leaf_hash
from evidence_verifier.report import ExchangeStory, Report
from evidence_verifier.trust import Trust

_FINAL = {"completed", "rejected", "failed", "expired", "dead_lettered", "cancelled"}
_DIGEST = re.compile(rb"[0-9a-f]{64}")
_DIGEST_LENGTH = 64
_CLOCK_TOLERANCE_S = 60
_US_PER_S = 1_000_000


@dataclass(slots=True)
class _Found:
    """What was met on the way through the entries."""

    entries: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    first_outside: dict[str, int] = field(default_factory=dict)
    seqs: set[int] = field(default_factory=set)
    numbers: dict[str, set[int]] = field(default_factory=dict)
    documents: int = 0
    wrong_documents: list[str] = field(default_factory=list)
    lost_documents: int = 0
    damaged_documents: list[str] = field(default_factory=list)
    unreadable: int = 0
    named: set[str] = field(default_factory=set)
    """Digests that proved documents name, as far as the file lists attachments of these digests."""


def judge(bundle: Bundle, trust: Trust) -> Report:
    """Judge a file. Raises BundleError for what is no evidence file."""
    manifest = bundle.manifest()
    report = Report(made_at=manifest.made_at)
    histories = judge_histories(bundle, manifest, trust, report)
    entries = _Entries(bundle, histories, {attachment.digest for attachment in manifest.attachments}, report)
    for entry in bundle.entries():
        entries.judge(entry)
    _tell_entries(entries.found, report)
    _tell_exchanges(entries.found, histories, report)
    _judge_attachments(manifest.attachments, bundle, entries.found, report)
    for path in bundle.strays():
        report.open("stray", path=path)
    report.open("sender")
    report.open("completeness")
    return report


class _Entries:
    """Judges entries one after the other, each with its documents."""

    def __init__(self, bundle: Bundle, histories: Histories, attached: set[str], report: Report) -> None:
        self._bundle = bundle
        self._inclusions = {size: Inclusions(size, root) for size, root in histories.roots.items()}
        self._attached = attached
        self._report = report
        self.found = _Found()

    def judge(self, entry: EntryPart) -> None:
        found = self.found
        self._bundle.used.update(document.path for document in entry.documents if document.path)
        why = self._outside(entry)
        if why:
            found.outside[why] += 1
            found.first_outside.setdefault(why, entry.seq)
            return
        if entry.seq in found.seqs:
            self._report.wrong("entry_twice", seq=entry.seq)
            return
        found.seqs.add(entry.seq)
        found.entries += 1
        record = _record(entry.record)
        if record is None:
            found.unreadable += 1
            return
        self._tell(entry, record)
        self._judge_documents(entry, record)

    def _outside(self, entry: EntryPart) -> str:
        """Why an entry is not in the signed history; empty if it is."""
        inclusions = self._inclusions.get(entry.checkpoint)
        if inclusions is None:
            return f"there is no sound checkpoint at {entry.checkpoint} entries"
        try:
            inclusions.check(entry.seq - 1, leaf_hash(entry.record.encode()), entry.proof)
        except ProofError as error:
            return str(error)
        return ""

    def _tell(self, entry: EntryPart, record: Mapping[str, Any]) -> None:
        id_, at_us = record["exchange"], record["at_us"]
        story = self._report.exchanges.setdefault(id_, ExchangeStory(id_))
        numbers = self.found.numbers.setdefault(id_, set())
        if record["number"] in numbers:
            self._report.wrong("number_twice", exchange=id_, number=record["number"])
        numbers.add(record["number"])
        story.entries += 1
        opening = record.get("opening")
        if opening:
            version = opening.get("version", "")
            story.contract = opening.get("contract", "") + (f"@{version}" if version else "")
            story.sender = opening.get("sender", "")
            story.case_id = opening.get("case_id", "")
            story.first_us = at_us
        if entry.seq > story.last_seq:
            story.last_seq, story.last_us = entry.seq, at_us
            story.state, story.code = record["state"], record.get("code", "")
        story.checkpoint = max(story.checkpoint, entry.checkpoint)

    def _judge_documents(self, entry: EntryPart, record: Mapping[str, Any]) -> None:
        found, place = self.found, f"{record['exchange']} {record['number']}"
        given = {document.role: document for document in entry.documents}
        for fact in record.get("documents", ()):
            role = fact["role"]
            part = given.pop(role, None)
            if part is not None and part.path:
                if self._is_committed(part, fact):
                    found.documents += 1
                else:
                    found.wrong_documents.append(f"{place} {role}")
            elif part is not None and part.lost == "damaged":
                found.damaged_documents.append(f"{place} {role}")
            else:
                found.lost_documents += 1
        found.wrong_documents += [f"{place} {role}" for role in given]  # no commitment knows these

    def _is_committed(self, part: DocumentPart, fact: Mapping[str, Any]) -> bool:
        """Whether a document is the one of its commitment; notes the attachments that it names."""
        digest, size, tail = hashlib.sha256(part.salt), 0, b""
        named: set[str] = set()
        try:
            for piece in self._bundle.pieces(part.path):
                digest.update(piece)
                size += len(piece)
                if self._attached:
                    text = tail + piece
                    named |= {match.group().decode() for match in _DIGEST.finditer(text)} & self._attached
                    tail = text[1 - _DIGEST_LENGTH :]
        except BundleError:
            return False
        if digest.hexdigest() != fact.get("commitment") or size != fact.get("size"):
            return False
        self.found.named |= named
        return True


def _record(text: str) -> Mapping[str, Any] | None:
    """A journal record of version 1; None for what is not known here."""
    try:
        record = json.loads(text)
        known = (
            record["v"] == 1
            and all(isinstance(record[name], str) for name in ("exchange", "state"))
            and all(type(record[name]) is int for name in ("number", "at_us"))
            and isinstance(record.get("code", ""), str)
            and all(isinstance(value, str | int) for value in record.get("opening", {}).values())
            and all(isinstance(fact["role"], str) for fact in record.get("documents", ()))
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return record if known else None


def _tell_entries(found: _Found, report: Report) -> None:
    for why, count in found.outside.items():
        report.wrong("entry_not_in_log", count=count, seq=found.first_outside[why], why=why)
    if found.entries:
        report.proved("entries", count=found.entries)
    elif not found.outside:
        report.wrong("no_entries")
    if found.documents:
        report.proved("documents", count=found.documents)
    if found.unreadable:
        report.open("entry_unreadable", count=found.unreadable)
    if found.wrong_documents:
        report.wrong("document_wrong", count=len(found.wrong_documents), first=found.wrong_documents[0])
    if found.lost_documents:
        report.open("document_lost", count=found.lost_documents)
    if found.damaged_documents:
        first = found.damaged_documents[0]
        report.open("document_damaged", count=len(found.damaged_documents), first=first)


def _tell_exchanges(found: _Found, histories: Histories, report: Report) -> None:
    unfinished = unstamped = 0
    for story in report.exchanges.values():
        numbers = found.numbers[story.exchange_id]
        last = max(numbers)
        if len(numbers) != last or min(numbers) != 1:
            number = next(n for n in range(1, last + 2) if n not in numbers)
            report.wrong("entries_gap", exchange=story.exchange_id, last=last, number=number)
        unfinished += story.state not in _FINAL
        stamp = histories.stamp_for(story.checkpoint)
        if stamp is None:
            unstamped += 1
            continue
        story.not_after = stamp.not_after
        later = story.last_us / _US_PER_S - stamp.at_latest.timestamp()
        if later > _CLOCK_TOLERANCE_S:
            report.open("clock_disagrees", seq=story.last_seq, later=round(later))
    if unfinished:
        report.open("unfinished", count=unfinished)
    if histories.stamps:
        report.open("clock")
        if unstamped:
            report.open("time_not_for_all", count=unstamped)


def _judge_attachments(
    attachments: Sequence[AttachmentPart], bundle: Bundle, found: _Found, report: Report
) -> None:
    right = lost = 0
    for attachment in attachments:
        if not attachment.path:
            lost += 1
        elif (
            attachment.digest in found.named and _sha256(bundle.pieces(attachment.path)) == attachment.digest
        ):
            right += 1
        else:
            report.wrong("attachment_wrong", path=attachment.path)
    if right:
        report.proved("attachments", count=right)
    if lost:
        report.open("attachment_lost", count=lost)


def _sha256(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    try:
        for piece in pieces:
            digest.update(piece)
    except BundleError:
        return ""
    return digest.hexdigest()
