"""Events over two nodes: one of them serves a subscriber at a time, the other takes over; clients' own queues."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from tests.setups import Clustered, fetch, run, standing_on
from tests.system.cluster import KEYS, until
from tests.system.peyvand_process import City, city, end, start_hub
from tests.system.test_events import RETRY, Town, ids
from tests.system.webhook_receiver import receiving

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, database_server: str, database_template: str, amqp_url: str
) -> Iterator[tuple[Town, Town]]:
    folder: Path = tmp_path_factory.mktemp("pair")
    with standing_on(Clustered(database_server, database_template, amqp_url)):
        where = city(
            folder,
            PEYVAND_WEBHOOK_NETWORKS="127.0.0.1/32",
            PEYVAND_WEBHOOK_PLAIN_HOSTS="127.0.0.1",
            PEYVAND_CLIENTS_AMQP_URL=amqp_url,
            **KEYS,
        )
        one = Town(where)
        second = City(folder / "second", where.environment | {"PEYVAND_DATA_DIR": str(folder / "second/var")})
        second.folder.mkdir()
        other = Town.__new__(Town)
        other.where, other.keys, other.hub = second, one.keys, start_hub(second)
        try:
            yield one, other
        finally:
            end(other.hub.process)
            end(one.hub.process)


def test_a_killed_node_s_subscribers_are_served_by_the_other(pair: tuple[Town, Town]):
    one, other = pair
    url = one.where.environment["PEYVAND_DATABASE_URL"]
    with receiving() as planning:
        made = one.webhook("planning", planning)
        published = {one.publish() for _ in range(5)} | {other.publish() for _ in range(5)}
        until(lambda: set(ids(planning)) == published, "both nodes' events come")
        assert len(ids(planning)) == 10, "from one node alone"
        holders = f"SELECT holder FROM lease WHERE name = 'events/{made['id']}' AND until > now()"  # noqa: S608 - our own id
        [row] = fetch(url, holders)
        holding = next(town for town in pair if f":{town.hub.process.pid}:" in row["holder"])
        left = other if holding is one else one
        holding.hub.kill()
        published |= {left.publish() for _ in range(5)}
        until(lambda: set(ids(planning)) == published, "the other node goes on")
        holding.hub = start_hub(holding.where)
        assert len(ids(planning)) == 15


def test_events_come_to_a_client_s_own_queue(pair: tuple[Town, Town], amqp_url: str):
    one, _ = pair
    made = one.subscribe("planning", {"kind": "queue", "queue": "ownership", "retry": RETRY}, major=2)
    published = {one.publish() for _ in range(3)}

    async def consume() -> list[tuple[str, str, Any]]:
        connection = await aio_pika.connect(amqp_url)
        async with asyncio.timeout(60), connection:
            channel = await connection.channel()
            queue = await channel.get_queue("peyvand.from-hub.planning/ownership", ensure=True)
            found: list[tuple[str, str, Any]] = []
            async with queue.iterator() as messages:
                async for message in messages:
                    found.append(
                        (str(message.message_id), str(message.content_type), json.loads(message.body))
                    )
                    await message.ack()
                    if len(found) == 3:
                        break
            return found

    until(lambda: one.show("planning", made)["position"] != made["position"], "the broker has confirmed")
    found = run(consume)
    assert {message_id for message_id, _, _ in found} == published
    assert {kind for _, kind, _ in found} == {"application/cloudevents+json; charset=utf-8"}
    assert all(event["type"] == "registry.ownership-changed.v2" for _, _, event in found)
