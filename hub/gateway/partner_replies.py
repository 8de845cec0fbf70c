"""``POST /partners/{partner}/replies``: what a partner answers later, over HTTP, on bare ASGI."""

import re

import orjson

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.message import JSON
from hub.gateway.calls import call_of
from hub.gateway.exchange_path import ExchangePath
from hub.gateway.http import BodyReader, Receive, Scope, Send, headers_of, send_answer, send_problem
from hub.gateway.problem import Headers
from hub.runtime.later_replies import LaterReplies
from hub.runtime.partner_call import PartnerAnswer, PartnerCall

PLACE = re.compile(r"/partners/([^/]+)/replies\Z")


class PartnerReplies:
    """Turns HTTP requests into later replies, and what became of them into HTTP responses."""

    def __init__(self, later_replies: LaterReplies, exchange_path: ExchangePath) -> None:
        """What ``exchange_path`` takes at most, of requests and of bytes, it takes together with this one."""
        self._later_replies = later_replies
        self._admission = exchange_path.admission
        self._limits = exchange_path.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send, partner: str) -> None:
        """Take one later reply in."""
        headers = headers_of(scope)
        language = headers.get(b"accept-language", b"")
        if scope["method"] != "POST":
            error = ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
            await send_problem(send, error, language)
            return
        refusal = self._admission.enter()
        if refusal is not None:
            await send_problem(send, refusal, language)
            return
        read = BodyReader(headers, receive, self._limits, self._admission.budget)
        try:
            call = call_of(scope, scope["headers"], read, contract="", major="", limits=self._limits)
            answer = await self._later_replies.take(
                PartnerCall(
                    partner=partner,
                    receive=call.receive,
                    media_type=call.media_type,
                    authorization=call.authorization,
                    traceparent=call.traceparent,
                    remote=call.remote,
                )
            )
            await _respond(send, answer, language)
        finally:
            read.release()
            self._admission.leave()


async def _respond(send: Send, answer: PartnerAnswer, language: bytes) -> None:
    id_ = answer.exchange_id
    headers: Headers = [(b"exchange-id", id_.encode())]
    if answer.problem is not None:
        await send_problem(send, answer.problem, language, id_ if answer.state else "", headers)
        return
    is_done = answer.state is State.COMPLETED
    headers.append((b"content-type", JSON.encode()))
    if not is_done:
        headers.append((b"location", f"/exchanges/{id_}".encode()))
    body = orjson.dumps({"exchange_id": id_, "state": answer.state})
    await send_answer(send, 200 if is_done else 202, headers, body)
