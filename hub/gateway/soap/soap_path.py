"""``POST /soap/{contract}/v{major}`` and ``GET …?wsdl``: the same contract, pipeline and codes as SOAP.

The first and the last step of the pipeline for SOAP: everything that knows envelopes, and nothing else.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs

from hub.contracts.xml.names import namespace_of, operation_of, reply_name
from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.values import ContractRef, Version
from hub.gateway.calls import Pairs, call_of
from hub.gateway.exchange_path import ExchangePath
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
from hub.gateway.problem import Headers, language_of
from hub.gateway.soap import answers
from hub.gateway.soap.codec import SoapCallCodec
from hub.gateway.soap.credentials import CHALLENGE, bearer_for, bearer_of, is_known
from hub.gateway.soap.description import SoapDescriptions
from hub.gateway.soap.message import SoapMessage, http_headers_of, read_message, version_of
from hub.gateway.soap.names import action_of
from hub.gateway.soap.versions import VERSION_11, SoapVersion, http_status
from hub.runtime.call import Answer
from hub.runtime.pipeline import Pipeline
from hub.security.access import Access

_MOST_MEDIA_TYPE: Final = 400
_NO_DIGEST: Final = "PasswordDigest cannot be checked, as the hub keeps only hashes of keys: send PasswordText over TLS, or HTTP Basic"


class SoapPath:
    """Turns SOAP requests into calls and answers into envelopes."""

    def __init__(
        self,
        pipeline: Pipeline,
        access: Access,
        rest: ExchangePath,
        descriptions: SoapDescriptions,
    ) -> None:
        """What ``rest`` takes at most, of requests and of bytes, it takes together with this one."""
        self._pipeline = pipeline
        self._access = access
        self._admission = rest.admission
        self._limits = rest.limits
        self._descriptions = descriptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send, contract: str, major: str) -> None:
        """Carry one request through the hub."""
        headers = headers_of(scope)
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        if scope["method"] in {"GET", "HEAD"}:
            await self._descriptions(scope, receive, send, contract, major)
            return
        if scope["method"] != "POST":
            error = ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": "GET, POST"})
            await send_problem(send, error, headers.get(b"accept-language", b""))
            return
        version = version_of(headers.get(b"content-type", b"").decode("latin-1"))
        refusal = self._admission.enter()
        if refusal is not None:
            await _send_fault(send, version or VERSION_11, refusal, language=language)
            return
        read = BodyReader(headers, receive, self._limits, self._admission.budget)
        try:
            await _Request(self._pipeline, self._access, self._limits, scope, version).carry(
                read, send, contract, major, language
            )
        finally:
            read.release()
            self._admission.leave()


class _Request:
    """One request on its way through."""

    def __init__(
        self,
        pipeline: Pipeline,
        access: Access,
        limits: HttpLimits,
        scope: Scope,
        version: SoapVersion | None,
    ) -> None:
        self._pipeline = pipeline
        self._access = access
        self._limits = limits
        self._scope = scope
        self._headers = headers_of(scope)
        self._version = version
        self._codec = SoapCallCodec(pipeline.limits)
        self._trouble: ExchangeError | None = None
        self._recorded = b""

    async def carry(self, read: BodyReader, send: Send, contract: str, major: str, language: str) -> None:
        """From the body to the answer."""
        authorization = bearer_of(self._header(b"authorization"), self._access)
        media_type = self._header(b"content-type")
        # Whoever gives wrong credentials in the HTTP header is refused without a look at the message.
        if not authorization or is_known(authorization, self._access):
            await self._read(read, media_type, contract, major)
        message = self._codec.message
        if message is not None and not authorization and message.password:
            authorization = bearer_for(message.user, message.password, self._access)
        call = call_of(
            self._scope,
            self._pairs(message),
            self._receive,
            contract=contract,
            major=major,
            limits=self._limits,
            authorization=authorization,
            media_type=media_type if message is None else message.media_type,
            codec=self._codec,
        )
        answer = await self._pipeline.handle(call)
        if answer.problem is not None and answer.problem.code is codes.AUTH_MISSING:
            detail = _NO_DIGEST if message is not None and message.has_digest else answer.problem.detail
            answer = Answer(
                answer.exchange_id,
                answer.state,
                problem=ExchangeError(codes.AUTH_MISSING, detail, headers={"WWW-Authenticate": CHALLENGE}),
            )
        await self._respond(send, answer, language)

    async def _receive(self) -> bytes:
        if self._trouble is not None:
            raise self._trouble
        return self._recorded

    async def _read(self, read: BodyReader, media_type: str, contract: str, major: str) -> None:
        """Read the message before anything else, since it may say who sends it and how it wants to be answered."""
        try:
            raw = await read()
            if self._version is None or len(media_type) > _MOST_MEDIA_TYPE:
                detail = f"send text/xml, application/soap+xml or MTOM, not {media_type[:80] or 'nothing'}"
                raise ExchangeError(codes.REQUEST_MEDIA_TYPE, detail)  # noqa: TRY301 - kept until the record
            if not raw:
                raise ExchangeError(codes.REQUEST_EMPTY)  # noqa: TRY301 - as above
            action = self._header(b"soapaction")
            self._recorded = raw
            message = read_message(raw, media_type, self._version, action, _expected_action(contract, major))
            self._codec.message, self._recorded = message, message.recorded
        except ExchangeError as error:
            self._trouble = error

    def _pairs(self, message: SoapMessage | None) -> Pairs:
        """The headers of HTTP with what the header ``Exchange`` adds; the version may stand in the address too."""
        pairs = list(self._scope["headers"])
        if message is not None:
            pairs += http_headers_of(message.given)
        if not any(name == b"contract-version" for name, _ in pairs):
            wanted = parse_qs(self._scope["query_string"].decode("latin-1")).get("version")
            if wanted:
                pairs.append((b"contract-version", wanted[0].encode()))
        return pairs

    async def _respond(self, send: Send, answer: Answer, language: str) -> None:
        version, message = self._version or VERSION_11, self._codec.message
        headers: Headers = [(b"exchange-id", answer.exchange_id.encode())]
        if answer.version is not None:
            headers += version_headers(answer.version)
        recorded = answer.exchange_id if answer.state is not None else ""
        relates_to = message.message_id if message is not None else ""
        header = answers.header_of(
            answer.exchange_id,
            str(answer.version.ref.version) if answer.version is not None else "",
            relates_to,
            _reply_action(answer.version, answer.problem),
        )
        if answer.problem is not None:
            await _send_fault(
                send,
                version,
                answer.problem,
                exchange_id=recorded,
                language=language,
                headers=headers,
                header=header,
            )
            return
        content = answer.reply or answers.accepted(answer.exchange_id, str(answer.state))
        headers.append((b"content-type", f"{version.media_type}; charset=utf-8".encode()))
        await send_answer(send, 200, headers, answers.enveloped(version, content, header))

    def _header(self, name: bytes) -> str:
        return self._headers.get(name, b"").decode("latin-1")


async def _send_fault(
    send: Send,
    version: SoapVersion,
    problem: ExchangeError,
    *,
    language: str,
    exchange_id: str = "",
    headers: Sequence[tuple[bytes, bytes]] = (),
    header: str = "",
) -> None:
    body = answers.enveloped(version, answers.fault(version, problem, exchange_id, language), header)
    out: Headers = [*headers, (b"content-type", f"{version.media_type}; charset=utf-8".encode())]
    if problem.retry_after_s is not None:
        out.append((b"retry-after", str(problem.retry_after_s).encode()))
    out += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    await send_answer(send, http_status(version, problem), out, body)


def _expected_action(contract: str, major: str) -> str:
    number = int(major) if major.isascii() and major.isdigit() and len(major) < 6 else 0  # noqa: PLR2004 - as versions have it
    return action_of(namespace_of(ContractRef(contract, Version(number, 0))), operation_of(contract))


def _reply_action(version: ContractVersion | None, problem: ExchangeError | None) -> str:
    if problem is not None:
        return "http://www.w3.org/2005/08/addressing/soap/fault"
    form = version.xml if version is not None else None
    return "" if form is None else action_of(form.namespace, reply_name(form.operation))
