"""The AttachmentRegistry port over any store that can run an operation in a transaction."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from hub.core.attachments import Attachment, Parts, Upload, Use, Waste
from hub.store.attachments import statements
from hub.store.attachments.statements import Operation

T = TypeVar("T")


class Transactions(Protocol):
    """Runs operations, each in a transaction of its own that is on disk when it has ended. Raises NotRecordedError."""

    async def write(self, operation: Callable[[], Operation[T]]) -> T:
        """Run an operation that writes. It may be run again where another got in its way."""
        ...

    async def read(self, operation: Callable[[], Operation[T]]) -> T:
        """Run an operation that only reads."""
        ...


class Registry:
    """See the port for what it promises."""

    def __init__(self, transactions: Transactions) -> None:
        self._write = transactions.write
        self._read = transactions.read

    async def begin(self, upload: Upload) -> None:
        await self._write(lambda: statements.begin(upload))

    async def upload(self, upload_id: str, client: str) -> Upload | None:
        return await self._read(lambda: statements.upload(upload_id, client))

    async def open_part(self, upload_id: str, client: str, offset: int, part: str) -> Upload | None:
        return await self._write(lambda: statements.open_part(upload_id, client, offset, part))

    async def grow(self, upload_id: str, part: str, parts: Parts, until_us: int) -> bool:
        return await self._write(lambda: statements.grow(upload_id, part, parts, until_us))

    async def complete(
        self, upload_id: str, part: str, *, digest: str, media_type: str, since_us: int, until_us: int
    ) -> bool:
        return await self._write(
            lambda: statements.complete(
                upload_id, part, digest=digest, media_type=media_type, since_us=since_us, until_us=until_us
            )
        )

    async def abandon(self, upload_id: str, client: str, at_us: int) -> bool:
        return await self._write(lambda: statements.abandon(upload_id, client, at_us))

    async def find(self, digest: str, client: str) -> Attachment | None:
        return await self._read(lambda: statements.find(digest, client))

    async def content(self, digest: str) -> Attachment | None:
        return await self._read(lambda: statements.content(digest))

    async def held_bytes(self, client: str) -> int:
        return await self._read(lambda: statements.held_bytes(client))

    async def claim(self, use: Use, digests: Sequence[str]) -> bool:
        return await self._write(lambda: statements.claim(use, digests))

    async def uses(self, exchange_id: str) -> tuple[Attachment, ...]:
        return await self._read(lambda: statements.uses(exchange_id))

    async def remove(self, digest: str, at_us: int) -> None:
        await self._write(lambda: statements.remove(digest, at_us))

    async def collect(self, now_us: int) -> tuple[Waste, ...]:
        return await self._write(lambda: statements.collect(now_us))

    async def forget(self, parts: Sequence[str]) -> None:
        await self._write(lambda: statements.forget(parts))


def run(operation: Operation[T], fetch: Callable[[str, tuple[Any, ...]], Sequence[Any]]) -> T:
    """Run an operation to its end with a function that runs one statement."""
    try:
        statement = next(operation)
        while True:
            statement = operation.send(fetch(*statement))
    except StopIteration as end:
        result: T = end.value
        return result


async def run_async(operation: Operation[T], fetch: Callable[..., Awaitable[Sequence[Any]]]) -> T:
    """As ``run``, with a function that takes the values one by one and is waited for."""
    try:
        statement = next(operation)
        while True:
            statement = operation.send(await fetch(statement.text, *statement.values))
    except StopIteration as end:
        result: T = end.value
        return result
