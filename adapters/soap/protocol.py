"""SOAP as a protocol of the kit: manifests in, endpoints out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.kit.credentials import credential_name
from adapters.kit.http_endpoint import HttpEndpoint
from adapters.kit.manifest import EndpointManifest, Manifest
from adapters.kit.outcomes import CompileCondition, Outcomes
from adapters.kit.partner import Access, NotConfiguredError, Partner
from adapters.soap.decoder import compile_reader
from adapters.soap.encoder import Prefixes, Write, compile_element
from adapters.soap.envelope import VERSION_12, Version
from adapters.soap.fillings import FillingError, filled, scalar_at
from adapters.soap.operation import Codec, SoapOperation
from adapters.soap.section import SoapEndpoint, SoapPartner
from adapters.soap.shapes import Child
from adapters.soap.unfit import UnfitError
from adapters.soap.validation import Validator
from adapters.soap.wsdl import Wsdl, WsdlOperation
from hub.core.endpoint import OutboundEndpoint
from hub.core.findings import Finding, LintError
from hub.core.values import ContractRef
from hub.reading.document import Location
from hub.reading.model import closest

_REPLY_TYPES: Final = frozenset({"text/xml", "application/xml", "application/soap+xml"})


def soap(
    manifest: Manifest, compile_condition: CompileCondition, environment: Mapping[str, str]
) -> Mapping[str, OutboundEndpoint]:
    """See ``adapters.kit.registry.Protocol``."""
    section = manifest.section((manifest.protocol,), SoapPartner)
    partner = Partner(manifest, environment)
    compiler = _Compiler(manifest, section)
    made: dict[str, OutboundEndpoint] = {}
    findings: list[Finding] = []
    for name, endpoint in manifest.endpoints.items():
        try:
            binder = compiler.binder(endpoint)
            outcomes = Outcomes.compile(manifest, endpoint, compile_condition)
            made[name] = HttpEndpoint(partner, binder.bind, outcomes)
        except LintError as error:
            findings.extend(error.findings)
    if findings:
        raise LintError(findings)
    return made


@dataclass(frozen=True, slots=True)
class Binder:
    """One operation, compiled, that waits for address and credentials."""

    contract: ContractRef
    section: SoapEndpoint
    codec: Codec
    action: str
    request: Child
    headers: tuple[tuple[Child, Write, Mapping[str, str]], ...]
    """Header elements: shape, what writes it, and the manifest's fields."""

    def bind(self, access: Access) -> SoapOperation:
        """Fill address and credentials in. Raises NotConfiguredError for a credential of the wrong type."""
        try:
            written: list[str] = []
            for child, write, fields in self.headers:
                write(filled(child, fields, access.credentials), written)
            additions = filled(self.request, self.section.body, access.credentials)
        except FillingError as error:
            raise NotConfiguredError(str(error)) from None
        except UnfitError as error:
            raise NotConfiguredError(
                f"the SOAP header is incomplete: {error.field_error().pointer} {error}"
            ) from None
        return SoapOperation(
            contract=self.contract,
            codec=self.codec,
            url=access.address + (self.section.path or ""),
            headers={**_http_headers(self.codec.version, self.action), **access.headers},
            header=f"<e:Header>{''.join(written)}</e:Header>" if written else "",
            additions=additions,
        )


class _Compiler:
    """Compiles the endpoints of one manifest; each WSDL is read once, and its schemas are compiled once."""

    def __init__(self, manifest: Manifest, section: SoapPartner) -> None:
        self._manifest = manifest
        self._section = section
        self._wsdls: dict[str, Wsdl] = {}
        self._validators: dict[str, Validator] = {}

    def binder(self, endpoint: EndpointManifest) -> Binder:
        section = self._manifest.section(endpoint.section, SoapEndpoint)
        file = section.wsdl or self._section.wsdl
        if file is None:
            message = "no WSDL is named, neither here nor for the partner"
            raise LintError([self._manifest.finding(endpoint.section, "soap.wsdl-missing", message)])
        operation = self._wsdl(file).operation(section.operation, section.port)
        findings = [*self._mistakes(endpoint.section, section, operation)]
        if endpoint.documents is not None:
            message = "documents are not sent inside or beside SOAP envelopes"
            at = endpoint.documents.location
            findings.append(self._manifest.finding(at, "soap.documents-unsupported", message))
        if findings:
            raise LintError(findings)
        return compiled(endpoint.facts.contract, section, operation, self._validator(file, section))

    def _wsdl(self, file: str) -> Wsdl:
        if file not in self._wsdls:
            folder = self._manifest.folder
            self._wsdls[file] = Wsdl(folder / file, folder, folder.parent)
        return self._wsdls[file]

    def _validator(self, file: str, section: SoapEndpoint) -> Validator | None:
        if not section.validate_replies:
            return None
        if file not in self._validators:
            self._validators[file] = self._wsdl(file).validator()
        return self._validators[file]

    def _mistakes(self, at: Location, section: SoapEndpoint, operation: WsdlOperation) -> Iterator[Finding]:
        yield from self._field_mistakes((*at, "body"), operation.request, section.body)
        for name, fields in section.header.items():
            yield from self._field_mistakes((*at, "header", name), operation.headers[name], fields)

    def _field_mistakes(self, at: Location, child: Child, fields: Mapping[str, str]) -> Iterator[Finding]:
        known = self._manifest.credentials
        for path, text in fields.items():
            try:
                scalar_at(child, path)
            except FillingError as error:
                yield self._manifest.finding((*at, path), "soap.field-unknown", str(error))
            name = credential_name(text)
            if name is not None and name not in known:
                message = f"there is no credential {name!r}"
                yield self._manifest.finding(
                    (*at, path), "soap.credential-unknown", message, closest(name, known)
                )


def compiled(
    contract: ContractRef, section: SoapEndpoint, operation: WsdlOperation, validator: Validator | None
) -> Binder:
    """Compile one operation; nothing looks at the WSDL after this."""
    prefixes = Prefixes()
    write = compile_element(operation.request, prefixes)
    headers = tuple(
        (operation.headers[name], compile_element(operation.headers[name], prefixes), fields)
        for name, fields in section.header.items()
    )
    version = operation.version
    codec = Codec(
        version=version,
        before_header=(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<e:Envelope xmlns:e="{version.namespace}"{prefixes.declarations()}>'
        ),
        write=write,
        read=compile_reader(operation.reply),
        reply_tag=operation.reply.tag,
        validator=validator,
        reply_types=_REPLY_TYPES | frozenset(section.reply_types),
    )
    action = operation.action if section.action is None else section.action
    return Binder(contract, section, codec, action, operation.request, headers)


def _http_headers(version: Version, action: str) -> dict[str, str]:
    """SOAP 1.1 §6.1.1; SOAP 1.2 part 2 §7.5."""
    if version is VERSION_12:
        parameter = f'; action="{action}"' if action else ""
        return {"Content-Type": f"{version.media_type}; charset=utf-8{parameter}"}
    return {"Content-Type": f"{version.media_type}; charset=utf-8", "SOAPAction": f'"{action}"'}
