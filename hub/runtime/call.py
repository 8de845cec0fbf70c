"""What a protocol's edge hands to the pipeline, and what it gets back: free of any protocol."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.ports import ClientRecord
from hub.runtime.codec import Codec


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a contract as it came in at the edge."""

    contract: str
    major: str
    """As the caller wrote it: it may be no number at all."""
    receive: Callable[[], Awaitable[bytes]]
    """Reads the body, within the edge's limits. Raises ExchangeError (REQUEST_TOO_LARGE, …)."""
    media_type: str = ""
    authorization: str = ""
    contract_version: str = ""
    case_id: str = ""
    on_behalf_of: str = ""
    idempotency_key: str = ""
    traceparent: str = ""
    remote: str = ""
    respond_async: bool = False
    wait_s: float | None = None
    """How long the caller is willing to wait for the reply; None for as long as the contract allows."""
    event_headers: tuple[tuple[str, str], ...] = ()
    """CloudEvents attributes in headers, by name."""
    client: ClientRecord | None = None
    """The caller, where the edge knows who it is; else ``authorization`` tells."""
    reply_to: str = ""
    """Where the caller is told of the end (``amqp:CLIENT``); empty if it asks for it."""
    codec: Codec | None = None
    """How the caller writes requests and reads replies; None for JSON both ways."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended for its caller: with a reply, with a promise (neither), or with a problem."""

    exchange_id: str
    state: State | None
    """None where not even the refusal could be recorded."""
    version: ContractVersion | None = None
    """The contract version that was used, once it is known."""
    reply: bytes | None = None
    """As the call's codec writes it."""
    problem: ExchangeError | None = None
