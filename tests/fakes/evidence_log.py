"""A log in memory, and an authority that stamps without cryptography."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from hub.core.evidence import Attested, Checkpoint, NodeHash, NoTimestampError, Row, Timestamp


class FakeEvidenceLog:
    """Change ``entries``, ``nodes`` and ``kept`` at will: that is what an operator can do."""

    def __init__(self) -> None:
        self.entries: list[Row] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.kept: dict[int, Checkpoint] = {}
        self.reads = 0
        self.hashes_read = 0

    async def size(self) -> int:
        return self.entries[-1].seq if self.entries else 0

    async def hashes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        self.reads += 1
        hashes: list[bytes] = []
        if level:
            while start < end and (level, start) in self.nodes:
                hashes.append(self.nodes[level, start])
                start += 1
        else:
            first = bisect_left(self.entries, start + 1, key=lambda row: row.seq)
            for row in self.entries[first : first + end - start]:
                if row.seq != start + 1 + len(hashes):
                    break
                hashes.append(row.leaf)
        self.hashes_read += len(hashes)
        return hashes

    async def rows(self, after: int, limit: int, *, with_bodies: bool = False) -> tuple[Row, ...]:
        return tuple(row for row in self.entries if row.seq > after)[:limit]

    async def keep(self, checkpoint: Checkpoint, nodes: Sequence[NodeHash]) -> bool:
        if max(self.kept, default=0) >= checkpoint.size:
            return False
        for node in nodes:
            self.nodes.setdefault((node.level, node.place), node.hash)
        self.kept[checkpoint.size] = checkpoint
        return True

    async def checkpoints(
        self, *, at_least: int = 0, limit: int = 1, newest_first: bool = False, by: Attested | None = None
    ) -> tuple[Checkpoint, ...]:
        found = [self.kept[size] for size in sorted(self.kept, reverse=newest_first) if size >= at_least]
        if by is Attested.AUTHORITY:
            found = [checkpoint for checkpoint in found if checkpoint.timestamps]
        if by is Attested.WITNESS:
            found = [checkpoint for checkpoint in found if checkpoint.note.count("\u2014 ") > 1]
        return tuple(found[:limit])

    async def add_cosignature(self, size: int, line: str) -> None:
        checkpoint = self.kept[size]
        if f"{line}\n" not in checkpoint.note:
            self.kept[size] = replace(checkpoint, note=f"{checkpoint.note}{line}\n")

    async def add_timestamp(self, size: int, timestamp: Timestamp) -> None:
        checkpoint = self.kept[size]
        self.kept[size] = replace(checkpoint, timestamps=(*checkpoint.timestamps, timestamp))


class FakeAuthority:
    """Set ``is_down`` to have it refuse."""

    def __init__(self) -> None:
        self.is_down = False
        self.asked: list[bytes] = []

    async def stamp(self, data: bytes) -> Timestamp:
        self.asked.append(data)
        if self.is_down:
            raise NoTimestampError("the fake authority was told to refuse")
        return Timestamp(1, "CN=fake", b"token")
