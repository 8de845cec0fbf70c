"""One sandbox process per test file, back to its seed data before each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.adapters.partners.city import City, city_of
from tests.system.sandbox_process import Partners, fresh, running_partners


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with running_partners(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
def partners(running: Partners) -> Iterator[Partners]:
    with fresh(running) as prepared:
        yield prepared


@pytest.fixture
async def city(partners: Partners) -> AsyncIterator[City]:
    async with city_of(partners.environment) as ready:
        yield ready
