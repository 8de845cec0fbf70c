"""Which set-up the hubs of a test stand on. System tests ask nobody: a city is given what its set-up needs."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

_current: "list[Clustered]" = []


@dataclass
class Clustered:
    """A database of its own for each city, and one broker for all."""

    server_url: str
    template: str
    amqp_url: str
    databases: list[str] = field(default_factory=list)

    def new_store(self) -> dict[str, str]:
        """Settings of a hub with an empty store."""
        self.databases.append(new_database(self.server_url, self.template))
        url = database_of(self.server_url, self.databases[-1])
        return {"PEYVAND_DATABASE_URL": url, "PEYVAND_AMQP_URL": self.amqp_url}


@contextmanager
def standing_on(clustered: Clustered) -> Iterator[Clustered]:
    """From now on new cities have the clustered set-up; their databases are gone at the end."""
    _current.append(clustered)
    try:
        yield clustered
    finally:
        _current.pop()
        drop_databases(clustered.server_url, *clustered.databases)


def new_store() -> dict[str, str]:
    """What a new city's hub is told about its store: nothing in the embedded set-up."""
    return _current[-1].new_store() if _current else {}


def new_database(server_url: str, template: str = "template1") -> str:
    """A new database of a server; gives its name."""
    name = f"peyvand_test_{os.getpid()}_{os.urandom(4).hex()}"
    execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


def drop_databases(server_url: str, *names: str) -> None:
    """Remove databases, whoever is still connected."""
    execute(server_url, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


def database_of(server_url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run something asynchronous to its end, whatever loop the test may have."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def execute(url: str, *statements: str) -> None:
    """Run statements, each for itself."""

    async def work() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    run(work)


def fetch(url: str, query: str) -> list[Any]:
    """The rows of a query."""

    async def work() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    rows: list[Any] = run(work)
    return rows
