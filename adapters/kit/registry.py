"""Which protocols there are: an explicit table, filled by the composition root. Nothing registers itself."""

from collections.abc import Mapping
from typing import Protocol as Port
from typing import TypeAlias

from adapters.kit.manifest import Manifest
from adapters.kit.outcomes import CompileCondition
from hub.core.endpoint import OutboundEndpoint
from hub.core.findings import LintError
from hub.reading.model import closest


class Protocol(Port):
    """Makes a partner's endpoints speak one protocol.

    Gives an endpoint for each that the manifest names, by full name (``partner.operation``), compiled
    and not yet opened; it touches no network. ``environment`` is what ``env:NAME`` refers to when they are
    opened. Raises LintError with all findings for a manifest, or a file that it names, that cannot be used.
    """

    def __call__(
        self, manifest: Manifest, compile_condition: CompileCondition, environment: Mapping[str, str], /
    ) -> Mapping[str, OutboundEndpoint]: ...


Protocols: TypeAlias = Mapping[str, Protocol]
"""Protocols by the name that manifests call them."""


def endpoints(
    manifests: tuple[Manifest, ...],
    protocols: Protocols,
    compile_condition: CompileCondition,
    environment: Mapping[str, str],
) -> dict[str, OutboundEndpoint]:
    """Give the endpoints of all partners by full name. Raises LintError with the findings of all."""
    made: dict[str, OutboundEndpoint] = {}
    findings = []
    for manifest in manifests:
        protocol = protocols.get(manifest.protocol)
        if protocol is None:
            message = f"there is no protocol {manifest.protocol!r}"
            hint = closest(manifest.protocol, protocols) or f"known: {', '.join(sorted(protocols))}"
            findings.append(manifest.finding(("protocol",), "manifest.protocol-unknown", message, hint))
            continue
        try:
            made.update(protocol(manifest, compile_condition, environment))
        except LintError as error:
            findings.extend(error.findings)
    if findings:
        raise LintError(findings)
    return made
