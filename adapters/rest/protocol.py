"""JSON over HTTP as a protocol of the kit: manifests in, endpoints out."""

from collections.abc import Iterator, Mapping

from adapters.kit.credentials import credential_name
from adapters.kit.documents import DocumentsSpec
from adapters.kit.http_endpoint import HttpEndpoint
from adapters.kit.manifest import EndpointManifest, Manifest
from adapters.kit.outcomes import CompileCondition, Outcomes
from adapters.kit.partner import Partner
from adapters.rest.operation import RestOperation, compile_operation
from adapters.rest.section import RestEndpoint, RestPartner
from adapters.rest.template import TemplateError
from hub.core.endpoint import OutboundEndpoint
from hub.core.findings import Finding, LintError
from hub.reading.model import closest


def rest(
    manifest: Manifest, compile_condition: CompileCondition, environment: Mapping[str, str]
) -> Mapping[str, OutboundEndpoint]:
    """See ``adapters.kit.registry.Protocol``."""
    partner = Partner(manifest, environment)
    made: dict[str, OutboundEndpoint] = {}
    findings: list[Finding] = []
    try:
        manifest.section((manifest.protocol,), RestPartner)
    except LintError as error:
        findings.extend(error.findings)
    for name, endpoint in manifest.endpoints.items():
        try:
            operation = _operation(manifest, endpoint)
            outcomes = Outcomes.compile(manifest, endpoint, compile_condition)
            made[name] = HttpEndpoint(partner, operation.bind, outcomes, endpoint.documents)
        except LintError as error:
            findings.extend(error.findings)
    if findings:
        raise LintError(findings)
    return made


def _operation(manifest: Manifest, endpoint: EndpointManifest) -> RestOperation:
    section = manifest.section(endpoint.section, RestEndpoint)
    findings = [*_mistakes(manifest, endpoint, section)]
    if findings:
        raise LintError(findings)
    try:
        return compile_operation(endpoint.facts.contract, section)
    except TemplateError as error:
        raise LintError([manifest.finding((*endpoint.section, "path"), "rest.path", str(error))]) from None


def _mistakes(manifest: Manifest, endpoint: EndpointManifest, section: RestEndpoint) -> Iterator[Finding]:
    parts = {"query": section.query, "headers": section.headers, "add": section.add}
    for part, values in parts.items():
        for key, value in values.items():
            name = credential_name(value)
            if name is not None and name not in manifest.credentials:
                location = (*endpoint.section, part, key)
                hint = closest(name, manifest.credentials)
                yield manifest.finding(
                    location, "rest.credential-unknown", f"there is no credential {name!r}", hint
                )
    if section.body == "none" and section.add:
        message = "there is no body to add fields to"
        yield manifest.finding((*endpoint.section, "add"), "rest.add-without-body", message)
    if endpoint.documents is not None:
        yield from _document_mistakes(manifest, endpoint.documents, section)
    if section.method == "GET" and section.body != "none":
        message = "GET has no body"
        yield manifest.finding((*endpoint.section, "body"), "rest.get-with-body", message, "body: none")


def _document_mistakes(
    manifest: Manifest, documents: DocumentsSpec, section: RestEndpoint
) -> Iterator[Finding]:
    at = documents.location
    if section.method in {"GET", "DELETE"}:
        yield manifest.finding(at, "rest.documents-without-body", f"{section.method} carries no documents")
    if section.body == "json" and not documents.message:
        message = "nothing says in which part of the form the JSON goes"
        yield manifest.finding(at, "rest.documents-message", message, "message: request")
    if section.body != "json" and documents.message:
        message = "there is no JSON to put into a part: each field of a form is a part of its own"
        yield manifest.finding((*at, "message"), "rest.documents-message", message)
