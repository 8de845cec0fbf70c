"""What a client may ask about: its own exchanges, and the contracts it is granted."""

import asyncio

import pytest

from hub.core.exchange import State
from hub.core.message import JSON, Document, Role
from hub.core.ports import ClientRecord
from hub.gateway.app import front_door
from hub.gateway.queries import Queries
from hub.security.access import Access
from hub.security.apikeys import new_key
from tests.conformance.samples import REF, T0_US, begin, move
from tests.unit.hub.gateway.asgi import ask
from tests.unit.hub.runtime.engine import GOOD_REPLY, Engine, engine, until


class Desk:
    """The query endpoints over the engine with its fakes, and two clients."""

    def __init__(self) -> None:
        self.hub: Engine = engine()
        other = new_key()
        self.other_key = other.key
        self.hub.clients.records.append(
            ClientRecord("mayor", other.prefix, other.hash, ("another.thing",), T0_US)
        )
        queries = Queries(
            Access(self.hub.clients), self.hub.recorder, self.hub.waiters, self.hub.configuration
        )

        async def no_exchanging(*_: object) -> None:
            raise AssertionError

        self.app = front_door(no_exchanging, queries.router())

    async def get(
        self, path: str, *, key: str | None = None, method: str = "GET", query: str = "", body: bytes = b""
    ):
        headers = [("Authorization", f"Bearer {key or self.hub.key}")]
        return await ask(self.app, method, path, headers=headers, query=query, chunks=(body,))

    async def exchange(self, **more) -> str:
        return (await self.hub.handle(**more)).exchange_id


async def test_an_exchange_is_shown_with_history_and_reply():
    desk = Desk()
    id_ = await desk.exchange(case_id="17")
    shown = (await desk.get(f"/exchanges/{id_}")).json
    assert (shown["state"], shown["final"], shown["case_id"]) == ("completed", True, "17")
    assert [line["state"] for line in shown["history"]] == ["received", "accepted", "delivering", "completed"]
    assert shown["reply"] == GOOD_REPLY


async def test_a_refused_exchange_is_shown_with_its_problem():
    desk = Desk()
    id_ = (await desk.hub.handle({"wrong": 1})).exchange_id
    shown = (await desk.get(f"/exchanges/{id_}")).json
    assert shown["problem"]["code"] == "request.invalid"
    assert shown["problem"]["errors"][0]["pointer"] == "/note"


@pytest.mark.parametrize("id_", ["nothing", "01a203a2-07d0-7c01-883f-dc621686ad9e", "..", "%00", "a" * 5000])
async def test_what_does_not_exist_is_unknown(id_):
    answer = await Desk().get(f"/exchanges/{id_}")
    assert (answer.status, answer.json["code"]) == (404, "exchange.unknown")


async def test_another_s_exchange_is_as_unknown_as_none():
    desk = Desk()
    id_ = await desk.exchange(case_id="17")
    for method, path in (("GET", f"/exchanges/{id_}"), ("POST", f"/exchanges/{id_}/cancel")):
        answer = await desk.get(path, method=method, key=desk.other_key)
        assert (answer.status, answer.json["code"]) == (404, "exchange.unknown")
    assert (await desk.get("/exchanges", key=desk.other_key, query="case_id=17")).json["exchanges"] == []


async def test_a_refusal_of_nobody_known_belongs_to_nobody():
    desk = Desk()
    id_ = (await desk.hub.handle(authorization="")).exchange_id
    assert (await desk.get(f"/exchanges/{id_}")).status == 404


@pytest.mark.parametrize("path", ["/exchanges", "/exchanges/x", "/contracts", "/contracts/deeds.inquiry/v1"])
async def test_nobody_asks_without_a_key(path):
    answer = await Desk().get(path, key="wrong")
    assert (answer.status, answer.json["code"]) == (401, "auth.invalid")


async def test_whoever_waits_sees_the_end_as_soon_as_it_is_there():
    desk = Desk()
    id_ = (await desk.hub.handle(respond_async=True)).exchange_id
    waiting = asyncio.ensure_future(desk.get(f"/exchanges/{id_}", query="wait=60"))
    await until(lambda: bool(desk.hub.waiters._waiting))
    await desk.hub.work_all()
    assert (await waiting).json["state"] == "completed"


@pytest.mark.parametrize("query", ["wait=soon", "wait=-1", "wait=", "wait=" + "9" * 50])
async def test_a_wait_must_be_a_number(query):
    desk = Desk()
    answer = await desk.get(f"/exchanges/{await desk.exchange()}", query=query)
    assert (answer.status, answer.json["code"]) == (400, "request.bad_header")


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1001", "9" * 30, "00000000199999999999", "٥", "1.0", "", "1e2"]
)
async def test_a_page_has_a_limit(limit):
    answer = await Desk().get("/exchanges", query=f"limit={limit}")
    assert (answer.status, answer.json["code"]) == (400, "request.bad_header")


async def test_a_case_s_exchanges_are_listed_page_by_page():
    desk = Desk()
    ids = [await desk.exchange(case_id="17") for _ in range(3)]
    await desk.exchange(case_id="18")
    first = (await desk.get("/exchanges", query="case_id=17&limit=2")).json
    rest = (await desk.get("/exchanges", query=f"case_id=17&limit=2&after={first['next']}")).json
    listed = [each["exchange_id"] for page in (first, rest) for each in page["exchanges"]]
    assert listed == sorted(ids)
    assert rest["next"] is None


async def test_what_has_not_been_delivered_can_be_cancelled_and_is_not_delivered_then():
    desk = Desk()
    id_ = (await desk.hub.handle(respond_async=True)).exchange_id
    answer = await desk.get(f"/exchanges/{id_}/cancel", method="POST")
    assert (answer.status, answer.json["state"]) == (200, "cancelled")
    await desk.hub.work_all()
    assert desk.hub.endpoint.calls == []
    assert desk.hub.observer.ended == [("deeds.inquiry", "cancelled", "exchange.cancelled")]


async def test_cancelling_again_gives_the_same_answer_and_is_recorded_once():
    desk = Desk()
    id_ = (await desk.hub.handle(respond_async=True)).exchange_id
    answers = [await desk.get(f"/exchanges/{id_}/cancel", method="POST") for _ in range(2)]
    assert [(answer.status, answer.json["state"]) for answer in answers] == [(200, "cancelled")] * 2
    assert desk.hub.states(id_) == [State.RECEIVED, State.ACCEPTED, State.CANCELLED]


async def test_a_cancelled_exchange_is_shown_as_such_with_its_sender_s_reason():
    desk = Desk()
    id_ = (await desk.hub.handle(respond_async=True)).exchange_id
    await desk.get(f"/exchanges/{id_}/cancel", method="POST", body='{"reason": "پرونده بسته شد"}'.encode())
    shown = (await desk.get(f"/exchanges/{id_}")).json
    assert (shown["state"], shown["problem"]["code"]) == ("cancelled", "exchange.cancelled")
    assert shown["history"][-1]["cause"] == "client:portal"
    assert shown["history"][-1]["detail"] == {"reason": "پرونده بسته شد"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 422, "request.invalid"),
        (b"{", 400, "request.malformed"),
        (b'{"reason": 7}', 422, "request.invalid"),
        (b'{"reason": "a\\u0000b"}', 422, "request.invalid"),
        (b'{"why": "so"}', 422, "request.invalid"),
        (b'{"reason": "' + b"x" * 301 + b'"}', 422, "request.invalid"),
        (b" " * 5000, 413, "request.too_large"),
    ],
)
async def test_a_reason_that_is_none_cancels_nothing(body, status, code):
    desk = Desk()
    id_ = (await desk.hub.handle(respond_async=True)).exchange_id
    answer = await desk.get(f"/exchanges/{id_}/cancel", method="POST", body=body)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert desk.hub.states(id_)[-1] is State.ACCEPTED


async def test_what_has_been_delivered_cannot_be_cancelled():
    desk = Desk()
    id_ = await desk.exchange()
    answer = await desk.get(f"/exchanges/{id_}/cancel", method="POST")
    assert (answer.status, answer.json["code"]) == (409, "exchange.not_cancellable")


async def test_a_dead_letter_is_a_person_s_and_not_its_sender_s_to_cancel():
    desk = Desk()
    exchange, received = begin()
    await desk.hub.journal.append([received, *move(exchange, State.ACCEPTED, State.DEAD_LETTERED)])
    answer = await desk.get(f"/exchanges/{exchange.id}/cancel", method="POST")
    assert (answer.status, answer.json["code"]) == (409, "exchange.not_cancellable")


async def test_the_catalogue_shows_what_is_granted_and_nothing_else():
    desk = Desk()
    mine = (await desk.get("/contracts")).json["contracts"]
    assert [each["name"] for each in mine] == ["deeds.inquiry"]
    assert (await desk.get("/contracts", key=desk.other_key)).json["contracts"] == []
    shown = (await desk.get("/contracts/deeds.inquiry/v1")).json
    assert shown["versions"][0]["exchange"] == "/exchange/deeds.inquiry/v1"
    denied = await desk.get("/contracts/deeds.inquiry/v1", key=desk.other_key)
    assert (denied.status, denied.json["code"]) == (403, "grant.missing")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/contracts/no.such/v1", "contract.unknown"),
        ("/contracts/deeds.inquiry/v2", "contract.version_unknown"),
        ("/contracts/deeds.inquiry/v01", "contract.version_unknown"),
        ("/contracts/deeds.inquiry/v1/request.schema.json?", "path.unknown"),
        ("/contracts/deeds.inquiry/v1/other.schema.json", "path.unknown"),
        ("/contracts/", "path.unknown"),
        ("/", "path.unknown"),
        ("/problems/no.such", "path.unknown"),
    ],
)
async def test_what_is_not_there_is_a_problem(path, code):
    answer = await Desk().get(path)
    assert (answer.status, answer.json["code"]) == (404, code)


async def test_schemas_are_served_as_filed():
    answer = await Desk().get("/contracts/deeds.inquiry/v1/request.schema.json", query="version=1.0")
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["content-type"] == "application/schema+json"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/contracts", "GET, HEAD"),
        ("DELETE", "/exchanges/x", "GET, HEAD"),
        ("GET", "/exchanges/x/cancel", "POST"),
        ("OPTIONS", "/problems", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_the_right_one(method, path, allow):
    answer = await Desk().get(path, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, allow)


async def test_the_error_catalogue_is_open_to_everybody():
    answer = await ask(Desk().app, "GET", "/problems/request.invalid")
    assert (answer.status, answer.json["status"]) == (200, 422)


async def test_a_journal_that_does_not_answer_is_a_problem_that_passes():
    desk = Desk()
    document = Document(Role.REQUEST, REF, JSON, b"{}")
    exchange, received = begin(documents=(document,))
    await desk.hub.journal.append([received, *move(exchange, State.ACCEPTED)])
    desk.hub.journal.is_broken = True
    answer = await desk.get(f"/exchanges/{exchange.id}/cancel", method="POST")
    assert (answer.status, answer.json["code"]) == (503, "hub.not_recorded")
    assert answer.headers["retry-after"] == "1"
