"""Loads the data folders into one consistent set; nothing of it is put in force here."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.inbox.protocol import inbox, inboxes_of
from adapters.kit import registry
from adapters.kit.later_replies import later_reply_forms
from adapters.kit.manifest import Manifest
from adapters.kit.manifest_file import load_manifests
from adapters.rest.protocol import rest
from adapters.soap.protocol import soap
from hub.app.calendar_file import load_calendar
from hub.app.composites import gatherer_finder
from hub.app.consents import consents_of, uncovered_terms
from hub.app.documents import unsendable_documents
from hub.app.settings import Settings
from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.contracts.descriptions.offer import Examples
from hub.contracts.examples import catalogue_examples
from hub.contracts.mapping.translator import Translator
from hub.core.calendar import WorkingCalendar
from hub.core.contract import Contract
from hub.core.endpoint import EndpointFacts, LaterReplyForm, OutboundEndpoint
from hub.core.findings import Finding, LintError
from hub.core.message import Kind, Message
from hub.core.route import Route
from hub.core.step import Step, StepContext
from hub.core.values import ContractRef
from hub.core.work_items import Inbox
from hub.expressions import compile_condition
from hub.reading.files import shown
from hub.routing.compile import Surroundings, compile_routes, unrouted
from hub.routing.files import load_routes
from hub.routing.plan import RoutingTable, Stage

PROTOCOLS: registry.Protocols = {"soap": soap, "rest": rest, "inbox": inbox}
"""Every protocol that manifests may name."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that the data folders say, checked and compiled."""

    catalogue: Catalogue
    routes: tuple[Route, ...]
    routing: RoutingTable
    manifests: tuple[Manifest, ...]
    endpoints: Mapping[str, OutboundEndpoint]
    """Compiled and not yet opened."""
    examples: Examples
    """Valid examples of the contracts, for descriptions."""
    later_replies: Mapping[str, LaterReplyForm]
    """How partners write what they answer later, by endpoint."""
    inboxes: Mapping[str, Inbox]
    """Where officers answer, by endpoint."""
    consents: Mapping[ContractRef, Sequence[Stage]]
    """What takes the reply that silence gives to each version."""
    calendar: WorkingCalendar
    """Weekends and official holidays."""
    warnings: tuple[Finding, ...]
    """What is allowed and probably not meant."""

    @property
    def facts(self) -> dict[str, EndpointFacts]:
        """What the hub knows of each endpoint."""
        return facts_of(self.manifests)

    @property
    def partners(self) -> frozenset[str]:
        """Whoever has an endpoint."""
        return frozenset(facts.partner for facts in self.facts.values())

    def workers_of(self, partner: str) -> int | None:
        """How many workers of each node a partner has, where its manifest says so."""
        return next((manifest.workers for manifest in self.manifests if manifest.partner == partner), None)


def facts_of(manifests: tuple[Manifest, ...]) -> dict[str, EndpointFacts]:
    """What the manifests say of each endpoint, by full name."""
    return {name: endpoint.facts for manifest in manifests for name, endpoint in manifest.endpoints.items()}


def load(settings: Settings, environment: Mapping[str, str] = os.environ) -> Loaded:
    """Read and compile contracts, manifests and routes.

    Raises LintError with the findings of all folders that could be judged.
    """
    findings: list[Finding] = []
    catalogue = manifests = endpoints = loaded_routes = calendar = later_replies = inboxes = None
    with collecting(findings, settings.calendar_file.parent):
        calendar = load_calendar(settings.calendar_file)
    with collecting(findings, settings.contracts_dir):
        catalogue = load_catalogue(settings.contracts_dir)
    with collecting(findings, settings.adapters_dir):
        manifests = load_manifests(settings.adapters_dir)
        endpoints = registry.endpoints(manifests, PROTOCOLS, compile_condition, environment)
        later_replies = later_reply_forms(manifests, endpoints, compile_condition)
        inboxes = inboxes_of(manifests, endpoints)
    with collecting(findings, settings.routes_dir):
        loaded_routes = load_routes(settings.routes_dir)
    if (
        catalogue is None
        or manifests is None
        or endpoints is None
        or loaded_routes is None
        or calendar is None
        or later_replies is None
        or inboxes is None
    ):
        raise LintError(findings)
    facts = facts_of(manifests)
    gatherers = gatherer_finder(catalogue, settings.contracts_dir)
    around = Surroundings(catalogue.contracts, facts, Finder(catalogue), compile_condition, gatherers)
    with collecting(findings, settings.routes_dir):
        routing = compile_routes(loaded_routes, around)
    findings += (
        placed(finding, settings.adapters_dir)
        for finding in (
            *_unknown_later_contracts(manifests, catalogue.contracts),
            *unsendable_documents(manifests, catalogue.contracts),
        )
    )
    with collecting(findings, settings.contracts_dir):
        consents = consents_of(catalogue.contracts.values(), Finder(catalogue))
    if findings:
        raise LintError(findings)
    routes = tuple(loaded.route for loaded in loaded_routes)
    examples, left_out = catalogue_examples(settings.contracts_dir, catalogue.contracts.values())
    found = (
        *_warnings(catalogue, routes),
        *uncovered_terms(catalogue.contracts.values(), calendar),
        *left_out,
    )
    warnings = tuple(placed(finding, settings.contracts_dir) for finding in found)
    return Loaded(
        catalogue,
        routes,
        routing,
        manifests,
        endpoints,
        examples,
        later_replies,
        inboxes,
        consents,
        calendar,
        warnings,
    )


@contextlib.contextmanager
def collecting(findings: list[Finding], folder: Path) -> Iterator[None]:
    """Add the findings of a LintError to a list instead of raising it."""
    try:
        yield
    except LintError as error:
        findings += (placed(finding, folder) for finding in error.findings)


@contextlib.contextmanager
def placing(folder: Path) -> Iterator[None]:
    """Raise a LintError again with its files named from where the reader stands."""
    try:
        yield
    except LintError as error:
        raise LintError(placed(finding, folder) for finding in error.findings) from None


def placed(finding: Finding, folder: Path) -> Finding:
    """A finding of a data folder whose file is named from where the reader stands, so that it can be opened."""
    return replace(finding, path=placed_path(finding.path, folder))


def placed_path(name: str, folder: Path) -> str:
    """A file of a data folder, named from where the reader stands."""
    path = Path(name)
    whole = path if path in {folder, folder.absolute()} else folder / path
    return shown(whole.absolute(), Path.cwd())


class Finder:
    """Names each translator of a chain for ``explain`` and the journal."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __call__(self, kind: Kind, source: ContractRef, target: ContractRef) -> tuple[Stage, ...] | None:
        """See ``hub.routing.plan.TranslatorFinder``."""
        chain = self._catalogue.translators(kind, source, target)
        if chain is None:
            return None
        return tuple(Stage(f"translate {t.source} → {t.target}", _as_step(t)) for t in chain)


def _as_step(translator: Translator) -> Step:
    translator.prepare()  # a route needs it: the first message is not to wait for it

    def translate(message: Message, context: StepContext) -> tuple[Message]:
        return (translator(message, context),)

    return translate


def _unknown_later_contracts(
    manifests: tuple[Manifest, ...], contracts: Mapping[str, Contract]
) -> Iterator[Finding]:
    """What partners send later must be judged by something, whether a route leads to them or not."""
    for manifest in manifests:
        for endpoint in manifest.endpoints.values():
            ref = endpoint.facts.later_contract
            if ref is None or endpoint.later is None:
                continue
            contract = contracts.get(ref.name)
            version = contract.versions.get(ref.version) if contract is not None else None
            if version is None or Kind.REPLY not in version.schemas:
                message = f"there is no reply of {ref} to judge later replies by"
                yield manifest.finding(endpoint.later.location, "manifest.later-contract", message)


def _warnings(catalogue: Catalogue, routes: tuple[Route, ...]) -> Iterator[Finding]:
    yield from unrouted(catalogue.contracts.values(), routes)
