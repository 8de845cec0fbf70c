"""A time-stamping authority over HTTP (RFC 3161, 3.4)."""

import hashlib
import os
from collections.abc import Sequence

import aiohttp
from cryptography import x509

from evidence_verifier import der
from evidence_verifier.timestamp import TimestampError, judge
from hub.core.evidence import NoTimestampError, Timestamp
from hub.core.values import US_PER_S

_QUERY = "application/timestamp-query"
_MOST_BYTES = 256 * 1024
_NONCE_BYTES = 8
_STATUSES = {0: "granted", 1: "granted with modifications", 2: "rejection", 3: "waiting"}
_GRANTED = {0, 1}
# TimeStampReq: version 1, the imprint's algorithm SHA-256, a digest of 32 bytes, a nonce of 8, certificates wanted.
_REQUEST = (
    bytes.fromhex("3043 020101 3031 300d 0609608648016503040201 0500 0420") + b"%b\x02\x08%b\x01\x01\xff"
)


class HttpTimestampAuthority:
    """The TimestampAuthority port over HTTP; see there for what it promises.

    With ``trusted`` certificates a stamp counts only if its chain ends in one of them.
    """

    def __init__(
        self, url: str, *, trusted: Sequence[x509.Certificate] = (), timeout_s: float = 15.0
    ) -> None:
        self._url = url
        self._trusted = tuple(trusted)
        self._timeout_s = timeout_s

    async def stamp(self, data: bytes) -> Timestamp:
        nonce = bytes((os.urandom(1)[0] & 0x3F | 0x40,)) + os.urandom(_NONCE_BYTES - 1)  # eight bytes in DER
        token = _token(await self._ask(_REQUEST % (hashlib.sha256(data).digest(), nonce)))
        try:
            stamp = judge(token, data, trusted=self._trusted)
        except TimestampError as error:
            raise NoTimestampError(f"the time stamp does not hold: {error}") from error
        if stamp.nonce != int.from_bytes(nonce, "big"):
            raise NoTimestampError("the time stamp answers another question")
        if self._trusted and not stamp.is_trusted:
            raise NoTimestampError(f"{stamp.authority} is not one of the authorities that are trusted")
        return Timestamp(round(stamp.at.timestamp() * US_PER_S), stamp.authority, token)

    async def _ask(self, query: bytes) -> bytes:
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            # A session of its own: it is asked once an hour, and from loops that come and go.
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=query, headers={"Content-Type": _QUERY}) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004 - OK
                    raise NoTimestampError(f"the authority answered with HTTP {answer.status}")
                body = bytearray()
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise NoTimestampError("the authority's answer is too long")
                return bytes(body)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NoTimestampError(f"the authority cannot be reached: {error!r}") from error


def _token(answer: bytes) -> bytes:
    """The token in a TimeStampResp. Raises NoTimestampError."""
    try:
        response = der.Fields(der.read(answer, der.SEQUENCE))
        status = der.Fields(response.take(der.SEQUENCE)).take(der.INTEGER).integer()
        token = response.take_if(der.SEQUENCE)
    except der.DerError as error:
        raise NoTimestampError(f"the authority's answer cannot be read: {error}") from error
    if status not in _GRANTED or token is None:
        raise NoTimestampError(f"the authority refused: {_STATUSES.get(status, status)}")
    return token.whole
