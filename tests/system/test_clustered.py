"""Two hubs on one PostgreSQL and one RabbitMQ: either does for the other, and nobody does anything twice."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.runtime.fault_points import FaultPoint
from tests.setups import Clustered, fetch
from tests.system.cluster import LATER, Cluster, calls_made_by, cluster, inquire, readiness, until
from tests.system.hub_process import TITLE
from tests.system.peyvand_process import WITHIN_S
from tests.system.sandbox_process import EVERY_PARTNER

pytestmark = pytest.mark.system
OFFICE = "registry_office"


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, database_server: str, database_template: str, amqp_url: str
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, Clustered(database_server, database_template, amqp_url)) as pair:
        yield pair
        assert [secret for secret in pair.one.secrets() if secret in pair.one.log() + pair.other.log()] == []


@pytest.fixture(autouse=True)
def fresh_partners(request: pytest.FixtureRequest) -> None:
    if "nodes" in request.fixturenames:
        pair: Cluster = request.getfixturevalue("nodes")
        for name in EVERY_PARTNER:
            pair.one.partners.control("POST", f"/partners/{name}/reset")


def test_what_one_node_recorded_the_other_tells(nodes: Cluster) -> None:
    answer = inquire(nodes.one, "told")
    assert answer is not None
    assert answer.status == 200
    shown = nodes.other.shown(answer.exchange_id)
    assert (shown["state"], shown["reply"]) == ("completed", answer.json)


def test_what_one_node_accepted_either_delivers(nodes: Cluster) -> None:
    before = calls_made_by(nodes.one.hub), calls_made_by(nodes.other.hub)
    nodes.one.partners.mode(OFFICE, "slow", delay_s=0.1)
    with ThreadPoolExecutor(8) as pool:
        promises = list(pool.map(lambda number: inquire(nodes.one, f"shared-{number}", LATER), range(40)))
    for promise in promises:
        assert promise is not None
        assert promise.status == 202
        assert nodes.other.shown(promise.exchange_id, wait_s=30)["state"] == "completed"
    made = [
        calls_made_by(hub) - had for hub, had in zip((nodes.one.hub, nodes.other.hub), before, strict=True)
    ]
    assert sum(made) == 40, "nobody calls twice"
    assert all(made), "each took its part"
    assert nodes.one.partners.calls(OFFICE)["side_effects"] == 40


def test_whoever_waits_at_one_node_is_told_of_an_end_at_the_other(nodes: Cluster) -> None:
    promise = inquire(nodes.one, "waited-for", LATER)
    assert promise is not None
    with ThreadPoolExecutor(2) as pool:
        told = list(
            pool.map(lambda node: node.shown(promise.exchange_id, wait_s=30), (nodes.one, nodes.other))
        )
    assert [each["state"] for each in told] == ["completed", "completed"]


def test_one_key_is_one_exchange_to_whichever_node_it_is_sent(nodes: Cluster) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda place: inquire((nodes.one, nodes.other)[place % 2], "once"), range(12))
        )
    assert {answer.status for answer in answers if answer} == {200}
    assert len({answer.exchange_id for answer in answers if answer}) == 1
    assert nodes.one.partners.calls(OFFICE)["count"] == 1


def test_a_client_is_known_and_revoked_at_every_node_within_a_second(nodes: Cluster) -> None:
    key = nodes.one.add_client("kiosk", TITLE)
    for node in (nodes.one, nodes.other):
        until(lambda node=node: node.ask("GET", "/contracts", key=key).status == 200, "the client is known")
    assert nodes.one.where.run("client", "revoke", "kiosk").returncode == 0
    for node in (nodes.one, nodes.other):
        until(lambda node=node: node.ask("GET", "/contracts", key=key).status == 401, "the client is revoked")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("point", "headers"), [(FaultPoint.AFTER_ACCEPTED, (LATER,)), (FaultPoint.AFTER_DELIVERING, ())]
)
def test_what_a_killed_node_left_behind_the_other_takes_up(
    nodes: Cluster, point: FaultPoint, headers: tuple[tuple[str, str], ...]
) -> None:
    nodes.one.hub.kill()
    nodes.restart(nodes.one, PEYVAND_FAULT_POINT=point, PEYVAND_FAULT_POINTS_ALLOWED="1")
    assert inquire(nodes.one, f"killed-{point}", *headers) is None
    assert nodes.one.hub.process.wait(WITHIN_S) == -signal.SIGKILL
    nodes.one.hub.kill()
    [left_behind] = nodes.other.ask("GET", f"/exchanges?case_id=killed-{point}").json["exchanges"]
    ended = nodes.other.shown(left_behind["exchange_id"], wait_s=60)
    assert ended["state"] == "completed", ended["history"]
    assert nodes.one.partners.calls(OFFICE)["side_effects"] == 1
    nodes.restart(nodes.one)


def test_a_node_that_comes_back_finds_everything_as_it_is(nodes: Cluster) -> None:
    status, said = readiness(nodes.one.hub)
    assert (status, said["ready"]) == (200, True)
    assert said["checks"]["database"] == said["checks"]["broker"] == "ok"


def test_the_log_is_dense_and_whole_whichever_node_wrote(nodes: Cluster) -> None:
    done = nodes.other.where.run("evidence", "check", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    url = nodes.one.where.environment["PEYVAND_DATABASE_URL"]
    [row] = fetch(url, "SELECT count(*) AS n, min(seq) AS first, max(seq) AS last FROM numbered_entry")
    assert (row["first"], row["last"]) == (1, row["n"])
    assert row["n"] > 100


def test_another_master_key_is_refused(tmp_path: Path, nodes: Cluster) -> None:
    other_key = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
    refused = nodes.other.where.run("serve", PEYVAND_MASTER_KEY=other_key)
    assert refused.returncode == 3
    assert "master key" in refused.stderr
