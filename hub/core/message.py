"""A message: one document with its headers, in one version of one contract; frozen."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hub.core.values import ContractRef, JsonValue

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
JSON = "application/json"


class Kind(StrEnum):
    """Which of a contract's two documents a message carries."""

    REQUEST = "request"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Message:
    """One document of one contract version.

    ``body`` is the decoded document and is never changed in place: whoever wants another makes a new
    message. ``wire`` is the bytes it was read from, where it came over a wire; they are what is recorded
    and what digests and signatures are about.
    """

    contract: ContractRef
    kind: Kind
    body: JsonValue
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    wire: bytes | None = None
    media_type: str = JSON
    original: JsonValue = None
    """The body as its sender wrote it, where that differs from its canonical form; else None."""


class Role(StrEnum):
    """Which form of an exchange's documents this is."""

    REQUEST = "request"  # as the sender gave it
    PARTNER_REQUEST = "partner_request"  # as it was handed to the partner's endpoint
    PARTNER_REPLY = "partner_reply"  # as the partner's wire brought it
    REPLY = "reply"  # as the sender gets it
    EDITED_REQUEST = (
        "edited_request"  # as a person corrected it; from then on delivered instead of the sender's
    )
    DRAFT = "draft"  # an officer's answer to a work item, not given yet
    NOTE = "note"  # what an officer wrote down for colleagues


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """What the journal says of a document for ever, its body kept or not.

    ``commitment`` is the hex SHA-256 of salt ‖ body. The salt lies with the encrypted body and goes with
    it, so that what stays in the journal proves a body that is shown, and cannot be used to guess one that
    was destroyed.
    """

    role: Role
    contract: ContractRef | None
    media_type: str
    size: int
    commitment: str


@dataclass(frozen=True, slots=True)
class Document:
    """One recorded form of a message, as bytes."""

    role: Role
    contract: ContractRef | None
    media_type: str
    body: bytes
    salt: bytes = field(default_factory=lambda: os.urandom(16))

    def fact(self) -> DocumentFact:
        """What the journal keeps of it in the clear."""
        commitment = hashlib.sha256(self.salt + self.body).hexdigest()
        return DocumentFact(self.role, self.contract, self.media_type, len(self.body), commitment)
