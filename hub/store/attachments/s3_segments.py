"""Segments as objects of an S3-compatible store: ``prefix/PART/NUMBER``, each put whole."""

import asyncio
import os
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentMissingError
from hub.store.unusable import StoreUnusableError

UNKNOWN_ROOM: Final = 2**62
_TIMEOUT: Final = timedelta(seconds=30)
_DELETE_BATCH: Final = 100


class S3Segments:
    """The Segments port over a bucket. An object is there whole or not at all: nothing unfinished is left in it."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def put(self, part: str, number: int, sealed: bytes) -> None:
        try:
            await obstore.put_async(self._store, _name(part, number), sealed, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _trouble(error) from error

    async def get(self, part: str, number: int) -> bytes:
        try:
            answer = await obstore.get_async(self._store, _name(part, number))
            return bytes(await answer.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise DocumentMissingError("a part of a document is not there") from error
        except (BaseError, OSError) as error:
            raise _trouble(error) from error

    async def remove(self, part: str) -> None:
        try:
            async for found in obstore.list(self._store, f"{part}/", chunk_size=_DELETE_BATCH):
                await asyncio.gather(*(self._remove(meta["path"]) for meta in found))
        except (BaseError, OSError) as error:
            raise _trouble(error) from error

    async def room(self) -> int:
        return UNKNOWN_ROOM

    async def _remove(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, path)
        except (NotFoundError, FileNotFoundError):
            return


def s3_segments(url: str) -> S3Segments:
    """The segments of ``s3://bucket/prefix``; credentials, region and endpoint are the usual AWS_… variables.

    Raises StoreUnusableError.
    """
    place = urlsplit(url)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None
    try:
        store = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            endpoint=endpoint,
            region=os.environ.get("AWS_REGION") or "us-east-1",
            virtual_hosted_style_request=False,
            client_options={
                "timeout": _TIMEOUT,
                "allow_http": bool(endpoint and endpoint.startswith("http:")),
            },
            retry_config={"max_retries": 3, "retry_timeout": _TIMEOUT},
        )
    except (BaseError, ValueError) as error:
        raise StoreUnusableError(f"{url} cannot be used for documents: {type(error).__name__}") from error
    return S3Segments(store)


def _name(part: str, number: int) -> str:
    return f"{part}/{number:06d}"


def _trouble(error: BaseException) -> NotRecordedError:
    # Its text may hold addresses and what the server said: only its kind is told.
    return NotRecordedError(f"the store of documents does not answer: {type(error).__name__}")
