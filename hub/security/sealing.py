"""Encryption at rest: AES-256-GCM under data keys, which are wrapped by a master key (ADR 0002).

Each sealer makes itself a random data key per UTC day, when it first seals something that day, and keeps it
wrapped beside what it encrypts. To destroy a day is to delete its keys; to change the master key is to wrap a
few short keys anew.

Nonces are 96 random bits. Two equal nonces under one key would be fatal; the bound of NIST SP 800-38D section
8.3 (2^32 uses keep the risk below 2^-32) is kept with room to spare, because a data key is sealed with by one
sealer of one process only, which counts, and takes a new key after 2^30 uses. A counter would need no bound, but
repeats itself when a process forks or a machine's snapshot is resumed twice; the random source does not.

A sealed text is: version (1 byte), key id (12: day as a number, 8 random), nonce (12), ciphertext with tag.
Version and key id are authenticated together with the context.
"""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.core.ports import DataKeys, DocumentDamagedError, DocumentDestroyedError
from hub.core.values import US_PER_S, now_us
from hub.security.master_key import KEY_BYTES, MasterKeyError

VERSION = b"\x01"
USES_PER_KEY = 2**30
_NONCE_BYTES = 12
_KEY_ID_BYTES = 12
_HEAD_BYTES = len(VERSION) + _KEY_ID_BYTES
_TAG_BYTES = 16
_DAY_US = 86_400 * US_PER_S
_CHECK = "master-check"
_OPENED_KEPT = 4096


class _SealingKey:
    """The data key that is sealed with now."""

    __slots__ = ("cipher", "head", "until_us", "uses_left")

    def __init__(self, head: bytes, cipher: AESGCM, until_us: int, uses_left: int) -> None:
        self.head = head
        self.cipher = cipher
        self.until_us = until_us
        self.uses_left = uses_left


class EnvelopeSealer:
    """The Sealer port; see there for what it promises.

    Raises MasterKeyError at once if the store's keys were wrapped with another master key, so that a hub never
    writes what it could not read back beside what it cannot read. ``seal`` raises what ``keys.save`` raises.
    """

    def __init__(
        self,
        master_key: bytes,
        keys: DataKeys,
        *,
        clock_us: Callable[[], int] = now_us,
        uses_per_key: int = USES_PER_KEY,
    ) -> None:
        if len(master_key) != KEY_BYTES:
            raise MasterKeyError(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._master = AESGCM(master_key)
        self._keys = keys
        self._clock_us = clock_us
        self._uses_per_key = uses_per_key
        self._lock = threading.Lock()
        self._current = _SealingKey(b"", self._master, 0, 0)  # never used: its time is over
        self._opened: dict[bytes, AESGCM] = {}
        self._check_master()

    def seal(self, plain: bytes, context: bytes) -> bytes:
        current = self._current
        if self._clock_us() >= current.until_us or current.uses_left <= 0:
            current = self._renew()
        current.uses_left -= 1  # two threads may count one use as one: the bound has room for that
        nonce = os.urandom(_NONCE_BYTES)
        head = current.head
        return head + nonce + current.cipher.encrypt(nonce, plain, head + context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        head = sealed[:_HEAD_BYTES]
        if head[:1] != VERSION or len(sealed) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise DocumentDamagedError("this was not sealed by the hub, or is cut")
        cipher = self._opened.get(head) or self._load(head)
        nonce = sealed[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_HEAD_BYTES + _NONCE_BYTES :], head + context)
        except InvalidTag:
            raise DocumentDamagedError("what was sealed was changed, or belongs elsewhere") from None

    def _renew(self) -> _SealingKey:
        """Take a new data key into use; kept durably before anything is sealed with it."""
        with self._lock:
            current, at_us = self._current, self._clock_us()
            if at_us < current.until_us and current.uses_left > 0:
                return current  # another thread was first
            day = at_us // _DAY_US
            head = VERSION + day.to_bytes(4, "big") + os.urandom(_KEY_ID_BYTES - 4)
            key = AESGCM.generate_key(KEY_BYTES * 8)
            self._keys.save(_key_name(head), self._wrap(key, head))
            cipher = self._remember(head, AESGCM(key))
            self._current = _SealingKey(head, cipher, (day + 1) * _DAY_US, self._uses_per_key)
            return self._current

    def _load(self, head: bytes) -> AESGCM:
        name = _key_name(head)
        wrapped = self._keys.load(name)
        if wrapped is None:
            raise DocumentDestroyedError(f"data key {name} is gone: what was sealed with it was destroyed")
        return self._remember(head, AESGCM(self._unwrap(wrapped, head)))

    def _remember(self, head: bytes, cipher: AESGCM) -> AESGCM:
        if len(self._opened) >= _OPENED_KEPT:
            self._opened.clear()  # years of days: rare enough to begin anew
        self._opened[head] = cipher
        return cipher

    def _check_master(self) -> None:
        """The first sealer of a store leaves a wrapped key that all later ones must be able to open."""
        wrapped = self._keys.load(_CHECK)
        if wrapped is None:
            key = AESGCM.generate_key(KEY_BYTES * 8)
            wrapped = self._keys.save(_CHECK, self._wrap(key, _CHECK.encode()))
        try:
            self._unwrap(wrapped, _CHECK.encode())
        except DocumentDamagedError:
            raise MasterKeyError(
                "the master key is not the one that this store's documents are encrypted with: "
                "give the right one, or begin with an empty folder"
            ) from None

    def _wrap(self, key: bytes, name: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return VERSION + nonce + self._master.encrypt(nonce, key, b"data-key" + name)

    def _unwrap(self, wrapped: bytes, name: bytes) -> bytes:
        nonce, sealed = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            if wrapped[:1] != VERSION:
                raise DocumentDamagedError("a data key was wrapped in a way this hub does not know")
            return self._master.decrypt(nonce, sealed, b"data-key" + name)
        except (InvalidTag, ValueError):
            raise DocumentDamagedError("a data key does not open: it was changed") from None


def _key_name(head: bytes) -> str:
    """A key's id as it is kept: its day first, so that a day's keys are found together."""
    day = int.from_bytes(head[1:5], "big")
    try:
        date = datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y%m%d")
    except (ValueError, OverflowError, OSError):
        raise DocumentDamagedError("this was not sealed by the hub") from None
    return f"{date}-{head[5:].hex()}"
