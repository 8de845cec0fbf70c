"""An address may name several servers; each is tried for itself."""

import asyncio
from typing import Any

import asyncpg
import pytest

from hub.core.errors import NotRecordedError
from hub.store.clustered import database as module
from hub.store.clustered.database import Database
from hub.store.clustered.hosts import for_reading, one_by_one

PAIR = "postgresql://hub:s%40crt@a:5433,b/hub?target_session_attrs=read-write"


def test_each_server_has_an_address_of_its_own() -> None:
    assert one_by_one(PAIR) == (
        "postgresql://hub:s%40crt@a:5433/hub?target_session_attrs=read-write",
        "postgresql://hub:s%40crt@b/hub?target_session_attrs=read-write",
    )


@pytest.mark.parametrize(
    "url", ["postgresql://a/hub", "postgresql:///hub?host=/run/postgresql", "no address", ""]
)
def test_what_names_one_server_stays_as_it_is(url: str) -> None:
    assert one_by_one(url) == (url,)
    assert for_reading(url) == url


def test_a_connection_set_to_read_only_asks_for_the_leader() -> None:
    assert for_reading(PAIR).endswith("?target_session_attrs=primary")
    other = "postgresql://a,b/hub?target_session_attrs=any"
    assert for_reading(other) == other


class Servers:
    """What is behind ``asyncpg.connect``: each host does something."""

    def __init__(self, **does: Any) -> None:
        self.does = does
        self.asked: list[str] = []

    async def connect(self, url: str, **_: object) -> str:
        host = url.partition("//")[2].partition("/")[0]
        self.asked.append(host)
        if isinstance(self.does[host], Exception):
            raise self.does[host]
        if self.does[host] == "silent":
            await asyncio.get_running_loop().create_future()
        return host


REPLICA = asyncpg.exceptions.TargetServerAttributeNotMatched("None of the hosts match")


@pytest.mark.parametrize(
    "first", ["silent", ConnectionRefusedError(), REPLICA], ids=["silent", "refused", "replica"]
)
async def test_whatever_the_first_server_does_the_second_is_found_and_kept(
    monkeypatch: pytest.MonkeyPatch, first: object
) -> None:
    servers = Servers(a=first, b="good")
    monkeypatch.setattr(asyncpg, "connect", servers.connect)
    monkeypatch.setattr(module, "CONNECT_WITHIN_S", 0.05)
    database = Database("postgresql://a,b/hub?target_session_attrs=read-write")
    assert await database.connect() == "b"
    assert await database.connect() == "b"
    assert servers.asked == ["a", "b", "b"]


async def test_no_server_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        asyncpg, "connect", Servers(a=REPLICA, b=ConnectionRefusedError(111, "refused")).connect
    )
    with pytest.raises(NotRecordedError, match="cannot be reached"):
        await Database("postgresql://a,b/hub").connect()
