"""Clients on AMQP, through another maker's library: a queue of their own in and out, and nothing else."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAuthenticationError,
)

from scripts.services.rabbitmq import ThrowAwayRabbitMQ
from scripts.services.throwaway import free_port
from tests.system.cluster import readiness, until
from tests.system.hub_process import IDENTITY, INQUIRY, PERSON, TITLE, WITHIN_S, Outside, outside
from tests.system.peyvand_process import end, start_hub

pytestmark = pytest.mark.system
IN, OUT = "peyvand.to-hub.portal", "peyvand.from-hub.portal"
OFFICE = "registry_office"


@pytest.fixture(scope="module")
def management_port() -> int:
    """Known before the hub starts: the broker has to be told whom to ask."""
    return free_port()


@pytest.fixture(scope="module")
def broker(management_port: int) -> Iterator[ThrowAwayRabbitMQ]:
    """A RabbitMQ that asks the hub who may do what."""
    asked = "\n".join(
        f"auth_http.{what}_path = http://127.0.0.1:{management_port}/amqp/{what}"
        for what in ("user", "vhost", "resource", "topic")
    )
    server = ThrowAwayRabbitMQ(
        plugins=("rabbitmq_auth_backend_http",),
        settings="auth_backends.1 = internal\nauth_backends.2 = http\nauth_http.http_method = post\n"
        + asked
        + "\n",
    )
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def there(
    set_up: Any, tmp_path_factory: pytest.TempPathFactory, broker: ThrowAwayRabbitMQ, management_port: int
) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("amqp")
    with outside(
        folder, PEYVAND_CLIENTS_AMQP_URL=broker.url, PEYVAND_MANAGEMENT_PORT=str(management_port)
    ) as there:
        yield there


@dataclass
class Portal:
    """The municipality's portal, on its own queues."""

    channel: BlockingChannel

    def send(self, body: bytes, message_id: str | None, kind: str = f"{TITLE}/v1", **headers: str) -> None:
        properties = pika.BasicProperties(
            message_id=message_id,
            type=kind,
            content_type="application/json",
            delivery_mode=2,
            headers=dict(headers),
        )
        self.channel.basic_publish(IN, "", body, properties, mandatory=True)

    def receive(self) -> tuple[pika.BasicProperties, Any]:
        """The next message in its queue, taken; fails the test if none comes."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            method, properties, body = self.channel.basic_get(OUT)
            if method is not None:
                self.channel.basic_ack(method.delivery_tag)
                return properties, json.loads(body)
            time.sleep(0.05)
        pytest.fail("nothing came")

    def is_quiet(self) -> bool:
        return self.channel.basic_get(OUT)[0] is None


@contextmanager
def connected(broker: ThrowAwayRabbitMQ, name: str, key: str) -> Iterator[BlockingChannel]:
    credentials = pika.PlainCredentials(name, key)
    parameters = pika.ConnectionParameters("127.0.0.1", broker.port, credentials=credentials)
    connection = pika.BlockingConnection(parameters)
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel
    finally:
        with suppress(AMQPError):
            connection.close()


@pytest.fixture
def portal(there: Outside, broker: ThrowAwayRabbitMQ) -> Iterator[Portal]:
    there.partners.control("POST", f"/partners/{OFFICE}/reset")
    until(lambda: has_queues(broker, there.key), "the portal's queues are there")
    with connected(broker, "portal", there.key) as channel:
        yield Portal(channel)


def has_queues(broker: ThrowAwayRabbitMQ, key: str) -> bool:
    try:
        with connected(broker, "portal", key) as channel:
            channel.basic_get(OUT)
            return True
    except (AMQPError, OSError):
        return False


def test_an_inquiry_is_answered_in_the_clients_own_queue(there: Outside, portal: Portal) -> None:
    portal.send(json.dumps(INQUIRY).encode(), "first", **{"Case-Id": "C-7", "Contract-Version": "1.0"})
    properties, reply = portal.receive()
    assert (properties.correlation_id, properties.type) == ("first", f"{TITLE}#reply")
    assert properties.headers["State"] == "completed"
    assert properties.headers["Case-Id"] == "C-7"
    assert properties.headers["Contract-Version"] == "1.0"
    shown = there.shown(properties.headers["Exchange-Id"])
    assert (shown["state"], shown["case_id"], shown["sender"]) == ("completed", "C-7", "portal")
    assert shown["reply"] == reply
    assert shown["history"][-1]["detail"]["told"] == "amqp:portal"


def test_the_description_tells_a_client_all_it_needs(there: Outside, broker: ThrowAwayRabbitMQ) -> None:
    """Who has only the document, a name and a key gets an answer."""
    document = there.ask("GET", f"/contracts/{TITLE}/v1/asyncapi.json").json
    server, channels = document["servers"]["broker"], document["channels"]
    assert server["host"] == f"127.0.0.1:{broker.port}"
    assert "guest" not in json.dumps(server)
    message = document["components"]["messages"]["queuedRequest"]
    with connected(broker, "portal", there.key) as channel:
        channel.basic_publish(
            channels["toHub"]["bindings"]["amqp"]["exchange"]["name"],
            "",
            json.dumps(message["examples"][0]["payload"]).encode(),
            pika.BasicProperties(message_id="by-the-book", type=message["bindings"]["amqp"]["messageType"]),
        )
        queue = channels["fromHub"]["bindings"]["amqp"]["queue"]["name"]
        found = until(lambda: (got := channel.basic_get(queue, auto_ack=True))[0] and got, "an answer")
    assert found[1].correlation_id == "by-the-book"
    assert found[1].type in {
        document["components"]["messages"][name]["bindings"]["amqp"]["messageType"]
        for name in ("queuedReply", "queuedProblem")
    }


def test_what_is_wrong_is_told_there_too_and_recorded(there: Outside, portal: Portal) -> None:
    portal.send(b'{"requester": {}}', "wrong")
    properties, problem = portal.receive()
    assert (properties.correlation_id, properties.content_type) == ("wrong", "application/problem+json")
    assert problem["code"] == "request.invalid"
    assert problem["errors"]
    assert there.shown(properties.headers["Exchange-Id"])["state"] == "rejected"


@pytest.mark.parametrize(
    ("kind", "message_id", "body", "code"),
    [
        ("", "a", b"{}", "contract.unknown"),
        ("registry.nothing/v1", "b", b"{}", "contract.unknown"),
        (f"{TITLE}/v9", "c", b"{}", "contract.version_unknown"),
        (f"{TITLE}/v1", None, b"{}", "request.bad_header"),
        (f"{TITLE}/v1", "ش", b"{}", "request.bad_header"),
        (f"{TITLE}/v1", "d", b"no json", "request.malformed"),
        (f"{TITLE}/v1", "e", b"[" + b" " * 1_100_000 + b"]", "request.too_large"),
    ],
)
def test_every_bad_message_is_answered(
    portal: Portal, kind: str, message_id: str | None, body: bytes, code: str
) -> None:
    portal.send(body, message_id, kind)
    _, problem = portal.receive()
    assert problem["code"] == code


def test_the_same_message_twice_is_one_exchange_answered_twice(there: Outside, portal: Portal) -> None:
    for _ in range(2):
        portal.send(json.dumps(INQUIRY).encode(), "twin")
        properties, _ = portal.receive()
    portal.send(json.dumps(INQUIRY).encode(), "twin")
    again, _ = portal.receive()
    assert again.headers["Exchange-Id"] == properties.headers["Exchange-Id"]
    assert there.partners.calls(OFFICE)["count"] == 1
    other = {
        **INQUIRY,
        "requester": {**INQUIRY["requester"]},
        "deed": {"estate_note_number": "1402203010000000028"},
    }
    portal.send(json.dumps(other).encode(), "twin")
    _, problem = portal.receive()
    assert problem["code"] == "idempotency.key_reused"


def test_an_end_that_a_person_brought_about_comes_too(there: Outside, portal: Portal) -> None:
    there.partners.mode(OFFICE, "down")
    portal.send(json.dumps(INQUIRY).encode(), "cancelled")
    found: list[Any] = []

    def waits() -> bool:
        listed = there.ask("GET", "/exchanges?case_id=none").status == 200
        found[:] = (
            [
                row
                for row in there.where.json("exchange", "list")["exchanges"]
                if row["state"] == "waiting_retry"
            ]
            if listed
            else []
        )
        return bool(found)

    until(waits, "it waits for its next try")
    id_ = found[0]["exchange_id"]
    assert there.ask("POST", f"/exchanges/{id_}/cancel", body=b"").status in {200, 202, 204}
    properties, _ = portal.receive()
    assert (properties.headers["Exchange-Id"], properties.headers["State"]) == (id_, "cancelled")


def test_a_client_is_let_in_with_its_key_only(
    there: Outside, broker: ThrowAwayRabbitMQ, portal: Portal
) -> None:
    for name, key in (("portal", "pvd_wrong"), ("nobody", there.key), ("portal", "")):
        with (
            pytest.raises((ProbableAuthenticationError, ConnectionClosedByBroker, AMQPError)),
            connected(broker, name, key),
        ):
            pass


def test_a_client_touches_nothing_that_is_not_its_own(
    there: Outside, broker: ThrowAwayRabbitMQ, portal: Portal
) -> None:
    there.add_client("archive", IDENTITY)
    until(lambda: has_own_queue(broker, there), "the archive's queue is there")
    tries = [
        lambda channel: channel.basic_get("peyvand.from-hub.archive"),
        lambda channel: channel.basic_get(IN),
        lambda channel: channel.basic_publish("", OUT, b"forged"),
        lambda channel: channel.basic_publish("peyvand.to-hub.archive", "", b"forged"),
        lambda channel: channel.queue_declare("mine"),
        lambda channel: channel.queue_delete(OUT),
        lambda channel: channel.queue_purge("peyvand.from-hub.archive"),
        lambda channel: channel.exchange_declare("mine"),
        lambda channel: channel.queue_bind(OUT, "peyvand.to-hub.archive"),
    ]
    for attempt in tries:
        with (
            connected(broker, "portal", there.key) as channel,
            pytest.raises(ChannelClosedByBroker) as refused,
        ):
            attempt(channel)
        assert refused.value.reply_code == 403, refused.value


def has_own_queue(broker: ThrowAwayRabbitMQ, there: Outside) -> bool:
    try:
        with connected(broker, "archive", there.keys["archive"]) as channel:
            channel.basic_get("peyvand.from-hub.archive")
            return True
    except (AMQPError, OSError):
        return False


def test_what_a_client_has_no_grant_for_is_refused(there: Outside, broker: ThrowAwayRabbitMQ) -> None:
    there.add_client("reader", TITLE)
    queue = "peyvand.from-hub.reader"

    def ask() -> bool:
        try:
            with connected(broker, "reader", there.keys["reader"]) as channel:
                properties = pika.BasicProperties(message_id="x", type=f"{IDENTITY}/v1")
                body = json.dumps(PERSON).encode()
                # Mandatory: the exchange is there a moment before its queue is.
                channel.basic_publish("peyvand.to-hub.reader", "", body, properties, mandatory=True)
                return True
        except (AMQPError, OSError):
            return False

    until(ask, "the reader's exchange is there")
    with connected(broker, "reader", there.keys["reader"]) as channel:
        got = until(lambda: (found := channel.basic_get(queue, auto_ack=True))[0] and found, "the refusal")
        assert json.loads(got[2])["code"] == "grant.missing"


def test_a_hub_killed_between_end_and_telling_tells_after_its_next_start(
    there: Outside, portal: Portal
) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.3)
    for number in range(20):
        portal.send(json.dumps(INQUIRY).encode(), f"killed-{number}")
    until(lambda: there.partners.calls(OFFICE)["count"] >= 3, "some are under way")
    there.hub.kill()
    there.partners.mode(OFFICE, "up")
    there.hub = start_hub(there.where)
    told: dict[str, str] = {}
    while len(told) < 20:
        properties, _ = portal.receive()
        told[str(properties.correlation_id)] = properties.headers["Exchange-Id"]
    assert told.keys() == {f"killed-{number}" for number in range(20)}
    assert len(set(told.values())) == 20


def test_a_broker_that_was_away_costs_nothing(
    there: Outside, broker: ThrowAwayRabbitMQ, portal: Portal
) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.5)
    portal.send(json.dumps(INQUIRY).encode(), "through-a-restart")
    until(lambda: there.partners.calls(OFFICE)["count"], "it is under way")
    broker.stop()
    until(lambda: "amqp_clients" in readiness(there.hub)[1].get("notes", {}), "the hub says so")
    assert readiness(there.hub)[0] == 200, "everybody else is served"
    broker.start()
    until(lambda: has_queues(broker, there.key), "the queues are there again")
    with connected(broker, "portal", there.key) as channel:
        properties, _ = Portal(channel).receive()
    assert (properties.correlation_id, properties.headers["State"]) == ("through-a-restart", "completed")


def test_a_revoked_client_is_not_served(there: Outside, broker: ThrowAwayRabbitMQ) -> None:
    there.add_client("leaver", TITLE)

    def lets_in() -> bool:
        try:
            with connected(broker, "leaver", there.keys["leaver"]):
                return True
        except (AMQPError, OSError):
            return False

    until(lets_in, "the leaver is known")
    there.where.run("client", "revoke", "leaver")
    until(lambda: not lets_in(), "the leaver is let in no more")


def test_a_hub_that_stops_in_good_order_leaves_nobody_without_an_answer(
    there: Outside, portal: Portal
) -> None:
    there.partners.mode(OFFICE, "slow", delay_s=0.3)
    sent = {f"stopped-{number}" for number in range(10)}
    for message_id in sorted(sent):
        portal.send(json.dumps(INQUIRY).encode(), message_id)
    assert end(there.hub.process) == 0
    there.hub = start_hub(there.where)
    told = [str(portal.receive()[0].correlation_id) for _ in sent]
    assert set(told) == sent
    assert portal.is_quiet()
