"""What an exchange refers to, as its endpoint may send it: only its own documents, and only whole ones."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

from hub.core import codes
from hub.core.attachments import Attachment, AttachmentStream, OpenAttachment, open_nothing
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.ports import DocumentDamagedError, DocumentMissingError
from hub.store.claim_check import SegmentedClaimCheck

Attached: TypeAlias = Callable[[str], OpenAttachment]
"""Gives what opens the attachments that an exchange has claimed, by the exchange's id."""


def attached(claim_check: SegmentedClaimCheck) -> Attached:
    """The attachments of exchanges in a claim check."""

    def of(exchange_id: str) -> OpenAttachment:
        async def open_attachment(digest: str) -> AttachmentStream:
            found = await _claimed(claim_check, exchange_id, digest)
            # Read through before the partner is called: it is not to get the beginning of what has no end.
            async for _ in _chunks(claim_check, found):
                pass
            return AttachmentStream(
                found.digest, found.size, found.media_type, lambda: _chunks(claim_check, found)
            )

        return open_attachment

    return of


def nothing_attached(exchange_id: str) -> OpenAttachment:
    """For a hub without documents."""
    del exchange_id
    return open_nothing


async def _claimed(claim_check: SegmentedClaimCheck, exchange_id: str, digest: str) -> Attachment:
    """The exchange's own claim decides: a digest that a mapping made of other data opens nothing."""
    try:
        uses = await claim_check.registry.uses(exchange_id)
    except NotRecordedError:
        raise ExchangeError(codes.NOT_RECORDED, retry_after_s=1) from None
    found = next((attachment for attachment in uses if attachment.digest == digest), None)
    if found is None:
        raise ExchangeError(codes.DOCUMENT_LOST, "the exchange has no such document, or no longer")
    return found


async def _chunks(claim_check: SegmentedClaimCheck, attachment: Attachment) -> AsyncIterator[bytes]:
    try:
        async for chunk in claim_check.whole(attachment):
            yield chunk
    except DocumentMissingError:
        raise ExchangeError(codes.DOCUMENT_LOST, "a part of the document is missing") from None
    except DocumentDamagedError:
        raise ExchangeError(codes.DOCUMENT_LOST, "the document is damaged") from None
    except NotRecordedError:
        raise ExchangeError(codes.NOT_RECORDED, retry_after_s=1) from None
