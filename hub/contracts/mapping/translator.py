"""Runs a mapping: one message in, the message of the other contract version out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from hub.contracts.mapping.assembly import FieldError, Scope
from hub.contracts.mapping.tree import Node
from hub.core import codes
from hub.core.contract import Validator
from hub.core.errors import ExchangeError
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef, JsonValue

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Translator:
    """One mapping, compiled. Pure, and safe to share.

    What needs the expression language is compiled by ``prepare``, or when first used: the loader has already
    checked it.
    """

    def __init__(
        self,
        *,
        kind: Kind,
        source: ContractRef,
        target: ContractRef,
        path: str,
        root: Node,
        constants: Mapping[str, JsonValue],
        validator: Validator,
    ) -> None:
        self.kind = kind
        self.source = source
        self.target = target
        self.path = path
        """The mapping's file, below the folder of contracts."""
        self._root = root
        self._constants = constants
        self._validator = validator

    @cached_property
    def _scope(self) -> Scope:
        return Scope.compile(self._root, 0)

    def prepare(self) -> None:
        """Compile now what would otherwise be compiled when first used, while somebody waits."""
        _ = self._scope

    def __call__(self, message: Message, context: StepContext) -> Message:
        """Translate. Raises ExchangeError: MAPPING_FAILED naming the field, MAPPING_OUTPUT_INVALID.

        Raises ValueError for a message of another contract version or kind: a plan was made wrongly.
        """
        if message.contract != self.source or message.kind is not self.kind:
            raise ValueError(f"{self.path} does not translate a {message.kind} of {message.contract}")
        body = self.translate(message.body, exchange_variables(context), message.original)
        return Message(self.target, self.kind, body, message.headers)

    def translate(
        self, source: JsonValue, exchange: Mapping[str, JsonValue], original: JsonValue = None
    ) -> JsonValue:
        """Make the target document. Raises ExchangeError as a call does.

        ``original`` is the source as it was written, where a normaliser has changed it.
        """
        variables = {
            "source": source,
            "original": source if original is None else original,
            "exchange": exchange,
            "constants": self._constants,
        }
        try:
            body = self._scope.build(variables)
        except FieldError as error:
            raise ExchangeError(
                codes.MAPPING_FAILED,
                f"{self.path}: {error.field}: {error.reason}",
                facts={"mapping": self.path, "field": error.field},
            ) from None
        if not self._validator.is_valid(body):
            errors = self._validator.errors(body)
            facts: dict[str, str | int] = {"mapping": self.path}
            facts |= {f"error_{n}": f"{error.pointer} {error.code}" for n, error in enumerate(errors[:5], 1)}
            raise ExchangeError(
                codes.MAPPING_OUTPUT_INVALID, f"{self.path}: {len(errors)} errors", errors=errors, facts=facts
            )
        return body


def exchange_variables(context: StepContext) -> dict[str, JsonValue]:
    """What mappings may know of the exchange. An id of the hub's own tells when it begun (RFC 9562, version 7)."""
    opening = context.opening
    return {
        "id": context.exchange_id,
        "case_id": opening.case_id,
        "sender": opening.sender,
        "on_behalf_of": opening.on_behalf_of,
        "begun_at": _begun_at(context.exchange_id),
        "part": context.part,
    }


def _begun_at(exchange_id: str) -> str:
    """The UTC time in an id, like ``2026-11-22T08:30:00.123Z``; empty if it is no UUID version 7."""
    if exchange_id[14:15] != "7":
        return ""
    try:
        milliseconds = int(exchange_id[:8] + exchange_id[9:13], 16)
        at = _EPOCH + timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return ""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
