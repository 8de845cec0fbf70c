"""Runs what integrators wrote beside their mappings and routes, each file apart."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hub.app.loading import Loaded, placed, placed_path
from hub.app.settings import Settings
from hub.contracts.mapping.testing import run_mapping_tests
from hub.contracts.mapping.translator import Translator
from hub.core.findings import Finding, LintError
from hub.core.route import Route
from hub.routing.route_tests import has_tests, run_route_tests


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How one case went."""

    line: int
    name: str
    failures: tuple[str, ...]
    """What is not as expected, one line each; empty if it passed. Holds test data."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """How the cases of one file went."""

    path: str
    cases: tuple[CaseOutcome, ...]
    findings: tuple[Finding, ...] = ()
    """Why the file could not be run, if it could not."""

    @property
    def passed(self) -> bool:
        """Whether everything in it is as expected."""
        return not self.findings and not any(case.failures for case in self.cases)


def run_tests(loaded: Loaded, settings: Settings) -> Iterator[FileOutcome]:
    """All tests of mappings, then of routes; a file at a time, as it has been run."""
    for translator in loaded.catalogue.mappings:
        yield from _run(
            translator.path, settings.contracts_dir, partial(_mapping_cases, settings, translator)
        )
    for route in loaded.routes:
        if has_tests(settings.routes_dir, route):
            yield from _run(route.path, settings.routes_dir, partial(_route_cases, settings, route, loaded))


def _mapping_cases(settings: Settings, translator: Translator) -> Iterator[tuple[str, CaseOutcome]]:
    for each in run_mapping_tests(settings.contracts_dir, translator):
        yield each.path, CaseOutcome(each.line, each.name, each.differences)


def _route_cases(settings: Settings, route: Route, loaded: Loaded) -> Iterator[tuple[str, CaseOutcome]]:
    for each in run_route_tests(settings.routes_dir, route, loaded.catalogue.contracts, loaded.routing):
        yield each.path, CaseOutcome(each.line, each.name, each.failures)


def _run(
    tested: str, folder: Path, run: Callable[[], Iterable[tuple[str, CaseOutcome]]]
) -> Iterator[FileOutcome]:
    """One file's outcome; none if there are no tests."""
    try:
        results = [*run()]
    except LintError as error:
        findings = tuple(placed(finding, folder) for finding in error.findings)
        yield FileOutcome(placed_path(tested, folder), (), findings)
        return
    if results:
        yield FileOutcome(placed_path(results[0][0], folder), tuple(case for _, case in results))
