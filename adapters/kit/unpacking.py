"""Reading a reply's body piece by piece, unpacked, and never more of it than was agreed."""

import zlib

from hub.core import codes
from hub.core.errors import ExchangeError

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Unpacker:
    """Collects one body. Raises ``partner.reply_too_large`` as soon as it exceeds ``limit`` bytes unpacked.

    A small packed body that unpacks into a huge one is stopped at the limit as well: no more than one byte
    beyond it is ever unpacked.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        encoding = content_encoding.strip().lower()
        self._limit = limit
        self._size = 0
        self._pieces: list[bytes] = []
        self._inflator = None
        if encoding and encoding != "identity":
            window_bits = _WINDOW_BITS.get(encoding)
            if window_bits is None:
                raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is packed in an unknown way")
            self._inflator = zlib.decompressobj(window_bits)

    def feed(self, chunk: bytes) -> None:
        """Take the next piece off the wire."""
        if self._inflator is not None:
            if self._inflator.eof:
                raise ExchangeError(codes.PARTNER_MALFORMED, "the packed reply goes on after its end")
            try:
                chunk = self._inflator.decompress(chunk, self._limit - self._size + 1)
            except zlib.error:
                raise ExchangeError(codes.PARTNER_MALFORMED, "the reply cannot be unpacked") from None
        self._size += len(chunk)
        if self._size > self._limit:
            raise ExchangeError(codes.PARTNER_TOO_LARGE)
        self._pieces.append(chunk)

    def finish(self) -> bytes:
        """Give the whole body. Raises ``partner.connection_lost`` if the packed stream has no end."""
        if self._inflator is not None and self._size and not self._inflator.eof:
            raise ExchangeError(codes.PARTNER_CUT)
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
