"""Data keys and the master key."""

import os
from itertools import pairwise

import pytest

from hub.core.errors import NotRecordedError
from hub.core.ports import DocumentDamagedError
from hub.security.master_key import MasterKeyError
from hub.security.sealing import EnvelopeSealer
from tests.fakes.sealer import FakeDataKeys

MASTER = b"m" * 32
DAY_US = 86_400_000_000


class Clock:
    def __init__(self) -> None:
        self.us = 20_780 * DAY_US  # 2026-11-23

    def __call__(self) -> int:
        return self.us


def data_keys(keys: FakeDataKeys) -> list[str]:
    return sorted(name for name in keys.wrapped if name != "master-check")


def test_another_sealer_of_the_same_keys_opens_what_was_sealed() -> None:
    keys = FakeDataKeys()
    sealed = EnvelopeSealer(MASTER, keys).seal(b"deed", b"here")

    assert EnvelopeSealer(MASTER, keys).open(sealed, b"here") == b"deed"


def test_a_day_has_a_key_of_its_own_and_its_name_tells_the_day() -> None:
    keys, clock = FakeDataKeys(), Clock()
    sealer = EnvelopeSealer(MASTER, keys, clock_us=clock)
    first = [sealer.seal(b"deed", b"") for _ in range(10)]
    clock.us += DAY_US - 1
    last = sealer.seal(b"deed", b"")
    assert [name[:9] for name in data_keys(keys)] == ["20261123-"]
    clock.us += 1
    next_day = sealer.seal(b"deed", b"")
    assert [name[:9] for name in data_keys(keys)] == ["20261123-", "20261124-"]

    for sealed in (*first, last, next_day):
        assert sealer.open(sealed, b"") == b"deed"


def test_destroying_a_days_keys_destroys_that_day_only() -> None:
    keys, clock = FakeDataKeys(), Clock()
    sealer = EnvelopeSealer(MASTER, keys, clock_us=clock)
    old = sealer.seal(b"deed", b"")
    clock.us += DAY_US
    new = sealer.seal(b"deed", b"")
    del keys.wrapped[data_keys(keys)[0]]

    later = EnvelopeSealer(MASTER, keys, clock_us=clock)
    assert later.open(new, b"") == b"deed"
    with pytest.raises(DocumentDamagedError, match="destroyed"):
        later.open(old, b"")


def test_no_key_is_sealed_with_by_two_sealers() -> None:
    keys = FakeDataKeys()
    for _ in range(3):
        EnvelopeSealer(MASTER, keys).seal(b"deed", b"")

    assert len(data_keys(keys)) == 3


def test_a_key_is_used_only_so_often() -> None:
    keys = FakeDataKeys()
    sealer = EnvelopeSealer(MASTER, keys, uses_per_key=10)
    sealed = [sealer.seal(b"deed", b"") for _ in range(31)]

    assert len(data_keys(keys)) == 4
    assert all(sealer.open(text, b"") == b"deed" for text in sealed)


def test_a_sealer_that_seals_nothing_makes_no_data_key() -> None:
    keys = FakeDataKeys()
    EnvelopeSealer(MASTER, keys)

    assert data_keys(keys) == []


def test_nonces_do_not_repeat() -> None:
    sealer = EnvelopeSealer(MASTER, FakeDataKeys())

    assert len({sealer.seal(b"", b"")[13:25] for _ in range(10_000)}) == 10_000


def test_the_key_is_kept_before_anything_is_sealed_with_it() -> None:
    class Full(FakeDataKeys):
        def save(self, key_id: str, wrapped: bytes) -> bytes:
            if key_id != "master-check":
                raise NotRecordedError("the disk is full")
            return super().save(key_id, wrapped)

    sealer = EnvelopeSealer(MASTER, Full())
    for _ in range(2):
        with pytest.raises(NotRecordedError):
            sealer.seal(b"deed", b"")


def test_wrapped_keys_hold_no_key_in_clear_and_are_bound_to_their_name() -> None:
    keys = FakeDataKeys()
    sealers = [EnvelopeSealer(MASTER, keys) for _ in range(2)]
    sealed = [sealer.seal(b"deed", b"") for sealer in sealers]
    one, other = data_keys(keys)
    keys.wrapped[one], keys.wrapped[other] = keys.wrapped[other], keys.wrapped[one]

    fresh = EnvelopeSealer(MASTER, keys)
    for text in sealed:
        with pytest.raises(DocumentDamagedError):
            fresh.open(text, b"")


def test_another_master_key_is_refused_at_once() -> None:
    keys = FakeDataKeys()
    EnvelopeSealer(MASTER, keys)

    with pytest.raises(MasterKeyError, match="not the one"):
        EnvelopeSealer(b"n" * 32, keys)


def test_a_damaged_data_key_is_told_as_damage() -> None:
    keys = FakeDataKeys()
    sealed = EnvelopeSealer(MASTER, keys).seal(b"deed", b"")
    [name] = data_keys(keys)
    for damaged in (b"", b"\x01", keys.wrapped[name][:-1], b"\x02" + keys.wrapped[name][1:]):
        keys.wrapped[name] = damaged
        with pytest.raises(DocumentDamagedError):
            EnvelopeSealer(MASTER, keys).open(sealed, b"")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(length: int) -> None:
    with pytest.raises(MasterKeyError, match="32 bytes"):
        EnvelopeSealer(bytes(length), FakeDataKeys())


def test_foreign_bytes_do_not_open() -> None:
    sealer = EnvelopeSealer(MASTER, FakeDataKeys())

    for text in (b"", b"\x01" * 100, b"\x02" * 100, b"\x01" + b"\xff" * 100, os.urandom(200)):
        with pytest.raises(DocumentDamagedError):
            sealer.open(text, b"")


def test_what_sealing_adds_is_small_and_constant() -> None:
    sealer = EnvelopeSealer(MASTER, FakeDataKeys())
    added = [len(sealer.seal(bytes(size), b"here")) - size for size in (0, 1, 100, 100_000)]

    assert all(one == other for one, other in pairwise(added))
    assert added[0] == 41
