"""A manifest as the hub uses it: one partner, how to reach it, and its endpoints. Read by ``manifest_file``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.kit.documents import DocumentsSpec
from hub.core.endpoint import EndpointFacts
from hub.core.errors import Code
from hub.core.findings import Finding
from hub.core.values import JsonValue, Text
from hub.reading.document import Document, Location
from hub.reading.model import ModelT, read_model
from hub.reading.reference import Reference


@dataclass(frozen=True, slots=True)
class OutcomeSpec:
    """What a reply that meets a condition means. Exactly one of ``code`` and ``tracking_code`` is set."""

    when: str
    """A condition on ``reply``."""
    code: Code | None
    detail: Text | None
    tracking_code: tuple[str, ...]
    """The way to the partner's tracking code in the reply of a partner that answers later."""
    location: Location


@dataclass(frozen=True, slots=True)
class LaterRepliesSpec:
    """How the partner sends what it answers later."""

    is_json: bool
    """Plain JSON; otherwise as the endpoint's own protocol writes replies."""
    tracking_code: tuple[str, ...]
    """The way to the tracking code in what is sent."""
    document: tuple[str, ...]
    """The way to the document that the contract judges; empty for the whole."""
    outcomes: tuple[OutcomeSpec, ...]
    """Each with a code: what the partner says when it has not done what was asked."""
    location: Location


@dataclass(frozen=True, slots=True)
class EndpointManifest:
    """One operation of the partner."""

    facts: EndpointFacts
    outcomes: tuple[OutcomeSpec, ...]
    section: Location
    """Where the protocol's own section stands in the file; the protocol judges it."""
    location: Location
    """Where the endpoint stands in the file."""
    later: LaterRepliesSpec | None = None
    """None for an endpoint whose partner never answers later."""
    documents: DocumentsSpec | None = None
    """None for an endpoint that sends no documents."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something the adapter cannot do, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """What every call over HTTP to the partner carries. Values may be ``credentials.NAME``."""

    headers: Mapping[str, str]
    basic: tuple[str, str] | None
    """User name and password."""
    bearer: str | None
    ca: Reference | None
    """``file:/path`` of the certificates that vouch for the partner's; none: the system's."""
    certificate: Reference | None
    key: Reference | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One partner, read from ``adapters/FOLDER/manifest.yaml``."""

    partner: str
    title: Text
    protocol: str
    evidence: str
    address: Reference
    credentials: Mapping[str, Reference]
    connect_timeout_s: float
    max_connections: int
    max_concurrent: int
    workers: int | None
    """How many of what waits for the partner each node delivers at once; None: as the hub's settings say."""
    max_reply_bytes: int
    http: HttpOptions
    endpoints: Mapping[str, EndpointManifest]
    """By full name, ``partner.operation``."""
    unsupported: tuple[Unsupported, ...]
    folder: Path
    document: Document
    """The file, so that a protocol's findings name the line."""

    def finding(self, location: Location, rule: str, message: str, hint: str = "") -> Finding:
        """Say what is wrong at a place of the manifest."""
        return self.document.finding(location, rule, message, hint)

    def section(self, location: Location, model: type[ModelT]) -> ModelT:
        """Read a protocol's own section; an absent one is read as an empty one. Raises LintError."""
        return read_model(self.part(location), model, self.protocol)

    def part(self, location: Location) -> Document:
        """Give one part of the file as a document of its own, whose findings still name the line."""
        value: JsonValue = self.document.value
        for key in location:
            value = value.get(key, {})
        size = len(location)
        lines = {
            place[size:]: line for place, line in self.document.lines.items() if place[:size] == location
        }
        return Document(self.document.path, value, {(): self.document.line(location), **lines})
