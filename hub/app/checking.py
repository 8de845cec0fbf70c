"""Checks the data folders as a reviewer wants it: everything that stops a start, examples and locks too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hub.app.loading import Loaded, collecting, load, placed
from hub.app.settings import Settings
from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.contracts.compatibility.versions import check_versions
from hub.contracts.contract_folder import CONTRACT_FILE
from hub.contracts.examples import lint_examples
from hub.contracts.lock import verify_lock
from hub.contracts.majors import check_majors
from hub.core.contract import Pattern
from hub.core.findings import Finding, LintError
from hub.core.route import Route
from hub.routing.route_tests import TESTS_FILE, has_tests


@dataclass(frozen=True, slots=True)
class Checked:
    """What lint has to say of the data folders."""

    findings: tuple[Finding, ...]
    """What must be mended."""
    warnings: tuple[Finding, ...]
    """What is allowed and probably not meant."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How much of each kind was checked, if everything could be loaded."""


def check(settings: Settings) -> Checked:
    """Check contracts, examples, mappings, manifests and routes. Raises nothing for what they say."""
    try:
        loaded = load(settings)
    except LintError as error:
        findings = [*error.findings]
        with collecting(findings, settings.contracts_dir):
            findings += _contract_findings(load_catalogue(settings.contracts_dir), settings)
        return Checked(tuple(sorted(set(findings))), ())
    findings = [*_contract_findings(loaded.catalogue, settings)]
    warnings = [
        *loaded.warnings,
        *(placed(w, settings.routes_dir) for w in _untested(loaded.routes, settings)),
        *(placed(w, settings.contracts_dir) for w in _without_xml(loaded.catalogue)),
    ]
    return Checked(tuple(sorted(findings)), tuple(sorted(warnings)), _counts(loaded))


def _contract_findings(catalogue: Catalogue, settings: Settings) -> Iterator[Finding]:
    contracts, folder = catalogue.contracts.values(), settings.contracts_dir
    examples, lock = lint_examples(folder, contracts), verify_lock(folder, contracts)
    for finding in (*examples, *lock, *check_versions(contracts), *check_majors(catalogue)):
        yield placed(finding, folder)


def _without_xml(catalogue: Catalogue) -> Iterator[Finding]:
    """Versions that clients of SOAP cannot use: allowed, since JSON says more than XML can, and seldom meant."""
    for contract in catalogue.contracts.values():
        for number, version in contract.versions.items():
            if contract.pattern is not Pattern.PUBLISH_SUBSCRIBE and version.no_xml:
                message = f"version {number} is served in JSON alone, as its schemas have no XML form: {version.no_xml}"
                path = f"{contract.name}/{CONTRACT_FILE}"
                hint = "what both forms can say is in docs/adr/0010-xml-binding.md"
                yield Finding(path, 0, "contract.no-xml", message, hint)


def _untested(routes: tuple[Route, ...], settings: Settings) -> Iterator[Finding]:
    for route in routes:
        if not has_tests(settings.routes_dir, route):
            message = f"nothing tests the route {route.name}"
            yield Finding(route.path, 0, "route.untested", message, f"add {TESTS_FILE} beside it")


def _counts(loaded: Loaded) -> dict[str, int]:
    contracts = loaded.catalogue.contracts.values()
    return {
        "contracts": len(contracts),
        "versions": sum(len(contract.versions) for contract in contracts),
        "mappings": len(loaded.catalogue.mappings),
        "partners": len(loaded.manifests),
        "endpoints": len(loaded.endpoints),
        "routes": len(loaded.routes),
    }
