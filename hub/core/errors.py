"""Errors as types with a stable code; translated to the outside in one place, the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.core.values import Text


class Origin(StrEnum):
    """Whose trouble an error tells of."""

    CLIENT = "client"
    HUB = "hub"
    PARTNER = "partner"


class Outcome(StrEnum):
    """What an error says about the partner's side of a call."""

    NOT_SENT = "not_sent"  # the partner has not seen the message
    REFUSED = "refused"  # the partner saw it and did nothing
    UNKNOWN = "unknown"  # the partner may or may not have acted on it


@dataclass(frozen=True, slots=True)
class Code:
    """One line of the error catalogue: what a caller may build on. Codes are never renamed or reused."""

    id: str
    status: int
    origin: Origin
    retryable: bool
    title: Text
    outcome: Outcome = Outcome.NOT_SENT


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one place of a document. Never repeats the value found there (G10)."""

    pointer: str
    """JSON pointer (RFC 6901) into the document; empty for the document as a whole."""
    code: str
    """The rule that was broken: a JSON Schema keyword, a format, a check's id."""
    detail: Text


class ExchangeError(Exception):
    """Something that ends or delays an exchange, with its code from the catalogue.

    ``detail`` is shown to the sender: it holds no personal data, no secret and no stack trace.
    ``facts`` go into the journal beside the code. ``wire`` and ``media_type`` are set where a partner's answer is
    the reason: what it said is recorded, encrypted, whatever it was.
    """

    wire: bytes | None = None
    media_type: str = ""

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        facts: Mapping[str, str | int] | None = None,
        retry_after_s: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code.id}: {detail or code.title.en}")
        self.code = code
        self.detail = detail
        self.errors = errors
        self.facts: Mapping[str, str | int] = facts or {}
        self.retry_after_s = retry_after_s
        self.headers: Mapping[str, str] = headers or {}


class NotRecordedError(Exception):
    """The journal could not make a record durable; nothing of it counts (G1)."""


class StateConflictError(Exception):
    """Somebody else has moved the exchange on meanwhile; nothing was recorded."""


class AlreadyClaimedError(Exception):
    """The idempotency key belongs to an earlier exchange; nothing was recorded."""

    def __init__(self, exchange_id: str, fingerprint: str) -> None:
        super().__init__(f"key already used by exchange {exchange_id}")
        self.exchange_id = exchange_id
        self.fingerprint = fingerprint
