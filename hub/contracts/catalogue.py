"""The catalogue: all contracts of a folder, and the translators between their versions."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hub.contracts.contract_folder import load_contract
from hub.contracts.lock import LOCK_FILE
from hub.contracts.mapping.folder import load_mappings
from hub.contracts.mapping.gathering import GatheringTranslator
from hub.contracts.mapping.translator import Translator
from hub.core.contract import Contract, ContractVersion
from hub.core.findings import Finding, LintError
from hub.core.garbage import without_rounds
from hub.core.message import Kind
from hub.core.values import ContractRef
from hub.reading.files import shown


class UnknownVersionError(LookupError):
    """The catalogue has no such contract version."""


class Catalogue:
    """Immutable once made; a reload makes another."""

    def __init__(self, contracts: Mapping[str, Contract], mappings: tuple[Translator, ...]) -> None:
        self.contracts: Mapping[str, Contract] = MappingProxyType(dict(sorted(contracts.items())))
        """All contracts by name, in order of their names."""
        self.mappings = mappings
        """The translator of every mapping file, in order of source, target and kind."""
        self.gatherings = {
            mapping.target: mapping for mapping in mappings if isinstance(mapping, GatheringTranslator)
        }
        """Of them those that make a reply from the answers of a composite's parts."""
        self._from: dict[tuple[Kind, ContractRef], list[Translator]] = {}
        for mapping in mappings:
            self._from.setdefault((mapping.kind, mapping.source), []).append(mapping)
        self._chains: dict[tuple[Kind, ContractRef, ContractRef], tuple[Translator, ...] | None] = {}

    def version(self, ref: ContractRef) -> ContractVersion:
        """A contract version. Raises UnknownVersionError."""
        contract = self.contracts.get(ref.name)
        if contract is None or ref.version not in contract.versions:
            raise UnknownVersionError(f"there is no contract version {ref}")
        return contract.versions[ref.version]

    def translators(
        self, kind: Kind, source: ContractRef, target: ContractRef
    ) -> tuple[Translator, ...] | None:
        """The shortest chain of mappings from one contract version to another.

        Empty if they are the same; None if there is none. Of several equally short ones always the same is
        taken: the one whose steps come first in order of name and version.
        """
        key = (kind, source, target)
        if key not in self._chains:
            self._chains[key] = self._search(kind, source, target)
        return self._chains[key]

    def _search(self, kind: Kind, source: ContractRef, target: ContractRef) -> tuple[Translator, ...] | None:
        chains: dict[ContractRef, tuple[Translator, ...]] = {source: ()}
        waiting = deque([source])
        while waiting and target not in chains:
            current = waiting.popleft()
            for mapping in self._from.get((kind, current), ()):
                if mapping.target not in chains:
                    chains[mapping.target] = (*chains[current], mapping)
                    waiting.append(mapping.target)
        return chains.get(target)


@without_rounds()
def load_catalogue(folder: Path) -> Catalogue:
    """Read and check all contracts and mappings below a folder.

    Raises LintError with the findings of all files; those about mappings only once the contracts that they
    refer to are good. Examples, mapping tests and the lock file are judged apart: ``hub.contracts.examples``,
    ``hub.contracts.mapping.testing``, ``hub.contracts.lock``.
    """
    if not folder.is_dir():
        raise LintError([Finding(folder.as_posix(), 0, "file.missing", "there is no such folder")])
    findings: list[Finding] = []
    contracts: dict[str, Contract] = {}
    folders: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == LOCK_FILE or path.name.endswith(".md"):
            continue
        if not path.is_dir():
            message = "the folder of contracts holds only folders of contracts"
            findings.append(Finding(shown(path, folder), 0, "contract.stray-file", message))
            continue
        folders.append(path)
        try:
            contract = load_contract(path, folder).contract
        except LintError as error:
            findings += error.findings
        else:
            contracts[path.name] = contract
    mappings: list[Translator] = []
    for path in folders:
        try:
            mappings += load_mappings(path, folder, contracts)
        except LintError as error:
            findings += error.findings
    if findings:
        raise LintError(findings)
    mappings.sort(key=lambda mapping: (mapping.source, mapping.target, mapping.kind))
    return Catalogue(contracts, tuple(mappings))
