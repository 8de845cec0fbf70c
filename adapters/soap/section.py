"""The manifest's sections for partners that speak SOAP."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hub.reading.model import StrictModel

FilePath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}$")]
XmlName = Annotated[str, StringConstraints(pattern=r"^[^\s:{}<>&\"']{1,200}$")]
FieldPath = Annotated[str, StringConstraints(pattern=r"^[^\s:{}<>&\"']{1,400}$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[!-~]{0,500}$")]


class SoapPartner(StrictModel):
    """``soap`` of the partner."""

    wsdl: FilePath | None = None
    """The WSDL of all endpoints that name none of their own, relative to the manifest."""


class SoapEndpoint(StrictModel):
    """``endpoints.NAME.soap``."""

    operation: XmlName
    wsdl: FilePath | None = None
    port: XmlName | None = None
    """Of the WSDL's ports; needed where several offer the operation."""
    path: UrlPath | None = None
    """What is added to the partner's address."""
    action: str | None = None
    """The SOAP action, where it is not the WSDL's."""
    header: dict[XmlName, dict[FieldPath, str]] = Field(default_factory=dict)
    """Header elements and their fields: a literal or ``credentials.NAME``; ``outer.inner`` goes deeper."""
    body: dict[FieldPath, str] = Field(default_factory=dict)
    """Fields put into the body on the way out, no part of the contract."""
    validate_replies: bool = True
    """Whether replies must match the WSDL's schemas. Without it, unknown attributes pass unseen."""
    reply_types: list[MediaType] = Field(default_factory=list)
    """Content types that the partner uses for SOAP beside the right ones."""
