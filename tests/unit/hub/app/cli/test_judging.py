"""The demo believes nothing that it has not seen in the answer."""

import json
from typing import Any

import pytest

from hub.app.cli.demo.judging import NOTHING, at, judge
from hub.app.cli.demo.story import STEPS, Step
from hub.app.cli.http_call import HttpAnswer
from hub.core.exchange import FINAL

REFUSED = next(step for step in STEPS if step.pointer)
FOUND = next(step for step in STEPS if step.says and not step.code)
DOWN = next(step for step in STEPS if step.partner_mode == "down")


def answer(status: int, document: Any) -> HttpAnswer:
    return HttpAnswer(status, {}, json.dumps(document).encode())


def test_a_refusal_must_have_its_code_and_name_its_field() -> None:
    good = {"code": REFUSED.code, "errors": [{"pointer": REFUSED.pointer}]}
    assert judge(REFUSED, answer(422, good)) == ()
    assert judge(REFUSED, answer(422, good | {"errors": []})) == (
        f"the problem was expected to name {REFUSED.pointer}",
    )
    assert judge(REFUSED, answer(403, {"code": "grant.missing"})) == (
        "request.invalid was expected, the answer is 403 grant.missing",
    )
    assert judge(REFUSED, answer(200, {})) == ("request.invalid was expected, the answer is 200",)


def test_a_reply_must_say_what_was_told() -> None:
    good = {"result": "found", "person": {"national_code": "9990000018"}}
    assert judge(FOUND, answer(200, good)) == ()
    assert judge(FOUND, answer(200, {"result": "found"})) == (
        "/person/national_code was expected to be '9990000018'",
    )
    assert judge(FOUND, answer(503, {"code": "hub.overloaded"})) == (
        "a reply was expected, the answer is 503 hub.overloaded",
    )


def test_a_partner_that_is_down_must_be_blamed_and_asking_again_be_safe() -> None:
    good = {"code": "partner.unreachable", "origin": "partner", "retryable": True}
    assert judge(DOWN, answer(503, good)) == ()
    assert judge(DOWN, answer(503, good | {"origin": "hub"})) == ("/origin was expected to be 'partner'",)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title.en)
def test_every_step_says_how_it_must_end(step: Step) -> None:
    assert step.state in FINAL
    assert step.code or step.says
    assert step.title.fa
    assert step.told.fa


@pytest.mark.parametrize("pointer", ["/a/b", "/list/2", "/list/x", "/missing"])
def test_a_place_that_there_is_not_equals_nothing(pointer: str) -> None:
    document = {"a": None, "list": [1, 2]}
    assert at(document, pointer) is NOTHING
    assert at(document, "/list/1") == 2
    assert at(document, "") == document
