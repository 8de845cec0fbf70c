"""The services that tests of the clustered set-up need: those that are named, or throw-away ones (scripts/services)."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from hub.store.clustered.migrating import migrate
from scripts.services import postgresql, rabbitmq
from tests.setups import Clustered, database_of, drop_databases, new_database, run, standing_on

settings.register_profile("any-machine", deadline=None)  # no test depends on how fast the machine is just now
settings.load_profile("any-machine")

ON_BOTH_SETUPS = frozenset(
    {
        "test_bad_input_once",
        "test_bad_input_partner",
        "test_composite_inquiry",
        "test_dead_letters",
        "test_policies",
    }
)
"""Modules of system tests whose hubs stand on either set-up in turn."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_SETUPS:
        metafunc.parametrize("set_up", ["embedded", "clustered"], indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def set_up(request: pytest.FixtureRequest) -> Iterator[str]:
    """What hubs that the test starts stand on; the embedded set-up unless it is run on both."""
    kind = getattr(request, "param", "embedded")
    if kind == "embedded":
        yield kind
        return
    needed = (request.getfixturevalue(name) for name in ("database_server", "database_template", "amqp_url"))
    with standing_on(Clustered(*needed)):
        yield kind


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """A PostgreSQL in which databases may be made."""
    if given := postgresql.given_url():
        yield given
        return
    server = postgresql.ThrowAwayPostgreSQL()
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


@pytest.fixture(scope="session")
def database_template(database_server: str) -> Iterator[str]:
    """A database as ``peyvand migrate`` makes it, to be copied."""
    name = new_database(database_server)
    run(lambda: migrate(database_of(database_server, name)))
    yield name
    drop_databases(database_server, name)


@pytest.fixture
def empty_database_url(database_server: str) -> Iterator[str]:
    """A database of the test's own that no migration has seen."""
    name = new_database(database_server)
    yield database_of(database_server, name)
    drop_databases(database_server, name)


@pytest.fixture
def database_url(database_server: str, database_template: str) -> Iterator[str]:
    """A database of the test's own, ready for a hub."""
    name = new_database(database_server, database_template)
    yield database_of(database_server, name)
    drop_databases(database_server, name)


@pytest.fixture(scope="session")
def amqp_url() -> Iterator[str]:
    """A RabbitMQ in which queues may be made."""
    if given := rabbitmq.given_url():
        yield given
        return
    server = rabbitmq.ThrowAwayRabbitMQ()
    try:
        server.start()
        yield server.url
    finally:
        server.remove()
