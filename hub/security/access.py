"""Who calls, and what they may use: deny by default, per contract version (G6)."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hub.core import codes
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord, ClientRegistry
from hub.core.values import Version, is_name
from hub.security import apikeys

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="peyvand"'}


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of what a client may use: a contract, perhaps narrowed to a major or one version."""

    contract: str
    major: int | None = None
    minor: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Grant":
        """Read ``contract``, ``contract@1`` or ``contract@1.2``. Raises ValueError for anything else."""
        name, at, version = text.partition("@")
        if not is_name(name):
            raise ValueError(f"not a grant like registry.title-inquiry@1.2: {text!r}")
        if not at:
            return cls(name)
        if version.isascii() and version.isdigit():
            return cls(name, int(version))
        return cls(name, *Version.parse(version))

    def covers(self, contract: str, version: Version) -> bool:
        """Whether this grant lets its client use that version."""
        return (
            self.contract == contract
            and self.major in {None, version.major}
            and self.minor in {None, version.minor}
        )


def may_use(client: ClientRecord, contract: str, version: Version) -> bool:
    """Whether any of the client's grants covers the version."""
    return any(_grant(grant).covers(contract, version) for grant in client.grants)


@lru_cache(maxsize=4096)
def _grant(text: str) -> Grant:
    return Grant.parse(text)


_FIRST_DAY = date(1970, 1, 1).toordinal()
_DAY_S = 86_400
MOST_REMEMBERED = 10_000


def _today() -> date:
    return date.fromordinal(_FIRST_DAY + int(time.time()) // _DAY_S)


@dataclass(frozen=True, slots=True)
class _Permit:
    """What a call was allowed, and on what that rested: it holds as long as all of that is the same."""

    client: ClientRecord
    contract: Contract
    day: date
    version: ContractVersion

    def holds(self, client: ClientRecord, contract: Contract | None, day: date) -> bool:
        return self.client is client and self.contract is contract and self.day == day


class Access:
    """Authenticates callers by API key and authorises them per contract version. Waits for nothing."""

    def __init__(self, clients: ClientRegistry, today: Callable[[], date] = _today) -> None:
        """``today`` is the day in UTC, as Sunset headers have it."""
        self._clients = clients
        self._today = today
        self._permits: dict[tuple[str, str, str, str], _Permit] = {}

    def authenticate(self, authorization: str) -> ClientRecord:
        """The client behind an ``Authorization: Bearer`` header.

        Raises ExchangeError: AUTH_MISSING, AUTH_INVALID, AUTH_REVOKED.
        """
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credentials.strip():
            raise ExchangeError(codes.AUTH_MISSING, "send `Authorization: Bearer KEY`", headers=CHALLENGE)
        key = credentials.strip()
        prefix = apikeys.prefix_of(key)
        record = self._clients.by_prefix(prefix) if prefix is not None else None
        if record is None or not apikeys.is_key_of(key, record.key_hash):
            raise ExchangeError(codes.AUTH_INVALID, headers=CHALLENGE)
        if record.revoked_us:
            raise ExchangeError(codes.AUTH_REVOKED, headers=CHALLENGE)
        return record

    def authorise(
        self,
        client: ClientRecord,
        contracts: Mapping[str, Contract],
        name: str,
        major: str,
        wanted: str,
    ) -> tuple[Contract, ContractVersion]:
        """The contract version a call uses: the one it asks for, or the newest of the major it is granted.

        Raises ExchangeError: CONTRACT_UNKNOWN, CONTRACT_VERSION_UNKNOWN, CONTRACT_RETIRED, GRANT_MISSING,
        REQUEST_BAD_HEADER.
        """
        contract, today = contracts.get(name), self._today()
        permit = self._permits.get((client.name, name, major, wanted))
        if permit is None or not permit.holds(client, contract, today):
            contract, version = self._judge(client, contract, name, major, wanted)
            permit = _Permit(client, contract, today, version)
            if len(self._permits) >= MOST_REMEMBERED:
                self._permits.clear()
            self._permits[client.name, name, major, wanted] = permit
        return permit.contract, permit.version

    def _judge(
        self, client: ClientRecord, contract: Contract | None, name: str, major: str, wanted: str
    ) -> tuple[Contract, ContractVersion]:
        if contract is None or contract.is_partner_format:
            raise ExchangeError(codes.CONTRACT_UNKNOWN, f"there is no contract {name[:100]!r}")
        among = [v for v in contract.versions.values() if str(v.ref.version.major) == major]
        if not among:
            raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{name} has no major {major[:20]!r}")
        version = self._wanted(among, name, wanted) if wanted else self._newest(among, client)
        if version.status_on(self._today()) is Status.RETIRED:
            raise retired(version)
        if not may_use(client, name, version.ref.version):
            detail = f"{client.name} has no grant for {version.ref}"
            raise ExchangeError(codes.GRANT_MISSING, detail)
        return contract, version

    @staticmethod
    def speak_for(client: ClientRecord, partner: str, partners: Collection[str]) -> None:
        """Let a client post what a partner answers later. Raises ExchangeError: REPLY_PARTNER_UNKNOWN, REPLY_NOT_YOURS.

        ``partners`` are those that answer later.
        """
        if partner not in partners:
            detail = f"there is no partner {partner[:100]!r} that answers later"
            raise ExchangeError(codes.REPLY_PARTNER_UNKNOWN, detail)
        if client.partner != partner:
            raise ExchangeError(codes.REPLY_NOT_YOURS, f"{client.name} is not registered for {partner}")

    @staticmethod
    def _wanted(among: Sequence[ContractVersion], name: str, wanted: str) -> ContractVersion:
        try:
            number = Version.parse(wanted)
        except ValueError as error:
            detail = "Contract-Version must look like 1.2"
            raise ExchangeError(codes.REQUEST_BAD_HEADER, detail) from error
        if number.major != among[0].ref.version.major:
            detail = f"Contract-Version {number} does not belong to v{among[0].ref.version.major}"
            raise ExchangeError(codes.REQUEST_BAD_HEADER, detail)
        for version in among:
            if version.ref.version == number and version.status is not Status.DRAFT:
                return version
        raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{name} has no version {number}")

    def _newest(self, among: Sequence[ContractVersion], client: ClientRecord) -> ContractVersion:
        """The newest granted version that is served; else the newest served; else the newest of all."""
        today = self._today()
        served = [v for v in among if v.status_on(today) in {Status.RELEASED, Status.DEPRECATED}]
        granted = [v for v in served if may_use(client, v.ref.name, v.ref.version)]
        released = [v for v in among if v.status is not Status.DRAFT]
        choice = granted or served or released
        if not choice:
            ref = among[0].ref
            raise ExchangeError(
                codes.CONTRACT_VERSION_UNKNOWN, f"{ref.name} v{ref.version.major} is not released yet"
            )
        return max(choice, key=lambda version: version.ref.version)


def retired(version: ContractVersion) -> ExchangeError:
    """What a caller of a retired version is told: that it is gone, and where to go on if that is known."""
    ref, successor = version.ref, version.successor
    if successor is None:
        return ExchangeError(codes.CONTRACT_RETIRED, f"{ref} is no longer served")
    link = f'</contracts/{ref.name}/v{successor.major}>; rel="successor-version"'
    detail = f"{ref} is no longer served; use {ref.name}@{successor}"
    return ExchangeError(codes.CONTRACT_RETIRED, detail, headers={"Link": link})
