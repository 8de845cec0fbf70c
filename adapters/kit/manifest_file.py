"""Reading ``adapters/FOLDER/manifest.yaml``; the format is described in docs/reference/files.md."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from adapters.kit.availability_file import AvailabilityFile, judge_availability
from adapters.kit.credentials import credential_name
from adapters.kit.documents_file import DocumentsFile, judge_documents
from adapters.kit.manifest import (
    EndpointManifest,
    HttpOptions,
    LaterRepliesSpec,
    Manifest,
    OutcomeSpec,
    Unsupported,
)
from hub.core.codes import CATALOGUE
from hub.core.endpoint import EndpointFacts
from hub.core.findings import Finding, LintError
from hub.core.values import ContractRef
from hub.reading.document import Document, Location
from hub.reading.fields import (
    ContractRefField,
    DurationField,
    LineField,
    NameField,
    ReferenceField,
    SizeField,
    TextField,
)
from hub.reading.files import read_yaml_file
from hub.reading.model import StrictModel, closest, read_model
from hub.reading.reference import Reference

AREA = "manifest"
_PARTNER_CODES = frozenset(id_ for id_ in CATALOGUE if id_.startswith("partner."))

_Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Path = Annotated[str, StringConstraints(pattern=r"^reply(\.[A-Za-z_][A-Za-z0-9_]{0,99}){1,10}$")]
_Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
_HeaderValue = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,998}[!-~])?$")]
_Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Count = Annotated[int, Field(ge=1, le=10_000)]


class _Basic(StrictModel):
    username: _HeaderValue
    password: _HeaderValue


class _Http(StrictModel):
    headers: dict[_Header, _HeaderValue] = Field(default_factory=dict)
    basic: _Basic | None = None
    bearer: _HeaderValue | None = None
    ca: ReferenceField | None = None
    certificate: ReferenceField | None = None
    key: ReferenceField | None = None


class _Outcome(StrictModel):
    when: _Condition
    code: str | None = None
    detail: TextField | None = None
    acknowledged: _Path | None = None


class _LaterReplies(StrictModel):
    form: Literal["json", "own"] = "own"
    tracking_code: _Path
    document: _Path | None = None
    contract: ContractRefField | None = None
    outcomes: list[_Outcome] = Field(default_factory=list)


class _Endpoint(StrictModel):
    contract: ContractRefField
    idempotent: bool
    timeout: DurationField
    outcomes: list[_Outcome] = Field(default_factory=list)
    later_replies: _LaterReplies | None = None
    documents: DocumentsFile | None = None


class _Unsupported(StrictModel):
    rule: NameField
    reason: LineField


class _Manifest(StrictModel):
    partner: NameField
    title: TextField
    protocol: NameField
    evidence: Literal["public", "seen", "modelled"]
    address: ReferenceField
    credentials: dict[_Key, ReferenceField] = Field(default_factory=dict)
    connect_timeout: DurationField
    max_connections: _Count
    max_concurrent: _Count
    workers: _Count | None = None
    max_reply: SizeField
    http: _Http = _Http()
    endpoints: Annotated[Mapping[NameField, _Endpoint], Field(min_length=1)]
    unsupported: list[_Unsupported] = Field(default_factory=list)
    availability: AvailabilityFile | None = None


NO_NETWORK: Final = frozenset({"inbox"})
"""Protocols that call nobody: their manifests say nothing of addresses, connections and time-outs."""
_OF_THE_NETWORK: Final = (
    "address",
    "credentials",
    "connect_timeout",
    "max_connections",
    "max_concurrent",
    "max_reply",
    "http",
)
_NOWHERE: Final = Reference("none", "")


class _InnerEndpoint(_Endpoint):
    idempotent: bool = True
    timeout: DurationField = 10.0


class _InnerManifest(_Manifest):
    address: ReferenceField = _NOWHERE
    connect_timeout: DurationField = 1.0
    max_connections: _Count = 1
    max_concurrent: _Count = 1000
    max_reply: SizeField = 1
    endpoints: Annotated[Mapping[NameField, _InnerEndpoint], Field(min_length=1)]


def load_manifests(folder: Path) -> tuple[Manifest, ...]:
    """Read the manifests of all partners below a folder, ordered by partner.

    Raises LintError with the findings of all of them.
    """
    manifests: list[Manifest] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*/manifest.yaml")):
        try:
            manifests.append(read_manifest(read_yaml_file(path, folder), path.parent))
        except LintError as error:
            findings.extend(error.findings)
    findings.extend(_doubled(manifests))
    if findings:
        raise LintError(findings)
    return tuple(sorted(manifests, key=lambda manifest: manifest.partner))


def read_manifest(document: Document, folder: Path) -> Manifest:
    """Give one file as a manifest; ``folder`` is where the files lie that it names. Raises LintError."""
    read = read_model(_without_sections(document), _model_of(document), AREA)
    findings = [*_mistakes(document, read)]
    if findings:
        raise LintError(findings)
    return Manifest(
        partner=read.partner,
        title=read.title.text,
        protocol=read.protocol,
        evidence=read.evidence,
        address=read.address,
        credentials=read.credentials,
        connect_timeout_s=read.connect_timeout,
        max_connections=read.max_connections,
        max_concurrent=read.max_concurrent,
        workers=read.workers,
        max_reply_bytes=read.max_reply,
        http=_http(read.http),
        endpoints={f"{read.partner}.{name}": _endpoint(read, name) for name in read.endpoints},
        unsupported=tuple(Unsupported(item.rule, item.reason) for item in read.unsupported),
        folder=folder,
        document=document,
    )


def _model_of(document: Document) -> type[_Manifest]:
    value = document.value
    is_inner = isinstance(value, dict) and value.get("protocol") in NO_NETWORK
    return _InnerManifest if is_inner else _Manifest


def _without_sections(document: Document) -> Document:
    """The file without the protocol's own sections: the protocol reads those."""
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("protocol"), str):
        return document
    own = value["protocol"]
    if own in _Manifest.model_fields:  # no protocol is named like a key; the protocol's lookup will say so
        return document
    stripped = {key: part for key, part in value.items() if key != own}
    endpoints = value.get("endpoints")
    if isinstance(endpoints, dict):
        stripped["endpoints"] = {
            name: {key: part for key, part in endpoint.items() if key != own}
            if isinstance(endpoint, dict)
            else endpoint
            for name, endpoint in endpoints.items()
        }
    return Document(document.path, stripped, document.lines)


def _endpoint(read: _Manifest, name: str) -> EndpointManifest:
    endpoint = read.endpoints[name]
    location: Location = ("endpoints", name)
    facts = EndpointFacts(
        name=f"{read.partner}.{name}",
        partner=read.partner,
        contract=endpoint.contract,
        idempotent=endpoint.idempotent,
        timeout_s=endpoint.timeout,
        max_concurrent=read.max_concurrent,
        availability=None if read.availability is None else read.availability.policy,
        later_contract=_later_contract(endpoint),
    )
    outcomes = _outcomes(endpoint.outcomes, (*location, "outcomes"))
    later = None if endpoint.later_replies is None else _later(endpoint.later_replies, location)
    documents = None if endpoint.documents is None else endpoint.documents.spec((*location, "documents"))
    return EndpointManifest(facts, outcomes, (*location, read.protocol), location, later, documents)


def _later_contract(endpoint: _Endpoint) -> ContractRef | None:
    later = endpoint.later_replies
    return None if later is None else later.contract or endpoint.contract


def _later(read: _LaterReplies, at: Location) -> LaterRepliesSpec:
    location: Location = (*at, "later_replies")
    return LaterRepliesSpec(
        is_json=read.form == "json",
        tracking_code=_way(read.tracking_code),
        document=_way(read.document),
        outcomes=_outcomes(read.outcomes, (*location, "outcomes")),
        location=location,
    )


def _way(path: str | None) -> tuple[str, ...]:
    """A path below ``reply`` as its keys."""
    return tuple((path or "").split(".")[1:])


def _outcomes(read: Sequence[_Outcome], at: Location) -> tuple[OutcomeSpec, ...]:
    return tuple(
        OutcomeSpec(
            when=outcome.when,
            code=None if outcome.code is None else CATALOGUE[outcome.code],
            detail=None if outcome.detail is None else outcome.detail.text,
            tracking_code=_way(outcome.acknowledged),
            location=(*at, number),
        )
        for number, outcome in enumerate(read)
    )


def _http(read: _Http) -> HttpOptions:
    return HttpOptions(
        headers=read.headers,
        basic=None if read.basic is None else (read.basic.username, read.basic.password),
        bearer=read.bearer,
        ca=read.ca,
        certificate=read.certificate,
        key=read.key,
    )


def _mistakes(document: Document, read: _Manifest) -> Iterator[Finding]:
    """What the model alone cannot see."""
    for name, endpoint in read.endpoints.items():
        if "." in name:
            message = f"the endpoint's name {name!r} holds a point, which parts it from its partner"
            yield document.finding(("endpoints", name), f"{AREA}.endpoint-name", message)
        yield from _outcome_mistakes(document, endpoint.outcomes, ("endpoints", name, "outcomes"))
        yield from _later_mistakes(document, endpoint, ("endpoints", name))
        yield from judge_documents(document, endpoint.documents, ("endpoints", name, "documents"))
    yield from _http_mistakes(document, read.http, read.credentials)
    if read.workers is not None and read.workers > read.max_concurrent:
        message = "more workers than calls that may be under way at once"
        yield document.finding(("workers",), f"{AREA}.workers", message, "at most max_concurrent")
    yield from judge_availability(document, read.availability)
    if read.protocol in NO_NETWORK:
        yield from _unused(document, read)


def _unused(document: Document, read: _Manifest) -> Iterator[Finding]:
    """What a protocol that calls nobody has no use for."""
    message = f"the protocol {read.protocol} calls nobody and has no use for this"
    for name in _OF_THE_NETWORK:
        if name in read.model_fields_set:
            yield document.finding((name,), f"{AREA}.not-used", message, "leave it out")
    for key, endpoint in read.endpoints.items():
        for name in ("idempotent", "timeout", "documents"):
            if name in endpoint.model_fields_set:
                yield document.finding(("endpoints", key, name), f"{AREA}.not-used", message, "leave it out")


def _later_mistakes(document: Document, endpoint: _Endpoint, at: Location) -> Iterator[Finding]:
    acknowledges = any(outcome.acknowledged is not None for outcome in endpoint.outcomes)
    later = endpoint.later_replies
    if later is None:
        if acknowledges:
            message = "the partner acknowledges and answers later, and nothing says how that answer is read"
            yield document.finding((*at, "outcomes"), f"{AREA}.no-later-replies", message, "later_replies: …")
        return
    location: Location = (*at, "later_replies")
    if not acknowledges:
        message = (
            "nothing that the partner answers is an acknowledgement, so nobody ever waits for a later reply"
        )
        yield document.finding(location, f"{AREA}.never-acknowledges", message, "outcomes: acknowledged: …")
    yield from _outcome_mistakes(document, later.outcomes, (*location, "outcomes"))
    for number, outcome in enumerate(later.outcomes):
        if outcome.acknowledged is not None:
            message = "what comes later is the answer, and no acknowledgement of another one"
            yield document.finding((*location, "outcomes", number), f"{AREA}.outcome", message)


def _outcome_mistakes(document: Document, outcomes: Sequence[_Outcome], at: Location) -> Iterator[Finding]:
    for number, outcome in enumerate(outcomes):
        location = (*at, number)
        if (outcome.code is None) == (outcome.acknowledged is None):
            message = "an outcome has either a code or an acknowledgement"
            yield document.finding(location, f"{AREA}.outcome", message)
        if outcome.code is not None and outcome.code not in _PARTNER_CODES:
            message = f"{outcome.code!r} is no code for what a partner does"
            hint = closest(outcome.code, _PARTNER_CODES)
            yield document.finding((*location, "code"), f"{AREA}.unknown-code", message, hint)


def _http_mistakes(
    document: Document, http: _Http, credentials: Mapping[str, Reference]
) -> Iterator[Finding]:
    given: dict[tuple[str, ...], str] = {("headers", name): value for name, value in http.headers.items()}
    secrets: dict[tuple[str, ...], str] = {}
    if http.basic is not None:
        secrets["basic", "username"] = http.basic.username
        secrets["basic", "password"] = http.basic.password
    if http.bearer is not None:
        secrets["bearer",] = http.bearer
    if http.basic is not None and http.bearer is not None:
        message = "a call has one Authorization header: either basic or bearer"
        yield document.finding(("http", "bearer"), f"{AREA}.authorization", message)
    for place, value in {**given, **secrets}.items():
        name = credential_name(value)
        location = ("http", *place)
        if name is None and place in secrets:
            message = f"{'.'.join(place)} is not written down here"
            yield document.finding(
                location, f"{AREA}.literal-secret", message, "refer to it: credentials.NAME"
            )
        elif name is not None and name not in credentials:
            message = f"there is no credential {name!r}"
            hint = closest(name, credentials)
            yield document.finding(location, f"{AREA}.credential-unknown", message, hint)


def _doubled(manifests: list[Manifest]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for manifest in manifests:
        path = first.setdefault(manifest.partner, manifest.document.path)
        if path != manifest.document.path:
            message = f"the partner {manifest.partner!r} is described in {path} already"
            yield manifest.finding(("partner",), f"{AREA}.partner-twice", message)
