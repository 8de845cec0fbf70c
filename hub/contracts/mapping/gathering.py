"""Mappings from the gathered answers of a composite's parts to its contract's reply: ``from-parts.yaml``.

Written, tested and run like any other. What its ``source`` looks like is known only together with the route whose
parts are gathered, so it is held against that schema when routes are compiled.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from hub.contracts.mapping.file import FieldEntry, MappingFile, Scalar
from hub.contracts.mapping.references import ReferenceLint
from hub.contracts.mapping.translator import Translator
from hub.contracts.mapping.tree import Node, TreeBuilder
from hub.core.contract import Contract, Schema
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Version
from hub.reading.document import Document
from hub.reading.fields import ContractRefField
from hub.reading.files import read_yaml_file
from hub.reading.model import StrictModel, read_model

GATHERING_FILE: Final = "from-parts.yaml"


class GatheringFile(StrictModel):
    """The file: a mapping's, whose source is no contract."""

    from_: Annotated[Literal["parts"], Field(alias="from")]
    to: ContractRefField
    codes: Mapping[str, Annotated[Mapping[str, Scalar], Field(min_length=1)]] = Field(default_factory=dict)
    constants: Mapping[str, Any] = Field(default_factory=dict)
    fields: Annotated[Mapping[str, FieldEntry], Field(min_length=1)]
    ignores: tuple[str, ...] = ()

    @property
    def table(self) -> MappingFile:
        """As a mapping of the contract's own reply, which it makes."""
        return MappingFile.model_construct(
            from_=self.to,
            to=self.to,
            kind=Kind.REPLY,
            codes=self.codes,
            constants=self.constants,
            fields=self.fields,
            ignores=self.ignores,
        )


class GatheringTranslator(Translator):
    """A mapping whose source is what a composite's parts have answered."""

    ignores: tuple[str, ...] = ()
    """What of the source is left behind on purpose, as JSON pointers."""
    _tree: Node
    _document: Document
    _reply: Schema

    @classmethod
    def of(cls, document: Document, file: MappingFile, tree: Node, reply: Schema) -> "GatheringTranslator":
        """Put together what was read."""
        made = cls(
            kind=Kind.REPLY,
            source=file.to,
            target=file.to,
            path=document.path,
            root=tree,
            constants=dict(file.constants),
            validator=reply.validator,
        )
        made.ignores, made._tree, made._document, made._reply = file.ignores, tree, document, reply
        return made

    def findings(self, source: JsonValue) -> Iterator[Finding]:
        """Everything that does not agree with the schema of the gathered document, or with the reply's."""
        yield from ReferenceLint(self._document, source, self._reply.source).findings(
            self._tree, self.ignores
        )


def load_gathering(
    path: Path, name: str, root: Path, contracts: Mapping[str, Contract]
) -> GatheringTranslator | None:
    """Read one file. None if its contract has findings of its own; raises LintError."""
    document = read_yaml_file(path, root)
    file = read_model(document, GatheringFile, "mapping")
    findings: list[Finding] = []
    if file.to.name != name or str(file.to.version) != path.parent.name:
        message = f"the file makes {file.to}, but lies in {name}/mappings/{path.parent.name}"
        findings.append(document.finding(("to",), "mapping.file-name", message))
    builder = TreeBuilder(document, file.table)
    tree = builder.build()
    findings += builder.findings
    contract = contracts.get(name)
    version = contract.versions.get(file.to.version) if contract else None
    reply = version.schemas.get(Kind.REPLY) if version else None
    if contract is not None and reply is None and not findings:
        message = f"there is no reply of {file.to} to be made"
        findings.append(document.finding(("to",), "mapping.contract-unknown", message))
    if findings:
        raise LintError(findings)
    return None if reply is None else GatheringTranslator.of(document, file.table, tree, reply)


def gathering_for(
    mappings: Mapping[ContractRef, GatheringTranslator], name: str, major: int
) -> tuple[GatheringTranslator, ...]:
    """Those that make a reply of a contract's major, the newest version first."""
    found = [each for ref, each in mappings.items() if (ref.name, ref.version.major) == (name, major)]
    return tuple(sorted(found, key=_version, reverse=True))


def _version(translator: GatheringTranslator) -> Version:
    return translator.target.version
