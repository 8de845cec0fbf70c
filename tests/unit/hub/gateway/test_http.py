"""Prefer, bodies and headers as the exchange path takes them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.gateway.http import (
    MAX_WAIT_S,
    BodyBudget,
    BodyReader,
    HttpLimits,
    check_given_once,
    parse_prefer,
    parse_wait,
)

PREFER = [
    ([], (False, None)),
    (["respond-async"], (True, None)),
    (["Respond-Async"], (True, None)),
    (["wait=5"], (False, 5.0)),
    (['wait="7"'], (False, 7.0)),
    (["wait = 8"], (False, 8.0)),
    (["wait=0"], (False, 0.0)),
    (["respond-async, wait=10"], (True, 10.0)),
    (["respond-async", "wait=10"], (True, 10.0)),
    (["wait=3, wait=9"], (False, 3.0)),  # the first one counts
    (["wait=100000"], (False, MAX_WAIT_S)),
    (["handling=lenient; wait=5"], (False, None)),  # a parameter of another preference
    (['note="respond-async, wait=5"'], (False, None)),
    (['note="a \\", wait=9", wait=2'], (False, 2.0)),
    (['respond-async; why="x, y"; quick, wait=1'], (True, 1.0)),
    # what is not understood is passed over, as RFC 7240 asks
    (["wait"], (False, None)),
    (["wait=soon"], (False, None)),
    (["wait=-1"], (False, None)),
    (["wait=1.5"], (False, None)),
    (["wait=\xb2"], (False, None)),
    (["wait=99999999999999999999"], (False, None)),
    (["", ",,,", "=", '"'], (False, None)),
]


@pytest.mark.parametrize(("values", "meant"), PREFER)
def test_preferences(values, meant):
    assert parse_prefer(value.encode("latin-1") for value in values) == meant


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_no_prefer_header_breaks_the_hub(values):
    respond_async, wait_s = parse_prefer(values)
    assert respond_async in {True, False}
    assert wait_s is None or 0 <= wait_s <= MAX_WAIT_S


@pytest.mark.parametrize("text", ["", "-1", "1.5", "soon", "1e3", "٥", "²", "9" * 400, " 1"])
def test_a_wait_that_is_asked_for_in_an_address_must_be_a_number_of_seconds(text):
    with pytest.raises(ExchangeError) as caught:
        parse_wait(text, "wait")
    assert caught.value.code is codes.REQUEST_BAD_HEADER


# Bodies

LIMITS = HttpLimits(body_bytes=100, body_timeout_s=30, bodies_bytes=250)


def reader(chunks, *, headers=None, budget=None, limits=LIMITS):
    waiting = list(chunks)
    asked = []

    async def receive():
        asked.append(1)
        chunk = waiting.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    read = BodyReader(headers or {}, receive, limits, budget or BodyBudget(limits))
    return read, asked


async def refused(read: BodyReader) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        await read()
    return caught.value


async def test_a_body_is_read_whole():
    read, _ = reader([b"a" * 40, b"", b"b" * 60])
    assert await read() == b"a" * 40 + b"b" * 60


@pytest.mark.parametrize("chunks", [[b"x" * 101], [b"x" * 60, b"x" * 41], [b"x"] * 101], ids=len)
async def test_a_body_beyond_the_limit_is_refused_however_it_comes(chunks):
    read, _ = reader(chunks)
    error = await refused(read)
    assert error.code is codes.REQUEST_TOO_LARGE
    assert error.headers["Connection"] == "close"


async def test_a_body_that_announces_its_size_is_refused_before_it_is_read():
    read, asked = reader([b""], headers={b"content-length": b"101"})
    assert (await refused(read)).code is codes.REQUEST_TOO_LARGE
    assert asked == []


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"identity, gzip", b"x", b""])
async def test_an_encoded_body_is_refused_before_it_is_read(coding):
    read, asked = reader([b""], headers={b"content-encoding": coding})
    assert (await refused(read)).code is codes.REQUEST_MEDIA_TYPE
    assert asked == []


async def test_a_body_that_breaks_off_is_incomplete():
    read, _ = reader([b"{", None])
    assert (await refused(read)).code is codes.REQUEST_INCOMPLETE


async def test_a_body_that_does_not_go_on_is_late():
    async def never():
        await asyncio.Event().wait()

    limits = HttpLimits(body_timeout_s=0.001)
    read = BodyReader({}, never, limits, BodyBudget(limits))
    error = await refused(read)
    assert error.code is codes.REQUEST_TIMEOUT
    assert error.headers["Connection"] == "close"


async def test_all_bodies_together_have_a_limit_and_their_room_comes_back():
    budget = BodyBudget(LIMITS)
    first, second, third = (reader([b"x" * 100], budget=budget)[0] for _ in range(3))
    await first()
    await second()
    error = await refused(third)
    assert (error.code, error.retry_after_s) == (codes.OVERLOADED, 1)
    for read in (first, second, third, third):
        read.release()
    assert budget.left == LIMITS.bodies_bytes
    fourth, _ = reader([b"x" * 100], budget=budget)
    assert await fourth() == b"x" * 100


async def test_a_body_that_announces_its_size_has_its_room_from_the_start():
    budget = BodyBudget(LIMITS)
    first, _ = reader([b"x" * 90, b"y" * 10], headers={b"content-length": b"100"}, budget=budget)
    assert await first() == b"x" * 90 + b"y" * 10
    assert budget.left == LIMITS.bodies_bytes - 100
    budget.left = 99
    late, asked = reader([b"x" * 100], headers={b"content-length": b"100"}, budget=budget)
    assert (await refused(late)).code is codes.OVERLOADED
    assert asked == []  # nothing of it was read
    late.release()
    assert budget.left == 99


def test_one_body_of_the_largest_size_always_has_room():
    assert BodyBudget(HttpLimits(body_bytes=1000, bodies_bytes=10)).left == 1000


@pytest.mark.parametrize(
    "name", ["authorization", "content-type", "idempotency-key", "case-id", "contract-version"]
)
def test_a_header_that_may_mean_two_things_is_refused(name):
    with pytest.raises(ExchangeError) as caught:
        check_given_once({"headers": [(name.encode(), b"a"), (b"accept", b"*"), (name.encode(), b"b")]})
    assert caught.value.code is codes.REQUEST_BAD_HEADER
    assert caught.value.errors[0].code == name


def test_headers_that_are_lists_may_stand_twice():
    check_given_once({"headers": [(b"prefer", b"wait=1"), (b"prefer", b"respond-async"), (b"accept", b"a")]})
