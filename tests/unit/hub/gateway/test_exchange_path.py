"""The exchange path over HTTP: headers in, headers out, and what is refused at the door."""

import asyncio
import base64
import hashlib
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from hub.core import codes
from hub.core.contract import Status
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.values import Version
from hub.gateway.app import front_door
from hub.gateway.exchange_path import ExchangePath
from hub.gateway.http import HttpLimits
from hub.gateway.queries import nothing_here
from hub.runtime.call import Answer
from tests.fakes.observer import FakeObserver
from tests.unit.hub.gateway.asgi import ask
from tests.unit.hub.runtime.engine import DEADLINE_S, GOOD_REPLY, Engine, contract, engine, until

PATH = "/exchange/deeds.inquiry/v1"
BODY = b'{"note": 17}'


class Edge:
    """A hub's front door over the engine with its fakes."""

    def __init__(
        self, hub: Engine | None = None, *, max_in_flight: int = 10, limits: HttpLimits | None = None
    ):
        self.hub = hub or engine()
        self.observer = FakeObserver()
        self.path = ExchangePath(self.hub.pipeline, self.observer, limits or HttpLimits(), max_in_flight)
        self.app = front_door(self.path, nothing_here)

    async def post(
        self, *more: tuple[str, str], path: str = PATH, chunks=(BODY,), method: str = "POST", key=None
    ):
        headers = [
            ("Authorization", f"Bearer {key or self.hub.key}"),
            ("Content-Type", "application/json"),
            *more,
        ]
        return await ask(self.app, method, path, headers=headers, chunks=chunks)


async def test_a_reply_comes_with_its_exchange_version_and_digest():
    edge = Edge()
    answer = await edge.post()
    assert (answer.status, answer.json) == (200, GOOD_REPLY)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["contract-version"] == "1.0"
    assert edge.hub.states(answer.headers["exchange-id"])[-1] is State.COMPLETED
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert answer.headers["content-digest"] == f"sha-256=:{digest}:"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert "deprecation" not in answer.headers


async def test_a_deprecated_version_says_since_when_until_when_and_what_follows():
    made = contract()
    old = replace(
        made.versions[Version(1, 0)],
        status=Status.DEPRECATED,
        deprecated=date(2026, 3, 1),
        sunset=date(2999, 6, 30),
        successor=Version(2, 1),
    )
    made = replace(made, versions=MappingProxyType({old.ref.version: old}))
    answer = await Edge(engine(contract_=made)).post()
    assert answer.status == 200
    assert answer.headers["deprecation"] == "@1772323200"
    assert answer.headers["sunset"] == "Sun, 30 Jun 2999 00:00:00 GMT"
    assert answer.headers["link"] == '</contracts/deeds.inquiry/v2>; rel="successor-version"'


async def test_a_page_about_the_end_is_linked_to():
    made = contract()
    old = replace(
        made.versions[Version(1, 0)],
        status=Status.DEPRECATED,
        deprecated=date(2026, 3, 1),
        sunset=date(2999, 6, 30),
        successor=Version(2, 1),
        page="https://city.example/ends",
    )
    made = replace(made, versions=MappingProxyType({old.ref.version: old}))
    answer = await Edge(engine(contract_=made)).post()
    assert answer.headers["link"] == (
        '<https://city.example/ends>; rel="deprecation"; type="text/html", '
        '<https://city.example/ends>; rel="sunset"; type="text/html", '
        '</contracts/deeds.inquiry/v2>; rel="successor-version"'
    )


async def test_a_promise_says_where_to_ask():
    answer = await Edge().post(("Prefer", "respond-async"))
    id_ = answer.headers["exchange-id"]
    assert answer.status == 202
    assert answer.headers["location"] == f"/exchanges/{id_}"
    assert answer.json == {"exchange_id": id_, "state": "accepted"}


async def test_a_problem_names_its_recorded_exchange():
    edge = Edge()
    answer = await edge.post(chunks=(b'{"wrong": 1}',))
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["contract-version"] == "1.0"
    assert edge.hub.states(answer.json["exchange_id"]) == [State.REJECTED]


async def test_a_problem_that_was_not_recorded_names_none():
    edge = Edge()
    edge.hub.journal.is_broken = True
    answer = await edge.post()
    assert (answer.status, answer.json["code"]) == (503, "hub.not_recorded")
    assert answer.headers["retry-after"] == "1"
    assert "exchange_id" not in answer.json


@pytest.mark.parametrize(("language", "title"), [
    ("fa", codes.AUTH_INVALID.title.fa), ("en", codes.AUTH_INVALID.title.en), ("\xff", codes.AUTH_INVALID.title.fa),
])  # fmt: skip
async def test_problems_speak_the_caller_s_language(language, title):
    answer = await Edge().post(("Accept-Language", language), key="wrong")
    assert (answer.status, answer.json["title"]) == (401, title)
    assert "Bearer" in answer.headers["www-authenticate"]


BAD_TEXTS = ["", " ", '""', "a\tb", "a\x7fb", "\xe9", "x" * 201]


@pytest.mark.parametrize("name", ["Idempotency-Key", "Case-Id", "On-Behalf-Of"])
@pytest.mark.parametrize("value", BAD_TEXTS)
async def test_a_header_that_cannot_be_recorded_is_refused_by_name_and_the_refusal_is_recorded(name, value):
    if value == '""' and name != "Idempotency-Key":
        value = "\t"
    edge = Edge()
    answer = await edge.post((name, value))
    assert (answer.status, answer.json["code"]) == (400, "request.bad_header")
    assert answer.json["errors"][0]["code"] == name.lower()
    assert edge.hub.states(answer.json["exchange_id"]) == [State.REJECTED]
    assert edge.hub.endpoint.calls == []


@pytest.mark.parametrize("value", ["", " "])
async def test_a_version_left_blank_is_not_taken_for_none_given(value):
    edge = Edge()
    answer = await edge.post(("Contract-Version", value))
    assert (answer.status, answer.json["code"]) == (400, "request.bad_header")
    assert answer.json["errors"][0]["code"] == "contract-version"
    assert edge.hub.endpoint.calls == []


async def test_a_key_is_the_same_with_and_without_the_draft_s_quotes():
    edge = Edge()
    plain = await edge.post(("Idempotency-Key", "k-1"))
    quoted = await edge.post(("Idempotency-Key", '"k-1"'))
    assert plain.headers["exchange-id"] == quoted.headers["exchange-id"]


async def test_what_a_caller_says_of_its_case_is_recorded():
    edge = Edge()
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = await edge.post(
        ("Case-Id", "1405-17"), ("On-Behalf-Of", "clerk-4"), ("traceparent", traceparent)
    )
    opening = edge.hub.history(answer.headers["exchange-id"])[0].opening
    assert (opening.case_id, opening.on_behalf_of, opening.traceparent) == ("1405-17", "clerk-4", traceparent)
    assert opening.remote == "192.0.2.7"


async def test_a_trace_that_is_none_is_left_out():
    edge = Edge()
    answer = await edge.post(("traceparent", "00-nonsense"))
    assert edge.hub.history(answer.headers["exchange-id"])[0].opening.traceparent == ""


async def test_a_header_that_stands_twice_is_refused():
    answer = await Edge().post(("Case-Id", "1"), ("Case-Id", "2"))
    assert answer.json["code"] == "request.bad_header"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
async def test_only_post_exchanges(method):
    answer = await Edge().post(method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.json["code"] == "method.not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/a/v1/",
        "/exchange//v1",
        "/exchange/a/b/v1",
        "/exchange/a",
        "/Exchange/a/v1",
        "/exchange/a/v1/..",
    ],
)
async def test_other_addresses_are_nowhere(path):
    answer = await Edge().post(path=path)
    assert (answer.status, answer.json["code"]) == (404, "path.unknown")


# Overload and stopping


def holding(edge: Edge) -> asyncio.Event:
    """Make the partner wait until told."""
    may_answer = asyncio.Event()

    async def waits(_message, _delivery):
        await may_answer.wait()
        return GOOD_REPLY

    edge.hub.endpoint.behaviour = waits
    return may_answer


async def test_one_more_than_can_be_carried_is_told_to_come_back_and_the_others_are_served():
    edge = Edge(max_in_flight=2)
    may_answer = holding(edge)
    carried = [asyncio.ensure_future(edge.post()) for _ in range(2)]
    await until(lambda: edge.path.in_flight == 2)
    refused = await edge.post()
    assert (refused.status, refused.json["code"]) == (503, "hub.overloaded")
    assert refused.headers["retry-after"] == "1"
    assert edge.observer.refused == ["hub.overloaded"]
    may_answer.set()
    assert [(await each).status for each in carried] == [200, 200]
    assert (await edge.post()).status == 200
    assert edge.path.in_flight == 0


async def test_a_stopping_hub_finishes_what_it_carries_and_takes_nothing_new():
    edge = Edge()
    may_answer = holding(edge)
    carried = asyncio.ensure_future(edge.post())
    await until(lambda: bool(edge.hub.endpoint.calls))
    draining = asyncio.ensure_future(edge.path.drain())
    await asyncio.sleep(0)
    refused = await edge.post()
    assert (refused.status, refused.json["code"]) == (503, "hub.stopping")
    assert refused.headers["connection"] == "close"
    assert not draining.done()
    may_answer.set()
    answer = await carried
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    await draining


async def test_room_is_given_back_by_refused_bodies_too():
    edge = Edge(limits=HttpLimits(body_bytes=1024, bodies_bytes=1024))
    for _ in range(5):
        assert (await edge.post(chunks=(b"x" * 1000, b"x" * 1000))).status == 413
        assert (await edge.post(chunks=(b"x" * 1000,))).status == 400
        assert (await edge.post(chunks=(b"x" * 1000, None))).status == 400
    assert edge.path.admission.budget.left == 1024


async def test_a_fault_of_the_gateway_is_a_problem_without_a_word_about_its_inside():
    edge = Edge()

    async def breaks(_call) -> Answer:
        raise ZeroDivisionError("inside")

    edge.path._pipeline.handle = breaks
    answer = await edge.post()
    assert (answer.status, answer.json["code"]) == (500, "hub.internal")
    assert b"inside" not in answer.body
    assert edge.path.in_flight == 0


@pytest.mark.parametrize("code", codes.CATALOGUE.values(), ids=lambda code: code.id)
async def test_every_code_leaves_with_its_status_and_origin(code):
    edge = Edge()

    async def fails(_call) -> Answer:
        return Answer("e", State.FAILED, problem=ExchangeError(code))

    edge.path._pipeline.handle = fails
    answer = await edge.post()
    assert (answer.status, answer.json["code"]) == (code.status, code.id)
    assert (answer.json["origin"], answer.json["retryable"]) == (code.origin, code.retryable)


async def test_a_partner_s_wish_when_to_come_back_is_handed_on():
    edge = Edge(engine(answer=ExchangeError(codes.PARTNER_BUSY, retry_after_s=DEADLINE_S * 2)))
    answer = await edge.post()
    assert (answer.status, answer.headers["retry-after"]) == (503, str(DEADLINE_S * 2))
