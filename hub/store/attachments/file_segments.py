"""Segments as files: a folder for each part, a file for each segment."""

import asyncio
import errno
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hub.core.attachments import NoRoomError
from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentMissingError
from hub.store.folders import FOLDER_MODE, sync_folder
from hub.store.unusable import StoreUnusableError

T = TypeVar("T")
_PART = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)
_UNFINISHED = ".unfinished"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FileSegments:
    """The Segments port over a folder; several processes may use it, on a file system that they share."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreUnusableError."""
        self._folder = folder
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            sync_folder(folder.parent)
        except OSError as error:
            raise StoreUnusableError(f"{folder} cannot be used for documents: {error}") from error

    async def put(self, part: str, number: int, sealed: bytes) -> None:
        await _on_disk(lambda: self._put(self._of(part), number, sealed))

    async def get(self, part: str, number: int) -> bytes:
        return await _on_disk((self._of(part) / _name(number)).read_bytes)

    async def remove(self, part: str) -> None:
        folder = self._of(part)
        await _on_disk(lambda: shutil.rmtree(folder) if folder.is_dir() else None)

    async def room(self) -> int:
        return await _on_disk(lambda: shutil.disk_usage(self._folder).free)

    def _of(self, part: str) -> Path:
        if _PART.match(part) is None:
            raise DocumentMissingError("there is no such part")
        return self._folder / part[:2] / part

    def _put(self, folder: Path, number: int, sealed: bytes) -> None:
        if not folder.is_dir():
            for each in (folder.parent, folder):  # not `parents=True`: it would not give them all the mode
                each.mkdir(mode=FOLDER_MODE, exist_ok=True)
                sync_folder(each.parent)
        target = folder / _name(number)
        unfinished = target.with_suffix(_UNFINISHED)
        with open(unfinished, "wb", opener=_private) as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        sync_folder(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _name(number: int) -> str:
    return f"{number:06d}"


async def _on_disk(act: Callable[[], T]) -> T:
    """Away from the event loop, with the disk's trouble told as what it means."""
    try:
        return await asyncio.to_thread(act)
    except FileNotFoundError as error:
        raise DocumentMissingError("a part of a document is not there") from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoomError(f"a document could not be stored: {error.strerror}") from error
        raise NotRecordedError(f"the folder of documents does not work: {error.strerror}") from error
