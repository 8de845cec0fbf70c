"""Taking an exchange up again from the journal alone, after a wait or after a process died."""

from collections.abc import Sequence
from typing import Final

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, Exchange
from hub.core.message import Document, Kind, Message, Role
from hub.core.ports import Journal
from hub.routing.plan import Plan
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import Configuration
from hub.runtime.flow import Flow

JSON_ONLY: Final = RecordedRequests({})
REQUESTS: Final = frozenset({Role.REQUEST, Role.EDITED_REQUEST})
"""The roles under which a request may be recorded."""


async def resume(
    journal: Journal,
    entries: Sequence[Entry],
    configuration: Configuration,
    recorded: RecordedRequests = JSON_ONLY,
) -> Flow:
    """The exchange as the journal knows it, ready to go on.

    Raises ExchangeError if the configuration no longer has its contract version or the record no longer
    holds its request; DocumentDamagedError as the journal does.
    """
    exchange = Exchange.replay(entries)
    version = version_of(exchange, configuration)
    request = newest_request(await journal.documents(exchange.id), version, recorded)
    return Flow(exchange, version, request, attended=False, intake=None)


def newest_request(
    documents: Sequence[tuple[int, Document]],
    version: ContractVersion,
    recorded: RecordedRequests = JSON_ONLY,
) -> Message:
    """What is to be delivered: the sender's request, or the form that a person has corrected it to last.

    Raises ExchangeError if the record holds neither, or in a form that nobody reads.
    """
    forms = [document for _, document in documents if document.role in REQUESTS]
    if not forms:
        raise ExchangeError(codes.INTERNAL, "the recorded request is gone")
    newest = forms[-1]
    written = recorded.document(newest, version)
    body, original = canonical(written, version.schemas[Kind.REQUEST].normaliser)
    return Message(
        version.ref,
        Kind.REQUEST,
        body,
        wire=newest.body,
        media_type=newest.media_type,
        original=None if original is None else written,
    )


def plan_of(flow: Flow, configuration: Configuration) -> Plan:
    """The plan of the route that accepted the exchange last; if that is gone, of the route that takes it now.

    Raises ExchangeError as routing does.
    """
    for entry in reversed(flow.exchange.history):
        route = entry.detail.get("route")
        if isinstance(route, str):
            plan = configuration.routing.of_route(route, flow.version.ref)
            if plan is not None:
                return plan
    return configuration.routing.select(flow.request, flow.context)


def version_of(exchange: Exchange, configuration: Configuration) -> ContractVersion:
    """The contract version that an exchange uses. Raises ExchangeError if it is no longer loaded."""
    ref = exchange.opening.ref
    contract = configuration.contracts.get(ref.name)
    version = contract.versions.get(ref.version) if contract else None
    if version is None:
        raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{ref} is no longer loaded")
    return version
