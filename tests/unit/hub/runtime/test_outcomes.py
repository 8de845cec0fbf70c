"""What a history says of the partner's side."""

import pytest

from hub.core import codes
from hub.core.exchange import Exchange, State
from hub.core.message import Document, Role
from hub.runtime.outcomes import (
    NOT_DONE,
    OUTCOME_KNOWN,
    endpoint_called,
    frees_its_key,
    may_have_acted,
    whereabouts,
)
from tests.conformance.samples import T0_US, begin, document, move

S = State


def went(exchange: Exchange, state: State, code: str = "", *documents: Document, **detail: str) -> None:
    exchange.advance(state, at_us=T0_US, cause="hub", code=code, detail=detail, documents=documents)


def called(*, endpoint: str = "bank.pay") -> Exchange:
    exchange, _ = begin()
    went(exchange, S.ACCEPTED, route="to-bank", endpoint=endpoint)
    went(exchange, S.DELIVERING, endpoint=endpoint)
    return exchange


def test_what_was_never_handed_over_was_acted_on_by_nobody() -> None:
    exchange, _ = begin()
    move(exchange, S.ACCEPTED, S.DEAD_LETTERED)
    assert not may_have_acted(exchange.history)
    assert endpoint_called(exchange.history) == ""


def test_while_a_call_is_under_way_its_partner_may_have_acted() -> None:
    assert may_have_acted(called().history)


@pytest.mark.parametrize(
    ("state", "code", "acted"),
    [
        (S.WAITING_RETRY, codes.PARTNER_UNREACHABLE, False),
        (S.WAITING_RETRY, codes.PARTNER_TIMEOUT, True),
        (S.FAILED, codes.PARTNER_REFUSED, False),
        (S.DEAD_LETTERED, codes.PARTNER_CREDENTIALS, False),
        (S.DEAD_LETTERED, codes.PARTNER_TLS, False),
        (S.DEAD_LETTERED, codes.PARTNER_INVALID, True),
        (S.UNCERTAIN, codes.OUTCOME_UNKNOWN, True),
        (S.EXPIRED, None, True),
    ],
)
def test_a_call_s_code_tells_whether_the_partner_may_have_acted(state, code, acted) -> None:
    exchange = called()
    went(exchange, state, code.id if code else "")
    assert may_have_acted(exchange.history) is acted


def test_trouble_of_our_own_after_the_partner_answered_does_not_undo_what_it_did() -> None:
    exchange = called()
    went(exchange, S.DEAD_LETTERED, codes.MAPPING_FAILED.id, document(b"<x/>", Role.PARTNER_REPLY))
    assert may_have_acted(exchange.history)


def test_only_the_last_call_counts() -> None:
    exchange = called()
    went(exchange, S.WAITING_RETRY, codes.PARTNER_TIMEOUT.id)
    went(exchange, S.DELIVERING, endpoint="bank.pay")
    went(exchange, S.WAITING_RETRY, codes.PARTNER_UNREACHABLE.id)
    assert not may_have_acted(exchange.history)


def test_a_person_may_vouch_for_the_partner_until_it_is_called_again() -> None:
    exchange = called()
    went(exchange, S.UNCERTAIN, codes.OUTCOME_UNKNOWN.id)
    went(exchange, S.DEAD_LETTERED, codes.OUTCOME_UNKNOWN.id)
    went(exchange, S.ACCEPTED, **{OUTCOME_KNOWN: NOT_DONE})
    assert not may_have_acted(exchange.history)
    went(exchange, S.DELIVERING)
    assert may_have_acted(exchange.history)


def test_an_inquiry_that_found_nothing_done_vouches_for_the_partner_too() -> None:
    exchange = called()
    went(exchange, S.UNCERTAIN, codes.OUTCOME_UNKNOWN.id)
    went(exchange, S.UNCERTAIN, answer="not_done")
    assert not may_have_acted(exchange.history)


@pytest.mark.parametrize(
    ("state", "code", "frees"),
    [
        (S.FAILED, codes.PARTNER_UNREACHABLE, True),
        (S.FAILED, codes.PARTNER_BUSY_HERE, True),
        (S.FAILED, codes.PARTNER_BUSY, True),
        (S.FAILED, codes.PARTNER_TIMEOUT, False),
        (S.FAILED, codes.PARTNER_CUT, False),
        (S.FAILED, codes.PARTNER_REFUSED, False),
        (S.WAITING_RETRY, codes.PARTNER_UNREACHABLE, False),
        (S.DEAD_LETTERED, codes.PARTNER_UNREACHABLE, False),
        (S.COMPLETED, None, False),
    ],
)
def test_a_key_is_free_again_only_where_another_try_helps_and_cannot_double_anything(
    state, code, frees
) -> None:
    exchange = called()
    went(exchange, state, code.id if code else "")
    assert frees_its_key(exchange.history) is frees


def test_whereabouts_are_those_of_the_last_acceptance() -> None:
    exchange = called(endpoint="bank.pay")
    went(exchange, S.DEAD_LETTERED, codes.PARTNER_TLS.id)
    went(exchange, S.ACCEPTED, route="to-other", endpoint="other.pay")
    assert whereabouts(exchange.history) == {"route": "to-other", "endpoint": "other.pay"}
    assert endpoint_called(exchange.history) == "bank.pay"
