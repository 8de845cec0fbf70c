"""The engine with a partner that acknowledges and answers later."""

import json
from dataclasses import dataclass, replace
from typing import Any

from hub.core import codes
from hub.core.endpoint import Acknowledgement, LaterReply
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry
from hub.core.message import Kind, Message
from hub.core.ports import ClientRecord
from hub.core.values import ContractRef
from hub.routing.plan import Plan
from hub.runtime.configuration import Configuration
from hub.runtime.early_replies import EarlyReplies
from hub.runtime.later_replies import LaterReplies
from hub.runtime.matching import Matching
from hub.runtime.partner_call import PartnerAnswer, PartnerCall
from hub.runtime.settling import Settler
from hub.security.access import Access
from hub.security.apikeys import new_key
from tests.unit.hub.runtime.engine import ASK, PARTNER_FORMAT, T0_US, Engine, contract, engine

CODE = "T-1"
ANSWER = {"code": CODE, "owner": "found"}


@dataclass(frozen=True)
class Form:
    """JSON with the code as ``code``; ``refused`` says that the partner would not."""

    contract: ContractRef = PARTNER_FORMAT

    def read(self, wire: bytes, media_type: str) -> LaterReply:
        try:
            body = json.loads(wire)
        except ValueError:
            raise ExchangeError(codes.REQUEST_MALFORMED) from None
        if "code" not in body:
            raise ExchangeError(codes.REPLY_NO_CODE)
        message = Message(self.contract, Kind.REPLY, body, wire=wire, media_type=media_type)
        return LaterReply(body["code"], message)

    def judge(self, reply: Message) -> None:
        if "refused" in reply.body:
            raise ExchangeError(codes.PARTNER_REFUSED)


@dataclass
class Desk:
    """The engine, and the partner's side of it."""

    hub: Engine
    later: LaterReplies
    early: EarlyReplies
    partner_key: str

    async def post(
        self, document: Any = None, *, partner: str = "office", key: str | None = None
    ) -> PartnerAnswer:
        raw = document if isinstance(document, bytes) else json.dumps(document or ANSWER).encode()

        async def receive() -> bytes:
            return raw

        authorization = f"Bearer {key or self.partner_key}"
        return await self.later.take(PartnerCall(partner, receive, "application/json", authorization))

    async def asked(self, **more: object) -> str:
        """An exchange that the partner has acknowledged."""
        answer = await self.hub.handle(**more)
        return answer.exchange_id

    def last(self, exchange_id: str) -> Entry:
        return self.hub.history(exchange_id)[-1]


def desk() -> Desk:
    def answers_later(plan: Plan) -> Plan:
        return replace(plan, endpoint=replace(plan.endpoint, later_contract=PARTNER_FORMAT))

    hub = engine(answer=Acknowledgement(CODE, b'{"ok": true}', "application/json"), change_plan=answers_later)
    now = hub.configuration.now
    native = replace(contract(PARTNER_FORMAT.name), is_partner_format=True)
    hub.configuration.replace(
        Configuration(
            {**now.contracts, native.name: native}, now.routing, now.endpoints, later_replies={ASK: Form()}
        )
    )
    key = new_key()
    hub.clients.records.append(
        ClientRecord("office-system", key.prefix, key.hash, (), T0_US, partner="office")
    )
    idempotency = hub.journal.idempotency
    matching = Matching(hub.recorder, idempotency, Settler(hub.recorder, hub.configuration))
    early = EarlyReplies(hub.configuration, hub.recorder, matching)
    later = LaterReplies(
        configuration=hub.configuration,
        access=Access(hub.clients),
        recorder=hub.recorder,
        idempotency=idempotency,
        matching=matching,
    )
    hub.pipeline._when_acknowledged = early.acknowledged
    hub.workers._by_pattern = {"later-reply": early.take_up}
    return Desk(hub, later, early, key.key)
