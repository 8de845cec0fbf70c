"""Two hubs on one PostgreSQL and one RabbitMQ: officers work at either, and one of them has a work item."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.setups import Clustered
from tests.system.cluster import Cluster, cluster
from tests.system.hub_process import WITHIN_S
from tests.system.test_work_items import APPROVED, asked, done, filed, listed, shown, with_officers

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, database_server: str, database_template: str, amqp_url: str
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, Clustered(database_server, database_template, amqp_url)) as pair:
        with_officers(pair.one)
        for node in (pair.one, pair.other):
            node.keys.update(pair.one.keys)
            node.until_known("setad")
        yield pair


def test_of_two_officers_at_two_nodes_one_has_it_and_its_answer_ends_it_once(nodes: Cluster) -> None:
    item = filed(nodes.one)
    at = [(nodes.one, "omid"), (nodes.other, "parvin")]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda who: asked(*who, "POST", f"/{item}/claim", {}), at * 3))
    [holder] = {answer.json["claimed_by"] for answer in answers if answer.status == 200}
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code) for answer in refused} == {(409, "work_item.claimed")}
    assert all(holder in answer.json["detail"] for answer in refused)
    assert item in listed(nodes.other, holder, "&claimed_by=me")

    with ThreadPoolExecutor(4) as pool:
        ends = list(
            pool.map(
                lambda node: done(node, holder, f"/{item}/answer", {"answer": APPROVED}),
                [nodes.one, nodes.other] * 2,
            )
        )
    assert {end["state"] for end in ends} == {"completed"}
    exchange = shown(nodes.other, item, wait_s=WITHIN_S)
    assert exchange["reply"] == APPROVED
    assert [entry["state"] for entry in exchange["history"]].count("completed") == 1
