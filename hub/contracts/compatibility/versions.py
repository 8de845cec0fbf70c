"""Within a major, every version must get along with all earlier ones (G4).

A request must be accepted as old clients send it: what was valid under an earlier version stays valid. A reply
must be readable by old clients: what is valid under the later version was valid under the earlier one. Earlier
means all versions that have ever been released, retired ones too: the journal replays their messages.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.json_schema.compare import Schemas, compare_json_schemas
from hub.contracts.compatibility.json_schema.graph import UnusableSchemaError
from hub.contracts.compatibility.rules import RULES
from hub.contracts.contract_folder import schema_name
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.findings import Finding
from hub.core.message import Kind
from hub.reading.json_text import read_json
from hub.reading.pointer import split

DIRECTIONS: Final[Mapping[Kind, Mode]] = MappingProxyType(
    {Kind.REQUEST: Mode.BACKWARD, Kind.REPLY: Mode.FORWARD}
)
"""In which direction each kind of message must stay compatible."""


def check_versions(contracts: Iterable[Contract], *, drafts: bool = False) -> tuple[Finding, ...]:
    """Everything in which versions of a major do not get along; drafts are judged only if asked for."""
    findings = [
        finding
        for contract in contracts
        for kind in Kind
        for finding in _check(contract, kind, drafts=drafts)
    ]
    return tuple(sorted(findings))


def _check(contract: Contract, kind: Kind, *, drafts: bool) -> Iterator[Finding]:
    by_major: dict[int, list[ContractVersion]] = {}
    for number, version in sorted(contract.versions.items()):
        if kind in version.schemas and (drafts or version.status is not Status.DRAFT):
            by_major.setdefault(number.major, []).append(version)
    for versions in by_major.values():
        if len({version.schemas[kind].text for version in versions}) > 1:
            yield from _check_major(versions, kind)


def _check_major(versions: list[ContractVersion], kind: Kind) -> Iterator[Finding]:
    schemas = Schemas({str(version.ref.version): version.schemas[kind].source for version in versions})

    def gets_along(earlier: ContractVersion, later: ContractVersion) -> bool:
        old, new = str(earlier.ref.version), str(later.ref.version)
        return (
            schemas.is_subset(old, new) if DIRECTIONS[kind] is Mode.BACKWARD else schemas.is_subset(new, old)
        )

    unbroken = 0
    for number, later in enumerate(versions):
        # What gets along with its neighbour gets along with all that the neighbour does.
        if number and not gets_along(versions[number - 1], later):
            unbroken = number
        for earlier in versions[:unbroken]:
            if earlier.status is not Status.DRAFT and not gets_along(earlier, later):
                yield from _explain(earlier, later, kind)


def _explain(earlier: ContractVersion, later: ContractVersion, kind: Kind) -> Iterator[Finding]:
    """The changes of a version that does not get along with an earlier one, each as a finding."""
    mode = DIRECTIONS[kind]
    name = schema_name(later.ref.version, kind)
    path = f"{later.ref.name}/{name}"
    document = read_json(later.schemas[kind].text, path)
    try:
        comparison = compare_json_schemas(earlier.schemas[kind].source, later.schemas[kind].source)
    except UnusableSchemaError as error:
        yield Finding(
            path, 0, "compatibility.not-proven", f"it cannot be compared with earlier versions: {error}"
        )
        return
    for change in comparison.changes:
        if not change.is_compatible(mode):
            location = tuple(int(token) if token.isdecimal() else token for token in split(change.pointer))
            message = (
                f"{change.pointer or 'the schema'}: {RULES[change.rule].en.lower()}, and so the {kind} is not "
                f"{mode} compatible with version {earlier.ref.version}"
            )
            hint = "make it a new major version, or take the change back"
            yield document.finding(location, f"compatibility.{change.rule}", message, hint)
