"""A sealer without real cryptography, and data keys in memory."""

import hashlib
import os

from hub.core.ports import DocumentDamagedError

_TAG_BYTES = 32
_NONCE_BYTES = 8


class FakeSealer:
    """Hides the text and notices changes, but keeps no secret from anybody who reads this file."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + _tag(nonce, plain, context) + _masked(nonce, plain)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        plain = _masked(nonce, rest[_TAG_BYTES:])
        if rest[:_TAG_BYTES] != _tag(nonce, plain, context):
            raise DocumentDamagedError("not sealed so")
        return plain


class FakeDataKeys:
    def __init__(self) -> None:
        self.wrapped: dict[str, bytes] = {}

    def load(self, key_id: str) -> bytes | None:
        return self.wrapped.get(key_id)

    def save(self, key_id: str, wrapped: bytes) -> bytes:
        return self.wrapped.setdefault(key_id, wrapped)


def _tag(nonce: bytes, plain: bytes, context: bytes) -> bytes:
    return hashlib.sha256(nonce + len(plain).to_bytes(8, "big") + plain + context).digest()


def _masked(nonce: bytes, text: bytes) -> bytes:
    mask = hashlib.shake_256(nonce).digest(len(text))
    return (int.from_bytes(text, "big") ^ int.from_bytes(mask, "big")).to_bytes(len(text), "big")
