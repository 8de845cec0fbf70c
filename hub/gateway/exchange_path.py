"""``POST /exchange/{contract}/v{major}``: the exchange path over HTTP, on bare ASGI.

The first and the last step of the pipeline: everything that knows REST, and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.message import JSON
from hub.core.observer import Observer
from hub.gateway.admission import Admission
from hub.gateway.calls import call_of
from hub.gateway.http import (
    BodyReader,
    HttpLimits,
    Receive,
    Scope,
    Send,
    headers_of,
    send_answer,
    send_problem,
)
from hub.gateway.lifecycle import version_headers
from hub.gateway.problem import Headers, quality
from hub.runtime.call import Answer
from hub.runtime.codec import XML, Codec, JsonCodec, TwoCodecs, XmlCodec, essence
from hub.runtime.pipeline import Pipeline

JSON_TYPE: Final = JSON.encode()
XML_UTF8: Final = b"application/xml; charset=utf-8"


class ExchangePath:
    """Turns HTTP requests into calls and answers into HTTP responses."""

    def __init__(
        self, pipeline: Pipeline, observer: Observer, limits: HttpLimits, max_in_flight: int
    ) -> None:
        self._pipeline = pipeline
        self.limits = limits
        self.admission = Admission(observer, limits, max_in_flight)
        """Shared with the other protocols of this port."""
        json, xml = JsonCodec(pipeline.limits), XmlCodec(pipeline.limits)
        self._codecs: dict[tuple[bool, bool], Codec] = {
            (True, True): xml,
            (True, False): TwoCodecs(xml, json),
            (False, True): TwoCodecs(json, xml),
        }

    @property
    def in_flight(self) -> int:
        """How many requests are under way."""
        return self.admission.in_flight

    @property
    def stopping(self) -> bool:
        """Whether nothing new is taken."""
        return self.admission.stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send, contract: str, major: str) -> None:
        """Carry one request through the hub."""
        headers = headers_of(scope)
        language = headers.get(b"accept-language", b"")
        if scope["method"] != "POST":
            error = ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
            await send_problem(send, error, language)
            return
        refusal = self.admission.enter()
        if refusal is not None:
            await send_problem(send, refusal, language)
            return
        read = BodyReader(headers, receive, self.limits, self.admission.budget)
        forms = _forms(headers)
        try:
            call = call_of(
                scope,
                scope["headers"],
                read,
                contract=contract,
                major=major,
                limits=self.limits,
                codec=self._codecs.get(forms),
            )
            answer = await self._pipeline.handle(call)
            await self._respond(send, answer, language, XML_UTF8 if forms[1] else JSON_TYPE)
        finally:
            read.release()
            self.admission.leave()

    async def drain(self) -> None:
        """Take nothing new from now on, and wait until nothing is under way."""
        await self.admission.drain()

    async def _respond(self, send: Send, answer: Answer, language: bytes, media_type: bytes) -> None:
        headers: Headers = [(b"exchange-id", answer.exchange_id.encode())]
        if answer.version is not None:
            headers += version_headers(answer.version)
        if self.stopping:
            headers.append((b"connection", b"close"))  # its next request is better sent elsewhere
        if answer.problem is not None:
            recorded = answer.exchange_id if answer.state is not None else ""
            await send_problem(send, answer.problem, language, recorded, headers)
        elif answer.reply is not None:
            headers += [(b"content-type", media_type), (b"content-digest", digest(answer.reply))]
            await send_answer(send, 200, headers, answer.reply)
        else:
            location = f"/exchanges/{answer.exchange_id}".encode()
            headers += [(b"location", location), (b"content-type", b"application/json")]
            body = b'{"exchange_id":"%s","state":"%s"}' % (
                answer.exchange_id.encode(),
                str(answer.state).encode(),
            )
            await send_answer(send, 202, headers, body)


def _forms(headers: Mapping[bytes, bytes]) -> tuple[bool, bool]:
    """Whether the caller sends XML, and whether it reads XML: what it sends, unless Accept ranks the other higher."""
    sends = headers.get(b"content-type", b"")
    accepts = headers.get(b"accept", b"")
    sends_xml = sends[:15].lower() == b"application/xml" and essence(sends.decode("latin-1")) == XML
    if (b"json" if sends_xml else b"xml") not in accepts:
        return sends_xml, sends_xml
    ranks = {XML: 0.0, JSON: 0.0}
    for part in accepts.decode("latin-1").split(","):
        name, _, parameters = part.partition(";")
        if name.strip().lower() in ranks:
            ranks[name.strip().lower()] = quality(parameters)
    if ranks[XML] == ranks[JSON]:
        return sends_xml, sends_xml
    return sends_xml, ranks[XML] > ranks[JSON]


def digest(body: bytes) -> bytes:
    """A body's Content-Digest (RFC 9530)."""
    return b"sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()) + b":"
