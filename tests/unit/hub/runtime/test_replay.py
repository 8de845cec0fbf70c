"""An end is told again as it was told the first time."""

import pytest

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.exchange import Entry, State
from hub.core.message import Role
from hub.core.values import Text
from hub.runtime.replay import end_of, facts_of, problem_of
from tests.conformance.samples import T0_US, begin, document, move
from tests.fakes.journal import FakeJournal


def entry(error: ExchangeError) -> Entry:
    return Entry("e", 2, T0_US, State.FAILED, "hub", error.code.id, facts_of(error))


@pytest.mark.parametrize("code", codes.CATALOGUE.values(), ids=lambda code: code.id)
def test_every_code_of_the_catalogue_is_told_again(code):
    assert problem_of(entry(ExchangeError(code))).code is code


def test_detail_and_fields_are_told_again_in_both_languages():
    fields = tuple(FieldError(f"/a/{n}", "type", Text("عدد نیست", "not a number")) for n in range(3))
    again = problem_of(entry(ExchangeError(codes.REQUEST_INVALID, "three fields", errors=fields)))
    assert again.detail == "three fields"
    assert again.errors == fields


def test_what_the_journal_keeps_of_an_error_is_bounded():
    fields = tuple(FieldError(f"/{n}", "type", Text("x", "x")) for n in range(1000))
    facts = facts_of(ExchangeError(codes.REQUEST_INVALID, "d" * 100_000, errors=fields))
    assert sum(len(str(value)) for value in facts.values()) < 5_000


def test_a_code_that_is_no_longer_in_the_catalogue_tells_nothing():
    assert problem_of(Entry("e", 2, T0_US, State.FAILED, "hub", "no.such_code")) is None


async def test_what_is_under_way_has_neither_reply_nor_problem():
    journal = FakeJournal()
    exchange, received = begin()
    await journal.append([received, *move(exchange, State.ACCEPTED)])
    assert await end_of(journal, exchange.history) == (None, None)


async def test_a_completed_exchange_gives_the_reply_of_its_sender_and_not_the_partner_s():
    journal = FakeJournal()
    exchange, received = begin(documents=(document(),))
    done = [
        *move(exchange, State.ACCEPTED, State.DELIVERING),
        exchange.advance(
            State.COMPLETED,
            at_us=T0_US + 9,
            cause="hub",
            documents=(document(b"<xml/>", Role.PARTNER_REPLY), document(b"{}", Role.REPLY)),
        ),
    ]
    await journal.append([received, *done])
    assert await end_of(journal, exchange.history) == (b"{}", None)


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
async def test_an_end_without_a_code_is_a_problem_too(state):
    journal = FakeJournal()
    exchange, received = begin()
    await journal.append([received, *move(exchange, State.ACCEPTED, state)])
    reply, problem = await end_of(journal, exchange.history)
    assert reply is None
    assert problem is not None
