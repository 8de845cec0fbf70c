"""What the clients' RabbitMQ is told: a client's own things, with its own key, and nothing else."""

from urllib.parse import urlencode

import pytest
from starlette.routing import Router

from hub.core.ports import ClientRecord
from hub.gateway.amqp.permissions import AmqpPermissions
from hub.security.access import Access
from hub.security.apikeys import new_key
from tests.fakes.clients import FakeClientRegistry
from tests.unit.hub.gateway import asgi

KEY, OTHER = new_key(), new_key()


@pytest.fixture
async def ask():
    clients = FakeClientRegistry()
    await clients.add(ClientRecord("portal", KEY.prefix, KEY.hash, (), 1))
    await clients.add(ClientRecord("archive", OTHER.prefix, OTHER.hash, (), 1))
    app = Router(AmqpPermissions(Access(clients), clients).routes())

    async def ask(what, **asked):
        path, question = f"/amqp/{what}", urlencode(asked)
        posted = await asgi.ask(app, "POST", path, chunks=[question.encode()])
        assert posted.body == (await asgi.ask(app, "GET", path, query=question)).body
        return posted.body.decode()

    ask.clients = clients
    return ask


async def test_a_client_logs_in_with_its_name_and_key(ask):
    assert await ask("user", username="portal", password=KEY.key) == "allow"


@pytest.mark.parametrize(
    ("name", "key"),
    [("archive", KEY.key), ("portal", OTHER.key), ("portal", ""), ("", KEY.key), ("x", "y")],
    ids=["another's key", "a key of another", "no key", "no name", "neither"],
)
async def test_nobody_else_does(ask, name, key):
    assert await ask("user", username=name, password=key) == "deny"


async def test_a_revoked_client_is_nobody(ask):
    await ask.clients.revoke("portal", 2)
    assert await ask("user", username="portal", password=KEY.key) == "deny"
    assert await ask("vhost", username="portal", vhost="/") == "deny"


async def test_a_client_may_publish_to_its_own_exchange_and_read_its_own_queue(ask):
    own = {"username": "portal", "vhost": "/"}
    assert await ask("vhost", **own) == "allow"
    assert (
        await ask("resource", **own, resource="exchange", name="peyvand.to-hub.portal", permission="write")
        == "allow"
    )
    assert (
        await ask("resource", **own, resource="queue", name="peyvand.from-hub.portal", permission="read")
        == "allow"
    )


async def test_the_queues_of_its_subscriptions_are_its_own(ask):
    asked = {"username": "portal", "vhost": "/", "resource": "queue", "permission": "read"}
    assert await ask("resource", **asked, name="peyvand.from-hub.portal/ownership") == "allow"
    assert await ask("resource", **asked, name="peyvand.from-hub.archive/ownership") == "deny"


@pytest.mark.parametrize(
    ("resource", "name", "permission"),
    [
        ("queue", "peyvand.from-hub.archive", "read"),
        ("exchange", "peyvand.to-hub.archive", "write"),
        ("exchange", "amq.default", "write"),
        ("exchange", "peyvand.to-hub.portal", "read"),
        ("exchange", "peyvand.to-hub.portal", "configure"),
        ("queue", "peyvand.from-hub.portal", "configure"),
        ("queue", "peyvand.from-hub.portal", "write"),
        ("queue", "peyvand.to-hub.portal", "read"),
        ("", "", ""),
    ],
)
async def test_everything_else_is_denied(ask, resource, name, permission):
    asked = {"username": "portal", "vhost": "/", "resource": resource, "name": name, "permission": permission}
    assert await ask("resource", **asked) == "deny"
    assert await ask("topic", **asked, routing_key="#") == "deny"


async def test_a_question_that_is_none_is_denied(ask):
    assert await ask("user") == await ask("vhost") == await ask("resource") == await ask("topic") == "deny"
