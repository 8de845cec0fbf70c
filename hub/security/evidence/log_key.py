"""The log's key: Ed25519, with which checkpoints are signed (C2SP signed-note, type 0x01)."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_verifier.note import LOG_KEY, Key, TreeHead, is_key_name, signature_line
from hub.security.key_file import KeyUnusableError

WHAT = "log key"
_ORIGIN_HEX = 16


class LogSigner:
    """Signs one log's checkpoints. Its key's name is the log's origin, so that no log passes for another.

    Raises KeyUnusableError for an origin that cannot stand in a note.
    """

    def __init__(self, seed: bytes, origin: str) -> None:
        """``seed`` is the private key's 32 bytes."""
        if not is_key_name(origin):
            raise KeyUnusableError(f"a log's origin has neither spaces nor plus signs: {origin!r}")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = Key(origin, LOG_KEY, self._private.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """A checkpoint as a signed note."""
        text = TreeHead(self.key.name, size, root).text()
        return f"{text}\n{signature_line(self.key, self._private.sign(text.encode()))}\n"


def default_origin(seed: bytes) -> str:
    """A name for a log that was given none: unique, since it comes from its key."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return f"peyvand/{public.hex()[:_ORIGIN_HEX]}"
