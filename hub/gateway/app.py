"""The hub's front door as one ASGI application: the exchange path first, everything else behind it."""

import re

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.gateway.attachments.path import AttachmentPath
from hub.gateway.exchange_path import ExchangePath
from hub.gateway.http import headers_of, send_problem
from hub.gateway.partner_replies import PLACE, PartnerReplies
from hub.gateway.queries import nothing_here
from hub.gateway.soap.soap_path import SoapPath

log = structlog.get_logger(__name__)

_EXCHANGE = re.compile(r"/exchange/([^/]+)/v([^/]+)\Z")
_SOAP = re.compile(r"/soap/([^/]+)/v([^/]+)\Z")
_ATTACHMENTS = re.compile(r"/attachments(?:/[^/]+){0,2}\Z")


def front_door(
    exchange_path: ExchangePath,
    others: ASGIApp,
    soap_path: SoapPath | None = None,
    partner_replies: PartnerReplies | None = None,
    attachment_path: AttachmentPath | None = None,
) -> ASGIApp:
    """The application that serves the public port; HTTP only.

    A fault of ours is answered as the problem ``hub.internal``, without a word about its inside.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            match = _EXCHANGE.match(scope["path"])
            if b"%2f" in scope["raw_path"].lower():
                # An encoded slash would be a separator for us and none for whoever guards addresses before us.
                await nothing_here(scope, receive, watched)
            elif match is not None:
                await exchange_path(scope, receive, watched, match[1], match[2])
            elif soap_path is not None and (soap := _SOAP.match(scope["path"])) is not None:
                await soap_path(scope, receive, watched, soap[1], soap[2])
            elif partner_replies is not None and (reply := PLACE.match(scope["path"])) is not None:
                await partner_replies(scope, receive, watched, reply[1])
            elif attachment_path is not None and _ATTACHMENTS.match(scope["path"]) is not None:
                await attachment_path(scope, receive, watched)
            else:
                await others(scope, receive, watched)
        except Exception:
            log.exception("fault of the gateway")
            if begun:
                raise
            language = headers_of(scope).get(b"accept-language", b"")
            await send_problem(send, ExchangeError(codes.INTERNAL), language)

    return app
