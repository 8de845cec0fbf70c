"""Merkle trees after RFC 6962: hashes, and proofs as RFC 9162 says to judge them."""

import binascii
import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

_sha256 = hashlib.sha256
HASH_BYTES = 32
_REMEMBERED_FROM = 4
_REMEMBERED = 200_000
_Place: TypeAlias = tuple[int, int]
"""A node's level and its index there."""
EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofError(ValueError):
    """A proof that cannot be one: too short, too long, or about something that is not in the tree."""


def leaf_hash(record: bytes) -> bytes:
    """The leaf of a record."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node over two others."""
    return _sha256(b"\x01" + left + right).digest()


class Inclusions:
    """Judges proofs that leaves are in one tree (RFC 9162, 2.1.3.2).

    Nodes that a proof has shown to stand in the tree are remembered, so that the next leaf's way up ends where it
    meets one: a file with a million leaves has not twenty million hashes to compute.
    """

    def __init__(self, size: int, root: bytes) -> None:
        self._size = size
        self._root = root
        self._shown: dict[_Place, bytes] = {}

    def check(self, index: int, leaf: bytes, proof: Sequence[bytes | str]) -> None:
        """Raise ProofError unless the leaf is in the tree at this index (from 0).

        A proof is hashes, or their base64, of which only those are decoded that are needed. What follows the
        first remembered node is not looked at.
        """
        if not 0 <= index < self._size:
            raise ProofError(f"a tree of {self._size} leaves has none at {index}")
        way: list[tuple[_Place, bytes]] = []
        reached = leaf
        for place, reached in _climb(index, self._size, leaf, proof):
            if place[0] >= _REMEMBERED_FROM:
                if self._shown.get(place) == reached:
                    break
                way.append((place, reached))
        else:
            if reached != self._root:
                raise ProofError("its bytes or its place are not those that were signed")
        if len(self._shown) > _REMEMBERED:
            self._shown.clear()
        self._shown.update(way)


def _climb(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes | str]
) -> Iterator[tuple[_Place, bytes]]:
    """The nodes on a leaf's way up, as a proof gives them. Raises ProofError if it has not the right length."""
    place, last, level, hash_ = index, size - 1, 0, leaf
    for sibling in map(_decoded, proof):
        if last == 0:
            raise ProofError("the proof is too long")
        if place & 1 or place == last:
            hash_ = _sha256(b"\x01" + sibling + hash_).digest()  # node_hash, without a call
            while not place & 1 and place:
                place, last, level = place >> 1, last >> 1, level + 1
        else:
            hash_ = _sha256(b"\x01" + hash_ + sibling).digest()
        place, last, level = place >> 1, last >> 1, level + 1
        yield (level, place), hash_
    if last:
        raise ProofError("the proof is too short")


def _decoded(text: bytes | str) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise ProofError("a hash of the proof is not base64") from error


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the new tree (size, root) begins with all leaves of the old one, in order (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size:
        return False
    if old_size in {0, new_size}:
        return not proof and (old_root == EMPTY_ROOT if old_size == 0 else old_root == new_root)
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a whole subtree: its hash is the old root itself
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_hash = node_hash(new_hash, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old_hash == old_root and new_hash == new_root
