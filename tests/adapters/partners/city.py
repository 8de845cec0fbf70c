"""The hub's way from a city's request to the partner and back, without its journal: the real files, compiled by the
real loaders, and the real endpoints over sockets.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.kit.manifest import EndpointManifest, Manifest
from adapters.kit.outcomes import Outcomes
from hub.app.loading import Loaded, load
from hub.app.settings import Settings
from hub.core.contract import Pattern
from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.errors import Code, ExchangeError, Outcome
from hub.core.exchange import Opening
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef, new_id
from hub.expressions import compile_condition
from hub.routing.plan import run_stages

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Answer:
    """What came of one request, in all its forms."""

    body: Any
    partner_request: Any
    partner_reply: Any
    wire: bytes


@dataclass
class City:
    """A caller of the hub."""

    loaded: Loaded

    async def ask(
        self, contract: str, body: Any, *, exchange_id: str = "", timeout_s: float = TIMEOUT_S
    ) -> Answer:
        """Send one request the whole way; raises ExchangeError as the hub would answer it."""
        ref = ContractRef.parse(contract)
        schemas = self.loaded.catalogue.version(ref).schemas
        assert schemas[Kind.REQUEST].validator.errors(body) == ()
        exchange_id = exchange_id or new_id()
        context = StepContext(exchange_id, Opening(ref.name, str(ref.version), "test", Pattern.REQUEST_REPLY))
        message = Message(ref, Kind.REQUEST, body)
        plan = self.loaded.routing.select(message, context)
        request = run_stages(plan.forward, message, context)
        delivery = Delivery(exchange_id, exchange_id, 1, timeout_s)
        reply = await self.loaded.endpoints[plan.endpoint.name].send(request, delivery)
        assert isinstance(reply, Message)
        assert plan.partner_reply.errors(reply.body) == ()
        answer = run_stages(plan.back, reply, context)
        assert schemas[Kind.REPLY].validator.errors(answer.body) == ()
        assert reply.wire is not None
        return Answer(answer.body, request.body, reply.body, reply.wire)

    async def failure(
        self, contract: str, body: Any, *, exchange_id: str = "", timeout_s: float = TIMEOUT_S
    ) -> ExchangeError:
        """Send one request that must fail."""
        with pytest.raises(ExchangeError) as caught:
            await self.ask(contract, body, exchange_id=exchange_id, timeout_s=timeout_s)
        return caught.value


@asynccontextmanager
async def city_of(environment: Mapping[str, str]) -> AsyncIterator[City]:
    """The hub's files in force, with addresses and credentials from an environment."""
    folders = {f"{name}_dir": ROOT / name for name in ("contracts", "routes", "adapters")}
    loaded = load(Settings.model_validate(folders), environment)
    for endpoint in loaded.endpoints.values():
        await endpoint.open()
    try:
        yield City(loaded)
    finally:
        for endpoint in loaded.endpoints.values():
            await endpoint.close()


def example(contract: str, version: str, name: str) -> Any:
    """A valid example of the catalogue, such as ``one-owner.request``."""
    path = ROOT / "contracts" / contract / "examples" / version / "valid" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def request_examples(contract: str) -> list[Any]:
    """Every valid request of a contract as pytest parameters: ``contract@version`` and document."""
    folder = ROOT / "contracts" / contract / "examples"
    return [
        pytest.param(
            f"{contract}@{path.parts[-3]}",
            json.loads(path.read_text(encoding="utf-8")),
            id=f"{path.parts[-3]}-{path.name.removesuffix('.request.json')}",
        )
        for path in sorted(folder.glob("*/valid/*.request.json"))
    ]


def judge(manifest: Manifest, endpoint: EndpointManifest, reply: Any) -> Message | Acknowledgement:
    """What a manifest makes of a partner's reply; raises ExchangeError."""
    message = Message(endpoint.facts.contract, Kind.REPLY, reply)
    return Outcomes.compile(manifest, endpoint, compile_condition).judge(message)


def verdict(error: ExchangeError) -> tuple[Code, Outcome]:
    """What a caller and the runtime act on."""
    return error.code, error.code.outcome
