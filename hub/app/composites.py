"""Hands the catalogue's gathering mappings to those who compile routes; the two rooms do not know each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.contracts.catalogue import Catalogue
from hub.contracts.mapping.gathering import GatheringTranslator, gathering_for
from hub.core.findings import Finding
from hub.core.message import Message
from hub.core.step import Step, StepContext
from hub.core.values import ContractRef, JsonValue
from hub.routing.scatter_compile import GathererFinder


@dataclass(frozen=True, slots=True)
class _Gatherer:
    """See ``hub.routing.scatter.Gatherer``."""

    translator: GatheringTranslator
    folder: Path

    @property
    def target(self) -> ContractRef:
        return self.translator.target

    @property
    def ignores(self) -> tuple[str, ...]:
        return self.translator.ignores

    @property
    def step(self) -> Step:
        self.translator.prepare()  # a route needs it: the first message is not to wait for it

        def gather(message: Message, context: StepContext) -> tuple[Message]:
            return (self.translator(message, context),)

        return gather

    def findings(self, source: JsonValue) -> Iterator[Finding]:
        """They lie in the folder of contracts, and are told among those of routes."""
        for finding in self.translator.findings(source):
            yield replace(finding, path=str((self.folder / finding.path).absolute()))


def gatherer_finder(catalogue: Catalogue, folder: Path) -> GathererFinder:
    """Finds gathering mappings by contract and major; ``folder`` is that of all contracts."""

    def find(name: str, major: int) -> Sequence[_Gatherer]:
        return tuple(_Gatherer(each, folder) for each in gathering_for(catalogue.gatherings, name, major))

    return find
