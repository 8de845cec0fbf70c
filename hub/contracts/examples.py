"""The examples beside a contract: valid ones must pass, invalid ones must fail as they say.

Both are judged as the hub judges messages: put into their canonical spelling first, where the version asks for it.

``examples/VERSION/valid/NAME.request.json`` and ``.reply.json``; ``examples/VERSION/invalid/NAME.request.json``
and ``.reply.json`` with what must be found in ``NAME.expect.yaml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel

from hub.core.canonical import canonical
from hub.core.contract import Contract, ContractVersion
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Version
from hub.reading.files import read_json_file, read_yaml_file, shown
from hub.reading.model import StrictModel, read_model

_EXPECT = ".expect.yaml"
_JUDGEMENTS = ("valid", "invalid")


class ExpectedError(StrictModel):
    """One thing that must be found wrong with an invalid example."""

    pointer: str
    code: str


class ExpectFile(RootModel[tuple[ExpectedError, ...]]):
    """The file as it is written."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one version."""

    path: Path
    kind: Kind
    is_valid: bool
    document: JsonValue


def lint_examples(folder: Path, contracts: Iterable[Contract]) -> tuple[Finding, ...]:
    """Everything wrong with the examples of these contracts, whose folders lie in ``folder``."""
    findings: list[Finding] = []
    for contract in contracts:
        place = folder / contract.name / "examples"
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            version = _version(contract, path.name)
            if version is None:
                message = f"{contract.name} has no version {path.name!r}"
                findings.append(Finding(shown(path, folder), 0, "example.version-unknown", message))
            else:
                findings += _lint_version(version, path, folder)
    return tuple(sorted(findings))


def valid_examples(folder: Path, version: ContractVersion, kind: Kind) -> tuple[Example, ...]:
    """The valid examples of one kind, in order of their names. Raises LintError for files that cannot be read."""
    place = folder / version.ref.name / "examples" / str(version.ref.version) / "valid"
    paths = sorted(place.glob(f"*.{kind}.json"))
    return tuple(Example(path, kind, True, read_json_file(path, folder).value) for path in paths)


def catalogue_examples(
    folder: Path, contracts: Iterable[Contract]
) -> tuple[Mapping[tuple[ContractRef, Kind], Mapping[str, JsonValue]], tuple[Finding, ...]]:
    """The valid examples of all versions by name, and what is wrong with those that are left out.

    Whoever shows examples shows only what its schema takes, whatever lies in the folder.
    """
    found: dict[tuple[ContractRef, Kind], Mapping[str, JsonValue]] = {}
    findings: list[Finding] = []
    for version in (version for contract in contracts for version in contract.versions.values()):
        for kind, schema in version.schemas.items():
            place = folder / version.ref.name / "examples" / str(version.ref.version) / "valid"
            named: dict[str, JsonValue] = {}
            for path in sorted(place.glob(f"*.{kind}.json")):
                try:
                    document = read_json_file(path, folder).value
                except LintError as error:
                    findings += error.findings
                    continue
                document, _ = canonical(document, schema.normaliser)
                if schema.validator.is_valid(document):
                    named[path.name.removesuffix(f".{kind}.json")] = document
                else:
                    message = "the schema does not take this example, so it is not shown"
                    findings.append(Finding(shown(path, folder), 0, "example.left-out", message))
            if named:
                found[version.ref, kind] = named
    return found, tuple(findings)


def _version(contract: Contract, name: str) -> ContractVersion | None:
    try:
        return contract.versions.get(Version.parse(name))
    except ValueError:
        return None


def _lint_version(version: ContractVersion, place: Path, root: Path) -> Iterator[Finding]:
    for path in sorted(place.iterdir()):
        if path.name not in _JUDGEMENTS or not path.is_dir():
            yield Finding(shown(path, root), 0, "example.stray-file", "examples lie in valid and invalid")
            continue
        for file in sorted(path.iterdir()):
            try:
                yield from _lint_file(version, file, root, is_valid=path.name == "valid")
            except LintError as error:
                yield from error.findings


def _lint_file(version: ContractVersion, path: Path, root: Path, *, is_valid: bool) -> Iterator[Finding]:
    name = shown(path, root)
    if not is_valid and path.name.endswith(_EXPECT):
        stem = path.name.removesuffix(_EXPECT)
        if not any((path.parent / f"{stem}.{kind}.json").is_file() for kind in Kind):
            yield Finding(name, 0, "example.stray-file", "there is no example beside this expectation")
        return
    kind = next((kind for kind in version.schemas if path.name.endswith(f".{kind}.json")), None)
    if kind is None:
        hint = "NAME.request.json or NAME.reply.json"
        yield Finding(name, 0, "example.stray-file", "this is no example of a schema of this version", hint)
        return
    document = read_json_file(path, root)
    body, _ = canonical(document.value, version.schemas[kind].normaliser)
    errors = version.schemas[kind].validator.errors(body)
    if is_valid:
        for error in errors:
            line = document.line(_location(document.value, error.pointer))
            yield Finding(
                name, line, "example.invalid", f"{error.pointer or 'the document'}: {error.detail.en}"
            )
        return
    twin = path.with_name(path.name.removesuffix(f".{kind}.json") + _EXPECT)
    expected = read_yaml_file(twin, root)
    wanted = {(item.pointer, item.code) for item in read_model(expected, ExpectFile, "example").root}
    found = {(error.pointer, error.code) for error in errors}
    if not found:
        yield Finding(name, 0, "example.valid", "this invalid example is valid")
    elif wanted != found:
        message = f"expected {_list(wanted)}, found {_list(found)}"
        yield expected.finding((), "example.other-errors", message)


def _list(errors: set[tuple[str, str]]) -> str:
    return (
        ", ".join(f"{code} at {pointer or 'the document'}" for pointer, code in sorted(errors)) or "nothing"
    )


def _location(document: JsonValue, pointer: str) -> tuple[str | int, ...]:
    """A pointer into a document as a location: what stands in a list is told by number."""
    location: tuple[str | int, ...] = ()
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        step: str | int = int(key) if isinstance(document, list) and key.isdecimal() else key
        location = (*location, step)
        if isinstance(document, dict):
            document = document.get(key)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
    return location
