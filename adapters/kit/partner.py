"""What all endpoints of one partner share: its address, its credentials, its connections, its limit."""

import base64
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from adapters.kit import tls
from adapters.kit.bulkhead import Bulkhead
from adapters.kit.credentials import filled_in
from adapters.kit.http import HttpClient
from adapters.kit.http_client import KeepAliveClient, Limits
from adapters.kit.manifest import HttpOptions, Manifest
from hub.reading.reference import Reference, UnresolvedReferenceError


class NotConfiguredError(Exception):
    """What a manifest refers to is missing or unusable. The text names it, and never holds its value."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the partner, as found when the hub was started."""

    address: str
    """An http or https URL without query, fragment or user."""
    credentials: Mapping[str, str]
    headers: Mapping[str, str]
    """What every call carries, credentials filled in."""


MakeClient: TypeAlias = Callable[[Limits, ssl.SSLContext], HttpClient]


class Partner:
    """One partner's connections, opened with its first endpoint and closed with its last.

    ``environment`` is what ``env:NAME`` refers to.
    """

    def __init__(
        self, manifest: Manifest, environment: Mapping[str, str], make_client: MakeClient = KeepAliveClient
    ) -> None:
        self.manifest = manifest
        self.bulkhead = Bulkhead(manifest.max_concurrent)
        self._environment = environment
        self._make_client = make_client
        self._client: HttpClient | None = None
        self._users = 0

    def access(self) -> Access:
        """Look up address and credentials. Raises NotConfiguredError naming what is missing."""
        try:
            credentials = {
                name: self._resolve(reference) for name, reference in self.manifest.credentials.items()
            }
            address = self._resolve(self.manifest.address)
        except UnresolvedReferenceError as error:
            raise NotConfiguredError(str(error)) from None
        if not _is_address(address):
            raise NotConfiguredError(f"{self.manifest.address} is no http or https address")
        return Access(address, credentials, _headers(self.manifest.http, credentials))

    async def open(self) -> HttpClient:
        """Give the partner's client, opened. Raises NotConfiguredError for unusable certificate files."""
        if self._client is None:
            manifest = self.manifest
            limits = Limits(manifest.max_connections, manifest.connect_timeout_s, manifest.max_reply_bytes)
            self._client = self._make_client(limits, self._tls())
            await self._client.open()
        self._users += 1
        return self._client

    async def close(self) -> None:
        """Give the client back; the last to do so closes it."""
        self._users -= 1
        if self._users == 0 and self._client is not None:
            client, self._client = self._client, None
            await client.close()

    def _resolve(self, reference: Reference) -> str:
        value = reference.resolve(self._environment)
        if not value.isprintable():
            raise UnresolvedReferenceError(f"{reference} holds more than one line of text")
        return value

    def _tls(self) -> ssl.SSLContext:
        http = self.manifest.http
        references = (http.ca, http.certificate, http.key)
        paths = [None if reference is None else self._path(reference) for reference in references]
        try:
            return tls.context(*paths)
        except OSError as error:
            reason = error.strerror or "not a certificate"
            raise NotConfiguredError(f"the files for TLS cannot be used: {reason}") from None

    def _path(self, reference: Reference) -> Path:
        """Give a file's place: ``file:/path`` itself, or what the variable of ``env:NAME`` says."""
        if reference.scheme == "file":
            return Path(reference.target)
        try:
            return Path(self._resolve(reference))
        except UnresolvedReferenceError as error:
            raise NotConfiguredError(str(error)) from None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and port_is_fine
        and parts.username is None
        and not parts.query
        and not parts.fragment
        and text.isascii()
        and " " not in text
    )


def _headers(http: HttpOptions, credentials: Mapping[str, str]) -> dict[str, str]:
    headers = {name: filled_in(value, credentials) for name, value in http.headers.items()}
    if http.basic is not None:
        user, password = (filled_in(part, credentials) for part in http.basic)
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if http.bearer is not None:
        headers["Authorization"] = f"Bearer {filled_in(http.bearer, credentials)}"
    return headers
