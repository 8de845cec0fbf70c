"""The manifest's sections for partners that speak JSON over HTTP."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.core.values import JsonValue
from hub.reading.model import StrictModel

Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,998}[!-~])?$")]
Path = Annotated[str, StringConstraints(pattern=r"^/[^\s?#\\]{0,1000}$")]
Status = Annotated[str, StringConstraints(pattern=r"^[2-5][0-9]{2}$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")]


class RestEndpoint(StrictModel):
    """``endpoints.NAME.rest``."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: Path
    """``{field}`` stands for a field of the document, ``{outer.inner}`` for a field of a field."""
    query: dict[str, str] = Field(default_factory=dict)
    """Parameters: a literal, ``credentials.NAME``, ``{field}``, or ``{field?}``, left out where it is absent."""
    headers: dict[Header, HeaderValue] = Field(default_factory=dict)
    body: Literal["json", "form", "none"]
    add: dict[str, str] = Field(default_factory=dict)
    """Fields put into the body on the way out, no part of the contract: a literal or ``credentials.NAME``."""
    replies: dict[Status, Literal["json"] | dict[str, JsonValue]] = Field(default_factory=dict)
    """Statuses that are business replies: read as JSON, or standing for a fixed document."""
    reply_types: list[MediaType] = Field(default_factory=list)
    """Content types that the partner uses for JSON beside application/json."""


class RestPartner(StrictModel):
    """``rest`` of the partner: nothing to say."""
