"""What a subscriber gets of an event: nothing, or the event in its own version."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import orjson

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import Contract, ContractVersion
from hub.core.errors import ExchangeError, FieldError
from hub.core.events import LoggedEvent, Subscription
from hub.core.exchange import Opening
from hub.core.expressions import Condition, ExpressionError, ExpressionSyntaxError
from hub.core.message import Document, Kind, Message, Role
from hub.core.ports import ClientRecord, Journal
from hub.core.step import StepContext
from hub.core.values import ContractRef, JsonValue, Text
from hub.expressions import compile_condition
from hub.routing.plan import run_stages
from hub.runtime.configuration import Configuration
from hub.runtime.events.cloudevent import CloudEvent, type_of
from hub.runtime.events.taking import recorded_event
from hub.security.access import Access

FILTER_VARIABLES: Final = ("event", "attributes")
"""What filters may read: the event's document in the subscriber's own version, and the CloudEvents attributes."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event as one subscriber gets it."""

    event: CloudEvent
    ref: ContractRef
    key: str
    """Parcels of equal keys keep their order; those without one need not."""


def compile_filter(text: str) -> Condition | None:
    """A subscription's filter. Raises ExchangeError SUBSCRIPTION_INVALID."""
    if not text:
        return None
    try:
        return compile_condition(text, FILTER_VARIABLES)
    except ExpressionSyntaxError as error:
        detail = Text(f"عبارت CEL درست نیست: {error.message}", f"this is no CEL: {error}")
        fault = FieldError("/filter", "cel", detail)
        raise ExchangeError(codes.SUBSCRIPTION_INVALID, detail.en, errors=(fault,)) from None


class Interest:
    """A subscription, compiled. Pure, and safe to share."""

    def __init__(
        self, subscription: Subscription, client: ClientRecord, configuration: Configuration, access: Access
    ) -> None:
        """Raises ExchangeError where its client may not, or no longer, have these events (G6)."""
        wanted = str(subscription.version) if subscription.version else ""
        self._contract, self.version = access.authorise(
            client, configuration.contracts, subscription.contract, str(subscription.major), wanted
        )
        self._configuration = configuration
        self._condition = compile_filter(subscription.filter)
        self._pointer = subscription.ordering_key

    def parcel(self, opening: Opening, document: Document, logged: LoggedEvent) -> Parcel | None:
        """The event for this subscriber; None if its filter does not take it.

        Raises ExchangeError for an event that cannot be judged or translated: an error is never "true".
        """
        event = recorded_event(document, logged.at_us)
        source, ref = _version_of(self._contract, opening), self.version.ref
        data, _ = canonical(event.data, source.schemas[Kind.REQUEST].normaliser)
        stages = self._configuration.find_translators(Kind.REQUEST, source.ref, ref)
        if stages is None:
            raise ExchangeError(codes.MAPPING_FAILED, f"no mappings lead from {source.ref} to {ref}")
        message = Message(source.ref, Kind.REQUEST, data)
        body = run_stages(stages, message, StepContext(logged.exchange_id, opening)).body
        extensions = {
            **event.extensions,
            "contractversion": str(ref.version),
            "publisher": opening.sender,
            "exchangeid": logged.exchange_id,
        }
        told = replace(event, type=type_of(ref), data=body, extensions=extensions)
        return Parcel(told, ref, self._key(told)) if self._takes(told) else None

    def _takes(self, event: CloudEvent) -> bool:
        if self._condition is None:
            return True
        try:
            return self._condition({"event": event.data, "attributes": event.attributes()})
        except ExpressionError as error:
            raise ExchangeError(codes.SUBSCRIPTION_FILTER, facts={"rule": error.code}) from None

    def _key(self, event: CloudEvent) -> str:
        if not self._pointer:
            return event.subject
        value = at_pointer(event.data, self._pointer)
        return "" if value is None else orjson.dumps(value).decode()


def at_pointer(document: JsonValue, pointer: str) -> JsonValue | None:
    """What stands at a JSON pointer (RFC 6901); None where nothing does."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def _version_of(contract: Contract, opening: Opening) -> ContractVersion:
    version = contract.versions.get(opening.ref.version)
    if version is None:
        raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{opening.ref} is no longer loaded")
    return version


class EventReader:
    """Reads events from the journal and prepares them for subscribers."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def parcel(self, interest: Interest, logged: LoggedEvent) -> Parcel | None:
        """See ``Interest.parcel``. Raises NotRecordedError too, and DocumentDamagedError."""
        entries = await self._journal.history(logged.exchange_id)
        opening = entries[0].opening if entries else None
        for _, document in await self._journal.documents(logged.exchange_id):
            if document.role is Role.REQUEST and opening is not None:
                return interest.parcel(opening, document, logged)
        raise ExchangeError(codes.INTERNAL, "the recorded event is gone")


Interested = Callable[[Subscription], Interest]
"""Compiles a subscription against the configuration in force. Raises ExchangeError."""
