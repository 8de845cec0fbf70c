"""Two hubs on one PostgreSQL and one RabbitMQ: a partner may post its answer to either, as often as it likes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.setups import Clustered
from tests.system.cluster import Cluster, cluster
from tests.system.hub_process import INQUIRY, Answer, Outside
from tests.system.test_later_replies import (
    CONTRACT,
    NOT_ON_RECORD,
    PARTNER,
    REPLIES,
    behave,
    shown,
    tracking_code,
    waiting,
)

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, database_server: str, database_template: str, amqp_url: str
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, Clustered(database_server, database_template, amqp_url)) as pair:
        pair.one.add_client("planning", CONTRACT)
        added = pair.one.where.json("client", "add", "registry-answers", "--partner", PARTNER)
        pair.one.keys["registry-answers"] = added["key"]
        for node in (pair.one, pair.other):
            node.keys.update(pair.one.keys)
            node.until_known("planning")
        yield pair


def test_one_answer_to_both_nodes_at_once_ends_its_exchange_once(nodes: Cluster) -> None:
    behave(nodes.one, "never")
    asked = nodes.one.post(CONTRACT, INQUIRY, key=nodes.one.keys["planning"]).exchange_id
    code = tracking_code(waiting(nodes.one, asked))
    body = json.dumps({"trackingCode": code, "answer": NOT_ON_RECORD}).encode()

    def post(node: Outside) -> Answer:
        kind = ("Content-Type", "application/json")
        return node.ask("POST", REPLIES, kind, body=body, key=node.keys["registry-answers"])

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, [nodes.one, nodes.other] * 3))
    assert [answer.status for answer in answers] == [200] * 6
    assert len({answer.json["exchange_id"] for answer in answers}) == 1
    exchange = shown(nodes.other, asked)
    assert exchange["reply"] == {"result": "not_found"}
    assert [entry["state"] for entry in exchange["history"]].count("completed") == 1
