"""Idempotency keys that are free again: the exchange that held one failed before its partner could act (ADR 0012)."""

import structlog

from hub.core.errors import AlreadyClaimedError
from hub.core.ports import Claim, Idempotency, Journal
from hub.runtime.outcomes import frees_its_key

log = structlog.get_logger(__name__)


class Keys:
    """Releases keys, when they are asked for again and never before.

    A release is lawful whenever it happens, since the end that allows it is final. So a process may die at any
    point: before it the key still answers with the earlier end, after it the key is free, and of several calls
    that then want it, on whichever nodes, the journal lets one have it.
    """

    def __init__(self, journal: Journal, idempotency: Idempotency) -> None:
        self._journal = journal
        self._idempotency = idempotency

    async def release(self, claim: Claim, taken: AlreadyClaimedError) -> bool:
        """Release the key if its holder's end allows it; says whether claiming it again may succeed now.

        Raises NotRecordedError.
        """
        if taken.fingerprint != claim.fingerprint:
            return False
        history = await self._journal.history(taken.exchange_id)
        if not history or not frees_its_key(history):
            return False
        await self._idempotency.release(claim.owner, claim.key, taken.exchange_id)
        log.info("key released", exchange_id=claim.exchange_id, earlier_exchange_id=taken.exchange_id)
        return True
