"""The Merkle tree over a log (RFC 6962), read in tiles: roots and proofs at the cost of a few reads each.

Of the inner nodes a store keeps only those whole ones that stand 8, 16, 24… levels above the leaves, one for 256
hashes below. What lies between is computed when asked for: at most 255 hashes from one tile.
"""

from collections.abc import Sequence

from evidence_verifier.merkle import EMPTY_ROOT, node_hash
from hub.core.evidence import TILE, EvidenceLog, LogDamagedError, NodeHash

_TILE_BITS = TILE.bit_length() - 1
_TILES_KEPT = 64
"""About 2 MB, whatever the log's size."""


class Tree:
    """A log's tree as of one size, and as of any smaller one. Raises LogDamagedError where a hash is missing.

    Nodes above leaves that were appended since the last checkpoint are computed by ``grow`` before they are
    asked for.
    """

    def __init__(self, log: EvidenceLog, size: int) -> None:
        self._log = log
        self._size = size
        self._tiles: dict[tuple[int, int], _Tile] = {}
        self._fresh: dict[tuple[int, int], bytes] = {}

    async def grow(self, from_size: int) -> list[NodeHash]:
        """The whole nodes that the leaves beyond ``from_size`` complete, lowest level first."""
        grown: list[NodeHash] = []
        level, count = 1, TILE
        while count <= self._size:
            for place in range(from_size // count, self._size // count):
                node = NodeHash(level, place, (await self._tile(level - 1, place)).node(_TILE_BITS, 0))
                self._fresh[level, place] = node.hash
                grown.append(node)
            level, count = level + 1, count * TILE
        return grown

    async def root(self, size: int) -> bytes:
        """The root over the first ``size`` leaves."""
        return await self._over(0, size) if size else EMPTY_ROOT

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that a leaf (index from 0) is in the tree of that size (RFC 6962, 2.1.1)."""
        start, end = 0, size
        path: list[bytes] = []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(await self._over(middle, end))
                end = middle
            else:
                path.append(await self._over(start, middle))
                start = middle
        path.reverse()
        return path

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of ``new`` leaves begins with that of ``old`` (RFC 6962, 2.1.2)."""
        if not 0 < old < new:
            return []
        start, end = 0, new
        path: list[bytes] = []
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(await self._over(middle, end))
                end = middle
            else:
                path.append(await self._over(start, middle))
                start = middle
        if start:  # else the old tree is itself a whole subtree, whose root the judge has
            path.append(await self._over(start, end))
        path.reverse()
        return path

    async def _over(self, start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0 and start % count == 0:
            return await self._whole(count.bit_length() - 1, start // count)
        middle = start + _split(count)
        return node_hash(await self._over(start, middle), await self._over(middle, end))

    async def _whole(self, bits: int, place: int) -> bytes:
        """The node over 2^bits leaves: from the one tile that it can be computed from."""
        level, bits = divmod(bits, _TILE_BITS)
        tile, within = divmod(place, TILE >> bits)
        return (await self._tile(level, tile)).node(bits, within)

    async def _tile(self, level: int, tile: int) -> "_Tile":
        known = self._tiles.get((level, tile))
        if known is not None:
            return known
        start = tile * TILE
        end = min(start + TILE, self._size >> level * _TILE_BITS)
        hashes = [*await self._log.hashes(level, start, end)]
        for place in range(start + len(hashes), end):
            if (level, place) not in self._fresh:
                covered = 1 << level * _TILE_BITS
                where = f"{place * covered + 1}" + (f" to {(place + 1) * covered}" if level else "")
                what = "entry" if level == 0 else "the node over entries"
                raise LogDamagedError(f"{what} {where} is missing from the store")
            hashes.append(self._fresh[level, place])
        while len(self._tiles) >= _TILES_KEPT:
            del self._tiles[next(iter(self._tiles))]
        loaded = self._tiles[level, tile] = _Tile(hashes)
        return loaded


class _Tile:
    """Up to 256 hashes of one level, and the whole nodes over them."""

    __slots__ = ("_levels",)

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._levels = [hashes]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
            self._levels.append(hashes)

    def node(self, bits: int, place: int) -> bytes:
        """The node over 2^bits of the hashes."""
        return self._levels[bits][place]


class Frontier:
    """The tree over leaves that come one after the other: the whole subtrees at its right edge, and nothing else."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

    def add(self, leaf: bytes) -> list[NodeHash]:
        """Add a leaf; gives the kept nodes (of levels from 1 on) that it completes."""
        completed: list[NodeHash] = []
        hash_, bits, place = leaf, 0, self.size
        while place & 1:
            hash_ = node_hash(self._whole.pop(), hash_)
            place, bits = place >> 1, bits + 1
            if bits % _TILE_BITS == 0:
                completed.append(NodeHash(bits // _TILE_BITS, place, hash_))
        self._whole.append(hash_)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._whole:
            return EMPTY_ROOT
        *rest, root = self._whole
        for hash_ in reversed(rest):
            root = node_hash(hash_, root)
        return root


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
