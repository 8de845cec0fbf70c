"""Composites of the catalogue: what lint finds before anything is asked, and what explain and route tests tell."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from adapters.kit.manifest_file import load_manifests
from hub.app.composites import gatherer_finder
from hub.app.loading import Finder, facts_of
from hub.contracts.catalogue import Catalogue, load_catalogue
from hub.core.exchange import Opening
from hub.core.findings import LintError
from hub.core.step import StepContext
from hub.core.values import ContractRef
from hub.expressions import compile_condition
from hub.reading.files import read_json_file
from hub.routing.compile import Surroundings, compile_routes
from hub.routing.explain import explain
from hub.routing.files import LoadedRoute, load_routes
from hub.routing.plan import RoutingTable
from hub.routing.route_tests import run_route_tests

ROOT = Path(__file__).parents[4]
NAME = "party-and-title-check"
CHECK = "permit.party-and-title-check"
GATHERING = f"{CHECK}/mappings/1.0/from-parts.yaml"


@cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "contracts")


@cache
def others() -> tuple[LoadedRoute, ...]:
    return tuple(loaded for loaded in load_routes(ROOT / "routes") if loaded.route.name != NAME)


def compiled(folder: Path, change: Callable[[str], str], contracts: Catalogue | None = None) -> RoutingTable:
    shutil.copytree(ROOT / "routes" / NAME, folder / NAME)
    route = folder / NAME / "route.yaml"
    route.write_text(change(route.read_text("utf-8")), encoding="utf-8")
    known = contracts or catalogue()
    around = Surroundings(
        known.contracts,
        facts_of(load_manifests(ROOT / "adapters")),
        Finder(known),
        compile_condition,
        gatherer_finder(known, ROOT / "contracts"),
    )
    return compile_routes((*load_routes(folder), *others()), around)


def rules(folder: Path, change: Callable[[str], str], contracts: Catalogue | None = None) -> set[str]:
    with pytest.raises(LintError) as caught:
        compiled(folder, change, contracts)
    return {finding.rule for finding in caught.value.findings}


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("civil.identity-inquiry@2", "civil.identity-enquiry@2", "route.unknown-contract"),
        ("civil.identity-inquiry@2", "civil-registry.estelam3@1", "route.unknown-contract"),
        ("civil.identity-inquiry@2", "civil.identity-inquiry@7", "route.unknown-version"),
        ("civil.identity-inquiry@2", "payment.verify@2", "route.no-translation"),
        ("deadline: 20s", "deadline: 31s", "route.part-deadline"),
        ("name: title", "when: request.\n      name: title", "route.condition"),
        ("name: title", "name: deed", "mapping.source-unknown"),
    ],
)
def test_a_composite_that_cannot_work_does_not_load(
    tmp_path: Path, before: str, after: str, rule: str
) -> None:
    assert rule in rules(tmp_path, lambda text: text.replace(before, after))


def spoilt(folder: Path, change: Callable[[str], str]) -> Catalogue:
    """The catalogue with another gathering mapping."""
    place = folder.with_name(f"{folder.name}-contracts")
    shutil.copytree(ROOT / "contracts", place)
    file = place / GATHERING
    file.write_text(change(file.read_text("utf-8")), encoding="utf-8")
    return load_catalogue(place)


def test_best_effort_has_to_say_what_is_missing(tmp_path: Path) -> None:
    def silent(text: str) -> str:
        kept = [line for line in text.splitlines() if "missing[]" not in line]
        return "\n".join(kept).replace("fields:\n", "fields:\n  missing: '[]'\n") + "\n  - /missing\n"

    known = spoilt(tmp_path, silent)
    assert rules(tmp_path, str, known) == {"route.missing-unsaid"}


def test_a_composite_without_a_gathering_mapping(tmp_path: Path) -> None:
    known = Catalogue(
        catalogue().contracts,
        tuple(m for m in catalogue().mappings if not m.path.endswith("from-parts.yaml")),
    )
    assert rules(tmp_path, str, known) == {"route.no-translation"}


def test_explain_shows_what_every_part_is_asked(tmp_path: Path) -> None:
    table = compiled(tmp_path, lambda text: text.replace("name: title", "when: 'false'\n      name: title"))
    version = catalogue().version(ContractRef.parse(f"{CHECK}@1.0"))
    request = read_json_file(tmp_path / NAME / "fixtures" / "request.json", tmp_path).value
    context = StepContext("x", Opening(CHECK, "1.0", "test", "request-reply"))
    identity, title = explain(table, version, request, context).parts
    assert identity.document == {"national_code": "9990000018", "birth_date": "1983-07-08"}
    assert identity.plan is not None
    assert identity.plan.route.name == "identity-inquiry-v2"
    assert (title.is_asked, title.plan) == (False, None)


CASE = """- name: a case
  contract: permit.party-and-title-check@1.0
  request: fixtures/request.json
"""


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("  expect: {parts: {title: null}}\n", "the part title is asked"),
        ("  expect: {parts: {deed: null}}\n", "there is no part deed"),
        ("  expect: {parts: {identity: {national_code: '1'}}}\n", "part identity /national_code: expected"),
        (
            (
                "  expect: {parts: {identity: fixtures/identity.json}}\n"
                "  then: {parts: {identity: {state: failed}}, reply: {complete: true, missing: []}}\n"
            ),
            "reply /complete: expected True",
        ),
        (
            (
                "  expect: {parts: {identity: fixtures/identity.json}}\n"
                "  then: {parts: {deed: {state: failed}}, reply: {}}\n"
            ),
            "there is no part deed",
        ),
    ],
)
def test_a_route_test_of_a_composite_can_fail(tmp_path: Path, text: str, failure: str) -> None:
    table = compiled(tmp_path, str)
    place = tmp_path / NAME
    (place / "fixtures" / "identity.json").write_text(
        '{"national_code": "9990000018", "birth_date": "1983-07-08"}', encoding="utf-8"
    )
    (place / "tests.yaml").write_text(CASE + text, encoding="utf-8")
    (route,) = (loaded.route for loaded in load_routes(tmp_path))
    (result,) = run_route_tests(tmp_path, route, catalogue().contracts, table)
    assert any(failure in each for each in result.failures), result.failures
