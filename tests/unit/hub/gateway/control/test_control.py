"""The control API: nobody without the token, every action with actor and reason, facts and no bodies."""

import json

import pytest

from hub.contracts.json_body import JsonLimits
from hub.core import codes
from hub.core.exchange import State
from hub.gateway.control.dead_letters import DeadLetterControl
from hub.gateway.control.door import Door
from hub.gateway.management import management
from tests.unit.hub.gateway.asgi import Response, ask
from tests.unit.hub.runtime.dead_letters.dead import Bench, bench
from tests.unit.hub.runtime.engine import GOOD_REPLY

TOKEN = "t" * 40
SAID = {"actor": "rahi", "reason": "the certificate was renewed"}
DEAD = "/admin/dead-letters"


class Control:
    """The management port over the engine with its fakes."""

    def __init__(self, **more) -> None:
        self.bench: Bench = bench(**more)

        async def reload() -> tuple[bool, list[str]]:
            return True, []

        routes = DeadLetterControl(self.bench.desk, Door(TOKEN), JsonLimits(2048)).routes()
        self.app = management({}, lambda: (b"", "text/plain"), reload, admin=routes)

    async def get(self, path: str, query: str = "", **more) -> Response:
        return await self.ask("GET", path, query=query, **more)

    async def post(self, path: str, document: object = None, **more) -> Response:
        body = b"" if document is None else json.dumps(document).encode()
        return await self.ask("POST", path, chunks=(body,), **more)

    async def ask(self, method: str, path: str, *, token: str | None = TOKEN, **more) -> Response:
        headers = [("Authorization", f"Bearer {token}")] if token else []
        return await ask(self.app, method, path, headers=[*headers, ("Accept-Language", "en")], **more)


@pytest.mark.parametrize("token", [None, "", "t" * 39, "t" * 41, "کلید", "T" * 40])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", DEAD), ("GET", f"{DEAD}/groups"), ("POST", f"{DEAD}/x/discard"), ("PUT", DEAD)],
)
async def test_nobody_is_let_in_without_the_token(token, method, path) -> None:
    control = Control()
    token = token.encode().decode("latin-1") if token else token
    answer = await control.ask(method, path, token=token)
    assert (answer.status, answer.json["code"]) == (401, "control.denied")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_rest_of_the_port_asks_for_none() -> None:
    control = Control()
    assert (await control.get("/livez", token=None)).status == 200
    assert (await control.post("/reload", token=None)).status == 200
    assert (await control.get("/admin/nothing", token=None)).status == 404


async def test_a_wrong_method_is_told_the_right_one() -> None:
    answer = await Control().post(f"{DEAD}/groups")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


async def test_dead_letters_are_listed_page_by_page_with_their_group() -> None:
    control = Control()
    ids = sorted([await control.bench.dead() for _ in range(3)])
    first = (await control.get(DEAD, "limit=2")).json
    rest = (await control.get(DEAD, f"limit=2&after={first['next']}")).json
    listed = [*first["dead_letters"], *rest["dead_letters"]]
    assert [each["exchange_id"] for each in listed] == ids
    assert (listed[0]["code"], listed[0]["partner"], listed[0]["sender"]) == (
        "partner.tls_failed",
        "office",
        "portal",
    )
    assert rest["next"] is None
    [group] = (await control.get(f"{DEAD}/groups")).json["groups"]
    assert (group["count"], {each["group"] for each in listed}) == (3, {group["group"]})
    assert len((await control.get(DEAD, f"group={group['group']}")).json["dead_letters"]) == 3
    assert (await control.get(DEAD, "group=000000000000")).json["dead_letters"] == []


async def test_one_is_shown_with_its_history_and_without_bodies() -> None:
    control = Control()
    id_ = await control.bench.dead(case_id="17")
    answer = await control.get(f"{DEAD}/{id_}")
    shown = answer.json
    assert (shown["state"], shown["case_id"], shown["partner_may_have_acted"]) == (
        "dead_lettered",
        "17",
        False,
    )
    assert [line["state"] for line in shown["history"]][-1] == "dead_lettered"
    assert shown["problem"]["code"] == "partner.tls_failed"
    assert b'"note"' not in answer.body
    assert (await control.get(f"{DEAD}/nothing")).status == 404


@pytest.mark.parametrize("action", ["redeliver", "edit", "settle", "discard", "request"])
@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        (None, {"/actor", "/reason"}),
        ({"actor": "rahi"}, {"/reason"}),
        ({"actor": "rahi", "reason": "  "}, {"/reason"}),
        ({"actor": "ra hi", "reason": "so"}, {"/actor"}),
        ({"actor": "x" * 65, "reason": "so"}, {"/actor"}),
        ({"actor": "rahi", "reason": "a\nb"}, {"/reason"}),
        ({"actor": "rahi", "reason": "so", "force": True}, {"/force"}),
    ],
)
async def test_every_action_has_an_actor_and_a_reason(action, said, pointers) -> None:
    control = Control()
    id_ = await control.bench.dead()
    answer = await control.post(f"{DEAD}/{id_}/{action}", said)
    assert (answer.status, answer.json["code"]) == (422, "request.invalid")
    found = {error["pointer"] for error in answer.json["errors"]}
    assert found - {"/document", "/reply"} == pointers
    assert control.bench.hub.states(id_)[-1] is State.DEAD_LETTERED


@pytest.mark.parametrize(
    ("action", "more", "state"),
    [
        ("redeliver", {}, "accepted"),
        ("edit", {"document": {"note": 18}}, "accepted"),
        ("settle", {"reply": GOOD_REPLY}, "completed"),
        ("discard", {}, "cancelled"),
    ],
)
async def test_an_action_is_done_and_its_repetition_only_answered(action, more, state) -> None:
    control = Control()
    id_ = await control.bench.dead()
    answers = [
        await control.post(f"{DEAD}/{id_}/{action}", SAID | {"action": "a-1"} | more) for _ in range(2)
    ]
    assert [(a.status, a.json["state"], a.json["repetition"]) for a in answers] == [
        (200, state, False),
        (200, state, True),
    ]
    assert control.bench.hub.history(id_)[-1].cause == "person:rahi"


async def test_what_a_partner_may_have_done_is_told_before_it_is_done_twice() -> None:
    control = Control(idempotent=False)
    id_ = await control.bench.dead(codes.PARTNER_TIMEOUT)
    assert (await control.post(f"{DEAD}/{id_}/dry-run")).json["needs_outcome"] is True
    answer = await control.post(f"{DEAD}/{id_}/redeliver", SAID)
    assert (answer.status, answer.json["code"]) == (409, "dead_letter.uncertain")
    wrong = await control.post(f"{DEAD}/{id_}/redeliver", SAID | {"outcome_known": "maybe"})
    assert wrong.json["errors"][0]["pointer"] == "/outcome_known"
    answer = await control.post(f"{DEAD}/{id_}/redeliver", SAID | {"outcome_known": "not-done"})
    assert answer.json["state"] == "accepted"


async def test_a_dry_run_shows_bodies_only_to_whoever_says_who_they_are_and_why() -> None:
    control = Control()
    id_ = await control.bench.dead()
    facts = await control.post(f"{DEAD}/{id_}/dry-run")
    assert (facts.json["deliverable"], facts.json["route"]) == (True, "to-office")
    assert [stage["stage"] for stage in facts.json["stages"]] == ["request", "translate"]
    assert b'"note"' not in facts.body
    assert (await control.post(f"{DEAD}/{id_}/dry-run", {"documents": True})).status == 422
    shown = await control.post(f"{DEAD}/{id_}/dry-run", SAID | {"documents": True})
    assert shown.json["stages"][-1]["document"] == {"note": 17}
    assert [reading.reader for reading in control.bench.readings.readings] == ["person:rahi"]


async def test_a_dry_run_of_a_wrong_edit_names_the_field() -> None:
    control = Control()
    answer = await control.post(f"{DEAD}/{await control.bench.dead()}/dry-run", {"document": {}})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/note")


async def test_many_are_redelivered_a_page_at_a_time_each_told() -> None:
    control = Control()
    alive = (await control.bench.hub.handle(respond_async=True)).exchange_id
    dead = await control.bench.dead()
    answer = await control.post(f"{DEAD}/redeliver", SAID | {"ids": [dead, alive], "per_second": 2})
    assert [each["exchange_id"] for each in answer.json["done"]] == [dead]
    [refused] = answer.json["refused"]
    assert (refused["exchange_id"], refused["problem"]["code"]) == (alive, "dead_letter.moved_on")
    assert answer.json["next"] is None


async def test_a_whole_group_is_discarded_page_by_page() -> None:
    control = Control()
    ids = sorted([await control.bench.dead() for _ in range(3)])
    [group] = (await control.get(f"{DEAD}/groups")).json["groups"]
    said = SAID | {"group": group["group"], "limit": 2}
    first = (await control.post(f"{DEAD}/discard", said)).json
    rest = (await control.post(f"{DEAD}/discard", said | {"after": first["next"]})).json
    assert [each["exchange_id"] for each in (*first["done"], *rest["done"])] == ids
    assert rest["next"] is None


@pytest.mark.parametrize(
    "which",
    [
        {},
        {"ids": [], "group": ""},
        {"ids": ["a"], "group": "b"},
        {"ids": "a"},
        {"ids": [7]},
        {"group": "a", "per_second": 0},
        {"group": "a", "per_second": "fast"},
        {"group": "a", "limit": 1001},
        {"group": "a", "not_before_us": -1},
    ],
)
async def test_which_ones_must_be_said_clearly(which) -> None:
    answer = await Control().post(f"{DEAD}/redeliver", SAID | which)
    assert (answer.status, answer.json["code"]) == (422, "request.invalid")


async def test_a_body_has_a_limit_and_a_journal_that_is_away_is_a_problem_that_passes() -> None:
    control = Control()
    id_ = await control.bench.dead()
    large = await control.post(f"{DEAD}/{id_}/edit", SAID | {"document": {"note": "x" * 4000}})
    assert (large.status, large.json["code"]) == (413, "request.too_large")
    control.bench.hub.journal.is_broken = True
    away = await control.post(f"{DEAD}/{id_}/discard", SAID)
    assert (away.status, away.json["code"]) == (503, "hub.not_recorded")
