"""A partner's OpenAPI document becomes a contract in the dialect that contracts are written in."""

import json
from typing import Any

import pytest

from hub.contracts.drafting.draft import UndraftableError
from hub.contracts.drafting.openapi_reader import RestOperation, read_operation
from hub.contracts.drafting.openapi_schema import RemoteReferenceError
from hub.contracts.schema_lint import check_schema
from hub.reading.json_text import read_json

DEBT: dict[str, Any] = {
    "openapi": "3.0.3",
    "paths": {
        "/debts/{file}": {
            "parameters": [{"name": "file", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "askDebt",
                "summary": "Debt of a water connection",
                "parameters": [
                    {"name": "year", "in": "query", "schema": {"type": "integer", "format": "int32"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Question"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Question": {
                "type": "object",
                "required": ["owner"],
                "properties": {"owner": {"$ref": "#/components/schemas/Person"}, "note": {"type": "string", "nullable": True}},
            },
            "Person": {"type": "object", "properties": {"code": {"type": "string", "pattern": "^(?=9)[0-9]+$"},
                       "kin": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}}},
            "Answer": {"type": "object", "properties": {"rial": {"type": "integer", "format": "int64", "minimum": 0, "exclusiveMinimum": True},
                       "kind": {"type": "string", "enum": ["a"], "nullable": True}, "at": {"type": "string", "format": "jdate"}}},
        }
    },
}  # fmt: skip


def read(document: Any = DEBT, wanted: str = "") -> tuple[RestOperation, list[str]]:
    asked: list[str] = []
    return read_operation(document, wanted, asked.append), asked


def changed(**paths: Any) -> Any:
    return {**DEBT, "paths": {**DEBT["paths"], **{f"/{name}": item for name, item in paths.items()}}}


@pytest.mark.parametrize("side", ["request", "reply"])
def test_what_is_drafted_is_a_schema_that_contracts_may_use(side):
    schema = getattr(read()[0], side)
    raw = json.dumps(schema).encode()
    assert check_schema(read_json(raw, "drafted.json"), raw) is not None


def test_parameters_become_fields_of_the_request_and_places_of_the_endpoint():
    operation, _ = read()
    assert (operation.name, operation.method, operation.path, operation.body) == (
        "askDebt", "POST", "/debts/{file}", "json",
    )  # fmt: skip
    assert list(operation.request["properties"]) == ["file", "year", "owner", "note"]
    assert operation.request["required"] == ["owner", "file"]
    assert operation.query == {"year": "{year?}"}


def test_what_openapi_3_0_says_in_its_own_way_is_said_as_json_schema_does():
    operation, _ = read()
    assert operation.request["properties"]["note"]["type"] == ["string", "null"]
    assert operation.request["properties"]["year"] == {
        "type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1,
    }  # fmt: skip
    answer = operation.reply["$defs"]["Answer"]["properties"]
    assert answer["rial"] == {
        "type": "integer",
        "exclusiveMinimum": 0,
        "minimum": -(2**63),
        "maximum": 2**63 - 1,
    }
    assert answer["kind"]["enum"] == ["a", None]


def test_schemas_may_refer_to_themselves():
    assert read()[0].request["$defs"]["Person"]["properties"]["kin"]["items"] == {"$ref": "#/$defs/Person"}


def test_what_cannot_be_carried_over_is_asked_about():
    _, asked = read()
    assert any("pattern" in question for question in asked)
    assert any("'jdate'" in question for question in asked)
    assert any("X-Trace" in question for question in asked)


@pytest.mark.parametrize(
    "reference",
    ["https://elsewhere.invalid/x.json", "other.json#/X", "//elsewhere.invalid/x", "#/components/none"],
)
def test_nothing_is_fetched(reference):
    item = {"post": {"operationId": "far", "responses": {"200": {"$ref": reference}}}}
    with pytest.raises(RemoteReferenceError):
        read(changed(far=item), "far")


def test_of_several_operations_one_is_named():
    several = changed(other={"get": {"responses": {}}})
    with pytest.raises(UndraftableError, match="askDebt, get /other"):
        read(several)
    with pytest.raises(UndraftableError, match="there is no operation 'nothing'"):
        read(several, "nothing")
    operation, asked = read(several, "get /other")
    assert operation.body == "none"
    assert any("no JSON reply" in question for question in asked)


@pytest.mark.parametrize("document", [{}, [], {"paths": {}}, {"paths": []}])
def test_a_document_without_operations_is_refused(document):
    with pytest.raises(UndraftableError):
        read(document)
