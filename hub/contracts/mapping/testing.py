"""Runs the tests that lie beside mappings: ``from-….tests.yaml``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from hub.contracts.mapping.folder import TESTS_END
from hub.contracts.mapping.translator import Translator
from hub.contracts.mapping.tree import EXCHANGE_FIELDS
from hub.core.errors import ExchangeError
from hub.core.findings import LintError
from hub.core.values import JsonValue
from hub.reading.differences import differences
from hub.reading.document import Document
from hub.reading.files import read_json_file, read_yaml_file, shown
from hub.reading.model import StrictModel, read_model

_NO_EXCHANGE: Mapping[str, JsonValue] = {
    "id": "01933c5e-0000-7000-8000-000000000000",
    "case_id": "",
    "sender": "test",
    "on_behalf_of": "",
    "begun_at": "2026-11-22T08:30:00.000Z",
    "part": "",
}


class ExpectedFailure(StrictModel):
    """The failure that a case is about."""

    code: str
    field: str | None = None
    """The target field that cannot be made, as the table writes it."""


class Case(StrictModel):
    """One case. A document stands in the file, or is the name of a JSON file beside it."""

    name: Annotated[str, Field(min_length=1)]
    given: dict[str, Any] | list[Any] | str
    expect: dict[str, Any] | list[Any] | str | None = None
    expect_error: ExpectedFailure | None = None
    exchange: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _expects_one_thing(self) -> "Case":
        if (self.expect is None) == (self.expect_error is None):
            raise PydanticCustomError("expectation", "must have either `expect` or `expect_error`")
        unknown = self.exchange.keys() - set(EXCHANGE_FIELDS)
        if unknown:
            hint = {"hint": f"there are: {', '.join(EXCHANGE_FIELDS)}"}
            raise PydanticCustomError("exchange-field", "has a field of `exchange` that there is not", hint)
        return self


class CaseFile(RootModel[tuple[Case, ...]]):
    """The file as it is written."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went."""

    path: str
    """The file of tests, below the folder of contracts."""
    line: int
    name: str
    differences: tuple[str, ...]
    """What was not as expected, a line each; empty if the case passed. Holds test data."""

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


def run_mapping_tests(folder: Path, translator: Translator) -> tuple[CaseResult, ...]:
    """Run the cases beside one mapping; none if there is no file of tests.

    Raises LintError if the tests, or a file they name, cannot be read.
    """
    mapping = folder / translator.path
    path = mapping.with_name(mapping.name.removesuffix(".yaml") + TESTS_END)
    if not path.is_file():
        return ()
    document = read_yaml_file(path, folder)
    cases = read_model(document, CaseFile, "mapping-test").root
    _check_names(document, cases)
    return tuple(
        CaseResult(
            shown(path, folder),
            document.line((index,)),
            case.name,
            tuple(_run(case, translator, path.parent, folder)),
        )
        for index, case in enumerate(cases)
    )


def _check_names(document: Document, cases: tuple[Case, ...]) -> None:
    names = [case.name for case in cases]
    findings = [
        document.finding((index, "name"), "mapping-test.duplicate-name", f"a case is named {name!r} already")
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    if findings:
        raise LintError(findings)


def _run(case: Case, translator: Translator, place: Path, root: Path) -> Iterator[str]:
    given = _read(case.given, place, root)
    try:
        actual = translator.translate(given, {**_NO_EXCHANGE, **case.exchange})
    except ExchangeError as error:
        yield from _compare_failure(case.expect_error, error)
        return
    if case.expect_error is not None:
        yield f"expected {case.expect_error.code}, but the message was translated"
        return
    yield from map(str, differences(_read(case.expect, place, root), actual))


def _compare_failure(expected: ExpectedFailure | None, error: ExchangeError) -> Iterator[str]:
    if expected is None:
        yield str(error)
        yield from (f"{item.pointer}: {item.detail.en}" for item in error.errors)
        return
    if expected.code != error.code.id:
        yield f"expected {expected.code}, got {error}"
    field = error.facts.get("field")
    if expected.field is not None and expected.field != field:
        yield f"expected the field {expected.field} to fail, got {field or 'none'}"


def _read(value: JsonValue, place: Path, root: Path) -> JsonValue:
    return read_json_file(place / value, root).value if isinstance(value, str) else value
