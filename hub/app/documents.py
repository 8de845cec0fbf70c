"""Holds the documents that manifests say are sent against the contracts that their endpoints speak."""

from collections.abc import Iterator, Mapping

from adapters.kit.manifest import EndpointManifest, Manifest
from adapters.kit.manifest_file import NO_NETWORK
from hub.contracts.attachments import FORMAT, reference_fields
from hub.core.contract import Contract
from hub.core.findings import Finding
from hub.core.message import Kind
from hub.reading.model import closest


def unsendable_documents(
    manifests: tuple[Manifest, ...], contracts: Mapping[str, Contract]
) -> Iterator[Finding]:
    """Each field that refers to a document is sent as one, and nothing else is."""
    for manifest in manifests:
        if manifest.protocol in NO_NETWORK:
            continue  # nothing is sent anywhere
        for endpoint in manifest.endpoints.values():
            ref = endpoint.facts.contract
            contract = contracts.get(ref.name)
            version = contract.versions.get(ref.version) if contract is not None else None
            if version is not None and Kind.REQUEST in version.schemas:
                fields = reference_fields(version.schemas[Kind.REQUEST].source)
                yield from _mistakes(manifest, endpoint, fields)


def _mistakes(manifest: Manifest, endpoint: EndpointManifest, fields: frozenset[str]) -> Iterator[Finding]:
    parts = endpoint.documents.parts if endpoint.documents is not None else ()
    for part in parts:
        if part.path not in fields:
            message = f"{part.path!r} is no field of {endpoint.facts.contract} that has the format {FORMAT}"
            yield manifest.finding(
                (*part.location, "field"), "manifest.document-field", message, closest(part.path, fields)
            )
    for field in sorted(fields - {part.path for part in parts}):
        message = (
            f"{field!r} of {endpoint.facts.contract} refers to a document, and nothing says how it is sent"
        )
        hint = "documents: {parts: [{part: …, field: …}]}, or another format where the partner wants the digest only"
        yield manifest.finding(endpoint.location, "manifest.document-not-sent", message, hint)
