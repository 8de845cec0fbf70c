"""Problem documents (RFC 9457) in the caller's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.values import Text
from hub.gateway.problem import catalogue, language_of, problem_body, problem_headers
from tests.unit.hub.gateway.asgi import Response


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "fa"),
        ("fa", "fa"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fa-IR, en;q=0.8", "fa"),
        ("en, fa", "fa"),
        ("fa;q=0.5, en", "en"),
        ("de, en;q=0.1", "en"),
        ("de", "fa"),
        ("*", "fa"),
        ("en;q=0", "fa"),
        ("en;q=high", "fa"),
        ("en;q=nan", "fa"),
        ("en;q=-1", "fa"),
        (";;;,,,=", "fa"),
    ],
)
def test_the_language_is_persian_unless_english_is_liked_better(accept, language):
    assert language_of(accept) == language


@given(st.text(max_size=200))
def test_no_accept_language_breaks_the_hub(accept):
    assert language_of(accept) in {"fa", "en"}


ERROR = ExchangeError(
    codes.REQUEST_INVALID,
    "one field",
    errors=(FieldError("/note", "type", Text("عدد نیست", "not a number")),),
)


@pytest.mark.parametrize(("language", "title", "detail"), [
    ("fa", codes.REQUEST_INVALID.title.fa, "عدد نیست"),
    ("en", codes.REQUEST_INVALID.title.en, "not a number"),
])  # fmt: skip
def test_a_problem_says_everything_a_caller_may_build_on(language, title, detail):
    document = Response(0, {}, problem_body(ERROR, "id-1", language)).json
    assert document == {
        "type": "/problems/request.invalid",
        "title": title,
        "status": 422,
        "code": "request.invalid",
        "origin": "client",
        "retryable": False,
        "detail": "one field",
        "exchange_id": "id-1",
        "errors": [{"pointer": "/note", "code": "type", "detail": detail}],
    }


def test_an_exchange_that_was_not_recorded_is_not_named():
    assert "exchange_id" not in Response(0, {}, problem_body(ERROR, "", "en")).json


def test_a_problem_s_headers_tell_its_language_and_when_to_come_back():
    error = ExchangeError(codes.OVERLOADED, retry_after_s=3, headers={"Connection": "close"})
    headers = dict(problem_headers(error, "en"))
    assert headers == {
        b"content-type": b"application/problem+json",
        b"content-language": b"en",
        b"vary": b"accept-language",
        b"retry-after": b"3",
        b"connection": b"close",
    }


def test_the_catalogue_lists_every_code_once():
    assert [row["code"] for row in catalogue()] == sorted(codes.CATALOGUE)
