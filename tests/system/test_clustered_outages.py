"""PostgreSQL and RabbitMQ come late, go away and come back under load: nothing that was promised is lost (G1, G2)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.store.clustered.migrating import migrate
from scripts.services.postgresql import ThrowAwayPostgreSQL
from scripts.services.rabbitmq import ThrowAwayRabbitMQ
from tests.setups import Clustered, database_of, drop_databases, new_database, run
from tests.system.cluster import LATER, Cluster, cluster, inquire, readiness, until
from tests.system.hub_process import TITLE, Answer
from tests.system.peyvand_process import INQUIRY, city, running_hub

pytestmark = [pytest.mark.system, pytest.mark.faults]
OFFICE = "registry_office"
SENDERS = 6


@pytest.fixture(scope="module")
def database() -> Iterator[ThrowAwayPostgreSQL]:
    """A PostgreSQL that may be crashed."""
    server = ThrowAwayPostgreSQL()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def broker() -> Iterator[ThrowAwayRabbitMQ]:
    """A RabbitMQ that may be crashed."""
    server = ThrowAwayRabbitMQ()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def template(database: ThrowAwayPostgreSQL) -> Iterator[str]:
    name = new_database(database.url)
    run(lambda: migrate(database_of(database.url, name)))
    yield name
    drop_databases(database.url, name)


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory,
    database: ThrowAwayPostgreSQL,
    broker: ThrowAwayRabbitMQ,
    template: str,
) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), Clustered(database.url, template, broker.url)) as pair:
        yield pair


@contextmanager
def load(nodes: Cluster, name: str) -> Iterator[dict[str, Answer | None]]:
    """Senders at both nodes, half of whom do not wait for the reply; gives what each key was told."""
    told: dict[str, Answer | None] = {}
    over = threading.Event()

    def send(sender: int) -> None:
        node = (nodes.one, nodes.other)[sender % 2]
        number = 0
        while not over.is_set():
            number += 1
            key = f"{name}-{sender}-{number}"
            told[key] = inquire(node, key, *((LATER,) if sender % 4 < 2 else ()))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


def promised(told: dict[str, Answer | None]) -> dict[str, Answer]:
    return {key: answer for key, answer in dict(told).items() if answer and answer.status in {200, 202}}


def assert_nothing_is_lost(nodes: Cluster, told: dict[str, Answer | None]) -> None:
    """Everything that was promised has come to its end, once; nobody was told anything but the truth."""
    for key, answer in told.items():
        assert answer is not None, f"{key} was hung up on"
        if answer.status in {200, 202}:
            shown = nodes.other.shown(answer.exchange_id, wait_s=60)
            assert shown["state"] == "completed", [(each["state"], each["at"]) for each in shown["history"]]
        else:
            assert answer.status in {503, 504}, (key, answer)
    calls = nodes.one.partners.calls(OFFICE)
    assert calls["side_effects"] == len({call["request_id"] for call in calls["calls"]})


def enough(told: dict[str, Answer | None], more: int) -> None:
    """Wait until so many more promises have been made."""
    had = len(promised(told))
    until(lambda: len(promised(told)) >= had + more, f"{more} more promises, of {told}")


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_postgresql_restarted_under_load_loses_nothing(
    nodes: Cluster, database: ThrowAwayPostgreSQL, how: str
) -> None:
    nodes.one.partners.control("POST", f"/partners/{OFFICE}/reset")
    with load(nodes, f"postgresql-{how}") as told:
        enough(told, 30)
        database.stop(how)
        try:
            for check in ("journal", "database"):
                until(lambda check=check: readiness(nodes.one.hub)[1]["checks"][check] != "ok", "it says so")
            assert readiness(nodes.one.hub)[0] == 503
        finally:
            database.start()
        until(
            lambda: readiness(nodes.one.hub)[0] == readiness(nodes.other.hub)[0] == 200,
            "both are ready again",
        )
        enough(told, 30)
    assert_nothing_is_lost(nodes, told)


def test_rabbitmq_crashed_under_load_loses_nothing_and_stops_nobody(
    nodes: Cluster, broker: ThrowAwayRabbitMQ
) -> None:
    nodes.one.partners.control("POST", f"/partners/{OFFICE}/reset")
    with load(nodes, "rabbitmq") as told:
        enough(told, 30)
        broker.stop()
        until(lambda: "notes" in readiness(nodes.one.hub)[1], "the hub says that the broker is away")
        status, said = readiness(nodes.one.hub)
        assert (status, "RabbitMQ" in said["notes"]["broker"]) == (200, True), (
            "it works, and says what is missing"
        )
        enough(told, 30)
        broker.start()
        until(lambda: "notes" not in readiness(nodes.one.hub)[1], "the broker is back")
        enough(told, 30)
    # A machine that is busy may be slower than partners are given; the hub itself turns nobody away.
    assert all(
        answer and (answer.status in {200, 202} or answer.code == "partner.timeout")
        for answer in told.values()
    )
    assert_nothing_is_lost(nodes, told)


def test_a_broker_that_lost_everything_costs_nothing(nodes: Cluster, broker: ThrowAwayRabbitMQ) -> None:
    nodes.one.partners.control("POST", f"/partners/{OFFICE}/reset")
    nodes.one.partners.mode(OFFICE, "slow", delay_s=0.5)
    promises = [inquire(nodes.one, f"wiped-{number}", LATER) for number in range(20)]
    broker.stop()
    broker.forget_everything()
    broker.start()
    nodes.one.partners.mode(OFFICE, "up")
    assert_nothing_is_lost(nodes, {f"wiped-{place}": promise for place, promise in enumerate(promises)})


def test_a_hub_starts_before_its_servers_and_works_once_they_are_there(
    tmp_path: Path, database: ThrowAwayPostgreSQL, broker: ThrowAwayRabbitMQ, template: str
) -> None:
    url = database_of(database.url, new_database(database.url, template))
    where = city(tmp_path, PEYVAND_DATABASE_URL=url, PEYVAND_AMQP_URL=broker.url)
    key = str(where.json("client", "add", "portal", "--grant", TITLE)["key"])
    database.stop()
    broker.stop()
    try:
        with running_hub(where) as hub:
            status, said = readiness(hub)
            assert (status, said["ready"]) == (503, False)
            assert "cannot be reached" in said["checks"]["journal"]
            assert said["checks"]["broker"] != "ok"
            refused = where.run("send", TITLE, str(INQUIRY), "--url", hub.public, "--key", key, "--json")
            assert "503 hub.not_recorded" in refused.stderr, refused
            database.start()
            until(lambda: readiness(hub)[1]["checks"]["journal"] == "ok", "the database was found")
            assert readiness(hub)[0] == 503, "the broker has not been there yet"
            broker.start()
            until(lambda: readiness(hub)[0] == 200, "the broker was found")
            sent = where.run(
                "send", TITLE, str(INQUIRY), "--url", hub.public, "--key", key, "--json", "--async"
            )
            assert '"status":202' in sent.stdout, sent
    finally:
        database.start()
        broker.start()
