"""What a route's file says of failure is read strictly."""

from pathlib import Path

import pytest

from hub.core.findings import LintError
from hub.core.route import DEFAULT_RETRY, InquirySpec, RetryPolicy, Route, Urgency, WhenUncertain
from hub.routing.files import load_routes

ROUTE = """route: orders
purpose: {fa: سفارش, en: Orders}
owner: shop
legal_basis: none
from: shop.order@1
to: depot.order
"""
INQUIRE = (
    "when_uncertain: {inquire: {to: depot.ask, settled: 'true', not_done: 'false', every: 10s, for: 5m}}\n"
)


def loaded(folder: Path, text: str) -> Route:
    (folder / "orders").mkdir()
    (folder / "orders" / "route.yaml").write_text(ROUTE + text, encoding="utf-8")
    (found,) = load_routes(folder)
    return found.route


def rules(folder: Path, text: str) -> list[str]:
    with pytest.raises(LintError) as caught:
        loaded(folder, text)
    return [finding.rule for finding in caught.value.findings]


def test_a_route_that_says_nothing_of_retries_has_the_hub_s(tmp_path: Path) -> None:
    assert loaded(tmp_path, "when_uncertain: person\n").retry == DEFAULT_RETRY


def test_a_route_s_own_retries(tmp_path: Path) -> None:
    route = loaded(tmp_path, "when_uncertain: repeat\nretry: {first: 500ms, longest: 2m, attempts: 4}\n")
    assert route.retry == RetryPolicy(0.5, 120, 4)
    assert route.when_uncertain is WhenUncertain.REPEAT


def test_a_route_s_urgency(tmp_path: Path) -> None:
    assert loaded(tmp_path, "when_uncertain: person\nurgency: low\n").urgency is Urgency.LOW


def test_a_route_is_of_normal_urgency_unless_it_says_so(tmp_path: Path) -> None:
    assert loaded(tmp_path, "when_uncertain: person\n").urgency is Urgency.NORMAL


def test_a_route_that_asks_the_partner_what_became_of_it(tmp_path: Path) -> None:
    route = loaded(tmp_path, INQUIRE)
    assert route.when_uncertain is WhenUncertain.INQUIRE
    assert route.inquiry == InquirySpec("depot.ask", "true", "false", 10, 300)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("when_uncertain: hope\n", "route.when-uncertain"),
        ("when_uncertain: {choice: person}\n", "route.when-uncertain"),
        (INQUIRE.replace("to: depot.ask, ", ""), "route.missing-key"),
        (INQUIRE.replace("every: 10s", "every: 10m"), "route.inquiry"),
        ("when_uncertain: person\nretry: {first: 10m}\n", "route.retry"),
        ("when_uncertain: person\nretry: {attempts: 0}\n", "route.bad-value"),
        ("when_uncertain: person\nretry: {tries: 3}\n", "route.unknown-key"),
        ("when_uncertain: person\nurgency: urgent\n", "route.bad-value"),
    ],
)
def test_mistakes_are_findings(tmp_path: Path, text: str, rule: str) -> None:
    assert rules(tmp_path, text) == [rule]
