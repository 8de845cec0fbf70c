"""Carrying messages through a plan's stages, there and back: only what is valid crosses (G5)."""

from collections.abc import Iterable
from dataclasses import replace

import orjson
import structlog

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.errors import ExchangeError
from hub.core.message import JSON, Document, Kind, Message, Role
from hub.routing.plan import Plan, Stage, run_stages
from hub.runtime.flow import Flow

log = structlog.get_logger(__name__)


def carried(stages: Iterable[Stage], message: Message, flow: Flow) -> Message:
    """Take a message through steps. Raises ExchangeError, for a fault of theirs too: it ends this exchange alone."""
    try:
        return run_stages(stages, message, flow.context)
    except ExchangeError:
        raise
    except Exception as fault:
        log.exception("fault of a step", exchange_id=flow.exchange.id)
        raise ExchangeError(codes.STEP_FAILED, "a step failed in a way that was not foreseen") from fault


def translate_back(flow: Flow, plan: Plan, answer: Message) -> tuple[Message, bytes, bytes]:
    """The partner's answer in the sender's own version, valid on both sides. Raises ExchangeError.

    With its bytes as they are recorded, always in JSON, and as the sender gets them.
    """
    if answer.contract != plan.endpoint.answer_contract:
        # Of a partner that answers later in a contract of its own, only that counts as an answer.
        detail = f"neither an acknowledgement nor a reply of {plan.endpoint.answer_contract}"
        raise ExchangeError(codes.PARTNER_INVALID, detail)
    body, original = canonical(answer.body, plan.partner_normaliser)
    if not plan.partner_reply.is_valid(body):
        raise ExchangeError(codes.PARTNER_INVALID, errors=plan.partner_reply.errors(body))
    if original is not None:
        answer = replace(answer, body=body, original=original.document)
    reply = carried(plan.back, answer, flow)
    if not plan.back:  # else each translator has judged what it made
        validator = flow.version.schemas[Kind.REPLY].validator
        if not validator.is_valid(reply.body):
            raise ExchangeError(codes.PARTNER_INVALID, errors=validator.errors(reply.body))
    try:
        wire = orjson.dumps(reply.body)
    except orjson.JSONEncodeError as fault:
        raise ExchangeError(codes.MAPPING_OUTPUT_INVALID, "the reply cannot be written as JSON") from fault
    return reply, wire, wire if flow.codec is None else flow.codec.encode(reply.body, flow.version)


def recorded_form(role: Role, message: Message) -> Document:
    """A message as it is recorded: the bytes of its wire where it came over one."""
    if message.wire is not None and (message.original is None or role is Role.PARTNER_REPLY):
        return Document(role, message.contract, message.media_type, message.wire)
    return Document(role, message.contract, JSON, orjson.dumps(message.body))
