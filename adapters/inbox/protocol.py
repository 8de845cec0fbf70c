"""An inbox as a protocol of the kit: manifests in, endpoints out that only acknowledge.

The work item is no second record beside the journal: it is the exchange itself, which waits for its answer in the
partner's channel, with what its history tells of the officers. So ``send`` has nothing to store, a repetition changes
nothing, and a process that dies around it leaves an exchange that is delivered again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.inbox.section import InboxEndpoint, InboxPartner
from adapters.kit.manifest import EndpointManifest, Manifest
from adapters.kit.outcomes import CompileCondition, Outcomes
from hub.core.endpoint import Acknowledgement, Delivery, OutboundEndpoint
from hub.core.findings import Finding, LintError
from hub.core.message import Message
from hub.core.work_items import Inbox, Returned

PROTOCOL: Final = "inbox"
"""As manifests call it."""


@dataclass(frozen=True, slots=True)
class OfficersInbox:
    """See ``hub.core.endpoint.OutboundEndpoint``. Takes everything at once and calls nobody."""

    inbox: Inbox

    async def open(self) -> None:
        """Nothing is opened."""

    async def send(self, message: Message, delivery: Delivery) -> Acknowledgement:  # noqa: ARG002 - the journal has the message
        """Acknowledge, under the exchange's own id, and say whose work item it is."""
        facts = {"inbox": self.inbox.endpoint, "offices": " ".join(self.inbox.offices)}
        return Acknowledgement(delivery.exchange_id, facts=facts)

    async def close(self) -> None:
        """Nothing was opened."""


def inbox(
    manifest: Manifest, compile_condition: CompileCondition, environment: Mapping[str, str]
) -> Mapping[str, OutboundEndpoint]:
    """See ``adapters.kit.registry.Protocol``."""
    del environment  # there is neither address nor secret
    made: dict[str, OutboundEndpoint] = {}
    findings: list[Finding] = []
    try:
        manifest.section((manifest.protocol,), InboxPartner)
    except LintError as error:
        findings.extend(error.findings)
    for name, endpoint in manifest.endpoints.items():
        try:
            made[name] = OfficersInbox(_inbox(manifest, name, endpoint, compile_condition))
        except LintError as error:
            findings.extend(error.findings)
    if findings:
        raise LintError(findings)
    return made


def _inbox(
    manifest: Manifest, name: str, endpoint: EndpointManifest, compile_condition: CompileCondition
) -> Inbox:
    section = manifest.section(endpoint.section, InboxEndpoint)
    outcomes = Outcomes.compile(manifest, endpoint, compile_condition)
    return Inbox(
        endpoint=name,
        partner=manifest.partner,
        offices=tuple(section.offices),
        title=section.title.text,
        contract=endpoint.facts.answer_contract,
        returned=Returned(section.returned),
        judge=outcomes.judge,
    )


def inboxes_of(manifests: Iterable[Manifest], endpoints: Mapping[str, OutboundEndpoint]) -> dict[str, Inbox]:
    """The inboxes among the endpoints, by full name. Raises LintError for an office of two partners."""
    found = {name: made.inbox for name, made in endpoints.items() if isinstance(made, OfficersInbox)}
    findings = [*_shared_offices({each.partner: each for each in manifests}, found)]
    if findings:
        raise LintError(findings)
    return found


def _shared_offices(manifests: Mapping[str, Manifest], inboxes: Mapping[str, Inbox]) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for each in inboxes.values():
        for office in each.offices:
            first = owner.setdefault(office, each.partner)
            if first != each.partner:
                manifest = manifests[each.partner]
                location = (*manifest.endpoints[each.endpoint].section, "offices")
                message = f"the office {office!r} belongs to {first} already"
                yield manifest.finding(location, "inbox.office-shared", message, "give it a name of its own")


def offices_of(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """The offices of all inboxes, by name. Raises LintError."""
    found: set[str] = set()
    for manifest in manifests:
        if manifest.protocol == PROTOCOL:
            for endpoint in manifest.endpoints.values():
                found.update(manifest.section(endpoint.section, InboxEndpoint).offices)
    return tuple(sorted(found))
