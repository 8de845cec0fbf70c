"""Routes as files: ``routes/NAME/route.yaml``, read strictly (docs/reference/files.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from hub.core.findings import Finding, LintError
from hub.core.route import SCATTERED, Route, StepSpec, Urgency, WhenUncertain
from hub.core.values import JsonValue
from hub.reading.document import Document
from hub.reading.fields import LineField, NameField, TextField
from hub.reading.files import read_yaml_file, shown
from hub.reading.model import StrictModel, read_model
from hub.routing.policies import RetryFile, UncertainFile, judge_policies
from hub.routing.scatter_file import ScatterFile, judge_scatter

MAX_STEPS = 10
_SOURCE = re.compile(r"([a-z0-9.-]+)@(0|[1-9][0-9]{0,4})\Z")


class RouteFile(StrictModel):
    """The keys of a route.yaml."""

    route: NameField
    purpose: TextField
    owner: NameField
    legal_basis: LineField
    source: Annotated[LineField, Field(alias="from")]
    when: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    steps: Annotated[tuple[dict[str, dict[str, JsonValue]], ...], Field(max_length=MAX_STEPS)] = ()
    to: NameField | None = None
    scatter: ScatterFile | None = None
    when_uncertain: UncertainFile | None = None
    retry: RetryFile = RetryFile()
    urgency: Urgency = Urgency.NORMAL


@dataclass(frozen=True, slots=True)
class LoadedRoute:
    """A route with the document it was read from, for findings with lines."""

    route: Route
    document: Document


def load_routes(folder: Path) -> tuple[LoadedRoute, ...]:
    """Every route below a folder, by name.

    Raises LintError with all findings of all files.
    """
    loaded: list[LoadedRoute] = []
    findings: list[Finding] = []
    if not folder.is_dir():
        raise LintError([Finding(str(folder), 0, "route.no-folder", "the folder of routes is not there")])
    for entry in sorted(folder.iterdir()):
        if not entry.is_dir() or entry.name.startswith("."):
            continue
        try:
            loaded.append(_load(entry, folder))
        except LintError as error:
            findings += error.findings
    if findings:
        raise LintError(findings)
    return tuple(loaded)


def _load(entry: Path, folder: Path) -> LoadedRoute:
    document = read_yaml_file(entry / "route.yaml", folder)
    file = read_model(document, RouteFile, "route")
    findings = list(_judge(document, file, entry.name))
    if findings:
        raise LintError(findings)
    contract, _, major = file.source.partition("@")
    route = Route(
        name=file.route,
        purpose=file.purpose.text,
        owner=file.owner,
        legal_basis=file.legal_basis,
        contract=contract,
        major=int(major),
        when=file.when or "",
        steps=tuple(StepSpec(name, options) for step in file.steps for name, options in step.items()),
        endpoint=file.to or SCATTERED,
        when_uncertain=file.when_uncertain.kind if file.when_uncertain else WhenUncertain.PERSON,
        priority=file.priority,
        path=shown(entry / "route.yaml", folder),
        retry=file.retry.policy,
        inquiry=file.when_uncertain.inquiry if file.when_uncertain else None,
        urgency=file.urgency,
        scatter=file.scatter.scatter if file.scatter else None,
    )
    return LoadedRoute(route, document)


def _judge(document: Document, file: RouteFile, folder_name: str) -> Iterator[Finding]:
    if file.route != folder_name:
        message = f"the route is named {file.route!r} but lies in the folder {folder_name!r}"
        yield document.finding(("route",), "route.folder-name", message, "give both the same name")
    if _SOURCE.match(file.source) is None:
        message = f"{file.source!r} is not a contract's major"
        yield document.finding(("from",), "route.source", message, "write it like registry.title-inquiry@1")
    yield from judge_scatter(document, file.scatter, has_endpoint=file.to is not None)
    if file.to is not None and file.when_uncertain is None:
        message = "nothing says what becomes of a call whose outcome nobody knows"
        yield document.finding(
            (), "route.missing-key", message, "when_uncertain: person | repeat | {inquire: …}"
        )
    if file.when_uncertain is not None:
        yield from judge_policies(document, file.retry, file.when_uncertain)
    for number, step in enumerate(file.steps):
        if len(step) != 1:
            message = "a step is one name with its options"
            yield document.finding(
                ("steps", number), "route.step", message, "- require: {that: …, detail: …}"
            )
