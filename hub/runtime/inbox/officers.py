"""Who may deal with which work items: an officer with those of the own office, as the manifests in force name it."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord
from hub.core.work_items import Inbox


@dataclass(frozen=True, slots=True)
class Officer:
    """A client that is an officer."""

    name: str
    office: str
    partner: str
    """Whose office it is."""

    @property
    def cause(self) -> str:
        """How the journal names the officer."""
        return f"person:{self.name}"


def officer_of(client: ClientRecord, inboxes: Mapping[str, Inbox]) -> Officer:
    """The officer behind a client. Raises ExchangeError: WORK_ITEM_NO_OFFICER."""
    partner = partner_of(client.office, inboxes) if client.office else ""
    if not partner:
        said = (
            f"no inbox has the office {client.office}" if client.office else "it is registered for no office"
        )
        raise ExchangeError(codes.WORK_ITEM_NO_OFFICER, f"{client.name}: {said}")
    return Officer(client.name, client.office, partner)


def partner_of(office: str, inboxes: Mapping[str, Inbox]) -> str:
    """The partner that an office belongs to; empty if no inbox knows it."""
    return next((each.partner for each in inboxes.values() if office in each.offices), "")
