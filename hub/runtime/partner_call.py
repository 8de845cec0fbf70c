"""A partner's later reply on its way in: what its edge hands over, what has been learnt of it, what it is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from hub.core.endpoint import LaterReply, LaterReplyForm
from hub.core.errors import ExchangeError
from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.message import Document, Role
from hub.core.ports import Claim, ClientRecord
from hub.core.values import US_PER_S
from hub.runtime.replay import facts_of
from hub.runtime.tracking import reply_claim

LATER_REPLY: Final = "later-reply"
"""The pattern that such an exchange is recorded with."""
_MAX_RECORDED_HEADER: Final = 80


@dataclass(frozen=True, slots=True)
class PartnerCall:
    """A later reply as it came in at the edge."""

    partner: str
    receive: Callable[[], Awaitable[bytes]]
    """Reads the body, within the edge's limits. Raises ExchangeError (REQUEST_TOO_LARGE, …)."""
    media_type: str = ""
    authorization: str = ""
    traceparent: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """What the partner is told: that its reply was taken (``completed``), kept for later, or a problem."""

    exchange_id: str
    """Of the reply's own exchange; of the first one's where it came twice."""
    state: State | None
    """None where not even the refusal could be recorded."""
    problem: ExchangeError | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A body as one of the partner's endpoints reads it."""

    endpoint: str
    form: LaterReplyForm
    reply: LaterReply

    def claim(self, partner: str, exchange_id: str, at_us: int) -> Claim:
        """The claim on its tracking code of the exchange that it is recorded as."""
        code, document = self.reply.tracking_code, self.reply.message.body
        return reply_claim(partner, code, document, exchange_id, at_us)


@dataclass(slots=True)
class PartnerIntake:
    """A later reply on its way in, with what has been learnt of it."""

    call: PartnerCall
    exchange_id: str
    begun_us: int
    client: ClientRecord | None = None
    wire: bytes = b""
    reading: Reading | None = None

    def begin(
        self, state: State, *, kept_s: int = 0, error: ExchangeError | None = None
    ) -> tuple[Exchange, Transition]:
        """Its exchange, received or refused. The body is kept if its sender was known."""
        call, ref = self.call, self.reading.form.contract if self.reading is not None else None
        media_type = call.media_type[:_MAX_RECORDED_HEADER]
        documents = (Document(Role.REQUEST, ref, media_type, self.wire),) if self.wire else ()
        opening = Opening(
            contract=ref.name if ref is not None else "",
            version=str(ref.version) if ref is not None else "",
            sender=self.client.name if self.client else "",
            pattern=LATER_REPLY,
            deadline_us=self.begun_us + kept_s * US_PER_S if kept_s else 0,
            traceparent=call.traceparent,
            remote=call.remote,
        )
        detail: dict[str, str | int] = {}
        if self.reading is not None:
            detail = {"endpoint": self.reading.endpoint, "tracking_code": self.reading.reply.tracking_code}
        return Exchange.start(
            self.exchange_id,
            opening,
            state=state,
            at_us=self.begun_us,
            cause=f"client:{self.client.name}" if self.client else "client",
            code=error.code.id if error else "",
            detail=detail | (facts_of(error) if error else {}),
            documents=documents,
        )

    def claim(self, reading: Reading) -> Claim:
        """The reply's claim on its tracking code."""
        return reading.claim(self.call.partner, self.exchange_id, self.begun_us)
