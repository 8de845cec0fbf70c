"""A simulated partner keeps to its contract, and tells the same thing twice."""

import pytest

from hub.contracts.descriptions.simulator import InvalidRequestError, Simulator
from hub.core.message import Kind
from tests.unit.hub.contracts.descriptions.cases import offer

TITLE = "registry.title-inquiry"


def simulator(seed: str = "1") -> Simulator:
    one = offer(TITLE, "1.1")
    return Simulator(one.newest, one.examples, seed)


def asked(name: str, **changes):
    one = offer(TITLE, "1.1")
    return one.examples[one.newest.ref, Kind.REQUEST][name] | changes


def told(name: str):
    one = offer(TITLE, "1.1")
    return one.examples[one.newest.ref, Kind.REPLY][name]


@pytest.mark.parametrize("name", ["one-owner", "mortgaged", "not-on-record"])
def test_what_an_example_asks_gets_what_the_example_tells(name):
    assert simulator().answer(asked(name)) == told(name)


def test_the_order_of_fields_asks_nothing_else():
    request = asked("one-owner")
    assert simulator().answer(dict(reversed(request.items()))) == told("one-owner")


def test_anything_else_gets_an_invented_reply_that_is_valid_and_stays():
    request = asked("one-owner", deed={"estate_note_number": "77"})
    reply = simulator().answer(request)
    assert offer(TITLE, "1.1").newest.schemas[Kind.REPLY].validator.is_valid(reply)
    assert simulator().answer(request) == reply
    assert simulator("2").answer(request) != reply


def test_an_invalid_request_is_refused_with_all_its_errors():
    with pytest.raises(InvalidRequestError) as caught:
        simulator().answer({"deed": {}})
    assert [error.pointer for error in caught.value.errors] == ["/deed/estate_note_number", "/requester"]
