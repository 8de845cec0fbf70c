"""The parts of the HTTP client that need no partner."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kit import http
from adapters.kit.http import MAX_RETRY_AFTER_S, retry_after_s
from adapters.kit.unpacking import Unpacker
from hub.core import codes
from hub.core.errors import ExchangeError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("999999", MAX_RETRY_AFTER_S),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2036 11:00:00 GMT", MAX_RETRY_AFTER_S),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("۷", None),
        ("9" * 5000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    value: str, seconds: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now_us", lambda: 1_795_348_800_000_000)  # 2026-11-22T12:00:00Z
    assert retry_after_s(value) == seconds


@given(body=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), min_size=1), packed=st.booleans())
def test_a_body_is_put_together_whatever_pieces_it_comes_in(
    body: bytes, sizes: list[int], packed: bool
) -> None:
    wire = zlib.compress(body) if packed else body
    unpacker = Unpacker("deflate" if packed else "", 300)
    place = number = 0
    while place < len(wire):
        size = sizes[number % len(sizes)]
        unpacker.feed(wire[place : place + size])
        place, number = place + size, number + 1
    assert unpacker.finish() == body


@pytest.mark.parametrize("encoding", ["", "deflate"])
def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(encoding: str) -> None:
    def unpack(size: int) -> bytes:
        unpacker = Unpacker(encoding, 100)
        unpacker.feed(zlib.compress(b"x" * size) if encoding else b"x" * size)
        return unpacker.finish()

    assert len(unpack(100)) == 100
    with pytest.raises(ExchangeError) as caught:
        unpack(101)
    assert caught.value.code is codes.PARTNER_TOO_LARGE


def test_what_follows_a_packed_body_is_not_gathered() -> None:
    unpacker = Unpacker("deflate", 100)
    unpacker.feed(zlib.compress(b"x"))
    with pytest.raises(ExchangeError) as caught:
        unpacker.feed(b"more")
    assert caught.value.code is codes.PARTNER_MALFORMED
