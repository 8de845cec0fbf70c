"""The file ``contract.yaml``: what a contract is, and where each of its versions stands."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.contracts.terms_file import TermsFile
from hub.core.contract import Classification, Pattern, Status
from hub.core.findings import Finding
from hub.core.values import Version
from hub.reading.document import Document
from hub.reading.fields import (
    DateField,
    DaysField,
    LineField,
    NameField,
    SizeField,
    TextField,
    VersionField,
)
from hub.reading.model import StrictModel

MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")]
SERVED = frozenset({Status.RELEASED, Status.DEPRECATED})


class VersionEntry(StrictModel):
    """One version's place in its life."""

    status: Status
    released: DateField | None = None
    deprecated: DateField | None = None
    sunset: DateField | None = None
    successor: VersionField | None = None
    page: Annotated[str, Field(pattern=r"^https://[!#-;=?-~]{1,500}$")] | None = None


class AttachmentsEntry(StrictModel):
    """What requests may refer to by fields of the format ``attachment-digest``."""

    most: Annotated[int, Field(ge=1, le=100)]
    size: SizeField
    media_types: list[MediaType] = Field(default_factory=list)


class ContractFile(TermsFile):
    """The file as it is written."""

    name: NameField
    title: TextField
    description: TextField
    owner: LineField
    pattern: Pattern
    legal_basis: LineField
    classification: Classification
    retention: DaysField
    evidence: Literal["public", "seen", "modelled"]
    partner_format: bool = False
    cancellable: bool = False
    attachments: AttachmentsEntry | None = None
    versions: Annotated[Mapping[VersionField, VersionEntry], Field(min_length=1)]


def check_lifecycle(document: Document, contract: ContractFile) -> Iterator[Finding]:
    """What the dates, states and successors of the versions must have to do with one another."""
    for version, entry in contract.versions.items():
        at = ("versions", str(version))
        for key in _missing_dates(entry):
            message = f"version {version} is {entry.status} and needs the day: {key}"
            yield document.finding(at, "contract.lifecycle", message)
        for key in _surplus_dates(entry):
            message = f"version {version} is {entry.status} and cannot have the day: {key}"
            yield document.finding((*at, key), "contract.lifecycle", message)
        days = [day for day in (entry.released, entry.deprecated, entry.sunset) if day is not None]
        if days != sorted(days):
            message = f"version {version} must be released before it is deprecated, and deprecated before its sunset"
            yield document.finding(at, "contract.lifecycle", message)
        if entry.page is not None and entry.status not in {Status.DEPRECATED, Status.RETIRED}:
            message = f"version {version} is {entry.status}; a page tells about the end of a version"
            yield document.finding((*at, "page"), "contract.lifecycle", message)
        if entry.successor is not None:
            yield from _check_successor(document, contract, version, entry.successor)


def _missing_dates(entry: VersionEntry) -> Iterator[str]:
    if entry.status is not Status.DRAFT and entry.released is None:
        yield "released"
    if entry.status is Status.DEPRECATED and entry.deprecated is None:
        yield "deprecated"
    if entry.status is Status.RETIRED and entry.sunset is None:
        yield "sunset"


def _surplus_dates(entry: VersionEntry) -> Iterator[str]:
    if entry.status is Status.DRAFT and entry.released is not None:
        yield "released"
    if entry.status in {Status.DRAFT, Status.RELEASED} and entry.deprecated is not None:
        yield "deprecated"
    if entry.status in {Status.DRAFT, Status.RELEASED} and entry.sunset is not None:
        yield "sunset"


def _check_successor(
    document: Document, contract: ContractFile, version: Version, successor: Version
) -> Iterator[Finding]:
    at = ("versions", str(version), "successor")
    entry = contract.versions.get(successor)
    if entry is None:
        message = f"the successor {successor} of version {version} does not exist"
        yield document.finding(at, "contract.successor", message)
    elif successor <= version or entry.status not in SERVED:
        message = f"the successor {successor} of version {version} must be newer and served"
        yield document.finding(at, "contract.successor", message)
