"""The section ``scatter`` of a route is read strictly."""

from pathlib import Path

import pytest

from hub.core.findings import LintError
from hub.core.route import SCATTERED, Route
from hub.core.scatter import Gather, GatherRule, PartSpec, Scatter
from hub.routing.files import load_routes

ROUTE = """route: checks
purpose: {fa: بررسی, en: Checks}
owner: shop
legal_basis: none
from: shop.check@1
"""
PARTS = """scatter:
  parts:
    - {name: stock, contract: shop.stock@2, deadline: 5s, required: true}
    - {name: price, contract: shop.price@1, when: has(request.item)}
"""
WHOLE = PARTS + "  gather: best_effort\n"


def loaded(folder: Path, text: str) -> Route:
    (folder / "checks").mkdir()
    (folder / "checks" / "route.yaml").write_text(ROUTE + text, encoding="utf-8")
    (found,) = load_routes(folder)
    return found.route


def test_a_route_that_scatters(tmp_path: Path) -> None:
    route = loaded(tmp_path, WHOLE + "  cancel_rest: true\n")
    assert route.endpoint == SCATTERED
    assert route.scatter == Scatter(
        (
            PartSpec("stock", "shop.stock", 2, "", 5, is_required=True),
            PartSpec("price", "shop.price", 1, "has(request.item)", 0, is_required=False),
        ),
        GatherRule(Gather.BEST_EFFORT),
        cancels_rest=True,
    )


def test_all_means_every_part(tmp_path: Path) -> None:
    route = loaded(tmp_path, PARTS + "  gather: all\n")
    assert route.scatter is not None
    assert [part.is_required for part in route.scatter.parts] == [True, True]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (WHOLE + "to: shop.stock\nwhen_uncertain: person\n", "route.target"),
        ("when_uncertain: person\n", "route.target"),
        ("to: shop.stock\n", "route.missing-key"),
        (WHOLE.replace("name: price", "name: stock"), "route.part-twice"),
        (WHOLE.replace("name: price", "name: the-price"), "route.bad-value"),
        (WHOLE.replace("shop.price@1", "shop.price"), "route.source"),
        (WHOLE.replace("shop.price@1", "shop.price@1.0"), "route.source"),
        (PARTS + "  gather: some\n", "route.gather"),
        (PARTS + "  gather: {quorum: 0}\n", "route.gather"),
        (PARTS + "  gather: {quorum: 3}\n", "route.gather"),
        (PARTS.replace("required: true", "required: false") + "  gather: all\n", "route.gather"),
        ("scatter: {parts: [], gather: all}\n", "route.bad-value"),
        (PARTS, "route.missing-key"),
        (WHOLE + "  hurry: true\n", "route.unknown-key"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(LintError) as caught:
        loaded(tmp_path, text)
    assert rule in [finding.rule for finding in caught.value.findings]
    assert all(finding.path == "checks/route.yaml" for finding in caught.value.findings)
