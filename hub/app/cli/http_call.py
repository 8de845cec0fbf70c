"""One HTTP call of a command to a hub or to the sandbox's control port; never through a proxy."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from hub.app.cli.ending import unreachable, unusable
from hub.core.values import JsonValue

DEFAULT_TIMEOUT_S = 100.0
"""Longer than the longest wait that a hub grants."""
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status says that it went well."""
        return http.HTTPStatus.OK <= self.status < http.HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> JsonValue:
        """The body as JSON; None if it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


def call(
    method: str,
    base_url: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    if_lost: str = "",
) -> HttpAnswer:
    """Ask and give the answer, whatever its status.

    Raises CommandError if nobody answers; ``if_lost`` says what to do where the request may have arrived.
    """
    parts = urlsplit(base_url)
    make = _CONNECTIONS.get(parts.scheme)
    if make is None or not parts.hostname:
        raise unusable(f"{base_url!r} is no address: write it like http://127.0.0.1:8080")
    connection = make(parts.hostname, parts.port, timeout=timeout_s)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        reason = (error.strerror or str(error)).lower()
        raise unreachable(f"{base_url} cannot be reached ({reason}): is the hub running there?") from None
    hint = f": {if_lost}" if if_lost else ""
    try:
        connection.request(method, parts.path.rstrip("/") + path, body, dict(headers or {}))
        response = connection.getresponse()
        content = response.read()
    except TimeoutError:
        raise unreachable(f"{base_url} did not answer within {timeout_s:g} s{hint}") from None
    except (OSError, http.client.HTTPException):
        raise unreachable(f"the connection to {base_url} was lost before its answer came{hint}") from None
    finally:
        connection.close()
    return HttpAnswer(
        response.status, {name.lower(): value for name, value in response.getheaders()}, content
    )
