"""Cancelling what has not been delivered: by its sender, or with the whole that it is a part of."""

from collections.abc import Mapping
from typing import Final

from hub.core import codes
from hub.core.contract import Contract
from hub.core.errors import ExchangeError, StateConflictError
from hub.core.exchange import Exchange, State
from hub.runtime.composite.record import is_composite
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.outcomes import may_have_acted
from hub.runtime.recorder import Recorder

_UNDELIVERED: Final = frozenset({State.ACCEPTED, State.WAITING_RETRY})
_TRIES: Final = 5


def why_not(exchange: Exchange, contracts: Mapping[str, Contract]) -> str:
    """Why an exchange can no longer be cancelled, in words; empty if it can.

    What waits to be delivered can, unless the partner may have acted on an earlier try. What a partner has
    acknowledged can if its contract says ``cancellable``.
    """
    if exchange.state in _UNDELIVERED:
        if may_have_acted(exchange.history):
            return f"the exchange is {exchange.state}, and the partner may have acted on an earlier try"
        return ""
    if exchange.state is State.WAITING_REPLY and is_composite(exchange.history):
        return ""  # it waits here, for its parts: those that have not left are cancelled with it
    if exchange.state is State.WAITING_REPLY:
        contract = contracts.get(exchange.opening.contract)
        if contract is not None and contract.cancellable:
            return ""
        return (
            "the exchange is waiting_reply: the partner has it, and its contract does not let it be cancelled"
        )
    return f"the exchange is {exchange.state}"


class Cancelling:
    """Brings exchanges to ``cancelled``. A worker that wants the same exchange wins or loses as a whole.

    Whoever records first wins: the journal refuses the other (StateConflictError), and nothing is sent before the
    worker's own record (G1). So what is cancelled is never delivered, at whichever node the two met. A composite's
    parts are cancelled in the same commit (``hub/runtime/composite/rest.py``).
    """

    def __init__(self, recorder: Recorder, configuration: CurrentConfiguration) -> None:
        self._recorder = recorder
        self._configuration = configuration

    async def cancel(self, exchange_id: str, *, cause: str, reason: str = "") -> Exchange:
        """Cancel one exchange, and give it as it is then; one that is cancelled already stays as it is.

        Raises ExchangeError: EXCHANGE_UNKNOWN, EXCHANGE_NOT_CANCELLABLE with its state in words. NotRecordedError.
        """
        for _ in range(_TRIES):
            entries = await self._recorder.journal.history(exchange_id)
            if not entries:
                raise ExchangeError(codes.EXCHANGE_UNKNOWN)
            exchange = Exchange.replay(entries)
            if exchange.state is not State.CANCELLED:
                obstacle = why_not(exchange, self._configuration.now.contracts)
                if obstacle:
                    raise ExchangeError(codes.EXCHANGE_NOT_CANCELLABLE, obstacle)
                try:
                    await self._recorder.move(
                        exchange,
                        State.CANCELLED,
                        cause=cause,
                        code=codes.EXCHANGE_CANCELLED.id,
                        detail={"reason": reason} if reason else {},
                    )
                except StateConflictError:
                    continue  # somebody moved it on: perhaps it can be cancelled where it stands now
            return exchange
        raise ExchangeError(codes.EXCHANGE_NOT_CANCELLABLE, "the exchange is moving on just now; ask again")
