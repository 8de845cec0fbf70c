"""Signed notes, checkpoints and cosignatures in the C2SP formats.

c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature; of the signature types those with
Ed25519: 0x01 for the log, 0x04 for witnesses.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evidence_verifier.merkle import HASH_BYTES

LOG_KEY = 0x01
WITNESS_KEY = 0x04
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_KEY_ID_BYTES = 4
_MOST_SIGNATURES = 64
_MOST_CHARACTERS = 100_000
_MARK = "\u2014 "
_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """This is not a signed note, a checkpoint or a key in its text form."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with the name that it signs under."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that a signature line begins with."""
        head = f"{self.name}\n".encode() + bytes((self.kind,))
        return hashlib.sha256(head + self.public).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        material = base64.b64encode(bytes((self.kind,)) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read the text form (vkey): name+id+base64. Raises NoteError."""
        name, _, rest = text.strip().partition("+")
        id_, _, material = rest.partition("+")
        decoded = _base64(material)
        if (
            not is_key_name(name)
            or len(decoded) != 1 + _PUBLIC_BYTES
            or decoded[0] not in {LOG_KEY, WITNESS_KEY}
        ):
            raise NoteError(f"not an Ed25519 key in the form name+id+base64: {text[:200]!r}")
        key = cls(name, decoded[0], decoded[1:])
        if key.id.hex() != id_:
            raise NoteError(f"the key's id {id_[:20]!r} does not belong to its name and material")
        return key


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a signature line."""
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


class SignatureLine(NamedTuple):
    """One signature of a note; whose it is, only a key can tell."""

    name: str
    key_id: bytes
    signature: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it."""

    text: str
    lines: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Take a signed note apart; verifies nothing. Raises NoteError."""
        if len(note) > _MOST_CHARACTERS or _CONTROL.search(note):
            raise NoteError("a note is text without control characters, and short")
        text, blank, signatures = note.rpartition("\n\n")
        if not blank or not signatures.endswith("\n"):
            raise NoteError("a note is a text, an empty line, and signatures")
        lines = signatures[:-1].split("\n")
        if len(lines) > _MOST_SIGNATURES:
            raise NoteError("a note with so many signatures is not read")
        return cls(text + "\n", tuple(parse_line(line) for line in lines))

    def signed_by(self, key: Key) -> SignatureLine | None:
        """The line of a log's key, or None if it did not sign. Raises NoteError if its signature is wrong."""
        for line in self._lines_of(key, LOG_KEY):
            if not _verifies(key.public, line.signature, self.text.encode()):
                raise NoteError(f"the signature of {key.name} does not belong to this note")
            return line
        return None

    def cosigned_by(self, key: Key) -> int | None:
        """When a witness cosigned, in seconds since 1970, or None. Raises NoteError if its signature is wrong."""
        for line in self._lines_of(key, WITNESS_KEY):
            head, signature = line.signature[:_TIME_BYTES], line.signature[_TIME_BYTES:]
            at_s = int.from_bytes(head, "big")
            message = f"cosignature/v1\ntime {at_s}\n{self.text}".encode()
            if len(head) != _TIME_BYTES or not _verifies(key.public, signature, message):
                raise NoteError(f"the cosignature of {key.name} does not belong to this checkpoint")
            return at_s
        return None

    def _lines_of(self, key: Key, kind: int) -> list[SignatureLine]:
        if key.kind != kind:
            return []
        return [line for line in self.lines if line.name == key.name and line.key_id == key.id]

    def only(self, line: SignatureLine) -> str:
        """The note as it was with this signature alone."""
        return f"{self.text}\n{line.text}\n"


def parse_line(line: str) -> SignatureLine:
    """Read a signature line. Raises NoteError."""
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    decoded = _base64(encoded)
    if not line.startswith(_MARK) or not space or not is_key_name(name) or len(decoded) <= _KEY_ID_BYTES:
        raise NoteError(f"not a signature line: {line[:80]!r}")
    return SignatureLine(name, decoded[:_KEY_ID_BYTES], decoded[_KEY_ID_BYTES:], line)


def signature_line(key: Key, signature: bytes) -> str:
    """A signature as a line of a note, without its newline."""
    return f"{_MARK}{key.name} {base64.b64encode(key.id + signature).decode()}"


class TreeHead(NamedTuple):
    """What a checkpoint says of a log."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The checkpoint's text, as it is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "TreeHead":
        """Read a checkpoint's text. Raises NoteError; extension lines are not known here and refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.match(lines[1]):  # noqa: PLR2004 - three lines, each ended
            raise NoteError("a checkpoint is an origin, a size and a root, each on its line")
        root = _base64(lines[2])
        if len(root) != HASH_BYTES:
            raise NoteError("a checkpoint's root has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def _verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if (
        base64.b64encode(decoded).decode() != text
    ):  # one text for one value, so that nothing hides in a second
        raise NoteError(f"not base64: {text[:80]!r}")
    return decoded
