"""What one client is offered: the versions of one contract's major that it may use, with examples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from hub.core.contract import Contract, ContractVersion, Status
from hub.core.errors import Code
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Text, Version

JsonObject: TypeAlias = dict[str, JsonValue]

Examples: TypeAlias = Mapping[tuple[ContractRef, Kind], Mapping[str, JsonValue]]
"""Valid documents by their names, for each schema that has any."""

ProblemExample: TypeAlias = Callable[[Code], JsonValue]
"""The problem document that a caller gets for a code; the gateway knows how one looks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Several versions of one major of one contract."""

    contract: Contract
    versions: tuple[ContractVersion, ...]
    """Oldest first, at least one; all of one major."""
    examples: Examples
    day: date
    """The day of which it is told where each version stands."""

    @property
    def major(self) -> int:
        """The major."""
        return self.versions[0].ref.version.major

    @property
    def newest(self) -> ContractVersion:
        """The version that is used where the caller names none."""
        return self.versions[-1]

    @property
    def address(self) -> str:
        """Where its messages go."""
        return f"/exchange/{self.contract.name}/v{self.major}"

    @property
    def catalogue_address(self) -> str:
        """Where the catalogue tells of it."""
        return f"/contracts/{self.contract.name}/v{self.major}"

    @property
    def is_deprecated(self) -> bool:
        """Whether every version of it is on its way out."""
        return all(version.status is Status.DEPRECATED for version in self.versions)

    def named_examples(self, kind: Kind) -> JsonObject:
        """All examples of one kind as OpenAPI and AsyncAPI take them, those of the newest version first."""
        found: JsonObject = {}
        for version in reversed(self.versions):
            number = version.ref.version
            for name, value in self.examples.get((version.ref, kind), {}).items():
                found[f"{number}-{name}"] = {"summary": f"{number}: {name}", "value": value}
        return found

    def facts(self) -> JsonObject:
        """What else of the contract people ask for."""
        contract = self.contract
        return {
            "owner": contract.owner,
            "pattern": contract.pattern,
            "deadline_s": contract.deadline_s,
            "legal_basis": contract.legal_basis,
            "classification": contract.classification,
            "evidence": contract.evidence,
            "versions": [
                {
                    "version": str(version.ref.version),
                    "status": version.status,
                    **_days(version),
                    **_normalised(version),
                }
                for version in self.versions
            ],
        }


def _days(version: ContractVersion) -> JsonObject:
    told: dict[str, date | Version | None] = {
        "released": version.released,
        "deprecated": version.deprecated,
        "sunset": version.sunset,
        "successor": version.successor,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _normalised(version: ContractVersion) -> JsonObject:
    """Which fields may be written in other spellings than the schema's, and the form that they are put into."""
    found: JsonObject = {
        str(kind): dict(schema.normaliser.table)
        for kind, schema in version.schemas.items()
        if schema.normaliser is not None
    }
    return {"normalised": found} if found else {}


def said(text: Text) -> JsonObject:
    """A description in both languages, Persian first, and the English once more by itself for machines."""
    return {"description": f"{text.fa}\n\n{text.en}", "x-en": text.en}
