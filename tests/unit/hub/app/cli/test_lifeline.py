"""A lifeline says what happened, in words, whatever became of the exchange."""

import pytest

from hub.app.cli.lifeline import duration, lifeline, views
from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.exchange import TRANSITIONS, Entry, Exchange, Opening, State
from hub.core.message import JSON, Document, Role
from hub.core.values import ContractRef, Text
from hub.runtime.replay import facts_of

REF = ContractRef.parse("registry.title-inquiry@1.1")
OPENING = Opening(REF.name, "1.1", "portal", "request-reply", case_id="c-1")
ENDPOINT = "registry-office.ownership-inquiry"
BEGUN_US = 1_795_000_000_000_000


def begun() -> Exchange:
    request = Document(Role.REQUEST, REF, JSON, b'{"secret": "9990000018"}')
    exchange, _ = Exchange.start(
        "e-1", OPENING, state=State.RECEIVED, at_us=BEGUN_US, cause="client:portal", documents=(request,)
    )
    exchange.advance(
        State.ACCEPTED,
        at_us=BEGUN_US + 300,
        cause="hub",
        detail={"route": "title-inquiry", "endpoint": ENDPOINT},
    )
    return exchange


def delivering(exchange: Exchange, attempt: int) -> None:
    detail = {"endpoint": ENDPOINT, "attempt": attempt}
    exchange.advance(State.DELIVERING, at_us=BEGUN_US + 2_000 * attempt, cause="hub", detail=detail)


def said(exchange: Exchange, *, is_served: bool = True) -> list[str]:
    return ["\n".join(moment.said) for moment in lifeline(exchange.history, is_served=is_served)]


def test_each_moment_has_its_time_and_the_time_since_the_one_before() -> None:
    exchange = begun()
    delivering(exchange, 1)
    moments = lifeline(exchange.history, is_served=True)
    assert [moment.after_us for moment in moments] == [0, 300, 1700]
    assert moments[0].at.endswith("Z")
    assert [moment.state for moment in moments] == ["received", "accepted", "delivering"]


def test_documents_are_told_by_role_contract_and_size_and_never_shown() -> None:
    first, second = said(begun())
    assert "holds request: registry.title-inquiry@1.1, application/json, 24 bytes" in first
    assert "9990000018" not in first
    assert "route title-inquiry, to registry-office.ownership-inquiry" in second


def test_without_a_hub_an_interrupted_call_is_called_by_its_name() -> None:
    exchange = begun()
    delivering(exchange, 1)
    assert "nobody knows whether the partner acted" in said(exchange, is_served=False)[-1]
    assert "nobody knows" not in said(exchange, is_served=True)[-1]
    assert "the next start takes it up" in said(begun(), is_served=False)[-1]


def test_a_repetition_after_uncertainty_says_why_it_was_allowed() -> None:
    exchange = begun()
    delivering(exchange, 1)
    exchange.advance(State.UNCERTAIN, at_us=BEGUN_US + 3_000, cause="hub", code=codes.OUTCOME_UNKNOWN.id)
    delivering(exchange, 2)
    told = said(exchange)
    assert told[2].startswith(f"handed to {ENDPOINT}, attempt 1")
    assert told[4].startswith(f"repeated to {ENDPOINT}, attempt 2")
    assert codes.OUTCOME_UNKNOWN.title.fa in told[3]


def test_a_refusal_names_each_field_and_rule() -> None:
    error = ExchangeError(
        codes.REQUEST_INVALID,
        errors=(FieldError("/subject/national_code", "format", Text("کد ملی", "no code")),),
    )
    exchange, _ = Exchange.start(
        "e-1", OPENING, state=State.REJECTED, at_us=BEGUN_US, cause="client:portal",
        code=error.code.id, detail=facts_of(error),
    )  # fmt: skip
    (told,) = said(exchange)
    assert "/subject/national_code: format: no code" in told
    (view,) = views(exchange.history)
    assert view["errors"] == [{"pointer": "/subject/national_code", "code": "format"}]


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(state: State) -> None:
    assert state in TRANSITIONS
    (moment,) = lifeline([Entry("e-1", 1, BEGUN_US, state, "hub")], is_served=False)
    assert moment.said
    assert "{" not in "".join(moment.said)


@pytest.mark.parametrize(
    ("us", "text"),
    [(0, "0 µs"), (999, "999 µs"), (1_000, "1.0 ms"), (999_900, "999.9 ms"), (61_000_000, "61.00 s")],
)
def test_durations_come_in_the_unit_that_suits_them(us: int, text: str) -> None:
    assert duration(us) == text
