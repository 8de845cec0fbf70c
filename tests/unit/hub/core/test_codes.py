"""The error catalogue: what callers build on."""

import re

import pytest

from hub.core import codes
from hub.core.codes import CATALOGUE
from hub.core.errors import Code, ExchangeError, Origin, Outcome

ALL = list(CATALOGUE.values())
TAKES_EVENTS = "subscriber."
"""A client that the hub calls: its failures are told of as a partner's are, and reach no caller."""
TUS_CHECKSUM = 460  # tus 1.0, extension Checksum
each_code = pytest.mark.parametrize("code", ALL, ids=lambda code: code.id)


def test_every_code_has_an_id_of_its_own() -> None:
    named = [value for value in vars(codes).values() if isinstance(value, Code)]

    assert len({code.id for code in named}) == len(named)
    assert sorted(named, key=lambda code: code.id) == sorted(ALL, key=lambda code: code.id)
    assert all(CATALOGUE[id_].id == id_ for id_ in CATALOGUE)


@each_code
def test_an_id_is_an_area_and_a_thing(code: Code) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z0-9_]+", code.id)


@each_code
def test_a_title_stands_in_both_languages(code: Code) -> None:
    assert re.search("[\u0600-\u06ff]", code.title.fa)
    assert re.fullmatch(r"[A-Z][ -~]+[^.]", code.title.en)
    assert not code.title.fa.endswith(".")
    assert not re.search("[\u0643\u064a]", code.title.fa), "Arabic kaf or yeh in a Persian text"


@each_code
def test_the_status_fits_the_origin(code: Code) -> None:
    if code.origin is Origin.CLIENT and not code.id.startswith(TAKES_EVENTS):
        assert 400 <= code.status < 500
    elif code.origin is Origin.HUB:
        assert code.status in {409, 429} or 500 <= code.status < 600
    elif code is not codes.SUBSCRIBER_ADDRESS:
        assert code.status in {422, 502, 503, 504}


@each_code
def test_what_was_not_sent_was_not_seen_by_a_partner(code: Code) -> None:
    if code.origin is Origin.CLIENT and not code.id.startswith(TAKES_EVENTS):
        assert code.outcome is Outcome.NOT_SENT


@each_code
def test_only_passing_troubles_are_retryable(code: Code) -> None:
    if code.retryable:
        assert code.status in {408, 429, TUS_CHECKSUM, 502, 503, 504, 507}
    if code.status == 429:
        assert code.retryable


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CATALOGUE["other.code"] = ALL[0]  # type: ignore[index]  # that is the point


def test_an_error_says_its_code_and_why() -> None:
    assert str(ExchangeError(codes.ROUTE_NONE)) == "route.none: No route takes this message"
    assert str(ExchangeError(codes.ROUTE_NONE, "district 23")) == "route.none: district 23"
