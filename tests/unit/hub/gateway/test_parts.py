"""A composite's parts as its sender sees them."""

from dataclasses import replace
from typing import Any

import orjson

from hub.core.exchange import State
from hub.core.ports import ClientRecord
from hub.gateway.parts import may_see_reply, parts_view
from hub.gateway.views import exchange_view
from tests.unit.hub.runtime.composite.composites import City, city
from tests.unit.hub.runtime.engine import GOOD_REPLY

CLERK = ClientRecord("portal", "p", "h", ("permit.check",), 0)
PLANNER = replace(CLERK, grants=("permit.check", "persons.inquiry@1"))


async def seen(there: City, id_: str, client: ClientRecord = CLERK) -> dict[str, Any]:
    view = await parts_view(there.hub.journal, there.hub.history(id_), client)
    return {part["name"]: part for part in orjson.loads(orjson.dumps(view))}


async def test_each_part_says_where_it_stands_since_when_and_until_when() -> None:
    there = city(deadline_s=20, conditions={"deed": lambda _: False})
    id_ = await there.scatter()
    parts = await seen(there, id_)
    assert parts["person"] == {
        "name": "person",
        "contract": "persons.inquiry",
        "version": "1.0",
        "required": False,
        "exchange_id": there.part(id_, "person"),
        "state": "accepted",
        "since": "2027-01-15T08:00:00.000000Z",
        "deadline": "2027-01-15T08:00:20.000000Z",
    }
    assert (parts["deed"]["state"], parts["deed"]["exchange_id"]) == ("not_asked", None)


async def test_a_reply_is_shown_only_under_a_grant_for_the_part_s_contract() -> None:
    there = city()
    id_ = await there.scatter()
    await there.work(id_, "person", "deed")
    assert "reply" not in (await seen(there, id_))["person"]
    parts = await seen(there, id_, PLANNER)
    assert parts["person"]["reply"] == GOOD_REPLY
    assert "reply" not in parts["deed"]
    part = there.hub.history(there.part(id_, "person"))[0].opening
    whole = there.hub.history(id_)[0].opening
    assert [may_see_reply(CLERK, each) for each in (part, whole)] == [False, True]


async def test_the_history_shows_ends_and_not_the_list_of_parts_again() -> None:
    there = city()
    id_ = await there.scatter()
    await there.work(id_, "person")
    shown = orjson.loads(exchange_view(there.hub.history(id_), None, None, "en"))
    details = [line["detail"] for line in shown["history"] if line["state"] == State.WAITING_REPLY]
    assert details[0] == {"route": "to-hub", "gather": "best_effort"}
    assert details[1]["part_state"] == "completed"


async def test_an_exchange_without_parts_shows_none() -> None:
    there = city()
    id_ = await there.scatter()
    part = there.hub.history(there.part(id_, "person"))
    assert await parts_view(there.hub.journal, part, CLERK) is None
    assert orjson.loads(exchange_view(part, None, None, "en"))["parent"] == id_
