"""Everything that a run needs: nodes, partners, services, and the lines between them."""

import asyncio
import base64
import contextlib
import json
import os
import random
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scripts.chaos.messages import INQUIRY_CONTRACT, PAYMENT_CONTRACT
from scripts.chaos.nodes import Node
from scripts.chaos.partners import WATCHED, Partners
from scripts.chaos.processes import ROOT, run
from scripts.chaos.proxy import Proxy
from scripts.services.postgresql import ThrowAwayPostgreSQL
from scripts.services.postgresql_pair import ThrowAwayPostgreSQLPair
from scripts.services.rabbitmq_cluster import ThrowAwayRabbitMQCluster
from scripts.services.throwaway import say, temporary_folder

PARTNER_TIMEOUT_S = 3
"""How long the hub waits for a partner here: a fault that makes it wait must not last for minutes."""
_NODES = 2
_CLIENT = "chaos"
_MAY_WAIT = re.compile(r"(?m)^    timeout: \d+s$")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a run's faults need beyond the plain set-up."""

    is_clustered: bool
    standby: bool = False
    broker_nodes: int = 1


@dataclass
class Town:
    """What faults may hurt."""

    folder: Path
    nodes: list[Node]
    partners: Partners
    partner_lines: dict[str, Proxy]
    draw: random.Random
    database: ThrowAwayPostgreSQLPair | None = None
    broker: ThrowAwayRabbitMQCluster | None = None
    database_lines: list[Proxy] = field(default_factory=list)
    broker_lines: list[Proxy] = field(default_factory=list)
    key: str = ""

    @property
    def addresses(self) -> list[str]:
        """Where clients reach the nodes."""
        return [f"http://127.0.0.1:{node.clients.port}" for node in self.nodes]

    @property
    def client_lines(self) -> list[Proxy]:
        """The lines between clients and nodes."""
        return [node.clients for node in self.nodes]

    def some_node(self) -> Node:
        """One of the nodes, by lot."""
        return self.draw.choice(self.nodes)

    async def ready(self) -> None:
        """Wait until every node says that it is ready. Raises UnavailableError."""
        await asyncio.gather(*(node.ready() for node in self.nodes))


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that a hub reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PEYVAND_")}


@contextlib.asynccontextmanager
async def running_town(needs: Needs, seed: int) -> AsyncIterator[Town]:
    """Start everything, and leave nothing behind. Raises UnavailableError with what to do."""
    folder = temporary_folder("peyvand-chaos", None)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        say("starting the simulated partners")
        partners = Partners(folder, clean_environment(), seed)
        stack.push_async_callback(partners.stop)
        await partners.start()
        environment = _environment(folder) | partners.variables
        lines: dict[str, Proxy] = {}
        for partner in WATCHED:
            lines[partner] = await _line(stack, environment, f"PEYVAND_{partner.upper()}_URL")
        town = Town(folder, [], partners, lines, random.Random(seed))  # noqa: S311 - a choice, not a secret
        if needs.is_clustered:
            environment |= await _services(stack, town, needs)
            await run(("hub.app.cli", "migrate"), environment)
        names = [f"node-{number + 1}" for number in range(_NODES if needs.is_clustered else 1)]
        for name in names:
            place = folder / name
            place.mkdir()
            own = environment | {"PEYVAND_DATA_DIR": str(place / "var")}
            town.nodes.append(Node(name, place, own))
        grants = (f"--grant={INQUIRY_CONTRACT}", f"--grant={PAYMENT_CONTRACT}")
        own = environment | {"PEYVAND_DATA_DIR": str(town.nodes[0].folder / "var")}
        told = json.loads(await run(("hub.app.cli", "client", "add", _CLIENT, *grants, "--json"), own))
        town.key = str(told["key"])
        say(f"starting {len(names)} node{'s' * (len(names) > 1)}")
        for node in town.nodes:
            stack.push_async_callback(node.clients.close)
            stack.push_async_callback(node.stop)
            await node.start()
        await town.ready()
        yield town


def _environment(folder: Path) -> dict[str, str]:
    """What every node is told: the project's own contracts and routes, and partners it does not wait for long."""
    adapters = folder / "adapters"
    for manifest in (ROOT / "adapters").glob("*/manifest.yaml"):
        place = adapters / manifest.parent.name
        shutil.copytree(manifest.parent, place, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        text = _MAY_WAIT.sub(f"    timeout: {PARTNER_TIMEOUT_S}s", manifest.read_text("utf-8"))
        (place / "manifest.yaml").write_text(text, encoding="utf-8")
    return clean_environment() | {
        "PEYVAND_ADAPTERS_DIR": str(adapters),
        "PEYVAND_PORT": "0",
        "PEYVAND_MANAGEMENT_PORT": "0",
        "PEYVAND_LOG_FORMAT": "json",
        "PEYVAND_WORKERS_PER_PARTNER": "8",
        "TMPDIR": str(folder),
    }


async def _line(stack: contextlib.AsyncExitStack, environment: dict[str, str], variable: str) -> Proxy:
    """Put a proxy between the hub and an address that a variable names."""
    parts = urlsplit(environment[variable])
    upstream = (str(parts.hostname), int(parts.port or 80))
    proxy = await _proxy(stack, upstream)
    environment[variable] = parts._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
    return proxy


async def _proxy(stack: contextlib.AsyncExitStack, *upstreams: tuple[str, int]) -> Proxy:
    proxy = Proxy(lambda: upstreams)
    await proxy.start()
    stack.push_async_callback(proxy.close)
    return proxy


async def _services(stack: contextlib.AsyncExitStack, town: Town, needs: Needs) -> dict[str, str]:
    """Start PostgreSQL and RabbitMQ, and give what nodes are told about them."""
    town.database, town.broker = ThrowAwayPostgreSQLPair(), ThrowAwayRabbitMQCluster(needs.broker_nodes)
    stack.callback(town.broker.remove)
    stack.callback(town.database.remove)
    say("starting PostgreSQL" + (" with a standby" if needs.standby else ""))
    await asyncio.to_thread(town.database.start if needs.standby else town.database.primary.start)
    servers = [town.database.primary, *([town.database.standby] if needs.standby else [])]
    say(f"starting RabbitMQ, {needs.broker_nodes} node{'s' * (needs.broker_nodes > 1)}")
    await asyncio.to_thread(town.broker.start)
    town.database_lines = [await _proxy(stack, _address(server)) for server in servers]
    # As a load balancer before the cluster does it: whichever node takes the connection.
    town.broker_lines = [await _proxy(stack, *(("127.0.0.1", node.port) for node in town.broker.nodes))]
    hosts = ",".join(f"127.0.0.1:{line.port}" for line in town.database_lines)
    suffix = "?target_session_attrs=read-write" if needs.standby else ""
    return {
        "PEYVAND_DATABASE_URL": f"postgresql://postgres@{hosts}/postgres{suffix}",
        "PEYVAND_AMQP_URL": f"amqp://guest:guest@127.0.0.1:{town.broker_lines[0].port}/",
        "PEYVAND_MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "PEYVAND_EVIDENCE_KEY": base64.b64encode(os.urandom(32)).decode(),
    }


def _address(server: ThrowAwayPostgreSQL) -> tuple[str, int]:
    parts = urlsplit(server.url)
    return str(parts.hostname), int(parts.port or 0)
