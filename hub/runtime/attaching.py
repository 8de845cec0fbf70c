"""Holds what a message refers to against what there is, and keeps it for the exchange, before the exchange is recorded.

A kill -9 in between leaves a claim without an exchange; the registry drops it after a day.
"""

from collections.abc import Callable
from typing import Protocol

from hub.contracts.attachments import Reference, references
from hub.core import codes
from hub.core.attachments import Attachment, AttachmentRegistry, AttachmentRules, Use
from hub.core.errors import ExchangeError, FieldError, NotRecordedError
from hub.core.message import Kind
from hub.core.values import US_PER_S, JsonValue, Text, now_us
from hub.runtime.flow import Intake

_DAY_US = 86_400 * US_PER_S


class Attach(Protocol):
    """Takes the attachments of a valid request, or refuses the request."""

    async def __call__(self, intake: Intake, body: JsonValue) -> None: ...


class Attaching:
    """The Attach port over a registry."""

    def __init__(self, registry: AttachmentRegistry, clock_us: Callable[[], int] = now_us) -> None:
        self._registry = registry
        self._clock_us = clock_us

    async def __call__(self, intake: Intake, body: JsonValue) -> None:
        """Raises ExchangeError: REQUEST_INVALID naming each field that refers to what cannot be had; NOT_RECORDED."""
        contract, version, client = intake.contract, intake.version, intake.client
        if contract is None or version is None or client is None or contract.attachments is None:
            return
        found = references(version.schemas[Kind.REQUEST].source, body)
        try:
            errors = await self._errors(found, contract.attachments, client.name)
            if errors:
                raise ExchangeError(codes.REQUEST_INVALID, errors=errors)
            now = self._clock_us()
            use = Use(intake.exchange_id, client.name, now, now + contract.retention_days * _DAY_US)
            if found and not await self._registry.claim(use, [reference.digest for reference in found]):
                raise ExchangeError(codes.REQUEST_INVALID, errors=tuple(_unknown(each) for each in found))
        except NotRecordedError:
            raise ExchangeError(codes.NOT_RECORDED, retry_after_s=1) from None

    async def _errors(
        self, found: tuple[Reference, ...], rules: AttachmentRules, client: str
    ) -> tuple[FieldError, ...]:
        if len({reference.digest for reference in found}) > rules.most:
            fa, en = f"بیش از {rules.most} سند پیوست است", f"refers to more than {rules.most} documents"
            return (FieldError("", "attachments-most", Text(fa, en)),)
        errors: list[FieldError] = []
        for reference in found:
            attachment = await self._registry.find(reference.digest, client)
            if attachment is None:
                errors.append(_unknown(reference))
            else:
                errors += _mistakes(reference, attachment, rules)
        return tuple(errors)


def _mistakes(reference: Reference, attachment: Attachment, rules: AttachmentRules) -> list[FieldError]:
    errors: list[FieldError] = []
    size, media_type = reference.beside.get("size"), reference.beside.get("media_type")
    above = reference.pointer.rpartition("/")[0]
    if isinstance(size, int) and size != attachment.size:
        errors.append(
            FieldError(
                f"{above}/size",
                "attachment-size",
                Text("اندازه‌ی سند این نیست", "is not the document's size"),
            )
        )
    if isinstance(media_type, str) and media_type.lower() != attachment.media_type:
        errors.append(
            FieldError(
                f"{above}/media_type",
                "attachment-media-type",
                Text("نوع سند این نیست", "is not the document's type"),
            )
        )
    if attachment.size > rules.size:
        fa, en = f"سند از {rules.size} بایت بزرگ‌تر است", f"the document has more than {rules.size} bytes"
        errors.append(FieldError(reference.pointer, "attachment-too-large", Text(fa, en)))
    if rules.media_types and attachment.media_type not in rules.media_types:
        allowed = ", ".join(rules.media_types)
        fa, en = f"نوع سند یکی از این‌ها باید باشد: {allowed}", f"the document must be one of {allowed}"
        errors.append(FieldError(reference.pointer, "attachment-type", Text(fa, en)))
    return errors


def _unknown(reference: Reference) -> FieldError:
    text = Text("چنین سندی برای شما نیست", "you have no such document")
    return FieldError(reference.pointer, "attachment-unknown", text)


async def attach_nothing(intake: Intake, body: JsonValue) -> None:
    """For a hub without documents: no contract refers to any."""
