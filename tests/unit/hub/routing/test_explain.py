"""What would become of a message, told without sending it."""

from typing import Any

from hub.core.expressions import ExpressionError
from hub.core.values import Text
from hub.routing.explain import Explanation, Verdict, explain
from hub.routing.plan import Plan, RoutingTable
from tests.unit.hub.routing.plans import CONTEXT, DEPOT, ORDER, SHOP_VERSION, When, plan

ALWAYS = When("true", lambda _: True)
NEVER = When("false", lambda _: False)


def fail(_: object) -> bool:
    raise ExpressionError("type", Text("نشد", "failed"), expression="request.item > 1")


ERRING = When("request.item > 1", fail)


def explained(document: Any, *plans: Plan) -> Explanation:
    return explain(RoutingTable(plans), SHOP_VERSION, document, CONTEXT)


def verdicts(explanation: Explanation) -> dict[str, Verdict]:
    return {each.route: each.verdict for each in explanation.considered}


def test_each_stage_is_shown_with_what_it_made() -> None:
    found = explained({"item": "chair"}, plan("only"))
    assert found.failure is None
    assert found.plan is not None
    assert found.plan.endpoint.name == "depot.order"
    assert [(each.stage, each.contract) for each in found.stages] == [
        ("request", ORDER),
        ("translate there", DEPOT),
    ]
    assert found.partner_request == {"Item": "chair", "Id": CONTEXT.exchange_id}
    assert verdicts(found) == {"only": Verdict.TAKEN}


def test_routes_are_judged_in_the_order_in_which_they_are_asked() -> None:
    found = explained(
        {"item": "chair"},
        plan("last", priority=-1),
        plan("third", priority=1, when=ALWAYS),
        plan("second", priority=2, when=ALWAYS),
        plan("first", priority=3, when=NEVER),
    )
    assert list(verdicts(found).items()) == [
        ("first", Verdict.DOES_NOT_HOLD),
        ("second", Verdict.TAKEN),
        ("third", Verdict.NOT_ASKED),
        ("last", Verdict.NOT_ASKED),
    ]
    assert found.plan is not None
    assert found.plan.route.name == "second"


def test_an_invalid_message_fails_before_any_route_is_asked() -> None:
    found = explained({"thing": "chair"}, plan("only"))
    assert found.failure is not None
    assert (found.failure.stage, found.failure.error.code.id) == ("validate", "request.invalid")
    assert [error.pointer for error in found.failure.error.errors] == ["/item"]
    assert found.considered == ()
    assert found.partner_request is None


def test_a_message_that_no_route_takes_fails_at_routing() -> None:
    found = explained({"item": "chair"}, plan("only", when=NEVER))
    assert found.failure is not None
    assert (found.failure.stage, found.failure.error.code.id) == ("route", "route.none")
    assert verdicts(found) == {"only": Verdict.DOES_NOT_HOLD}


def test_a_condition_that_errs_fails_the_message_and_asks_no_further() -> None:
    found = explained({"item": "chair"}, plan("first", priority=1, when=ERRING), plan("second"))
    assert found.failure is not None
    assert (found.failure.stage, found.failure.error.code.id) == ("route", "route.condition_failed")
    assert verdicts(found) == {"first": Verdict.ERRED, "second": Verdict.NOT_ASKED}


def test_a_stage_that_fails_is_named_and_nothing_after_it_runs() -> None:
    found = explained({"item": "unknown"}, plan("only"))
    assert found.failure is not None
    assert (found.failure.stage, found.failure.error.code.id) == ("translate there", "mapping.failed")
    assert [each.stage for each in found.stages] == ["request"]
    assert found.partner_request is None
