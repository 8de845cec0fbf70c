"""What the pipeline runs on: everything loaded from the data folders, as one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.contracts.descriptions.offer import Examples
from hub.core.calendar import EVERY_DAY, WorkingCalendar
from hub.core.contract import Contract
from hub.core.endpoint import LaterReplyForm
from hub.core.step import Send
from hub.core.values import ContractRef
from hub.core.work_items import Inbox
from hub.routing.plan import RoutingTable, Stage, TranslatorFinder


@dataclass(frozen=True, slots=True)
class Configuration:
    """One consistent set of contracts, routes and endpoints. A reload makes another and swaps it whole."""

    contracts: Mapping[str, Contract]
    routing: RoutingTable
    endpoints: Mapping[str, Send]
    """Each endpoint's send, wrapped by its interceptors, by ``partner.operation``."""
    examples: Examples = field(default_factory=dict)
    """Documents that descriptions show; nothing else looks at them."""
    later_replies: Mapping[str, LaterReplyForm] = field(default_factory=dict)
    """How the partners of endpoints that answer later write their replies, by ``partner.operation``."""
    inboxes: Mapping[str, Inbox] = field(default_factory=dict)
    """The inboxes in which officers answer, by ``partner.operation``."""
    consents: Mapping[ContractRef, Sequence[Stage]] = field(default_factory=dict)
    """Of contracts whose silence is consent: what takes that reply from the newest version to each."""
    calendar: WorkingCalendar = EVERY_DAY
    """Weekends and official holidays, for terms in working days and for partners' hours."""
    find_translators: TranslatorFinder = lambda _kind, source, target: () if source == target else None
    """Leads an event from its publisher's version to a subscriber's."""


class CurrentConfiguration:
    """Holds the snapshot in force. Whoever begins an exchange takes it once and keeps to it."""

    def __init__(self, first: Configuration) -> None:
        self.now = first

    def replace(self, new: Configuration) -> None:
        """Put a new snapshot in force for every exchange that begins from now on."""
        self.now = new
