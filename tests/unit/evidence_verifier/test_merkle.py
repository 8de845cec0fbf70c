"""Proofs are judged as RFC 6962 and RFC 9162 say; the hub makes what the judge accepts."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_verifier.merkle import (
    EMPTY_ROOT,
    Inclusions,
    ProofError,
    is_consistent,
    leaf_hash,
    node_hash,
)
from hub.core.evidence import Row
from hub.security.evidence.tree import Frontier, Tree
from tests.fakes.evidence_log import FakeEvidenceLog

# Certificate Transparency's own test vectors: leaves, and the root over the first n of them.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def log_of(count: int) -> FakeEvidenceLog:
    log = FakeEvidenceLog()
    for number in range(1, count + 1):
        record = b"%d" % number
        log.entries.append(Row(number, "x", record, leaf_hash(record)))
    return log


async def tree_of(count: int) -> Tree:
    tree = Tree(log_of(count), count)
    await tree.grow(0)
    return tree


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_standards_own_vectors(count: int) -> None:
    leaves = [leaf_hash(data) for data in LEAVES[:count]]
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    assert frontier.root().hex() == ROOTS[count - 1] == naive_root(leaves).hex()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 700])
async def test_the_tree_in_tiles_has_the_root_of_the_plain_definition(count: int) -> None:
    log = log_of(count)
    tree = Tree(log, count)
    await tree.grow(0)
    leaves = [row.leaf for row in log.entries]
    for size in {0, 1, count // 2, max(count - 1, 0), count}:
        if size <= count:
            assert await tree.root(size) == naive_root(leaves[:size])


@given(st.data())
def test_every_entry_of_every_size_is_proved_and_nothing_else_is(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    index = data.draw(st.integers(0, size - 1))
    tree = asyncio.run(tree_of(size))
    proof = asyncio.run(tree.inclusion(index, size))
    root = asyncio.run(tree.root(size))
    leaf = leaf_hash(b"%d" % (index + 1))
    assert proves(index, size, leaf, proof, root)
    assert proves(index, size, leaf, [base64.b64encode(hash_).decode() for hash_ in proof], root)
    assert not proves(index, size, leaf_hash(b"another"), proof, root)
    assert not proves(index, size, leaf, proof, bytes(32))
    if size > 1:
        elsewhere = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
        assert not proves(elsewhere, size, leaf, proof, root)
        assert not proves(index, size, leaf, proof[:-1], root)
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert not proves(index, size, leaf, changed, root)
        assert not proves(index, size, leaf, [*proof[:place], "no base64", *proof[place + 1 :]], root)
    assert not proves(index, size, leaf, [*proof, bytes(32)], root)


def proves(index: int, size: int, leaf: bytes, proof: Sequence[bytes | str], root: bytes) -> bool:
    try:
        Inclusions(size, root).check(index, leaf, proof)
    except ProofError:
        return False
    return True


@given(st.data())
def test_what_earlier_proofs_have_shown_proves_nothing_that_is_not_so(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    tree = asyncio.run(tree_of(size))
    judge = Inclusions(size, asyncio.run(tree.root(size)))
    for index in data.draw(st.permutations(range(size)))[:40]:
        proof = asyncio.run(tree.inclusion(index, size))
        judge.check(index, leaf_hash(b"%d" % (index + 1)), proof)
        elsewhere = data.draw(st.integers(0, size - 1))
        with pytest.raises(ProofError):
            judge.check(elsewhere, leaf_hash(b"another"), proof)
        if elsewhere != index:
            with pytest.raises(ProofError):
                judge.check(elsewhere, leaf_hash(b"%d" % (index + 1)), proof)


@given(st.data())
def test_every_later_size_continues_every_earlier_one_and_nothing_else_does(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 600))
    old = data.draw(st.integers(1, new))
    tree = asyncio.run(tree_of(new))
    proof = asyncio.run(tree.consistency(old, new))
    old_head, new_head = (old, asyncio.run(tree.root(old))), (new, asyncio.run(tree.root(new)))
    assert is_consistent(old_head, new_head, proof)
    assert not is_consistent((old, bytes(32)), new_head, proof)
    assert not is_consistent(old_head, (new, bytes(32)), proof)
    assert not is_consistent(old_head, new_head, [*proof, bytes(32)])
    assert old == new or not is_consistent(old_head, new_head, proof[:-1])
    assert old == new or not is_consistent((old + 1, old_head[1]), new_head, proof)


def test_anything_continues_nothing_and_nothing_shrinks() -> None:
    assert is_consistent((0, EMPTY_ROOT), (5, b"r" * 32), [])
    assert not is_consistent((0, b"x" * 32), (5, b"r" * 32), [])
    assert not is_consistent((5, b"r" * 32), (4, b"r" * 32), [])
    assert not is_consistent((3, b"r" * 32), (5, b"s" * 32), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4)])
def test_what_is_not_in_the_tree_cannot_be_proved(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        Inclusions(size, bytes(32)).check(index, bytes(32), [])
