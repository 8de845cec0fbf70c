"""OpenAPI documents: valid to an independent judge, and true to the contracts they are made from."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.contracts.descriptions.openapi import openapi
from hub.contracts.formats import format_checker
from hub.core import codes
from hub.core.contract import Contract, Pattern, Status
from hub.core.message import Kind
from tests.unit.hub.contracts.descriptions.cases import all_offers, offer, problem

TITLE = "registry.title-inquiry"


def judged(document: Any) -> Any:
    OpenAPIV31SpecValidator(document).validate()
    return document


def resolved(document: Any, part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        place = document
        for token in part["$ref"].removeprefix("#/").split("/"):
            place = place[token]
        part = place
    return part


def answers(document: Any, path: str) -> dict[str, Any]:
    """The responses to a message, wherever they stand."""
    given = document["paths"][path]["post"]["responses"]
    return {status: resolved(document, response) for status, response in given.items()}


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(value) for value in part.values()))
    return set().union(*(references(item) for item in part)) if isinstance(part, list) else set()


def validator(document: Any, schema: Any) -> Draft202012Validator:
    """The schema as the document gives it, its components with it."""
    whole = {"components": document["components"], "allOf": [schema]}
    return Draft202012Validator(whole, format_checker=format_checker())


@pytest.mark.parametrize("each", all_offers(), ids=lambda each: each.address)
def test_every_contract_of_the_catalogue_has_a_valid_description(each):
    document = judged(openapi([each], problem))
    assert next(iter(document["paths"])) == each.address


def test_one_document_tells_all_that_a_client_may_use():
    offers = all_offers()
    document = judged(openapi(offers, problem))
    assert [path for path in document["paths"] if path.startswith("/exchange/")] == [
        o.address for o in offers
    ]
    assert [tag["name"] for tag in document["tags"]] == [
        *dict.fromkeys(o.contract.name for o in offers),
        "exchanges",
        "attachments",
    ]


def test_a_client_without_grants_has_a_valid_document_too():
    document = judged(openapi([], problem))
    assert set(document["paths"]) == {
        "/exchanges",
        "/exchanges/{id}",
        "/exchanges/{id}/cancel",
        "/attachments",
        "/attachments/{digest}",
    }


def test_every_reference_leads_somewhere_inside_the_document():
    document = openapi(all_offers(), problem)
    for reference in references(document):
        assert reference.startswith("#/")
        assert resolved(document, {"$ref": reference}) is not None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("each", all_offers(), ids=lambda each: each.address)
def test_examples_are_the_contract_s_own_and_fit_what_is_described(each, kind):
    document = openapi([each], problem)
    operation = document["paths"][each.address]["post"]
    if kind not in each.newest.schemas:
        assert "200" not in operation["responses"]  # an event has no reply
        return
    place = operation["requestBody"] if kind is Kind.REQUEST else operation["responses"]["200"]
    content = place["content"]["application/json"]
    judge = validator(document, content["schema"])
    shown = [example["value"] for example in content["examples"].values()]
    assert len(shown) == sum(len(each.examples[v.ref, kind]) for v in each.versions)
    assert shown
    assert all(judge.is_valid(value) for value in shown)
    assert not judge.is_valid({"no such field": 1})


def test_what_a_schema_says_of_its_own_places_still_holds_where_it_stands_now():
    document = openapi([offer(TITLE, "2.1")], problem)
    reply = document["paths"][f"/exchange/{TITLE}/v2"]["post"]["responses"]["200"]["content"][
        "application/json"
    ]
    judge = validator(document, reply["schema"])
    owner = {"kind": "legal", "name": "n", "nationality_code": "1", "share": {"of": 1, "total": 1}}
    errors = [e.json_path for e in judge.iter_errors({"result": "found", "estate": {"owners": [owner]}})]
    assert "$.estate.owners[0]" in errors  # the legal id is missing: three references deep


def test_versions_are_chosen_by_header_and_the_newest_comes_first():
    operation = openapi([offer(TITLE, "1.0", "1.1")], problem)["paths"][f"/exchange/{TITLE}/v1"]["post"]
    header = next(p for p in operation["parameters"] if p.get("name") == "Contract-Version")
    assert (header["schema"]["enum"], header["required"]) == (["1.1", "1.0"], False)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert [part["$ref"].rpartition("/")[2] for part in schema["anyOf"]] == [
        f"{TITLE}-1.1-request",
        f"{TITLE}-1.0-request",
    ]


def test_a_single_version_has_to_be_named():
    operation = openapi([offer(TITLE, "1.0")], problem, is_pinned=True)["paths"][f"/exchange/{TITLE}/v1"][
        "post"
    ]
    header = next(p for p in operation["parameters"] if p.get("name") == "Contract-Version")
    assert (header["schema"]["enum"], header["required"]) == (["1.0"], True)


def test_every_code_that_can_end_an_exchange_is_told_under_its_status_with_an_example():
    document = openapi([offer(TITLE, "1.1")], problem)
    responses = answers(document, f"/exchange/{TITLE}/v1")
    told = {code: int(status) for status, r in responses.items() for code in r.get("x-codes", ())}
    assert told.items() <= {code.id: code.status for code in codes.CATALOGUE.values()}.items()
    elsewhere = {"path.unknown", "method.not_allowed", "exchange.unknown", "exchange.not_cancellable"}
    assert codes.CATALOGUE.keys() - told.keys() == elsewhere
    judge = validator(document, {"$ref": "#/components/schemas/Problem"})
    for status, response in responses.items():
        for example in (
            response.get("content", {}).get("application/problem+json", {}).get("examples", {}).values()
        ):
            assert judge.is_valid(example["value"])
            assert example["value"]["status"] == int(status)


def test_headers_in_and_out_are_those_of_the_outside_interface():
    document = openapi([offer(TITLE, "1.1")], problem)
    operation = document["paths"][f"/exchange/{TITLE}/v1"]["post"]
    taken = {resolved(document, p)["name"] for p in operation["parameters"]}
    assert taken == {
        "Contract-Version", "Idempotency-Key", "Prefer", "Case-Id", "On-Behalf-Of", "Accept-Language", "traceparent",
    }  # fmt: skip
    given = operation["responses"]["200"]["headers"].keys()
    assert given == {"Exchange-Id", "Contract-Version", "Content-Digest", "Deprecation", "Sunset", "Link"}
    assert "Location" in operation["responses"]["202"]["headers"]
    assert "Retry-After" in answers(document, f"/exchange/{TITLE}/v1")["503"]["headers"]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def has_both_languages(part: Any) -> bool:
    return bool(re.search("[آ-ی]", part["description"])) and bool(re.search("[a-z]", part["x-en"]))


def test_every_text_is_persian_first_with_english_beside_it():
    document = openapi(all_offers(), problem)
    described = [
        document["info"],
        *document["tags"],
        *document["components"]["parameters"].values(),
        *document["components"]["headers"].values(),
        *(
            part
            for path in document["paths"].values()
            for operation in path.values()
            for part in (
                operation,
                *(resolved(document, answer) for answer in operation["responses"].values()),
            )
        ),
    ]
    assert len(described) > 50
    assert [part for part in described if not has_both_languages(part)] == []


def deprecated(contract: Contract) -> Contract:
    versions = {
        number: replace(v, status=Status.DEPRECATED, deprecated=date(2026, 11, 22), sunset=date(2027, 5, 1))
        if number.major == 1
        else v
        for number, v in contract.versions.items()
    }
    return replace(contract, versions=versions)


def test_a_major_on_its_way_out_says_so():
    document = judged(openapi([offer(TITLE, "1.0", "1.1", change=deprecated)], problem))
    operation = document["paths"][f"/exchange/{TITLE}/v1"]["post"]
    assert operation["deprecated"] is True
    assert operation["x-contract"]["versions"][0] == {
        "version": "1.0",
        "status": "deprecated",
        "released": "2026-11-22",
        "deprecated": "2026-11-22",
        "sunset": "2027-05-01",
    }


def without_replies(contract: Contract) -> Contract:
    versions = {
        number: replace(v, schemas={Kind.REQUEST: v.schemas[Kind.REQUEST]})
        for number, v in contract.versions.items()
    }
    return replace(contract, versions=versions, pattern=Pattern.STORE_AND_FORWARD)


def test_what_has_no_reply_is_only_ever_accepted():
    document = judged(openapi([offer(TITLE, "1.1", change=without_replies)], problem))
    responses = document["paths"][f"/exchange/{TITLE}/v1"]["post"]["responses"]
    assert [status for status in responses if status < "4"] == ["202"]


def test_documents_are_described_beside_the_exchanges():
    paths = judged(openapi([], problem))["paths"]
    store, read = paths["/attachments"]["post"], paths["/attachments/{digest}"]
    assert set(store["requestBody"]["content"]) == {"multipart/form-data", "application/octet-stream"}
    assert {"201", "401", "403", "413", "422", "507"} <= store["responses"].keys()
    assert store["responses"]["201"]["links"]["getAttachment"]["parameters"]["digest"] == (
        "$response.body#/digest"
    )
    assert {"200", "206", "304", "404", "416"} <= read["get"]["responses"].keys()
    assert all("content" not in response for response in read["head"]["responses"].values())
