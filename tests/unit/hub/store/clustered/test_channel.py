"""A broker that falls silent in the middle of anything holds nothing up: what it was given is worked off here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from hub.store.clustered import channel as module
from hub.store.clustered.channel import BrokerChannel

WITHIN_S = 30


class Silent:
    """A connection, its channel, its queue and its exchange in one; what is named in ``mute`` is never answered."""

    def __init__(self, *mute: str) -> None:
        self.mute = mute
        self.close_callbacks: set[Callable[..., Any]] = set()
        self.is_closed = False
        self.published: list[str] = []
        self.asked: list[str] = []

    async def _answer(self, name: str) -> "Silent":
        self.asked.append(name)
        if name in self.mute:
            await asyncio.get_running_loop().create_future()
        return self

    def channel(self, **_: object) -> Awaitable["Silent"]:
        return self._answer("channel")

    def set_qos(self, **_: object) -> Awaitable["Silent"]:
        return self._answer("set_qos")

    def declare_queue(self, *_: object, **__: object) -> Awaitable["Silent"]:
        return self._answer("declare_queue")

    def consume(self, *_: object) -> Awaitable["Silent"]:
        return self._answer("consume")

    def close(self) -> Awaitable["Silent"]:
        return self._answer("close")

    @property
    def default_exchange(self) -> "Silent":
        return self

    def publish(self, message: Any, *_: object, **__: object) -> Awaitable["Silent"]:
        self.published.append(message.body.decode())
        return self._answer("publish")

    def lose(self) -> None:
        self.is_closed = True
        for call in tuple(self.close_callbacks):
            call(self, None)


@pytest.fixture(autouse=True)
def patient_with_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "ATTACH_AGAIN_AFTER_S", 0.01)
    monkeypatch.setattr(module, "CLOSED_WITHIN_S", 0.01)
    return


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110 - the code under test has no event for it
            await asyncio.sleep(0.005)


def channel_on(*connections: Silent) -> BrokerChannel:
    """A channel that is given these connections in turn, and then no other."""
    left = iter(connections)

    async def reach(_partner: str) -> tuple[Any, str]:
        for connection in left:
            return connection, "queue"
        return await asyncio.get_running_loop().create_future()

    return BrokerChannel("office", 4, reach)


async def test_what_is_being_published_when_the_connection_goes_is_worked_off_here() -> None:
    broker = Silent("publish")
    channel = channel_on(broker)
    try:
        await asyncio.wait_for(channel.attached.wait(), WITHIN_S)
        await channel.put("one")
        await until(lambda: broker.published)
        await channel.put("two")
        broker.lose()
        async with asyncio.timeout(WITHIN_S):
            assert {(await channel.take()).exchange_id, (await channel.take()).exchange_id} == {"one", "two"}
        assert not channel.attached.is_set()
    finally:
        await channel.close()


async def test_a_broker_that_confirms_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONFIRMED_WITHIN_S", 0.05)
    broker = Silent("publish")
    channel = channel_on(broker)
    try:
        await asyncio.wait_for(channel.attached.wait(), WITHIN_S)
        await channel.put("one")
        async with asyncio.timeout(WITHIN_S):
            assert (await channel.take()).exchange_id == "one"
    finally:
        await channel.close()


@pytest.mark.parametrize("mute", ["channel", "set_qos", "declare_queue", "consume"])
async def test_a_broker_that_answers_nothing_while_a_node_attaches_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, mute: str
) -> None:
    monkeypatch.setattr(module, "ATTACHED_WITHIN_S", 0.05)
    good = Silent()
    channel = channel_on(Silent(mute), good)
    try:
        await asyncio.wait_for(channel.attached.wait(), WITHIN_S)
        await channel.put("one")
        await until(lambda: good.published == ["one"])
    finally:
        await channel.close()
