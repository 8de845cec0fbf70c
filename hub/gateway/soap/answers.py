"""Writes what goes back: envelopes around replies, promises and faults."""

from hub.contracts.xml.scalars import carried
from hub.contracts.xml.text import attribute_text, escaped_text
from hub.core.errors import ExchangeError, FieldError
from hub.gateway.problem import say
from hub.gateway.soap.names import EXCHANGE_NS, PROBLEM_NS, WSA_NS
from hub.gateway.soap.versions import VERSION_12, SoapVersion, fault_code

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def enveloped(version: SoapVersion, content: bytes, header: str = "") -> bytes:
    """An envelope around an element."""
    start = f'<S:Envelope xmlns:S="{version.namespace}">{header}<S:Body>'
    return b"".join((_DECLARATION, start.encode(), content, b"</S:Body></S:Envelope>"))


def header_of(exchange_id: str, contract_version: str, relates_to: str, action: str) -> str:
    """The header of an answer: which exchange it belongs to, and to which message, if that was told."""
    named = f"<ContractVersion>{contract_version}</ContractVersion>" if contract_version else ""
    blocks = f'<Exchange xmlns="{EXCHANGE_NS}">{named}<ExchangeId>{exchange_id}</ExchangeId></Exchange>'
    if relates_to:
        blocks += (
            f'<Action xmlns="{WSA_NS}">{attribute_text(action)}</Action>'
            f'<MessageID xmlns="{WSA_NS}">urn:uuid:{exchange_id}</MessageID>'
            f'<RelatesTo xmlns="{WSA_NS}">{escaped_text(relates_to)}</RelatesTo>'
        )
    return f"<S:Header>{blocks}</S:Header>"


def accepted(exchange_id: str, state: str) -> bytes:
    """What is said where nobody waits for the reply."""
    return (
        f'<Accepted xmlns="{EXCHANGE_NS}"><ExchangeId>{exchange_id}</ExchangeId><State>{state}</State>'
        f"<Location>/exchanges/{exchange_id}</Location></Accepted>"
    ).encode()


def fault(version: SoapVersion, problem: ExchangeError, exchange_id: str, language: str) -> bytes:
    """A problem as a fault: the same code, origin and errors as problem details have them."""
    code, title = fault_code(version, problem), problem.code.title
    detail = _problem(problem, exchange_id)
    if version is VERSION_12:
        reasons = "".join(
            f'<S:Text xml:lang="{tongue}">{_told(say(title, tongue))}</S:Text>'
            for tongue in (language, "en" if language == "fa" else "fa")
        )
        text = (
            f"<S:Fault><S:Code><S:Value>S:{code}</S:Value></S:Code><S:Reason>{reasons}</S:Reason>"
            f"<S:Detail>{detail}</S:Detail></S:Fault>"
        )
    else:
        reason = _told(say(title, language))
        text = (
            f'<S:Fault><faultcode>S:{code}</faultcode><faultstring xml:lang="{language}">{reason}</faultstring>'
            f"<detail>{detail}</detail></S:Fault>"
        )
    return text.encode()


def _problem(problem: ExchangeError, exchange_id: str) -> str:
    code = problem.code
    parts = [
        ("Code", code.id),
        ("Status", str(code.status)),
        ("Origin", str(code.origin)),
        ("Retryable", "true" if code.retryable else "false"),
        ("TitleFa", code.title.fa),
        ("TitleEn", code.title.en),
        ("Detail", problem.detail),
        ("ExchangeId", exchange_id),
        ("RetryAfter", str(problem.retry_after_s or "")),
    ]
    fields = "".join(f"<{name}>{_told(text)}</{name}>" for name, text in parts if text)
    return f'<Problem xmlns="{PROBLEM_NS}">{fields}{"".join(map(_error, problem.errors))}</Problem>'


def _error(error: FieldError) -> str:
    return (
        f"<Error><Pointer>{_told(error.pointer)}</Pointer><Code>{_told(error.code)}</Code>"
        f"<DetailFa>{_told(error.detail.fa)}</DetailFa><DetailEn>{_told(error.detail.en)}</DetailEn></Error>"
    )


def _told(text: str) -> str:
    """A text of an error; it may quote a name that XML cannot carry."""
    return escaped_text(carried(text))
