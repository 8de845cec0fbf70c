from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.ports import DataKeys, Sealer
from hub.security.sealing import EnvelopeSealer
from hub.store.embedded import EmbeddedStore


def make_sealer(keys: DataKeys) -> Sealer:
    return EnvelopeSealer(b"m" * 32, keys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[EmbeddedStore]:
    async with EmbeddedStore(folder, make_sealer, busy_timeout_s=0.2) as store:
        yield store
