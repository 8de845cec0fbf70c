"""What every client registry promises."""

from dataclasses import replace

import pytest

from hub.core.ports import ClientExistsError, ClientRecord, ClientRegistry


def client(name: str, prefix: str, *grants: str) -> ClientRecord:
    return ClientRecord(name, prefix, "cd" * 32, grants, 17)


async def test_a_client_is_found_by_the_beginning_of_its_key(clients: ClientRegistry) -> None:
    portal = client("portal", "aaaaaaaa", "registry.title-inquiry@1", "fire.safety-approval")
    await clients.add(portal)

    assert clients.by_prefix("aaaaaaaa") == portal
    assert clients.by_prefix("bbbbbbbb") is None


async def test_clients_are_listed_by_name(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa", "b", "a"))
    await clients.add(client("kiosk", "bbbbbbbb"))

    assert await clients.list() == (client("kiosk", "bbbbbbbb"), client("portal", "aaaaaaaa", "b", "a"))


async def test_a_name_is_used_once(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa"))

    with pytest.raises(ClientExistsError):
        await clients.add(client("portal", "bbbbbbbb"))
    assert clients.by_prefix("bbbbbbbb") is None


async def test_the_beginning_of_a_key_is_used_once(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa"))

    with pytest.raises(ClientExistsError):
        await clients.add(client("kiosk", "aaaaaaaa"))
    assert [record.name for record in await clients.list()] == ["portal"]


async def test_a_revoked_client_is_still_known_as_revoked(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa"))

    assert await clients.revoke("portal", 99)
    found = clients.by_prefix("aaaaaaaa")
    assert found is not None
    assert found.revoked_us == 99


async def test_a_client_is_revoked_once(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa"))

    assert await clients.revoke("portal", 99)
    assert not await clients.revoke("portal", 100)
    assert not await clients.revoke("nobody", 100)
    assert [record.revoked_us for record in await clients.list()] == [99]


async def test_the_name_of_a_revoked_client_is_free(clients: ClientRegistry) -> None:
    await clients.add(client("portal", "aaaaaaaa"))
    await clients.revoke("portal", 99)
    await clients.add(client("portal", "bbbbbbbb"))

    found = clients.by_prefix("bbbbbbbb")
    assert found is not None
    assert not found.revoked_us


async def test_whose_a_client_is_stays_with_it(clients: ClientRegistry) -> None:
    officer = replace(client("omid", "aaaaaaaa"), partner="registry-office-async", office="fire-prevention")
    await clients.add(officer)

    assert clients.by_prefix("aaaaaaaa") == officer
    assert await clients.list() == (officer,)
