"""Which exchange a partner's reply is for, and the end of both in one commit."""

from collections.abc import Sequence

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, Exchange, State, Transition
from hub.core.ports import Idempotency
from hub.runtime.partner_call import Reading
from hub.runtime.recorder import Recorder
from hub.runtime.settling import Along, Settler
from hub.runtime.tracking import tracking_owner


class Matching:
    """Finds the exchange that has a tracking code, and settles it."""

    def __init__(self, recorder: Recorder, idempotency: Idempotency, settler: Settler) -> None:
        self._journal = recorder.journal
        self._clock_us = recorder.clock_us
        self._idempotency = idempotency
        self._settler = settler

    async def holder(self, owner: str, code: str) -> tuple[Entry, ...]:
        """The history of the exchange that has claimed a code; empty if none has."""
        held = await self._idempotency.find(owner, code, self._clock_us())
        return () if held is None else await self._journal.history(held.exchange_id)

    async def target(self, partner: str, code: str) -> tuple[Entry, ...]:
        """The history of the exchange that waits, or waited, under a tracking code; empty if there is none."""
        return await self.holder(tracking_owner(partner), code)

    async def settle(self, target: tuple[Entry, ...], reading: Reading, partner: str, along: Along) -> None:
        """End it with the reply. Raises as ``Settler.settle`` does."""
        await self._settler.settle(
            target, reading.reply.message, cause=f"partner:{partner}", judge=reading.form.judge, along=along
        )


def along_with(exchange: Exchange, target_id: str, at_us: int, *before: Transition) -> Along:
    """The reply's completion, to be recorded with its target's; each entry names the other exchange."""
    completed = exchange.advance(State.COMPLETED, at_us=at_us, cause="hub", detail={"answers": target_id})
    return Along(exchange, (*before, completed), None, (("later_reply", exchange.id),))


def too_late(target: Sequence[Entry]) -> ExchangeError:
    """What a reply is told whose exchange has ended without it."""
    id_, state = target[0].exchange_id, target[-1].state
    return ExchangeError(codes.REPLY_TOO_LATE, f"the exchange {id_} is {state}", facts={"answers": id_})
