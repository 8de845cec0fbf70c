"""Taking an exchange up again from the journal alone, after a wait or after a process died."""

from collections.abc import Sequence
from typing import Final

from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, Exchange
from hub.core.message import Kind, Message, Role
from hub.core.ports import Journal
from hub.routing.plan import Plan
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import Configuration
from hub.runtime.flow import Flow

JSON_ONLY: Final = RecordedRequests({})


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
    version = _version(exchange, configuration)
    for _, document in await journal.documents(exchange.id):
        if document.role is Role.REQUEST:
            body = recorded.document(document, version)
            request = Message(
                version.ref, Kind.REQUEST, body, wire=document.body, media_type=document.media_type
            )
            return Flow(exchange, version, request, attended=False, intake=None)
    raise ExchangeError(codes.INTERNAL, "the recorded request is gone")


def plan_of(flow: Flow, configuration: Configuration) -> Plan:
    """The plan of the route that accepted the exchange; if that is gone, of the route that takes it now.

    Raises ExchangeError as routing does.
    """
    for entry in flow.exchange.history:
        route = entry.detail.get("route")
        if isinstance(route, str):
            plan = configuration.routing.of_route(route, flow.version.ref)
            if plan is not None:
                return plan
    return configuration.routing.select(flow.request, flow.context)


def _version(exchange: Exchange, configuration: Configuration) -> ContractVersion:
    ref = exchange.opening.ref
    contract = configuration.contracts.get(ref.name)
    version = contract.versions.get(ref.version) if contract else None
    if version is None:
        raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{ref} is no longer loaded")
    return version
