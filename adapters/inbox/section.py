"""The manifest's sections for partners whose officers answer in an inbox."""

from typing import Annotated, Literal

from pydantic import Field

from hub.reading.fields import NameField, TextField
from hub.reading.model import StrictModel


class InboxEndpoint(StrictModel):
    """``endpoints.NAME.inbox``."""

    offices: Annotated[list[NameField], Field(min_length=1, max_length=50)]
    """Whose officers see a new work item."""
    title: TextField
    """What stands above the form."""
    returned: Literal["refused", "dead-letter"] = "refused"
    """What a returned work item means for its exchange."""


class InboxPartner(StrictModel):
    """``inbox`` of the partner: nothing to say."""
