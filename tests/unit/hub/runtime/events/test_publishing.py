"""How events come in: plain, or as CloudEvents in either mode; recorded in the commit that publishes them."""

import json
from typing import Any

import pytest

from hub.core import codes
from hub.core.contract import Pattern
from hub.core.exchange import State
from hub.core.message import Role
from hub.runtime.call import Answer
from hub.runtime.events.taking import recorded_event
from tests.unit.hub.runtime.engine import GOOD, T0_US, Engine, contract, engine

DEEDS = "deeds.changed"
STRUCTURED = "application/cloudevents+json"


def publisher() -> Engine:
    return engine(contract_=contract(DEEDS, pattern=Pattern.PUBLISH_SUBSCRIBE, versions=("1.0", "2.0")))


def event(**changes: Any) -> dict[str, Any]:
    told = {"specversion": "1.0", "id": "e-1", "source": "/registry", "type": DEEDS, "data": GOOD}
    return {name: value for name, value in (told | changes).items() if value is not None}


def headers(**attributes: str) -> tuple[tuple[str, str], ...]:
    told = {"specversion": "1.0", "id": "e-1", "source": "/registry", "type": f"{DEEDS}.v1"}
    return tuple((told | attributes).items())


def logged(hub: Engine) -> list[str]:
    return [logged.exchange_id for logged in hub.journal.events]


def kept(hub: Engine, answer: Answer) -> Any:
    [(number, document)] = hub.journal.bodies[answer.exchange_id]
    assert (number, document.role, document.media_type) == (1, Role.REQUEST, STRUCTURED)
    return recorded_event(document, T0_US)


async def test_a_plain_document_is_published_at_once():
    hub = publisher()
    answer = await hub.handle()
    assert answer.problem is None
    assert answer.reply is None
    assert hub.states(answer) == [State.RECEIVED, State.ACCEPTED, State.COMPLETED]
    assert logged(hub) == [answer.exchange_id]
    found = kept(hub, answer)
    assert (found.id, found.source, found.type) == (answer.exchange_id, "/clients/portal", f"{DEEDS}.v1")
    assert found.data == GOOD
    assert found.time == "2027-01-15T08:00:00.000000Z"


async def test_the_document_is_kept_just_as_it_was_sent():
    hub = publisher()
    answer = await hub.handle(body=b'{ "note":1.50 }')
    [(_, document)] = hub.journal.bodies[answer.exchange_id]
    assert b'"data":{ "note":1.50 }' in document.body


async def test_a_cloudevent_in_binary_mode_keeps_its_attributes():
    hub = publisher()
    subject = headers(subject="%D9%BE%D9%84%D8%A7%DA%A9", time="2026-11-22T08:30:00Z", district="7")
    found = kept(hub, await hub.handle(event_headers=subject))
    assert (found.id, found.source, found.subject) == ("e-1", "/registry", "پلاک")
    assert found.time == "2026-11-22T08:30:00Z"
    assert found.extensions == {"district": "7"}


async def test_a_structured_cloudevent_is_recorded_as_it_came():
    hub = publisher()
    raw = json.dumps(event(urgent=True)).encode()
    answer = await hub.handle(body=raw, media_type=STRUCTURED)
    [(_, document)] = hub.journal.bodies[answer.exchange_id]
    assert document.body == raw
    assert kept(hub, answer).data == GOOD


async def test_what_cannot_be_recorded_is_not_published():
    hub = publisher()
    hub.journal.is_broken = True
    answer = await hub.handle()
    assert answer.problem.code is codes.NOT_RECORDED
    assert logged(hub) == []


async def test_twins_are_one_event():
    hub = publisher()
    first = await hub.handle(body=json.dumps(event()).encode(), media_type=STRUCTURED)
    twin = await hub.handle(event_headers=headers())
    assert twin.problem is None
    assert twin.exchange_id == first.exchange_id
    assert logged(hub) == [first.exchange_id]


async def test_the_same_id_with_another_document_is_refused():
    hub = publisher()
    await hub.handle(event_headers=headers())
    answer = await hub.handle({"note": 18}, event_headers=headers())
    assert answer.problem.code is codes.KEY_REUSED


async def test_another_source_may_use_the_same_id():
    hub = publisher()
    await hub.handle(event_headers=headers())
    answer = await hub.handle(event_headers=headers(source="/other"))
    assert answer.problem is None
    assert len(logged(hub)) == 2


async def test_a_cloudevent_has_no_key_beside_its_own():
    answer = await publisher().handle(event_headers=headers(), idempotency_key="k-1")
    assert answer.problem.code is codes.REQUEST_BAD_HEADER


async def test_a_plain_document_may_have_one():
    hub = publisher()
    answers = [await hub.handle(idempotency_key="k-1") for _ in range(2)]
    assert answers[0].exchange_id == answers[1].exchange_id
    assert len(logged(hub)) == 1


async def test_an_invalid_document_is_refused_with_its_place_in_what_was_sent():
    hub = publisher()
    plain = await hub.handle({})
    structured = await hub.handle(body=json.dumps(event(data={})).encode(), media_type=STRUCTURED)
    assert [error.pointer for error in plain.problem.errors] == ["/note"]
    assert [error.pointer for error in structured.problem.errors] == ["/data/note"]
    assert hub.states(structured) == [State.REJECTED]
    assert logged(hub) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": None}, "/id"),
        ({"id": ""}, "/id"),
        ({"source": 5}, "/source"),
        ({"type": f"{DEEDS}.v2"}, "/type"),
        ({"type": "another.contract"}, "/type"),
        ({"time": "yesterday"}, "/time"),
        ({"datacontenttype": "application/xml"}, "/datacontenttype"),
        ({"data": None}, "/data"),
        ({"data_base64": "e30="}, "/data"),
        ({"Upper": "x"}, "/Upper"),
        ({"publisher": "somebody-else"}, "/publisher"),
        ({"amount": 1.5}, "/amount"),
        ({f"x{number}": 1 for number in range(30)}, ""),
    ],
)
async def test_what_is_no_cloudevent_of_the_contract_is_refused(changes: dict[str, Any], pointer: str):
    told = event(**changes)
    if changes == {"data": None}:
        told.pop("data", None)
    answer = await publisher().handle(body=json.dumps(told).encode(), media_type=STRUCTURED)
    assert answer.problem.code is codes.REQUEST_INVALID
    assert pointer in [error.pointer for error in answer.problem.errors]


@pytest.mark.parametrize(
    "media_type", ["application/xml", "text/plain", "application/cloudevents-batch+json", ""]
)
async def test_other_forms_are_refused(media_type: str):
    answer = await publisher().handle(media_type=media_type)
    assert answer.problem.code is codes.REQUEST_MEDIA_TYPE


async def test_an_event_comes_in_the_major_that_it_is_sent_to():
    hub = publisher()
    found = kept(hub, await hub.handle(major="2"))
    assert found.type == f"{DEEDS}.v2"
