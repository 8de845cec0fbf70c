"""One partner's trouble stays its own (G9): a limit on the calls to it that are under way."""

from hub.core import codes
from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.errors import ExchangeError
from hub.core.message import Message
from hub.core.step import Send

RETRY_AFTER_S = 1


class Bulkhead:
    """An interceptor, shared by all endpoints of one partner. Used in one event loop.

    Beyond ``max_concurrent`` calls under way the next is refused at once with ``partner.too_many_calls``;
    nothing is queued.
    """

    def __init__(self, max_concurrent: int) -> None:
        self._free = max_concurrent

    @property
    def free(self) -> int:
        """How many more calls may begin."""
        return self._free

    def __call__(self, send: Send) -> Send:
        """Wrap one endpoint's send."""

        async def limited(message: Message, delivery: Delivery) -> Message | Acknowledgement:
            if self._free <= 0:
                raise ExchangeError(codes.PARTNER_BUSY_HERE, retry_after_s=RETRY_AFTER_S)
            self._free -= 1
            try:
                return await send(message, delivery)
            finally:
                self._free += 1

        return limited
