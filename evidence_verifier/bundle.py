"""Reading an evidence file: a ZIP archive whose form ``docs/specs/evidence.md`` tells.

Nothing is unpacked to disk, and nothing of unbounded size is held in memory.
"""

import binascii
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FORMAT = "peyvand-evidence"
VERSION = 1
MANIFEST = "evidence.json"
ENTRIES = "entries.jsonl"
README = "README.txt"
_MOST_MANIFEST = 256 * 1024 * 1024
_MOST_LINE = 16 * 1024 * 1024
_MOST_SMALL = 1024 * 1024
_PIECE = 256 * 1024


class BundleError(Exception):
    """The file is no evidence file, or cannot be read; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class CheckpointPart:
    """A checkpoint as the file gives it."""

    note: str
    key: str
    timestamps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A consistency proof as the file gives it."""

    first: int
    last: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document as the file gives it, or what became of it."""

    role: str
    path: str
    salt: bytes
    lost: str


@dataclass(frozen=True, slots=True)
class EntryPart:
    """A journal entry as the file gives it."""

    seq: int
    record: str
    checkpoint: int
    proof: tuple[str, ...]
    """In base64, not decoded yet."""
    documents: tuple[DocumentPart, ...]


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """An attachment as the file gives it; without a path it is only named."""

    digest: str
    path: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file says of itself."""

    made_at: str
    checkpoints: tuple[CheckpointPart, ...]
    links: tuple[LinkPart, ...]
    certificates: tuple[str, ...]
    attachments: tuple[AttachmentPart, ...]


@dataclass(slots=True)
class Bundle:
    """An open evidence file. Every method raises BundleError for what cannot be read."""

    archive: zipfile.ZipFile
    used: set[str] = field(default_factory=set)
    """The members that somebody has asked for."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file."""
        try:
            archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise BundleError(f"{path} cannot be read as an evidence file: {error}") from error
        names = archive.namelist()
        if len(set(names)) != len(names):
            archive.close()
            raise BundleError(f"{path} holds two members of one name")
        return cls(archive)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.archive.close()

    def strays(self) -> list[str]:
        """Members that nothing has referred to."""
        return sorted(set(self.archive.namelist()) - self.used - {README})

    def has(self, path: str) -> bool:
        """Whether there is such a member."""
        return path in self.archive.NameToInfo

    def pieces(self, path: str) -> Iterator[bytes]:
        """A member's content, piece by piece."""
        self.used.add(path)
        try:
            with self.archive.open(path) as member:
                while piece := member.read(_PIECE):
                    yield piece
        except (KeyError, OSError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BundleError(f"{path} in the archive cannot be read: {error}") from error

    def small(self, path: str, most: int = _MOST_SMALL) -> bytes:
        """A member's content as a whole, if it is not too long."""
        content = bytearray()
        for piece in self.pieces(path):
            content += piece
            if len(content) > most:
                raise BundleError(f"{path} in the archive is longer than {most} bytes")
        return bytes(content)

    def manifest(self) -> Manifest:
        """What the file says of itself."""
        fields = _object(self.small(MANIFEST, _MOST_MANIFEST), MANIFEST)
        if fields.get("format") != FORMAT:
            raise BundleError("this is not an evidence file")
        if fields.get("version") != VERSION:
            raise BundleError(f"evidence files of version {fields.get('version')!r} are not known here")
        try:
            return Manifest(
                made_at=_text(fields["made_at"]),
                checkpoints=tuple(
                    CheckpointPart(_text(c["note"]), _text(c["key"]), _texts(c["timestamps"]))
                    for c in _list(fields["checkpoints"])
                ),
                links=tuple(
                    LinkPart(_int(link["from"]), _int(link["to"]), _hashes(link["proof"]))
                    for link in _list(fields["consistency"])
                ),
                certificates=_texts(fields["certificates"]),
                attachments=tuple(
                    AttachmentPart(_text(a["digest"]), _text(a.get("path", "")))
                    for a in _list(fields["attachments"])
                ),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BundleError(f"{MANIFEST} is not whole: {error!r}") from error

    def entries(self) -> Iterator[EntryPart]:
        """All entries, in the file's order."""
        buffer = b""
        for piece in self.pieces(ENTRIES):
            *lines, buffer = (buffer + piece).split(b"\n")
            for line in lines:
                yield _entry(line)
            if len(buffer) > _MOST_LINE:
                raise BundleError(f"a line of {ENTRIES} is longer than {_MOST_LINE} bytes")
        if buffer:
            yield _entry(buffer)


def _entry(line: bytes) -> EntryPart:
    fields = _object(line, ENTRIES)
    try:
        return EntryPart(
            seq=_int(fields["seq"]),
            record=_text(fields["record"]),
            checkpoint=_int(fields["checkpoint"]),
            proof=_texts(fields["proof"]),
            documents=tuple(
                DocumentPart(
                    _text(d["role"]),
                    _text(d.get("path", "")),
                    bytes.fromhex(_text(d.get("salt", ""))),
                    _text(d.get("lost", "")),
                )
                for d in _list(fields["documents"])
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BundleError(f"a line of {ENTRIES} is not whole: {error!r}") from error


def _object(text: bytes, place: str) -> dict[str, Any]:
    try:
        fields = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{place} is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BundleError(f"{place} does not hold a JSON object")
    return fields


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    value.encode()  # a lone surrogate is a ValueError: no text that was ever recorded or signed holds one
    return value


def _int(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
        raise TypeError("a number is expected")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(each) for each in _list(value))


def _hashes(value: Any) -> tuple[bytes, ...]:
    return tuple([binascii.a2b_base64(each, strict_mode=True) for each in _list(value)])
