"""Errors as the outside sees them: problem details (RFC 9457), in the caller's language."""

from collections.abc import Iterable

import orjson

from hub.core.codes import CATALOGUE
from hub.core.errors import Code, ExchangeError
from hub.core.values import Text

PROBLEM_JSON = b"application/problem+json"
TYPE_PREFIX = "/problems/"
"""A problem's ``type`` is this path with the code: it can be opened, and explains the code."""

Headers = list[tuple[bytes, bytes]]


def language_of(accept_language: str) -> str:
    """``en`` if the caller ranks English above Persian, else ``fa`` (RFC 9110, 12.5.4)."""
    ranks = {"fa": 0.0, "en": 0.0}
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        name = tag.strip().lower().split("-")[0]
        if name in ranks:
            ranks[name] = max(ranks[name], quality(parameter))
    return "en" if ranks["en"] > ranks["fa"] else "fa"


def quality(parameter: str) -> float:
    """The weight that a part of an Accept header gives, from 0 to 1."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def say(text: Text, language: str) -> str:
    """A text in the caller's language."""
    return text.en if language == "en" else text.fa


def problem_body(error: ExchangeError, exchange_id: str, language: str) -> bytes:
    """The problem document."""
    code = error.code
    document: dict[str, object] = {
        "type": TYPE_PREFIX + code.id,
        "title": say(code.title, language),
        "status": code.status,
        "code": code.id,
        "origin": code.origin,
        "retryable": code.retryable,
    }
    if error.detail:
        document["detail"] = error.detail
    if exchange_id:
        document["exchange_id"] = exchange_id
    if error.errors:
        document["errors"] = [
            {"pointer": e.pointer, "code": e.code, "detail": say(e.detail, language)} for e in error.errors
        ]
    return orjson.dumps(document)


def problem_headers(error: ExchangeError, language: str) -> Headers:
    """The headers that go with a problem beside those of every answer."""
    headers: Headers = [
        (b"content-type", PROBLEM_JSON),
        (b"content-language", language.encode()),
        (b"vary", b"accept-language"),
    ]
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(error.retry_after_s).encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    return headers


def describe(code: Code) -> dict[str, object]:
    """One line of the catalogue as ``GET /problems/{code}`` shows it."""
    return {
        "code": code.id,
        "status": code.status,
        "origin": code.origin,
        "retryable": code.retryable,
        "title": {"fa": code.title.fa, "en": code.title.en},
    }


def catalogue() -> Iterable[dict[str, object]]:
    """The whole catalogue, by code."""
    return (describe(CATALOGUE[id_]) for id_ in sorted(CATALOGUE))
