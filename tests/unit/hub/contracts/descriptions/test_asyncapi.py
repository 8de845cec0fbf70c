"""AsyncAPI documents: valid to the specification's own schema, and silent about what is not served."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hub.contracts.descriptions.asyncapi import OwnQueues, asyncapi
from hub.core.contract import Pattern
from tests.unit.hub.contracts.descriptions.cases import all_offers, offer

SPECIFICATION = Path(__file__).parents[4] / "third_party" / "asyncapi" / "3.0.0.schema.json"
TITLE = "registry.title-inquiry"


@pytest.fixture(scope="module")
def judge() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8")))


@pytest.mark.parametrize("each", all_offers(), ids=lambda each: each.address)
def test_every_contract_of_the_catalogue_has_a_valid_description(each, judge):
    assert [error.message for error in judge.iter_errors(asyncapi(each, "hub.invalid:8080", "http"))] == []


def test_the_judge_can_tell(judge):
    document = asyncapi(offer(TITLE, "1.1"), "hub.invalid", "https")
    document["operations"]["leaveRequest"]["action"] = "swallow"
    assert not judge.is_valid(document)


def test_a_message_is_left_and_its_end_is_fetched():
    document = asyncapi(offer(TITLE, "1.0", "1.1"), "hub.invalid:8080", "http")
    assert document["servers"]["hub"]["host"] == "hub.invalid:8080"
    assert document["channels"]["requests"]["address"] == f"/exchange/{TITLE}/v1"
    operation = document["operations"]["leaveRequest"]
    assert (operation["action"], operation["bindings"]["http"]["method"]) == ("receive", "POST")
    assert operation["reply"]["channel"] == {"$ref": "#/channels/exchange"}
    request = document["components"]["messages"]["request"]
    assert request["headers"]["properties"]["Prefer"]["const"] == "respond-async"
    assert next(example["name"] for example in request["examples"]).startswith("1.1-")


QUEUES = OwnQueues("mq.invalid:5671", "amqps", "/", "peyvand.to-hub.portal", "peyvand.from-hub.portal")


EXCHANGED = [each for each in all_offers() if each.contract.pattern is not Pattern.PUBLISH_SUBSCRIBE]


@pytest.mark.parametrize("each", EXCHANGED, ids=lambda each: each.address)
def test_a_client_with_queues_of_its_own_finds_them_described(each, judge):
    document = asyncapi(each, "hub.invalid:8080", "http", QUEUES)
    assert [error.message for error in judge.iter_errors(document)] == []
    channels = document["channels"]
    assert channels["toHub"]["bindings"]["amqp"]["exchange"]["name"] == "peyvand.to-hub.portal"
    assert channels["fromHub"]["bindings"]["amqp"]["queue"]["name"] == "peyvand.from-hub.portal"
    message = document["components"]["messages"]["queuedRequest"]
    assert message["bindings"]["amqp"]["messageType"] == f"{each.contract.name}/v{each.major}"
    assert "Prefer" not in message["headers"]["properties"]


def test_nothing_is_described_that_is_not_served():
    """No queue, no callback: whoever builds on the document must find what it says."""
    document: Any = asyncapi(offer(TITLE, "1.1"), "hub.invalid", "https")
    assert [server["protocol"] for server in document["servers"].values()] == ["https"]
    assert list(document["operations"]) == ["leaveRequest"]
    assert re.search("amqp|webhook|Reply-To", json.dumps(document), re.IGNORECASE) is None


def test_an_event_is_published_at_one_address_and_sent_to_subscribers():
    document: Any = asyncapi(offer("registry.ownership-changed", "2.0"), "hub.invalid", "https")
    actions = {name: operation["action"] for name, operation in document["operations"].items()}
    assert actions == {"publish": "receive", "deliver": "send"}
    assert document["channels"]["events"]["address"] == "/exchange/registry.ownership-changed/v2"
    event = document["components"]["messages"]["event"]
    assert event["payload"]["properties"]["type"] == {"const": "registry.ownership-changed.v2"}
    assert "webhook-signature" in event["headers"]["required"]
