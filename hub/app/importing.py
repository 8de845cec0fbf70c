"""Drafts a partner's contract, adapter and mappings from its WSDL, XSD or OpenAPI document. Nothing is ever fetched."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lxml import etree

from adapters.soap.shapes import Child
from adapters.soap.sources import WSDL, XSD, linked, read_sources, safe_parser
from adapters.soap.wsdl import Wsdl
from hub.app.soap_schemas import SoapSchemas
from hub.contracts.drafting.contract_text import contract_yaml, quoted, schema_text
from hub.contracts.drafting.draft import Draft, UndraftableError
from hub.contracts.drafting.manifest_text import manifest_yaml, question_of_manifest, readme
from hub.contracts.drafting.mapping_skeleton import draft_mapping
from hub.contracts.drafting.openapi_reader import RestOperation, read_operation
from hub.contracts.drafting.openapi_schema import RemoteReferenceError
from hub.core.contract import ContractVersion
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Version
from hub.reading.files import read_json_file, read_yaml_file

_LINKS: Final = (f"{WSDL}import", f"{XSD}import", f"{XSD}include")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FIRST: Final = Version(1, 0)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drafted."""

    file: Path
    partner: str
    operation: str = ""
    """Of a WSDL or an OpenAPI document; of an XSD the request's element."""
    reply: str = ""
    """Of an XSD the reply's element."""
    port: str = ""
    """Of a WSDL, where several ports offer the operation."""
    city: ContractVersion | None = None
    """The city's contract version that is to be translated to and from the partner's."""


@dataclass(slots=True)
class _Partner:
    """What a partner's format turned out to be."""

    operation: str
    schemas: dict[Kind, dict[str, JsonValue]]


def draft(wish: Wish) -> Draft:
    """Draft all that the file gives. Raises UndraftableError, and LintError for a file that cannot be used."""
    made = Draft()
    kinds: dict[str, Callable[[Wish, Draft], _Partner]] = {
        ".wsdl": _wsdl, ".xsd": _xsd, ".json": _openapi, ".yaml": _openapi, ".yml": _openapi,
    }  # fmt: skip
    read = kinds.get(wish.file.suffix.lower())
    if read is None:
        raise UndraftableError(f"{wish.file.name} is no .wsdl, .xsd, .json or .yaml")
    partner = read(wish, made)
    name = _contract_name(wish, partner.operation)
    made.contracts[f"{name}/contract.yaml"] = contract_yaml(
        name, evidence="seen", partner_format=True, about_fa=partner.operation, about_en=partner.operation
    )
    for kind, schema in partner.schemas.items():
        made.contracts[f"{name}/1.0.{kind}.schema.json"] = schema_text(schema)
    made.decide(f"{name}/contract.yaml", "title, description, owner, legal basis, classification, retention")
    if wish.city is not None:
        ref = ContractRef(name, _FIRST)
        city = wish.city
        draft_mapping(
            made,
            Kind.REQUEST,
            (city.ref, city.schemas[Kind.REQUEST].source),
            (ref, partner.schemas[Kind.REQUEST]),
        )
        if Kind.REPLY in city.schemas:
            draft_mapping(
                made,
                Kind.REPLY,
                (ref, partner.schemas[Kind.REPLY]),
                (city.ref, city.schemas[Kind.REPLY].source),
            )
    return made


def _contract_name(wish: Wish, operation: str) -> str:
    return f"{wish.partner}.{kebab(operation)}"


def kebab(text: str) -> str:
    """A name of the partner's as one of ours: ``getEstelam3`` becomes ``get-estelam-3``."""
    words = [word.lower() for word in _WORD.findall(text)] or ["operation"]
    joined = "-".join(words)
    return joined if joined[0].isalpha() else f"op-{joined}"


def _ask_about(wish: Wish, made: Draft, operation: str, kind: Kind) -> Callable[[str], None]:
    path = f"{_contract_name(wish, operation)}/1.0.{kind}.schema.json"
    return lambda question: made.decide(path, question)


def _wsdl(wish: Wish, made: Draft) -> _Partner:
    file, folder = wish.file.resolve(), wish.file.resolve().parent
    sources = read_sources(file, folder, folder)
    wsdl = Wsdl(file, folder, folder)
    name = wish.operation or _only(_operations(file), "operation")
    operation = wsdl.operation(name, wish.port or None)
    port = f", port: {quoted(wish.port)}" if wish.port else ""
    adapter = wish.partner.replace("-", "_").replace(".", "_")
    for path in _linked_files(file):
        made.adapters[f"{adapter}/wsdl/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    endpoint = kebab(name)
    manifest = f"{adapter}/manifest.yaml"
    made.adapters[manifest] = manifest_yaml(
        wish.partner, "soap", f"{wish.partner}.{endpoint}", endpoint, f"{{operation: {name}{port}}}",
        partner_section=f"soap: {{wsdl: wsdl/{file.name}}}\n",
    )  # fmt: skip
    made.adapters[f"{adapter}/README.md"] = readme(wish.partner, file.name)
    for question in question_of_manifest():
        made.decide(manifest, question)
    sides = {Kind.REQUEST: operation.request, Kind.REPLY: operation.reply}
    schemas = {
        kind: SoapSchemas(sources, _ask_about(wish, made, name, kind)).document(child)
        for kind, child in sides.items()
    }
    return _Partner(name, schemas)


def _xsd(wish: Wish, made: Draft) -> _Partner:
    """An XSD tells no operation: two of its elements are taken for one, and there is no adapter to draft."""
    if not wish.operation or not wish.reply:
        raise UndraftableError(
            "an XSD has no operations: name the elements, --operation REQUEST --reply REPLY"
        )
    file, folder = wish.file.resolve(), wish.file.resolve().parent
    sources = read_sources(file, folder, folder)
    namespace = next((schema.namespace for schema in sources.schemas if schema.file == file), "")
    with TemporaryDirectory() as place:
        copies = Path(place)
        for path in _linked_files(file):
            copy = copies / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        around = copies / "around.wsdl"
        around.write_text(_around(namespace, file.name, wish.operation, wish.reply), encoding="utf-8")
        operation = Wsdl(around, copies, copies).operation("Call", None)
        sides: dict[Kind, Child] = {Kind.REQUEST: operation.request, Kind.REPLY: operation.reply}
    schemas = {
        kind: SoapSchemas(sources, _ask_about(wish, made, wish.operation, kind)).document(child)
        for kind, child in sides.items()
    }
    return _Partner(wish.operation, schemas)


def _around(namespace: str, file: str, request: str, reply: str) -> str:
    """The smallest WSDL around an XSD, so that it is read as the adapter reads it."""
    parts = "".join(
        f'<message name="{name}"><part name="p" element="x:{element}"/></message>'
        for name, element in (("In", request), ("Out", reply))
    )
    return f"""<definitions xmlns="{WSDL[1:-1]}" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:t="urn:around" xmlns:x="{namespace}" targetNamespace="urn:around">
<types><schema xmlns="{XSD[1:-1]}"><import namespace="{namespace}" schemaLocation="{file}"/></schema></types>{parts}
<portType name="P"><operation name="Call"><input message="t:In"/><output message="t:Out"/></operation></portType>
<binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="Call">
<soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
</operation></binding>
<service name="S"><port name="P" binding="t:B"><soap:address location="http://localhost/"/></port></service>
</definitions>"""


def _operations(file: Path) -> list[str]:
    tree = etree.fromstring(file.read_bytes(), safe_parser())
    found = [node.get("name") or "" for node in tree.iterfind(f"{WSDL}portType/{WSDL}operation")]
    return list(dict.fromkeys(found))


def _only(found: list[str], what: str) -> str:
    if len(found) != 1:
        listed = ", ".join(sorted(found)) or "none"
        raise UndraftableError(f"name the {what} (--{what}), one of: {listed}")
    return found[0]


def _linked_files(file: Path) -> list[Path]:
    """A file and all that it is made of; ``read_sources`` has seen that they lie beside it."""
    found: list[Path] = []
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.append(path)
        tree = etree.fromstring(path.read_bytes(), safe_parser())
        for tag in _LINKS:
            waiting += [target for link in tree.iter(tag) if (target := linked(link, path)) is not None]
    return sorted(found)


def _openapi(wish: Wish, made: Draft) -> _Partner:
    folder = wish.file.resolve().parent
    read = read_json_file if wish.file.suffix.lower() == ".json" else read_yaml_file
    document = read(wish.file.resolve(), folder).value
    asked: list[str] = []
    try:
        operation = read_operation(document, wish.operation, asked.append)
    except RemoteReferenceError as error:
        hint = "bring what it refers to into this file: nothing is ever fetched"
        raise LintError([Finding(wish.file.name, 0, "openapi.remote-reference", str(error), hint)]) from None
    name = _contract_name(wish, operation.name)
    for question in asked:
        made.decide(f"{name}/1.0.request.schema.json", question)
    adapter = wish.partner.replace("-", "_").replace(".", "_")
    manifest = f"{adapter}/manifest.yaml"
    made.adapters[manifest] = manifest_yaml(
        wish.partner, "rest", name, kebab(operation.name), _rest_section(operation)
    )
    made.adapters[f"{adapter}/README.md"] = readme(wish.partner, wish.file.name)
    for question in question_of_manifest():
        made.decide(manifest, question)
    made.decide(manifest, "replies: which statuses beside 200 are business replies?")
    return _Partner(operation.name, {Kind.REQUEST: operation.request, Kind.REPLY: operation.reply})


def _rest_section(operation: RestOperation) -> str:
    query = ", ".join(f"{quoted(name)}: {quoted(value)}" for name, value in operation.query.items())
    parts = [f"method: {operation.method}", f"path: {quoted(operation.path)}", f"body: {operation.body}"]
    if query:
        parts.append(f"query: {{{query}}}")
    return "{" + ", ".join(parts) + "}"
