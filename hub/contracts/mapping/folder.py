"""Loads the mappings that produce a contract's versions, from the contract's folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from hub.contracts.mapping.file import MappingFile
from hub.contracts.mapping.gathering import GATHERING_FILE, load_gathering
from hub.contracts.mapping.references import ReferenceLint
from hub.contracts.mapping.translator import Translator
from hub.contracts.mapping.tree import TreeBuilder
from hub.core.contract import Contract, Schema
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.values import ContractRef
from hub.reading.document import Document
from hub.reading.files import read_yaml_file, shown
from hub.reading.model import closest, read_model

TESTS_END: Final = ".tests.yaml"
FIXTURES: Final = "fixtures"


def load_mappings(folder: Path, root: Path, contracts: Mapping[str, Contract]) -> tuple[Translator, ...]:
    """Read and check all mappings of one contract's folder. Raises LintError with all findings.

    ``contracts`` are those that could be loaded; a mapping is not held against one that could not.
    """
    findings: list[Finding] = []
    found: dict[tuple[str, ContractRef, ContractRef], Translator] = {}
    for path in _files(folder / "mappings", root, findings):
        try:
            load_one = load_gathering if path.name == GATHERING_FILE else _load
            translator = load_one(path, folder.name, root, contracts)
        except LintError as error:
            findings += error.findings
            continue
        if translator is None:
            continue
        other = found.setdefault((translator.kind, translator.source, translator.target), translator)
        if other is not translator:
            message = f"{other.path} maps the same {translator.kind} already"
            findings.append(Finding(translator.path, 0, "mapping.duplicate", message))
    if findings:
        raise LintError(findings)
    return tuple(found.values())


def _files(folder: Path, root: Path, findings: list[Finding]) -> Iterator[Path]:
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not place.is_dir():
            message = "mappings lie in a folder named by the version that they produce"
            findings.append(Finding(shown(place, root), 0, "mapping.stray-file", message))
            continue
        for path in sorted(place.iterdir()):
            if path.name == FIXTURES and path.is_dir():
                continue
            if path.name.endswith(TESTS_END):
                if not path.with_name(path.name.removesuffix(TESTS_END) + ".yaml").is_file():
                    message = "there is no mapping beside these tests"
                    findings.append(Finding(shown(path, root), 0, "mapping.stray-file", message))
            elif path.suffix == ".yaml" and path.is_file():
                yield path
            elif not path.name.startswith(".") and not path.name.endswith(".md"):
                message = "this is neither a mapping nor its tests"
                findings.append(Finding(shown(path, root), 0, "mapping.stray-file", message))


def _load(path: Path, name: str, root: Path, contracts: Mapping[str, Contract]) -> Translator | None:
    document = read_yaml_file(path, root)
    file = read_model(document, MappingFile, "mapping")
    findings = list(_check_names(document, file, path, name))
    builder = TreeBuilder(document, file)
    tree = builder.build()
    findings += builder.findings
    sides = _Sides(document, file.kind, root, contracts)
    source, target = sides.schema("from", file.from_), sides.schema("to", file.to)
    findings += sides.findings
    if source is not None and target is not None and not builder.findings:
        findings += ReferenceLint(document, source.source, target.source).findings(tree, file.ignores)
    if findings:
        raise LintError(findings)
    if source is None or target is None:
        return None
    return Translator(
        kind=file.kind,
        source=file.from_,
        target=file.to,
        path=document.path,
        root=tree,
        constants=dict(file.constants),
        validator=target.validator,
    )


def _check_names(document: Document, file: MappingFile, path: Path, name: str) -> Iterator[Finding]:
    stem = f"from-{file.from_.name}-{file.from_.version}"
    if path.name not in {f"{stem}.yaml", f"{stem}.{file.kind}.yaml"}:
        hint = f"name it {stem}.yaml or {stem}.{file.kind}.yaml"
        yield document.finding(("from",), "mapping.file-name", f"the file maps from {file.from_}", hint)
    if file.to.name != name or str(file.to.version) != path.parent.name:
        message = f"the file makes {file.to}, but lies in {name}/mappings/{path.parent.name}"
        yield document.finding(("to",), "mapping.file-name", message)
    if file.from_ == file.to:
        yield document.finding(("from",), "mapping.to-itself", "a version needs no mapping to itself")


class _Sides:
    """Finds the two schemas of a mapping."""

    def __init__(self, document: Document, kind: Kind, root: Path, contracts: Mapping[str, Contract]) -> None:
        self.findings: list[Finding] = []
        self._document = document
        self._kind = kind
        self._root = root
        self._contracts = contracts

    def schema(self, key: str, ref: ContractRef) -> Schema | None:
        """The schema of one side; None with a finding, or for a contract that has findings of its own."""
        contract = self._contracts.get(ref.name)
        if contract is None:
            if not (self._root / ref.name).is_dir():
                message = f"there is no contract {ref.name}"
                self._found(key, "mapping.contract-unknown", message, closest(ref.name, self._contracts))
            return None
        version = contract.versions.get(ref.version)
        if version is None:
            hint = f"there are: {', '.join(map(str, contract.versions))}"
            self._found(key, "mapping.contract-unknown", f"there is no version {ref}", hint)
            return None
        schema = version.schemas.get(self._kind)
        if schema is None:
            self._found("kind", "mapping.kind-unknown", f"{ref} has no {self._kind}")
        return schema

    def _found(self, key: str, rule: str, message: str, hint: str = "") -> None:
        self.findings.append(self._document.finding((key,), rule, message, hint))
