"""What a redelivery would do, without doing it: the route that takes the message now, and what each stage makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, Exchange
from hub.core.message import Message, Role
from hub.core.ports import DocumentDamagedError, Journal
from hub.core.step import StepContext
from hub.routing.explain import Explanation, explain
from hub.routing.plan import Plan
from hub.runtime.codec import RecordedRequests
from hub.runtime.configuration import Configuration
from hub.runtime.outcomes import endpoint_called, may_have_acted
from hub.runtime.resume import newest_request, version_of


@dataclass(frozen=True, slots=True)
class DryRun:
    """How far a dead letter would come if it were redelivered now."""

    exchange: Exchange
    version: ContractVersion
    explanation: Explanation
    request: Message
    is_edited: bool
    """Whether the message differs from what its sender gave."""

    @property
    def plan(self) -> Plan:
        """The plan that would deliver it. Raises ExchangeError if it would not come to its endpoint's door."""
        failure, plan = self.explanation.failure, self.explanation.plan
        if failure is not None or plan is None:
            error = failure.error if failure is not None else ExchangeError(codes.ROUTE_NONE)
            stage = failure.stage if failure is not None else "route"
            detail = f"{stage}: {error.code.id}" + (f": {error.detail}" if error.detail else "")
            raise ExchangeError(codes.DEAD_LETTER_UNDELIVERABLE, detail, errors=error.errors)
        return plan

    @property
    def needs_outcome(self) -> bool:
        """Whether a person must know first that the partner has not acted (G3).

        Not where the same endpoint is to get the same message again and declares that repeating it changes nothing.
        """
        history = self.exchange.history
        if not may_have_acted(history):
            return False
        plan = self.explanation.plan
        if plan is None or self.is_edited:
            return True
        return not (plan.endpoint.idempotent and plan.endpoint.name == endpoint_called(history))


async def try_out(
    journal: Journal,
    entries: Sequence[Entry],
    configuration: Configuration,
    recorded: RecordedRequests,
    edited: Message | None = None,
) -> DryRun:
    """Take the newest form of the request, or an edited one, to the endpoint's door.

    Raises ExchangeError if the contract version is gone or the record holds no request that can be read.
    """
    exchange = Exchange.replay(entries)
    try:
        version = version_of(exchange, configuration)
        kept = await journal.documents(exchange.id)
        message = edited or newest_request(kept, version, recorded)
    except DocumentDamagedError as error:
        detail = "the recorded request cannot be opened"
        raise ExchangeError(codes.DEAD_LETTER_UNDELIVERABLE, detail) from error
    context = StepContext(exchange.id, exchange.opening)
    explanation = explain(configuration.routing, version, message.body, context)
    was_edited = any(document.role is Role.EDITED_REQUEST for _, document in kept)
    return DryRun(exchange, version, explanation, message, edited is not None or was_edited)
