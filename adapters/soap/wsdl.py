"""A WSDL as the adapter needs it: read once by zeep, from local files only, and checked for what is supported."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap11Binding, Soap12Binding
from zeep.wsdl.messages.soap import DocumentMessage

from adapters.soap.constructs import Constructs
from adapters.soap.envelope import VERSION_11, VERSION_12, Version
from adapters.soap.shapes import Child, UnsupportedShapeError, child_of
from adapters.soap.sources import Sources, read_sources
from adapters.soap.validation import Validator, compile_validator
from hub.core.findings import Finding, LintError
from hub.reading.model import closest


@dataclass(frozen=True, slots=True)
class WsdlOperation:
    """One operation of one port."""

    name: str
    version: Version
    action: str
    request: Child
    reply: Child
    headers: dict[str, Child]
    """The header elements that may be sent, by name."""


class Wsdl:
    """One WSDL. Raises LintError with findings that name the WSDL's file, where it cannot be used."""

    def __init__(self, path: Path, folder: Path, root: Path) -> None:
        self._sources: Sources = read_sources(path, folder, root)
        self._document = _read(path, folder, self._sources)
        self._constructs = Constructs(self._sources)

    def validator(self) -> Validator:
        """Compile the schemas for the validation of replies. Raises LintError."""
        return compile_validator(self._sources)

    def operation(self, name: str, port: str | None) -> WsdlOperation:
        """Give one operation. Raises LintError if there is none, or it cannot be supported."""
        binding, found = self._find(name, port)
        version = VERSION_12 if isinstance(binding, Soap12Binding) else VERSION_11
        request, reply = self._body(name, found.input), self._body(name, found.output)
        elements = [element for _, element in found.input.header.type.elements] if found.input.header else []
        known = {element.name: element for element in (*self._document.types.elements, *elements)}
        headers = _Headers(self, known)
        return WsdlOperation(name, version, found.soapaction or "", request, reply, headers)

    def child(self, element: Any) -> Child:
        """Give an element's shape. Raises LintError for what is not supported."""
        qname = element.qname
        findings = self._constructs.refused(qname.namespace or "", qname.localname)
        if findings:
            raise LintError(findings)
        try:
            return child_of(element)
        except UnsupportedShapeError as error:
            raise self.refused("soap.unsupported", f"{element.name!r}: {error}") from None

    def refused(self, rule: str, message: str, hint: str = "") -> LintError:
        """Say what is wrong with the WSDL as a whole."""
        return LintError([Finding(self._sources.shown, 0, rule, message, hint)])

    def _find(self, name: str, port: str | None) -> tuple[Any, Any]:
        ports = {
            port_name: found.binding
            for service in self._document.services.values()
            for port_name, found in service.ports.items()
            if isinstance(found.binding, Soap11Binding | Soap12Binding)
        }
        if port is not None and port not in ports:
            raise self.refused("soap.port-unknown", f"there is no SOAP port {port!r}", closest(port, ports))
        offering = {
            port_name: binding
            for port_name, binding in ports.items()
            if name in binding.all() and port in {None, port_name}
        }
        if not offering:
            known = {operation for binding in ports.values() for operation in binding.all()}
            hint = closest(name, known) or f"known: {', '.join(sorted(known))}"
            raise self.refused("soap.operation-unknown", f"there is no operation {name!r}", hint)
        if len(offering) > 1:
            hint = f"name one: port: {' | '.join(sorted(offering))}"
            raise self.refused("soap.port-ambiguous", f"several ports offer {name!r}", hint)
        binding = next(iter(offering.values()))
        return binding, binding.get(name)

    def _body(self, name: str, message: Any) -> Child:
        is_document = isinstance(message, DocumentMessage) and not message._is_body_wrapped  # noqa: SLF001 - the only sign of several parts
        if not is_document or message.body is None:
            what = f"{name!r} is not document/literal with one element"
            raise self.refused("soap.unsupported", what, "RPC style and several parts are not supported")
        return self.child(message.body)


class _Headers(dict[str, Child]):
    """Header elements by name, compiled when one is asked for: most of what a WSDL defines is no header."""

    def __init__(self, wsdl: Wsdl, known: dict[str, Any]) -> None:
        super().__init__()
        self._wsdl = wsdl
        self._known = known

    def __missing__(self, name: str) -> Child:
        if name not in self._known:
            hint = closest(name, self._known)
            raise self._wsdl.refused(
                "soap.header-unknown", f"there is no element {name!r} for a header", hint
            )
        self[name] = self._wsdl.child(self._known[name])
        return self[name]


class _LocalFiles:
    """What zeep reads with, in place of its own transport: files of the adapter's folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def load(self, url: str) -> bytes:
        """Give a file's bytes."""
        path = Path(url.removeprefix("file://")).resolve()
        if not path.is_relative_to(self._folder):
            raise OSError("outside the adapter's folder")
        return path.read_bytes()


def _read(path: Path, folder: Path, sources: Sources) -> Any:
    settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        return Document(str(path.resolve()), _LocalFiles(folder), settings=settings)
    # zeep looks names up in dictionaries and raises KeyError for a WSDL that refers to what it does not define
    except (ZeepError, etree.LxmlError, OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        message = f"the WSDL cannot be read: {error}"
        hint = "is everything defined that it refers to?"
        raise LintError([Finding(sources.shown, 0, "soap.wsdl-broken", message, hint)]) from None
