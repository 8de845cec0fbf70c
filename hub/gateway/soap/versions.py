"""The two versions of SOAP: what differs between them."""

from dataclasses import dataclass
from typing import Final

from hub.core.errors import Code, ExchangeError, Origin

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
_PASSED_ON: Final = frozenset({429, 503})
"""Overload is told by the HTTP status too: who stands between client and hub reads nothing else."""


@dataclass(frozen=True, slots=True)
class SoapVersion:
    """One version."""

    namespace: str
    media_type: str
    role: str
    """The attribute that says whom a header is for."""
    ours: frozenset[str]
    """The roles that are the hub's."""
    client_fault: str
    hub_fault: str

    @property
    def envelope(self) -> str:
        """The tag of an envelope."""
        return f"{{{self.namespace}}}Envelope"

    def tag(self, name: str) -> str:
        """The tag of one of SOAP's own elements or attributes."""
        return f"{{{self.namespace}}}{name}"


VERSION_11: Final = SoapVersion(
    SOAP_11,
    "text/xml",
    f"{{{SOAP_11}}}actor",
    frozenset({"", "http://schemas.xmlsoap.org/soap/actor/next"}),
    "Client",
    "Server",
)
VERSION_12: Final = SoapVersion(
    SOAP_12,
    "application/soap+xml",
    f"{{{SOAP_12}}}role",
    frozenset({"", f"{SOAP_12}/role/next", f"{SOAP_12}/role/ultimateReceiver"}),
    "Sender",
    "Receiver",
)
BY_MEDIA_TYPE: Final = {version.media_type: version for version in (VERSION_11, VERSION_12)}


class SoapError(ExchangeError):
    """A mistake that SOAP has a fault code of its own for: ``MustUnderstand`` or ``VersionMismatch``."""

    def __init__(self, code: Code, fault: str, detail: str) -> None:
        super().__init__(code, detail)
        self.fault = fault


def fault_code(version: SoapVersion, problem: ExchangeError) -> str:
    """The local name of the fault's code."""
    if isinstance(problem, SoapError):
        return problem.fault
    return version.client_fault if problem.code.origin is Origin.CLIENT else version.hub_fault


def http_status(version: SoapVersion, problem: ExchangeError) -> int:
    """The HTTP status of a fault (WS-I Basic Profile 1.1 R1126; SOAP 1.2 part 2 table 20)."""
    if problem.code.status in _PASSED_ON:
        return problem.code.status
    return 400 if version is VERSION_12 and fault_code(version, problem) == version.client_fault else 500
