"""Where webhooks may go: nowhere inside, unless an operator says so (server-side request forgery).

A name is resolved once for each connection, every address that it has is judged, and the connection is made to what
was judged: a name that changes its mind in between changes nothing.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from hub.core.values import Text

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_RESOLVE_WITHIN_S: Final = 5.0


class AddressRefusedError(OSError):
    """The hub may not connect there."""


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What an operator allows beyond the open Internet over TLS."""

    networks: tuple[Network, ...] = ()
    """Inner networks that webhooks may go to."""
    plain_hosts: frozenset[str] = frozenset()
    """Hosts that may be spoken to without TLS."""

    @classmethod
    def parse(cls, networks: str, plain_hosts: str) -> "AddressRules":
        """Read lists with commas in between. Raises ValueError for what is no network."""
        return cls(
            tuple(ipaddress.ip_network(word) for word in _words(networks)),
            frozenset(word.lower() for word in _words(plain_hosts)),
        )

    def complaint_about(self, url: str) -> Text | None:
        """What speaks against a webhook's address, as far as that can be told without looking its name up."""
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return Text("این نشانی خوانده نمی‌شود", "this is no address")
        if parts.scheme not in {"https", "http"} or not host or parts.username is not None or parts.fragment:
            return Text("نشانی https بی نام کاربر لازم است", "an https address without a user is needed")
        if parts.scheme == "http" and host not in self.plain_hosts:
            return Text("https لازم است", "https is needed")
        literal = _literal(host)
        if literal is not None and not self.allows(literal):
            return Text(
                "این نشانی درون شبکه است و اجازه ندارد", "this is an inner address that is not allowed"
            )
        return None

    def allows(self, address: Address) -> bool:
        """Whether the hub may connect there: to the open Internet, and to what is allowed by name."""
        plain = _unwrapped(address)
        if any(plain in network for network in self.networks if network.version == plain.version):
            return True
        return plain.is_global and not plain.is_multicast and not plain.is_reserved


class GuardedResolver(AbstractResolver):
    """Resolves names for connections, and gives only what may be connected to."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises AddressRefusedError if any of the name's addresses is refused: then none of them is to be trusted."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_RESOLVE_WITHIN_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        results = []
        for kind, _, protocol, _, place in found:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            if not self._rules.allows(address):
                raise AddressRefusedError("the name stands for an inner address")
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(address),
                    port=port,
                    family=kind,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        return results

    async def close(self) -> None:
        """Nothing is held."""


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does: it leads there."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
