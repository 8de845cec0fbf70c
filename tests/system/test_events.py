"""Publish–subscribe over real sockets: the registry office publishes, municipal systems are told, each in its version."""

import http.client
import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from tests.system.cluster import readiness, until
from tests.system.hub_process import Answer
from tests.system.peyvand_process import ROOT, City, Hub, city, end, start_hub
from tests.system.webhook_receiver import Receiver, receiving

CONTRACT = "registry.ownership-changed"
EXAMPLES = ROOT / "contracts" / CONTRACT / "examples"
SALE: dict[str, Any] = json.loads((EXAMPLES / "1.0/valid/two-buyers.request.json").read_text("utf-8"))
SALE_2: dict[str, Any] = json.loads((EXAMPLES / "2.0/valid/two-buyers.request.json").read_text("utf-8"))
RETRY = {"first_s": 0.1, "longest_s": 0.5, "give_up_after_s": 600}
_numbers = itertools.count(1)


class Town:
    """A hub, the registry office's client and two municipal systems."""

    def __init__(self, where: City) -> None:
        self.where = where
        self.hub: Hub = start_hub(where)
        self.keys = {name: self._add(name) for name in ("registry-office", "planning", "renovation")}
        for key in self.keys.values():
            until(lambda key=key: self.ask("GET", "/contracts", key).status == 200, "the client is known")

    def _add(self, name: str) -> str:
        return str(self.where.json("client", "add", name, "--grant", CONTRACT)["key"])

    def ask(self, method: str, path: str, key: str, document: Any = None, **headers: str) -> Answer:
        address = urlsplit(self.hub.public)
        line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        try:
            body = None if document is None else json.dumps(document).encode()
            told = {"Authorization": f"Bearer {key}"} | ({"Content-Type": "application/json"} if body else {})
            line.request(method, path, body, told | {n.replace("_", "-"): v for n, v in headers.items()})
            response = line.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            line.close()

    def publish(self, **changes: Any) -> str:
        """One event; gives its exchange."""
        event = SALE | {"transfer_number": f"1405-{next(_numbers):06}"} | changes
        answer = self.ask("POST", f"/exchange/{CONTRACT}/v1", self.keys["registry-office"], event)
        assert answer.status == 202, answer
        assert answer.json["state"] == "completed"
        return answer.exchange_id

    def subscribe(self, client: str, delivery: dict[str, Any], **more: Any) -> Any:
        wish = {"contract": CONTRACT, "major": 1, "delivery": delivery} | more
        answer = self.ask("POST", "/subscriptions", self.keys[client], wish)
        assert answer.status == 201, answer
        return answer.json

    def webhook(self, client: str, receiver: Receiver, **more: Any) -> Any:
        retry = more.pop("retry", RETRY)
        form = {"form": more.pop("form")} if "form" in more else {}
        return self.subscribe(client, {"kind": "webhook", "url": receiver.url, "retry": retry} | form, **more)

    def show(self, client: str, subscription: Any) -> Any:
        return self.ask("GET", f"/subscriptions/{subscription['id']}", self.keys[client]).json

    def act(self, client: str, subscription: Any, what: str, document: Any = None) -> Answer:
        return self.ask("POST", f"/subscriptions/{subscription['id']}/{what}", self.keys[client], document)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    where = city(
        tmp_path_factory.mktemp("town"),
        PEYVAND_WEBHOOK_NETWORKS="127.0.0.1/32",
        PEYVAND_WEBHOOK_PLAIN_HOSTS="127.0.0.1",
    )
    town = Town(where)
    try:
        yield town
    finally:
        end(town.hub.process)


def ids(receiver: Receiver) -> list[str]:
    return [call.message_id for call in receiver.taken]


def test_two_systems_get_the_event_each_in_its_own_version_and_as_its_filter_says(town: Town):
    with receiving() as planning, receiving() as renovation:
        one = town.webhook("planning", planning, major=2, filter="event.estate.district == 7")
        town.webhook("renovation", renovation)
        published = [town.publish(), town.publish(district=2)]
        until(lambda: len(renovation.taken) == 2 and len(planning.taken) == 1, "both are told")

    assert set(ids(renovation)) == set(published)
    [call] = planning.taken
    assert call.message_id == published[0]
    assert call.event["type"] == f"{CONTRACT}.v2"
    assert call.event["data"]["estate"] == SALE_2["estate"]
    assert call.event["publisher"] == "registry-office"
    assert call.event["contractversion"] == "2.0"
    for called in planning.taken:
        Webhook(one["secret"]).verify(called.body.decode(), called.headers)


def test_a_binary_event_is_signed_too_and_carries_its_attributes_in_headers(town: Town):
    with receiving() as planning:
        made = town.webhook("planning", planning, form="binary")
        exchange_id = town.publish()
        until(lambda: planning.taken, "the event comes")
    [call] = planning.taken
    assert call.headers["ce-type"] == f"{CONTRACT}.v1"
    assert call.headers["ce-exchangeid"] == exchange_id
    assert json.loads(call.body)["district"] == SALE["district"]
    Webhook(made["secret"]).verify(call.body.decode(), call.headers)


def test_after_a_rotation_both_secrets_hold(town: Town):
    with receiving() as planning:
        made = town.webhook("planning", planning)
        changed = town.act("planning", made, "secret").json
        town.publish()
        until(lambda: planning.taken, "the event comes")
    call = planning.taken[0]
    assert made["secret"] != changed["secret"]
    for secret in (made["secret"], changed["secret"]):
        Webhook(secret).verify(call.body.decode(), call.headers)


def test_a_dead_and_a_slow_subscriber_hold_up_nobody(town: Town):
    with receiving() as dead, receiving() as slow, receiving() as quick:
        slow.is_holding = True
        town.webhook("planning", dead)
        town.webhook("planning", slow)
        dead.status = 500
        town.webhook("renovation", quick)
        published = {town.publish() for _ in range(20)}
        until(lambda: set(ids(quick)) == published, "the quick one has them all")
        assert not dead.taken
        dead.status, slow.is_holding = 204, False
        until(lambda: set(ids(dead)) == set(ids(slow)) == published, "then the others have them too")


def test_events_of_one_key_keep_their_order_through_trouble(town: Town):
    with receiving() as planning:
        planning.status = 503
        town.webhook("planning", planning, ordering_key="/district")
        published = [town.publish(district=1 + number % 2) for number in range(12)]
        until(lambda: len(planning.calls) > 4, "it has been tried")
        planning.status = 204
        until(lambda: len(planning.taken) == 12, "all have come")
    by_district = {
        d: [c.message_id for c in planning.taken if c.event["data"]["district"] == d] for d in (1, 2)
    }
    assert by_district == {1: published[::2], 2: published[1::2]}


def test_who_cannot_be_reached_for_long_is_parked_with_an_alarm_and_goes_on_when_resumed(town: Town):
    with receiving() as planning:
        planning.status = 500
        made = town.webhook("planning", planning, retry=RETRY | {"give_up_after_s": 0.2})
        first = town.publish()
        until(lambda: town.show("planning", made)["state"] == "parked", "it is parked")
        second = town.publish()
        assert town.show("planning", made)["code"] == "subscriber.refused"
        until(
            lambda: "parked" in readiness(town.hub)[1].get("notes", {}).get("subscriptions", ""), "the note"
        )
        planning.status = 204
        assert town.act("planning", made, "resume").status == 200
        until(lambda: set(ids(planning)) == {first, second}, "it goes on where it stood")


def test_410_disables(town: Town):
    with receiving() as planning:
        planning.status = 410
        made = town.webhook("planning", planning)
        town.publish()
        until(lambda: town.show("planning", made)["state"] == "disabled", "it wants no more")
        assert len(planning.calls) == 1


def test_a_replay_brings_everything_again_under_the_same_ids(town: Town):
    with receiving() as planning:
        made = town.webhook("planning", planning)
        published = [town.publish() for _ in range(3)]
        until(lambda: len(planning.taken) == 3, "they come")
        assert town.act("planning", made, "replay", {"from": made["position"]}).status == 200
        until(lambda: len(planning.taken) == 6, "they come again")
    assert sorted(ids(planning)[3:]) == sorted(published)


def test_each_delivery_is_an_exchange_on_record(town: Town):
    with receiving() as planning:
        town.webhook("planning", planning)
        published = town.publish()
        until(lambda: planning.taken, "it comes")
    shown = town.ask("GET", "/exchanges?limit=1000", town.keys["planning"]).json["exchanges"]
    found = [town.ask("GET", f"/exchanges/{one['exchange_id']}", town.keys["planning"]).json for one in shown]
    deliveries = [one for one in found if any(line["state"] == "delivering" for line in one["history"])]
    assert any(
        [line["state"] for line in one["history"]] == ["received", "accepted", "delivering", "completed"]
        and one["history"][-1]["detail"] == {"status": 204}
        and one["history"][2]["documents"][0]["size"] == len(planning.taken[0].body)
        for one in deliveries
    ), (published, deliveries)


def test_a_killed_hub_loses_no_event_and_repeats_only_what_was_under_way(town: Town):
    with receiving() as planning:
        made = town.webhook("planning", planning)
        before = [town.publish() for _ in range(5)]
        until(lambda: len(planning.taken) == 5, "the first ones come")
        planning.is_holding = True
        after = [town.publish() for _ in range(5)]
        until(lambda: len(planning.calls) > 5, "one is under way")
        town.hub.kill()
        planning.is_holding = False
        held = set(ids(planning)[5:])
        town.hub = start_hub(town.where)
        until(lambda: set(ids(planning)) == {*before, *after}, "all have come")
    repeated = [id_ for id_ in ids(planning) if ids(planning).count(id_) > 1]
    assert set(repeated) <= held | set(after)
    assert not set(repeated) & set(before)
    until(lambda: town.show("planning", made)["position"] != made["position"], "its position moves")


class TestPulling:
    def fetch(self, town: Town, made: Any, query: str = "") -> Any:
        answer = town.ask("GET", f"/subscriptions/{made['id']}/events{query}", town.keys["planning"])
        assert answer.status == 200, answer
        return answer.json

    def test_events_are_fetched_in_order_and_stay_until_they_are_committed(self, town: Town):
        made = town.subscribe("planning", {"kind": "pull"}, major=2)
        published = [town.publish() for _ in range(3)]
        page = self.fetch(town, made, "?limit=2")
        assert [one["event"]["exchangeid"] for one in page["events"]] == published[:2]
        assert self.fetch(town, made)["events"][:2] == page["events"]
        rest = self.fetch(town, made, f"?after={page['next']}")
        assert [one["event"]["exchangeid"] for one in rest["events"]] == published[2:]
        assert town.act("planning", made, "position", {"position": rest["next"]}).status == 200
        assert self.fetch(town, made)["events"] == []

    def test_who_waits_is_told_as_soon_as_there_is_something(self, town: Town):
        made = town.subscribe("planning", {"kind": "pull"})
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.fetch, town, made, "?wait=60")
            published = town.publish()
            assert [one["event"]["exchangeid"] for one in waiting.result(60)["events"]] == [published]

    def test_an_erring_filter_gives_nothing_and_tells_a_person(self, town: Town):
        made = town.subscribe("planning", {"kind": "pull"}, filter="event.no_such_field == 1")
        town.publish()
        page = self.fetch(town, made)
        assert page["events"] == []
        assert page["next"] != made["position"]
        letters = town.where.json("exchange", "list", "--state", "dead_lettered")["exchanges"]
        assert any(letter["code"] == "subscription.filter_failed" for letter in letters)


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"contract": "registry.title-inquiry"}, 403, "grant.missing"),
    ({"contract": "no.such-contract"}, 404, "contract.unknown"),
    ({"major": 9}, 404, "contract.version_unknown"),
    ({"filter": "event ==="}, 422, "subscription.invalid"),
    ({"from": "last week"}, 422, "subscription.invalid"),
    ({"delivery": {"kind": "webhook"}}, 422, "subscription.invalid"),
    ({"delivery": {"kind": "webhook", "url": "http://example.com/"}}, 422, "subscription.invalid"),
    ({"delivery": {"kind": "webhook", "url": "https://10.0.0.1/"}}, 422, "subscription.invalid"),
    ({"delivery": {"kind": "webhook", "url": "https://[::ffff:10.0.0.1]/"}}, 422, "subscription.invalid"),
    ({"delivery": {"kind": "queue", "queue": "events"}}, 422, "subscription.invalid"),
    ({"surplus": 1}, 422, "subscription.invalid"),
]


@pytest.mark.parametrize(("changes", "status", "code"), REFUSED)
def test_what_cannot_be_is_refused(town: Town, changes: dict[str, Any], status: int, code: str):
    wish = {"contract": CONTRACT, "major": 1, "delivery": {"kind": "pull"}} | changes
    answer = town.ask("POST", "/subscriptions", town.keys["planning"], wish)
    assert (answer.status, answer.code) == (status, code)


def test_nobody_sees_another_client_s_subscription(town: Town):
    made = town.subscribe("planning", {"kind": "pull"})
    others: list[Callable[[], Answer]] = [
        lambda: town.ask("GET", f"/subscriptions/{made['id']}", town.keys["renovation"]),
        lambda: town.ask("DELETE", f"/subscriptions/{made['id']}", town.keys["renovation"]),
        lambda: town.ask("GET", f"/subscriptions/{made['id']}/events", town.keys["renovation"]),
    ]
    assert {other().code for other in others} == {"subscription.unknown"}
    assert town.ask("DELETE", f"/subscriptions/{made['id']}", town.keys["planning"]).status == 204


def test_the_log_says_nothing_of_persons_or_secrets(town: Town):
    log = (Path(town.where.folder) / "hub.log").read_text("utf-8")
    assert "9990000018" not in log
    assert "whsec_" not in log
