"""The store as commands open it: beside running hubs or without one."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.app.cli.ending import unreachable
from hub.app.settings import Settings
from hub.app.setups import LOCK_FILE, Store, is_clustered, open_clustered_store, open_store
from hub.store.embedded.database import FILE_NAME


@asynccontextmanager
async def existing_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, which must be there already: whoever looks must not leave an empty one behind.

    Raises CommandError, UnusableError, MasterKeyError, StoreUnusableError.
    """
    if not is_clustered(settings) and not (settings.data_dir / FILE_NAME).is_file():
        raise unreachable(
            f"there is no store in {settings.data_dir}: start a hub first (peyvand serve), "
            "or set PEYVAND_DATA_DIR to the hub's folder"
        )
    async with open_store(settings) as store:
        yield store


def is_served(settings: Settings) -> bool:
    """Whether a hub is running on this store just now. Raises UnusableError, NotRecordedError."""
    if is_clustered(settings):
        return asyncio.run(_has_nodes(settings))
    try:
        descriptor = os.open(settings.data_dir / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


async def _has_nodes(settings: Settings) -> bool:
    async with open_clustered_store(settings) as store:
        return await store.has_nodes()
