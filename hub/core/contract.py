"""Contracts: what two sides agreed on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from hub.core.attachments import AttachmentRules
from hub.core.errors import FieldError
from hub.core.message import Kind
from hub.core.terms import NO_TERMS, Terms
from hub.core.values import ContractRef, JsonValue, Text, Version


class Pattern(StrEnum):
    """How the two sides exchange messages."""

    REQUEST_REPLY = "request-reply"
    STORE_AND_FORWARD = "store-and-forward"
    PUBLISH_SUBSCRIBE = "publish-subscribe"


class Status(StrEnum):
    """Where a contract version stands in its life."""

    DRAFT = "draft"
    RELEASED = "released"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class Classification(StrEnum):
    """How carefully a document must be handled."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - a classification, not a secret


class Validator(Protocol):
    """Judges documents of one schema. Pure, and safe to share."""

    def is_valid(self, document: JsonValue) -> bool:
        """The quick answer."""
        ...

    def errors(self, document: JsonValue) -> tuple[FieldError, ...]:
        """Everything wrong with the document, at most 100 findings, ordered by place; empty if valid."""
        ...


class Normaliser(Protocol):
    """Puts the fields that a contract version names into one spelling. Pure, and safe to share."""

    @property
    def table(self) -> Mapping[str, str]:
        """Which place has which form, as the version's file says it."""
        ...

    @property
    def text(self) -> bytes:
        """The file's bytes."""
        ...

    def __call__(self, document: JsonValue) -> tuple[JsonValue, tuple[str, ...]]:
        """The canonical document, and the pointers of the fields that were written otherwise.

        The given document stays as it is. What has no canonical form is left for the validator to judge.
        """
        ...


class XmlForm(Protocol):
    """The XML form of one contract version's documents. Pure, and safe to share.

    Reading gives the document that the XML says, judged by nobody yet; what XML alone can get wrong (order,
    repetition, attributes) is an ExchangeError with a ``request.*`` code.
    """

    @property
    def namespace(self) -> str:
        """Of all its elements; one for each major."""
        ...

    @property
    def operation(self) -> str:
        """The request's element; the reply's is called the same with ``Response`` behind it."""
        ...

    @property
    def schema(self) -> str:
        """The XML Schema, without an XML declaration."""
        ...

    def decode(self, kind: Kind, raw: bytes, max_depth: int) -> JsonValue:
        """Read a document from its bytes. Raises ExchangeError."""
        ...

    def read(self, kind: Kind, element: Any, max_depth: int) -> JsonValue:
        """Read a document from its parsed element. Raises ExchangeError."""
        ...

    def encode(self, kind: Kind, value: JsonValue) -> str:
        """Write a valid document as an element. Raises ExchangeError for characters that XML cannot carry."""
        ...


@dataclass(frozen=True, slots=True)
class Schema:
    """One of a contract version's two documents."""

    source: JsonValue
    """The JSON Schema (2020-12) as its file holds it."""
    text: bytes
    """The file's bytes, as served to clients."""
    validator: Validator
    normaliser: Normaliser | None = None
    """Applied before the validator judges; None where documents are taken as they are written."""


def _in_json_alone() -> tuple[XmlForm | None, str]:
    return None, ""


@dataclass(frozen=True)
class ContractVersion:
    """One version of a contract. Once released it never changes (G4)."""

    ref: ContractRef
    status: Status
    schemas: Mapping[Kind, Schema]
    released: date | None = None
    deprecated: date | None = None
    sunset: date | None = None
    """The day from which a deprecated version is no longer served."""
    successor: Version | None = None
    page: str = ""
    """The address of a page that tells people about the version's end; empty if there is none."""
    bind: Callable[[], tuple[XmlForm | None, str]] = _in_json_alone
    """Makes the XML form, or tells why there is none; asked once, and only if somebody wants to know."""

    @property
    def xml(self) -> XmlForm | None:
        """None for a partner's own format, and where a schema has none: ``no_xml`` says why."""
        return self._bound[0]

    @property
    def no_xml(self) -> str:
        """Why there is no XML form; empty where there is one, and for a partner's own format."""
        return self._bound[1]

    @cached_property
    def _bound(self) -> tuple[XmlForm | None, str]:
        return self.bind()

    def status_on(self, day: date) -> Status:
        """Where the version stands on a day: a deprecated one is retired from its sunset on."""
        if self.status is Status.DEPRECATED and self.sunset is not None and day >= self.sunset:
            return Status.RETIRED
        return self.status


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with all its versions."""

    name: str
    title: Text
    description: Text
    owner: str
    pattern: Pattern
    deadline_s: int
    """Within how many seconds an exchange must have ended; at the least, where ``terms`` count in working days."""
    legal_basis: str
    classification: Classification
    retention_days: int
    evidence: str
    """``public``, ``seen`` or ``modelled``: how well the format is evidenced."""
    is_partner_format: bool
    """A partner's own format: reached only through a route, never granted to clients."""
    versions: Mapping[Version, ContractVersion]
    cancellable: bool = False
    """Whether its sender may cancel an exchange that a partner has acknowledged and not yet answered."""
    terms: Terms = NO_TERMS
    attachments: AttachmentRules | None = None
    """What its requests may refer to; None where they refer to no documents."""
