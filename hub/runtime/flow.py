"""What the pipeline carries along: a call being taken in, then an exchange under way."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from hub.core import codes
from hub.core.calendar import EVERY_DAY, WorkingCalendar
from hub.core.canonical import Original
from hub.core.contract import Contract, ContractVersion, Pattern
from hub.core.errors import ExchangeError
from hub.core.exchange import NO_DETAIL, Exchange, Opening, State, Transition
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.core.ports import Claim, ClientRecord
from hub.core.step import StepContext
from hub.core.values import MAX_NAME_LENGTH, US_PER_S, JsonValue
from hub.runtime.call import Call
from hub.runtime.codec import Codec

CLAIM_LIFETIME_S = 7 * 24 * 3600
"""How long an idempotency key is remembered."""
_MAX_RECORDED_HEADER = 80


@dataclass(slots=True)
class Intake:
    """A call on its way in, with what has been learnt of it: enough to record a refusal at any step."""

    call: Call
    exchange_id: str
    begun_us: int
    calendar: WorkingCalendar = EVERY_DAY
    client: ClientRecord | None = None
    contract: Contract | None = None
    version: ContractVersion | None = None
    raw: bytes | None = None

    def reject(self, code: str, detail: Mapping[str, str | int]) -> Transition:
        """The refusal as a journal entry. Its body is kept only if its sender was known and granted."""
        documents: tuple[Document, ...] = ()
        if self.version is not None and self.raw:
            media_type = self.call.media_type[:_MAX_RECORDED_HEADER]
            documents = (Document(Role.REQUEST, self.version.ref, media_type, self.raw),)
        _, rejected = Exchange.start(
            self.exchange_id,
            self._opening(0),
            state=State.REJECTED,
            at_us=self.begun_us,
            cause=self._cause,
            code=code,
            detail=detail,
            documents=documents,
        )
        return rejected

    def begin(self, body: JsonValue, original: Original | None = None) -> "Flow":
        """The exchange, received; called once client, contract, version and body are known and valid."""
        if self.contract is None or self.version is None or self.raw is None:
            raise RuntimeError("an exchange begins only once its message is known to be valid")
        ref, call = self.version.ref, self.call
        media_type = JSON if call.codec is None else call.media_type
        exchange, received = Exchange.start(
            self.exchange_id,
            self._opening(self._deadline_us(self.contract)),
            state=State.RECEIVED,
            at_us=self.begun_us,
            cause=self._cause,
            detail=_first_facts(call, original),
            documents=(Document(Role.REQUEST, ref, media_type, self.raw),),
        )
        attended = (
            self.contract.pattern is Pattern.REQUEST_REPLY and not call.respond_async and call.wait_s is None
        )
        message = Message(
            ref,
            Kind.REQUEST,
            body,
            wire=self.raw,
            media_type=media_type,
            original=None if original is None else original.document,
        )
        return Flow(
            exchange, self.version, message, attended, self, [received], self._claim(body), codec=call.codec
        )

    @property
    def _cause(self) -> str:
        return f"client:{self.client.name}" if self.client else "client"

    def _deadline_us(self, contract: Contract) -> int:
        return contract.terms.deadline_us(self.begun_us, contract.deadline_s, self.calendar)

    def _opening(self, deadline_us: int) -> Opening:
        call = self.call
        return Opening(
            contract=call.contract[:MAX_NAME_LENGTH],
            version=str(self.version.ref.version) if self.version else call.contract_version[:20],
            sender=self.client.name if self.client else "",
            pattern=self.contract.pattern if self.contract else "",
            case_id=call.case_id,
            on_behalf_of=call.on_behalf_of,
            deadline_us=deadline_us,
            traceparent=call.traceparent,
            remote=call.remote,
            reply_to=call.reply_to,
        )

    def _claim(self, body: JsonValue) -> Claim | None:
        """The key with what was asked: the document, however it was written."""
        key = self.call.idempotency_key
        if not key or self.client is None:
            return None
        asked = f"{self.call.contract}/v{self.call.major}\n".encode() + _canonical(body)
        expires_us = self.begun_us + CLAIM_LIFETIME_S * US_PER_S
        return Claim(self.client.name, key, hashlib.sha256(asked).hexdigest(), self.exchange_id, expires_us)


def _first_facts(call: Call, original: object) -> Mapping[str, str | int]:
    facts: dict[str, str | int] = {} if original is None else {"normalised": str(original)}
    if call.reply_to:
        facts["message_id"] = call.idempotency_key  # what its sender is told refers to it
    return facts or NO_DETAIL


def _canonical(body: JsonValue) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


@dataclass(slots=True)
class Flow:
    """An exchange under way, with what has happened to it since it was last recorded."""

    exchange: Exchange
    version: ContractVersion
    request: Message
    attended: bool
    """Whether the sender waits for the answer, and decides for itself about another try."""
    intake: Intake | None
    """How it came in; None where a worker took it up from the journal."""
    pending: list[Transition] = field(default_factory=list)
    claim: Claim | None = None
    reply: bytes | None = None
    problem: ExchangeError | None = None
    may_be_repeated: bool = True
    """False once a partner that takes no repetitions may have seen it."""
    codec: Codec | None = None
    """How its sender reads replies; None for JSON."""
    was_recorded: bool = False
    """Whether the journal holds anything of it."""

    @property
    def fingerprint(self) -> str:
        """What was asked under the idempotency key, if there was one."""
        return self.claim.fingerprint if self.claim else ""

    @property
    def context(self) -> StepContext:
        """What steps may know of it."""
        return StepContext(self.exchange.id, self.exchange.opening)

    @property
    def attempts(self) -> int:
        """How often it has been handed to its endpoint."""
        return sum(entry.state is State.DELIVERING for entry in self.exchange.history)

    @property
    def counted_attempts(self) -> int:
        """The deliveries that count towards the route's limit: those since it was last accepted.

        One that ended because the partner just then took nothing does not count.
        """
        count, came_before = 0, ""
        for entry in reversed(self.exchange.history):
            if entry.state is State.ACCEPTED:
                break
            if entry.state is State.DELIVERING and came_before not in codes.TAKES_NOTHING_NOW:
                count += 1
            came_before = entry.code
        return count
