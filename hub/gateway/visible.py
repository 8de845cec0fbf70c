"""What of the catalogue a caller may see: the versions that it is granted, drafts never."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from starlette.requests import Request

from hub.core import codes
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord
from hub.runtime.configuration import CurrentConfiguration
from hub.security.access import Access, may_use


class Visible:
    """Looks with the caller's eyes at the configuration in force."""

    def __init__(self, access: Access, configuration: CurrentConfiguration) -> None:
        self._access = access
        self.configuration = configuration

    def client(self, request: Request) -> ClientRecord:
        """Who asks. Raises ExchangeError: AUTH_MISSING, AUTH_INVALID, AUTH_REVOKED."""
        return self._access.authenticate(request.headers.get("authorization", ""))

    def contracts(self, client: ClientRecord) -> list[tuple[Contract, list[ContractVersion]]]:
        """All contracts of which it may see a version, by name, each with its versions, oldest first."""
        found = self.configuration.now.contracts
        seen = ((found[name], visible(found[name], client)) for name in sorted(found))
        return [(contract, versions) for contract, versions in seen if versions]

    def major(self, request: Request) -> tuple[Contract, Sequence[ContractVersion]]:
        """The contract and major that the path names, with the versions that the caller may see; at least one.

        Raises ExchangeError: CONTRACT_UNKNOWN, CONTRACT_VERSION_UNKNOWN, GRANT_MISSING.
        """
        client = self.client(request)
        name, major = request.path_params["name"], request.path_params["major"]
        contract = self.configuration.now.contracts.get(name)
        if contract is None or contract.is_partner_format:
            raise ExchangeError(codes.CONTRACT_UNKNOWN, f"there is no contract {name[:100]!r}")
        known = [v for v in contract.versions.values() if str(v.ref.version.major) == major]
        if not known:
            raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"{name} has no major {major[:20]!r}")
        versions = [v for v in visible(contract, client) if v in known]
        if not versions:
            raise ExchangeError(codes.GRANT_MISSING, f"{client.name} has no grant for {name} v{major}")
        return contract, versions


def visible(contract: Contract, client: ClientRecord) -> list[ContractVersion]:
    """The versions a client is granted that are no drafts, oldest first."""
    if contract.is_partner_format:
        return []
    return [
        contract.versions[number]
        for number in sorted(contract.versions)
        if contract.versions[number].status is not Status.DRAFT and may_use(client, contract.name, number)
    ]


def chosen(versions: Sequence[ContractVersion], wanted: str) -> ContractVersion:
    """The one of several versions that was asked for. Raises ExchangeError CONTRACT_VERSION_UNKNOWN."""
    for version in versions:
        if str(version.ref.version) == wanted:
            return version
    raise ExchangeError(codes.CONTRACT_VERSION_UNKNOWN, f"there is no version {wanted[:20]!r}")


def today() -> date:
    """The day in UTC, as Sunset headers have it."""
    return datetime.now(UTC).date()
