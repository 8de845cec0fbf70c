"""Dead letters to act on, over the engine with its fakes."""

from dataclasses import dataclass

from hub.core import codes
from hub.core.actor import Actor, Decision
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.runtime.codec import RecordedRequests
from hub.runtime.dead_letters.desk import DeadLetters
from tests.fakes.readings import FakeBodyReadings
from tests.unit.hub.runtime.engine import Engine, engine

REHI = Actor("rahi")


def decision(reason: str = "the certificate was renewed", action: str = "", actor: Actor = REHI) -> Decision:
    return Decision(actor, reason, action)


@dataclass
class Bench:
    hub: Engine
    desk: DeadLetters
    readings: FakeBodyReadings
    offered: list[tuple[str, str, int]]

    async def dead(self, code: codes.Code = codes.PARTNER_TLS, **more) -> str:
        """An exchange that has become a dead letter."""
        self.hub.endpoint.answer = ExchangeError(code, "certificate 4711 is not known")
        id_ = (await self.hub.handle(respond_async=True, **more)).exchange_id
        await self.hub.workers.work(id_)
        assert self.hub.states(id_)[-1] is State.DEAD_LETTERED
        return id_


def bench(**more) -> Bench:
    hub, readings = engine(**more), FakeBodyReadings()
    offered: list[tuple[str, str, int]] = []

    def offer(channel: str, id_: str, number: int) -> None:
        offered.append((channel, id_, number))

    desk = DeadLetters(hub.recorder, hub.configuration, readings, RecordedRequests({}), offer)
    return Bench(hub, desk, readings, offered)
