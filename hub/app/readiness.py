"""What must hold for a hub to be ready, whatever it stands on: its key seals, and its disk has room."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError, Sealer

Check = Callable[[], Awaitable[str]]
"""A condition in words: empty if it holds."""

_SAMPLE, _CONTEXT = b"ready?", b"readiness"
_MEGABYTE = 1024 * 1024


def key_seals(sealer: Sealer) -> Check:
    """Whether documents can be encrypted and read again just now."""

    def try_it() -> str:
        try:
            is_same = sealer.open(sealer.seal(_SAMPLE, _CONTEXT), _CONTEXT) == _SAMPLE
        except (NotRecordedError, DocumentDamagedError) as error:
            return str(error)
        return "" if is_same else "what the key sealed does not open to what it was"

    async def check() -> str:
        return await asyncio.to_thread(try_it)  # a new day's key has to be kept first

    return check


def disk_has_room(folder: Path, least_bytes: int) -> Check:
    """Whether the disk of a folder has at least so many bytes free."""

    async def check() -> str:
        try:
            free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        except OSError as error:
            return f"{folder} cannot be looked at: {error.strerror or error}"
        if free >= least_bytes:
            return ""
        return (
            f"{free // _MEGABYTE} MB are free on the disk of {folder}, fewer than {least_bytes // _MEGABYTE} MB "
            "(PEYVAND_MIN_FREE_BYTES): make room"
        )

    return check
