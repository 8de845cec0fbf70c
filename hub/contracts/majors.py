"""A new major replaces the one before only if messages come across: requests up, replies down."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from hub.contracts.catalogue import Catalogue
from hub.contracts.contract_folder import CONTRACT_FILE
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.findings import Finding
from hub.core.message import Kind

_IN_USE: Final = frozenset({Status.RELEASED, Status.DEPRECATED})


def check_majors(catalogue: Catalogue) -> Iterator[Finding]:
    """Majors that no mappings join to the one before, though both are served."""
    for contract in catalogue.contracts.values():
        newest = _newest(contract)
        majors = sorted(newest)
        for before, after in pairwise(majors):
            yield from _check(catalogue, newest[before], newest[after])


def _newest(contract: Contract) -> dict[int, ContractVersion]:
    """The newest version of each major that is in use."""
    return {
        number.major: version
        for number, version in sorted(contract.versions.items())
        if version.status in _IN_USE
    }


def _check(catalogue: Catalogue, before: ContractVersion, after: ContractVersion) -> Iterator[Finding]:
    for kind, source, target in ((Kind.REQUEST, before, after), (Kind.REPLY, after, before)):
        if kind not in source.schemas or kind not in target.schemas:
            continue
        if catalogue.translators(kind, source.ref, target.ref) is None:
            path = f"{after.ref.name}/{CONTRACT_FILE}"
            message = f"no mappings lead a {kind} from {source.ref} to {target.ref}, though both are served"
            place = f"mappings/{target.ref.version}/from-{source.ref.name}-{source.ref.version}.yaml"
            yield Finding(path, 0, "contract.major-unmapped", message, f"write {place}, with tests beside it")
