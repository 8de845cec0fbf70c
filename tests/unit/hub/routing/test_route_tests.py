"""Tests beside routes: what passes, what fails and how that is told, what cannot be run."""

from pathlib import Path

import pytest

from hub.core.findings import LintError
from hub.routing.plan import Plan, RoutingTable
from hub.routing.route_tests import RouteTestResult, has_tests, run_route_tests
from tests.unit.hub.routing.plans import CONTRACTS, When, plan, route

HEAD = "- name: a chair\n  contract: shop.order@1.0\n"
CHAIR = HEAD + "  request: {item: chair}\n"
GOES = CHAIR + "  expect: {endpoint: depot.order}\n"


def run(folder: Path, text: str, *plans: Plan) -> tuple[RouteTestResult, ...]:
    place = folder / "order"
    place.mkdir(exist_ok=True)
    (place / "tests.yaml").write_text(text, encoding="utf-8")
    return run_route_tests(folder, route("order"), CONTRACTS, RoutingTable(plans or (plan("order"),)))


def failures(folder: Path, text: str, *plans: Plan) -> tuple[str, ...]:
    (result,) = run(folder, text, *plans)
    return result.failures


def test_a_case_passes_if_request_and_reply_become_what_it_expects(tmp_path: Path) -> None:
    text = (
        CHAIR
        + "  exchange: {id: e-1}\n"
        + "  expect: {endpoint: depot.order, partner_request: {Item: chair, Id: e-1}}\n"
        + "  then: {partner_reply: {Code: 0}, reply: {accepted: true}}\n"
    )
    (result,) = run(tmp_path, text)
    assert result == RouteTestResult("order/tests.yaml", 1, "a chair", ())


def test_documents_may_lie_in_files_named_from_the_routes_folder(tmp_path: Path) -> None:
    fixtures = tmp_path / "order" / "fixtures"
    fixtures.mkdir(parents=True)
    (fixtures / "chair.json").write_text('{"item": "chair"}')
    text = (
        HEAD
        + "  request: fixtures/chair.json\n  expect: {endpoint: depot.order, partner_request: {Item: table}}\n"
    )
    assert failures(tmp_path, text) == (
        "partner request /Item: expected 'table', got 'chair'",
        "partner request /Id: unexpected '01933c5e-0000-7000-8000-000000000000'",
    )


def test_where_it_goes_is_told_if_that_is_not_what_was_expected(tmp_path: Path) -> None:
    text = CHAIR + "  expect: {endpoint: store.order}\n"
    assert failures(tmp_path, text) == ("goes to depot.order by route order, expected store.order",)


def test_another_route_to_the_same_endpoint_is_not_this_route(tmp_path: Path) -> None:
    other = plan("other", priority=1, when=When("true", lambda _: True))
    assert failures(tmp_path, GOES, plan("order"), other) == ("goes by route other, expected order",)


def test_a_failure_is_expected_by_its_code_and_place(tmp_path: Path) -> None:
    text = HEAD + "  request: {}\n  expect_error: {code: request.invalid, pointer: /item}\n"
    assert failures(tmp_path, text) == ()
    wrong_place = text.replace("/item", "/items")
    assert failures(tmp_path, wrong_place) == (
        "the request failed with request.invalid as expected, but at /item instead of /items",
    )
    wrong_code = text.replace("request.invalid", "request.refused")
    assert failures(tmp_path, wrong_code) == (
        "the request failed with request.invalid at validate [/item: anything], expected request.refused",
    )


def test_a_message_that_should_fail_and_does_not_fails_the_case(tmp_path: Path) -> None:
    text = CHAIR + "  expect_error: {code: mapping.failed}\n"
    assert failures(tmp_path, text) == ("the request was taken, expected it to fail with mapping.failed",)


def test_a_message_that_fails_and_should_not_tells_where_and_why(tmp_path: Path) -> None:
    text = GOES.replace("chair}", "unknown}")
    assert failures(tmp_path, text) == (
        "the request failed: mapping.failed at translate there: Item: no such item",
    )


@pytest.mark.parametrize(
    ("partner_reply", "code"), [("{Kode: 0}", "partner.reply_invalid"), ("{Code: 9}", "mapping.failed")]
)
def test_a_reply_may_be_expected_to_fail(tmp_path: Path, partner_reply: str, code: str) -> None:
    text = GOES + f"  then: {{partner_reply: {partner_reply}, expect_error: {{code: {code}}}}}\n"
    assert failures(tmp_path, text) == ()
    (told,) = failures(
        tmp_path, GOES + f"  then: {{partner_reply: {partner_reply}, reply: {{accepted: true}}}}\n"
    )
    assert told.startswith(f"the partner's reply failed: {code}")


def test_a_reply_that_differs_is_told_place_by_place(tmp_path: Path) -> None:
    text = GOES + "  then: {partner_reply: {Code: 1}, reply: {accepted: true}}\n"
    assert failures(tmp_path, text) == ("reply /accepted: expected True, got False",)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (CHAIR, "route-test.expectation", 1),
        (GOES + "  expect_error: {code: route.none}\n", "route-test.expectation", 1),
        (CHAIR + "  expect_error: {code: rout.none}\n", "route-test.unknown-code", 4),
        (GOES.replace("@1.0", "@2.0"), "route-test.unknown-contract", 2),
        (GOES + GOES, "route-test.name-twice", 5),
        (GOES + "  then: {partner_reply: {Code: 1}}\n", "route-test.expectation", 5),
        ("[]\n", "route-test.empty", 1),
        (GOES + "  expects: 1\n", "route-test.unknown-key", 5),
        (GOES.replace("{item: chair}", "fixtures/nowhere.json"), "file.missing", 0),
    ],
)
def test_a_file_that_cannot_be_run_is_a_finding(tmp_path: Path, text: str, rule: str, line: int) -> None:
    with pytest.raises(LintError) as caught:
        run(tmp_path, text)
    assert [(finding.rule, finding.line) for finding in caught.value.findings] == [(rule, line)]


def test_a_route_need_not_bring_tests(tmp_path: Path) -> None:
    assert not has_tests(tmp_path, route("order"))
