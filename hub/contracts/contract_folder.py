"""One contract's folder: ``contract.yaml`` and the schemas beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hub.contracts.attachments import check_attachments, rules_of
from hub.contracts.contract_file import ContractFile, VersionEntry, check_lifecycle
from hub.contracts.normaliser import read_normaliser
from hub.contracts.schema_lint import check_schema
from hub.contracts.terms_file import check_terms, read_terms
from hub.contracts.xml.binding import UnbindableError, XmlBinding
from hub.core.contract import Contract, ContractVersion, Pattern, Schema
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.terms import Terms
from hub.core.values import ContractRef, Version
from hub.reading.document import Document
from hub.reading.files import read_bytes, read_yaml_file, shown
from hub.reading.json_text import read_json
from hub.reading.model import closest, read_model
from hub.reading.yaml_text import read_yaml

CONTRACT_FILE = "contract.yaml"
SCHEMA_END = ".schema.json"
NORMALISE_END = ".normalise.yaml"
_FOLDERS = frozenset({"examples", "mappings"})

_KINDS: dict[Pattern, tuple[frozenset[Kind], frozenset[Kind]]] = {
    Pattern.REQUEST_REPLY: (frozenset(Kind), frozenset(Kind)),
    Pattern.STORE_AND_FORWARD: (frozenset({Kind.REQUEST}), frozenset(Kind)),
    Pattern.PUBLISH_SUBSCRIBE: (frozenset({Kind.REQUEST}), frozenset({Kind.REQUEST})),
}
"""For each pattern which schemas a version must have, and which it may have."""


def schema_name(version: Version, kind: Kind) -> str:
    """The file that a version's schema lies in."""
    return f"{version}.{kind}{SCHEMA_END}"


def normalise_name(version: Version, kind: Kind) -> str:
    """The file that says which fields of a version's document have one spelling inside the hub; optional."""
    return f"{version}.{kind}{NORMALISE_END}"


@dataclass(frozen=True, slots=True)
class LoadedContract:
    """A contract with the documents that it was read from."""

    contract: Contract
    folder: Path


def load_contract(folder: Path, root: Path) -> LoadedContract:
    """Read and check one contract's folder, mappings aside. Raises LintError with all findings."""
    document = read_yaml_file(folder / CONTRACT_FILE, root)
    file = read_model(document, ContractFile, "contract")
    findings = [*check_lifecycle(document, file), *check_terms(document, file)]
    if file.name != folder.name:
        message = f"the contract is named {file.name!r}, but its folder {folder.name!r}"
        findings.append(
            document.finding(("name",), "contract.folder-name", message, "give both the same name")
        )
    findings += _check_files(document, file, folder, root)
    versions: dict[Version, ContractVersion] = {}
    for number, entry in sorted(file.versions.items()):
        try:
            versions[number] = _load_version(file, number, entry, folder, root)
        except LintError as error:
            findings += error.findings
    findings += check_attachments(document, file, versions)
    if findings:
        raise LintError(findings)
    terms = read_terms(file, versions[max(versions)], folder, root)
    return LoadedContract(_contract(file, versions, terms), folder)


def _contract(file: ContractFile, versions: dict[Version, ContractVersion], terms: Terms) -> Contract:
    return Contract(
        name=file.name,
        title=file.title.text,
        description=file.description.text,
        owner=file.owner,
        pattern=file.pattern,
        deadline_s=file.deadline_s,
        legal_basis=file.legal_basis,
        classification=file.classification,
        retention_days=file.retention,
        evidence=file.evidence,
        is_partner_format=file.partner_format,
        versions=versions,
        cancellable=file.cancellable,
        terms=terms,
        attachments=rules_of(file),
    )


def _load_version(
    file: ContractFile, number: Version, entry: VersionEntry, folder: Path, root: Path
) -> ContractVersion:
    schemas: dict[Kind, Schema] = {}
    findings: list[Finding] = []
    for kind in Kind:
        path = folder / schema_name(number, kind)
        if kind in _KINDS[file.pattern][1] and path.is_file():
            try:
                schemas[kind] = _load_schema(path, folder / normalise_name(number, kind), root)
            except LintError as error:
                findings += error.findings
    if findings:
        raise LintError(findings)
    ref = ContractRef(file.name, number)
    return ContractVersion(
        ref=ref,
        status=entry.status,
        schemas=schemas,
        released=entry.released,
        deprecated=entry.deprecated,
        sunset=entry.sunset,
        successor=entry.successor,
        page=entry.page or "",
        bind=partial(_xml_form, file, ref, schemas),
    )


def _xml_form(
    file: ContractFile, ref: ContractRef, schemas: dict[Kind, Schema]
) -> tuple[XmlBinding | None, str]:
    """The XML form; without one the version is served in JSON alone, and the catalogue says why."""
    if file.partner_format:
        return None, ""
    if file.pattern is Pattern.PUBLISH_SUBSCRIBE:
        return None, "events are published in JSON, as CloudEvents"
    try:
        return XmlBinding(ref, {kind: schema.source for kind, schema in schemas.items()}), ""
    except UnbindableError as error:
        return None, str(error)


def _load_schema(path: Path, normalise: Path, root: Path) -> Schema:
    raw = read_bytes(path, root)
    document = read_json(raw, shown(path, root))
    validator = check_schema(document, raw)
    normaliser = None
    if normalise.is_file():
        text = read_bytes(normalise, root)
        normaliser = read_normaliser(read_yaml(text, shown(normalise, root)), text, document.value)
    return Schema(source=document.value, text=raw, validator=validator, normaliser=normaliser)


def _check_files(document: Document, file: ContractFile, folder: Path, root: Path) -> Iterator[Finding]:
    """The versions of the file and the files beside it must be the same."""
    must, may = _KINDS[file.pattern]
    present = {path.name for path in folder.iterdir()}
    expected = {schema_name(number, kind) for number in file.versions for kind in may}
    expected |= {
        normalise_name(number, kind)
        for number in file.versions
        for kind in may
        if schema_name(number, kind) in present
    }
    expected.add(file.consent_file)
    for number in file.versions:
        for kind in sorted(must):
            name = schema_name(number, kind)
            if name not in present:
                message = f"version {number} of a {file.pattern} contract needs the file {name}"
                yield document.finding(("versions", str(number)), "contract.schema-missing", message)
    for path in sorted(folder.iterdir()):
        name = path.name
        if name.startswith(".") or name == CONTRACT_FILE or name.endswith(".md"):
            continue
        if path.is_dir() and name not in _FOLDERS:
            hint = closest(name, _FOLDERS) or "a contract's folders are examples and mappings"
            yield Finding(
                shown(path, root), 0, "contract.stray-file", "this folder is not part of a contract", hint
            )
        elif path.is_file() and name not in expected:
            hint = closest(name, expected - present) or f"name its version in {CONTRACT_FILE}, or remove it"
            yield Finding(shown(path, root), 0, "contract.stray-file", "no version knows this file", hint)
