"""Contracts, routes and plans made by hand: ``shop.order`` for clients, ``depot.order`` for a partner."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hub.core import codes
from hub.core.contract import Classification, Contract, ContractVersion, Pattern, Schema, Status
from hub.core.endpoint import EndpointFacts
from hub.core.errors import ExchangeError, FieldError
from hub.core.exchange import Opening
from hub.core.message import Kind, Message
from hub.core.route import Route, WhenUncertain
from hub.core.step import StepContext
from hub.core.values import ContractRef, Text, Version
from hub.routing.plan import Plan, Stage

ORDER = ContractRef("shop.order", Version(1, 0))
DEPOT = ContractRef("depot.order", Version(1, 0))
CONTEXT = StepContext(
    "01933c5e-0000-7000-8000-000000000000", Opening("shop.order", "1.0", "test", "request-reply")
)
ANY = Text("هر چه", "anything")


class Needs:
    """A validator of documents that have certain keys."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def is_valid(self, document: Any) -> bool:
        return not self.errors(document)

    def errors(self, document: Any) -> tuple[FieldError, ...]:
        return tuple(FieldError(f"/{key}", "required", ANY) for key in self.keys if key not in document)


class When:
    """A condition that is a Python function; the text is what a route would hold."""

    paths: frozenset[tuple[str, ...]] = frozenset()

    def __init__(self, text: str, holds: Callable[[Mapping[str, Any]], bool]) -> None:
        self.text = text
        self.holds = holds

    def __call__(self, variables: Mapping[str, Any]) -> bool:
        return self.holds(variables)


def contract_version(ref: ContractRef, request: Needs, reply: Needs) -> ContractVersion:
    schemas = {Kind.REQUEST: Schema({}, b"{}", request), Kind.REPLY: Schema({}, b"{}", reply)}
    return ContractVersion(ref, Status.RELEASED, schemas)


def contract(version: ContractVersion, *, is_partner_format: bool = False) -> Contract:
    return Contract(
        name=version.ref.name, title=ANY, description=ANY, owner="shop", pattern=Pattern.REQUEST_REPLY,
        deadline_s=30, legal_basis="none", classification=Classification.INTERNAL, retention_days=1,
        evidence="modelled", is_partner_format=is_partner_format, versions={version.ref.version: version},
    )  # fmt: skip


SHOP_VERSION = contract_version(ORDER, Needs("item"), Needs("accepted"))
DEPOT_VERSION = contract_version(DEPOT, Needs("Item"), Needs("Code"))
CONTRACTS = {
    "shop.order": contract(SHOP_VERSION),
    "depot.order": contract(DEPOT_VERSION, is_partner_format=True),
}


def there(message: Message, context: StepContext) -> tuple[Message]:
    """From a client's order to the depot's; fails for the item `unknown`."""
    if message.body["item"] == "unknown":
        raise ExchangeError(codes.MAPPING_FAILED, "Item: no such item", facts={"field": "Item"})
    return (Message(DEPOT, Kind.REQUEST, {"Item": message.body["item"], "Id": context.exchange_id}),)


def back(message: Message, context: StepContext) -> tuple[Message]:
    """From the depot's reply to the client's; fails for a code that it does not know."""
    if message.body["Code"] not in {0, 1}:
        raise ExchangeError(codes.MAPPING_FAILED, "accepted: no such code")
    return (Message(ORDER, Kind.REPLY, {"accepted": message.body["Code"] == 0}),)


def route(name: str, *, priority: int = 0, when: str = "", endpoint: str = "depot.order") -> Route:
    return Route(
        name=name, purpose=ANY, owner="shop", legal_basis="none", contract="shop.order", major=1, when=when,
        steps=(), endpoint=endpoint, when_uncertain=WhenUncertain.PERSON, priority=priority,
        path=f"{name}/route.yaml",
    )  # fmt: skip


def plan(name: str, *, priority: int = 0, when: When | None = None, endpoint: str = "depot.order") -> Plan:
    made = route(name, priority=priority, endpoint=endpoint)
    if when is not None:
        made = replace(made, when=when.text)
    return Plan(
        route=made,
        source=SHOP_VERSION,
        condition=when,
        endpoint=EndpointFacts(
            endpoint, endpoint.partition(".")[0], DEPOT, idempotent=True, timeout_s=5, max_concurrent=1
        ),
        forward=(Stage("translate there", there),),
        partner_reply=Needs("Code"),
        back=(Stage("translate back", back),),
    )
