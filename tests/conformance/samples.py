"""Exchanges to record, made the way the pipeline makes them."""

from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.message import JSON, Document, Role
from hub.core.ports import Claim
from hub.core.values import ContractRef, new_id

REF = ContractRef.parse("registry.title-inquiry@1.2")
T0_US = 1_795_000_000_000_000
HOUR_US = 3_600_000_000


def document(body: bytes = b'{"parcel": "12/345"}', role: Role = Role.REQUEST) -> Document:
    return Document(role, REF, JSON, body)


def begin(
    *,
    exchange_id: str | None = None,
    sender: str = "portal",
    case_id: str = "",
    state: State = State.RECEIVED,
    at_us: int = T0_US,
    documents: tuple[Document, ...] = (),
) -> tuple[Exchange, Transition]:
    opening = Opening(
        REF.name, str(REF.version), sender, "request-reply", case_id=case_id, deadline_us=at_us + HOUR_US
    )
    return Exchange.start(
        exchange_id or new_id(),
        opening,
        state=state,
        at_us=at_us,
        cause=f"client:{sender}",
        documents=documents,
    )


def move(exchange: Exchange, *states: State, channel: str = "", due_us: int = 0) -> list[Transition]:
    return [
        exchange.advance(state, at_us=T0_US + exchange.number, cause="hub", channel=channel, due_us=due_us)
        for state in states
    ]


def claim(
    exchange_id: str, key: str = "k-1", *, owner: str = "portal", expires_us: int = T0_US + HOUR_US
) -> Claim:
    return Claim(owner, key, "ab" * 32, exchange_id, expires_us)


PATHS: dict[State, tuple[State, ...]] = {
    State.RECEIVED: (),
    State.ACCEPTED: (State.ACCEPTED,),
    State.DELIVERING: (State.ACCEPTED, State.DELIVERING),
    State.WAITING_RETRY: (State.ACCEPTED, State.DELIVERING, State.WAITING_RETRY),
    State.COMPLETED: (State.ACCEPTED, State.DELIVERING, State.COMPLETED),
    State.DEAD_LETTERED: (State.ACCEPTED, State.DEAD_LETTERED),
}
"""A lawful way to some states."""
