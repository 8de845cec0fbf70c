"""Writing an evidence file: everything that somebody who trusts nobody needs (docs/specs/evidence.md)."""

import base64
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any, NamedTuple

from evidence_verifier import bundle
from hub.core.evidence import (
    Attested,
    BodyReading,
    BodyReadings,
    Checkpoint,
    EvidenceSource,
    KeptDocument,
    LogDamagedError,
)
from hub.core.ports import ClaimCheck, DocumentDamagedError, DocumentMissingError
from hub.core.values import JsonValue, now_us
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.readme import README
from hub.security.evidence.tree import Tree

_SUFFIXES = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}
_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_SPOOLED_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be exported, and for whom."""

    exchange_ids: Sequence[str]
    reader: str
    purpose: str
    case_id: str = ""


@dataclass(slots=True)
class Exported:
    """What an evidence file holds."""

    exchanges: int = 0
    entries: int = 0
    documents: int = 0
    attachments: int = 0
    checkpoints: int = 0


class _Proving(NamedTuple):
    """Which checkpoint was chosen last, and for which entries it would be chosen again."""

    first_seq: int
    last_seq: int
    checkpoint: Checkpoint


@dataclass(slots=True)
class _Writing:
    """A file on its way."""

    archive: zipfile.ZipFile
    lines: IO[bytes]
    """Entries, one line each, until all checkpoints are known."""
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)
    proving: _Proving | None = None
    attachments: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    not_attached: set[str] = field(default_factory=set)
    """Digests that documents name and that are no attachments."""
    exported: Exported = field(default_factory=Exported)


class Exporter:
    """Makes evidence files of a journal."""

    def __init__(
        self,
        checkpointer: Checkpointer,
        source: EvidenceSource,
        readings: BodyReadings,
        claim_check: ClaimCheck,
        *,
        certificates: bytes = b"",
        clock_us: Callable[[], int] = now_us,
    ) -> None:
        """``certificates`` (PEM) of time-stamping authorities go into the file."""
        self._checkpointer = checkpointer
        self._log = checkpointer.log
        self._source = source
        self._readings = readings
        self._claim_check = claim_check
        self._certificates = certificates
        self._clock_us = clock_us

    async def export(self, request: Request, made_at: str, file: IO[bytes]) -> Exported:
        """Write an evidence file. The reading of bodies is recorded before the first one is read (G10).

        Raises NotRecordedError (then nothing was read), LogDamagedError.
        """
        at_us = self._clock_us()
        await self._readings.record(
            [BodyReading(at_us, id_, request.reader, request.purpose) for id_ in request.exchange_ids]
        )
        newest = await self._checkpointer.checkpoint()
        if newest is None:
            raise LogDamagedError("nothing was ever recorded here")
        tree = Tree(self._log, newest.size)
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as lines,
        ):
            writing = _Writing(archive, lines, {newest.size: newest})
            archive.writestr(bundle.README, README)
            for exchange_id in request.exchange_ids:
                await self._write_exchange(exchange_id, tree, writing)
            lines.seek(0)
            with archive.open(bundle.ENTRIES, "w", force_zip64=True) as member:
                while piece := lines.read(_SPOOLED_BYTES):
                    member.write(piece)
            await self._write_manifest(request, made_at, tree, writing)
            return writing.exported

    async def _write_exchange(self, exchange_id: str, tree: Tree, writing: _Writing) -> None:
        rows = await self._source.entries(exchange_id)
        kept: dict[int, list[KeptDocument]] = {}
        for document in await self._source.documents(exchange_id):
            kept.setdefault(document.number, []).append(document)
        for number, row in enumerate(rows, 1):
            checkpoint = await self._proving(row.seq, writing)
            documents = [self._write_document(exchange_id, d, writing) for d in kept.get(number, ())]
            line = {
                "seq": row.seq,
                "record": row.record.decode(),
                "checkpoint": checkpoint.size,
                "proof": _texts(await tree.inclusion(row.seq - 1, checkpoint.size)),
                "documents": documents,
            }
            writing.lines.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            for document in kept.get(number, ()):
                await self._write_attachments(document, writing)
        writing.exported.exchanges += bool(rows)
        writing.exported.entries += len(rows)

    async def _proving(self, seq: int, writing: _Writing) -> Checkpoint:
        """The checkpoint that says most about an entry, and beside it those that others attest.

        The earliest time is worth most; so it is the first one with a time stamp, or else the first one at all.
        """
        if writing.proving is not None and writing.proving.first_seq <= seq <= writing.proving.last_seq:
            return writing.proving.checkpoint
        stamped = await self._covering(seq, Attested.AUTHORITY)
        witnessed = await self._covering(seq, Attested.WITNESS)
        first = stamped or await self._covering(seq, None)
        if first is None:
            raise LogDamagedError(f"entry {seq} is covered by no checkpoint")
        chosen = [checkpoint for checkpoint in (first, witnessed) if checkpoint is not None]
        writing.checkpoints |= {checkpoint.size: checkpoint for checkpoint in chosen}
        writing.proving = _Proving(seq, min(checkpoint.size for checkpoint in chosen), first)
        return first

    async def _covering(self, seq: int, by: Attested | None) -> Checkpoint | None:
        found = await self._log.checkpoints(at_least=seq, by=by)
        return found[0] if found else None

    def _write_document(
        self, exchange_id: str, kept: KeptDocument, writing: _Writing
    ) -> dict[str, JsonValue]:
        document = kept.document
        if document is None:
            return {"role": kept.role.value, "lost": kept.lost}
        media_type = document.media_type.partition(";")[0].strip().lower()
        suffix = _SUFFIXES.get(media_type, "bin")
        path = f"documents/{exchange_id}/{kept.number}-{kept.role.value}.{suffix}"
        writing.archive.writestr(path, document.body)
        writing.exported.documents += 1
        return {"role": kept.role.value, "path": path, "salt": document.salt.hex()}

    async def _write_attachments(self, kept: KeptDocument, writing: _Writing) -> None:
        """Add the large documents that a document names by their digest."""
        for match in _DIGEST.finditer(kept.document.body if kept.document else b""):
            digest = match.group().decode()
            if digest in writing.attachments or digest in writing.not_attached:
                continue
            path = f"attachments/{digest}"
            try:
                async for _ in self._claim_check.get(digest):
                    pass  # what is damaged shows itself here, before a part of it is in the file
            except DocumentMissingError:
                writing.not_attached.add(digest)  # some other digest, or an attachment that went its way
                continue
            except DocumentDamagedError:
                writing.attachments[digest] = {"digest": digest}
                continue
            writing.attachments[digest] = {"digest": digest, "path": path}
            with writing.archive.open(path, "w", force_zip64=True) as member:
                async for chunk in self._claim_check.get(digest):
                    member.write(chunk)
            writing.exported.attachments += 1

    async def _write_manifest(self, request: Request, made_at: str, tree: Tree, writing: _Writing) -> None:
        sizes = sorted(writing.checkpoints)
        writing.exported.checkpoints = len(sizes)
        certificates: list[str] = []
        if self._certificates:
            certificates.append("certificates/time-authorities.pem")
            writing.archive.writestr(certificates[0], self._certificates)
        manifest = {
            "format": bundle.FORMAT,
            "version": bundle.VERSION,
            "made_at": made_at,
            "made_by": request.reader,
            "purpose": request.purpose,
            "subject": {"case": request.case_id}
            if request.case_id
            else {"exchanges": [*request.exchange_ids]},
            "checkpoints": [_checkpoint(writing.checkpoints[size], writing.archive) for size in sizes],
            "consistency": [
                {"from": old, "to": new, "proof": _texts(await tree.consistency(old, new))}
                for old, new in pairwise(sizes)
            ],
            "certificates": certificates,
            "attachments": [*writing.attachments.values()],
        }
        writing.archive.writestr(bundle.MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def _checkpoint(checkpoint: Checkpoint, archive: zipfile.ZipFile) -> dict[str, Any]:
    paths = []
    for number, timestamp in enumerate(checkpoint.timestamps, 1):
        paths.append(f"timestamps/{checkpoint.size}-{number}.tst")
        archive.writestr(paths[-1], timestamp.token)
    return {"note": checkpoint.note, "key": checkpoint.key, "timestamps": paths}


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(hash_).decode() for hash_ in hashes]
