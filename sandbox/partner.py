"""What the wire layer asks of a simulated partner."""

from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from sandbox.modes import ClosedReason, Mode
from sandbox.soap import SoapCall


@dataclass(frozen=True)
class Identity:
    """How the ledger names a call: the caller's id for it, and what it is about."""

    request_id: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Answer:
    """A partner's answer: the payload, its code or text for the ledger, and whether records changed."""

    payload: etree._Element
    outcome: str
    side_effect: bool = False


class Partner(Protocol):
    """One simulated partner; knows its protocol and records, nothing of modes or sockets."""

    name: str
    title: str
    path: str
    soap_action: str | None  # what the SOAPAction header must say; None: not looked at
    flavours: dict[str, bool]  # switches that differ between real deployments

    def identify(self, call: SoapCall) -> Identity:
        """Names a call for the ledger; never fails."""

    def serve(self, call: SoapCall) -> Answer:
        """Does the work; raises SoapFaultError where the real stack answers with a fault."""

    def refuse(self, call: SoapCall, mode: Mode, reason: ClosedReason) -> Answer:
        """Turns a call away in the partner's own words: quota used up, or closed. Changes nothing."""

    def reset(self) -> None:
        """Goes back to the seed data."""
