"""What answers say of a version's place in its life."""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from hub.core.contract import ContractVersion, Status
from hub.gateway.problem import Headers


def version_headers(version: ContractVersion) -> Headers:
    """Which version was used, and when it goes."""
    return [(b"contract-version", str(version.ref.version).encode()), *end_headers(version)]


def end_headers(version: ContractVersion) -> Headers:
    """When a version goes: Deprecation (RFC 9745) and Sunset (RFC 8594) when due, with where to read on."""
    if version.status is not Status.DEPRECATED or version.deprecated is None:
        return []
    headers: Headers = [(b"deprecation", f"@{int(_midnight(version.deprecated).timestamp())}".encode())]
    links: list[str] = []
    if version.page:
        links.append(f'<{version.page}>; rel="deprecation"; type="text/html"')
    if version.sunset is not None:
        headers.append((b"sunset", format_datetime(_midnight(version.sunset), usegmt=True).encode()))
        links += [f'<{version.page}>; rel="sunset"; type="text/html"'] if version.page else []
    if version.successor is not None:
        links.append(f'</contracts/{version.ref.name}/v{version.successor.major}>; rel="successor-version"')
    if links:
        headers.append((b"link", ", ".join(links).encode()))
    return headers


def page_headers(version: ContractVersion) -> dict[str, str]:
    """The same for a page of the catalogue that is about one version."""
    return {name.decode(): value.decode() for name, value in end_headers(version)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
