"""The canonical bytes of a journal entry, and the leaf that evidence is built on (ADR 0002).

Every implementation of the journal stores exactly these bytes, so that what one of them proves, the other
proves too. A record holds commitments to documents, never the documents.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from hub.core.exchange import NO_DETAIL, Entry, Opening, State
from hub.core.message import DocumentFact, Role
from hub.core.values import ContractRef

RECORD_VERSION = 1
_LEAF_PREFIX = b"\x00"  # RFC 6962, section 2.1: keeps leaves apart from the tree's inner nodes
_STATE_TEXTS: Mapping[State, str] = {state: state.value for state in State}
_ROLE_TEXTS: Mapping[Role, str] = {role: role.value for role in Role}
_STATES: Mapping[str, State] = {state.value: state for state in State}


class RecordError(Exception):
    """These bytes are not a journal record that this hub can read."""


class UnrecordableError(ValueError):
    """An entry that JSON cannot hold (a lone surrogate, a number beyond 64 bits): a fault of its maker."""


def encode(entry: Entry) -> bytes:
    """Give the one byte form of an entry: JSON (UTF-8), keys sorted, no spaces, empty members left out.

    Equal entries give equal bytes. Raises UnrecordableError.
    """
    fields: dict[str, Any] = {
        "v": RECORD_VERSION,
        "exchange": entry.exchange_id,
        "number": entry.number,
        "at_us": entry.at_us,
        "state": _STATE_TEXTS[entry.state],
        "cause": entry.cause,
    }
    if entry.code:
        fields["code"] = entry.code
    if entry.detail:
        fields["detail"] = dict(entry.detail)
    if entry.opening is not None:
        fields["opening"] = _opening_fields(entry.opening)
    if entry.channel:
        fields["channel"] = entry.channel
    if entry.due_us:
        fields["due_us"] = entry.due_us
    if entry.documents:
        fields["documents"] = [_fact_fields(fact) for fact in entry.documents]
    try:
        return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # orjson's JSONEncodeError
        raise UnrecordableError(f"entry {entry.number} of exchange {entry.exchange_id!r}: {error}") from error


def decode(record: bytes) -> Entry:
    """Read a record back. Raises RecordError for anything that ``encode`` did not give."""
    try:
        fields = orjson.loads(record)
        if fields["v"] != RECORD_VERSION:
            raise RecordError(f"record version {fields['v']} is not known to this version of the hub")
        opening = fields.get("opening")
        return Entry(
            exchange_id=fields["exchange"],
            number=fields["number"],
            at_us=fields["at_us"],
            state=_STATES[fields["state"]],
            cause=fields["cause"],
            code=fields.get("code", ""),
            detail=fields.get("detail", NO_DETAIL),
            opening=Opening(**opening) if opening is not None else None,
            channel=fields.get("channel", ""),
            due_us=fields.get("due_us", 0),
            documents=tuple(_fact(fact) for fact in fields.get("documents", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"not a journal record: {error!r}") from error


def leaf_of(record: bytes) -> bytes:
    """The record's leaf hash in a Merkle tree after RFC 6962: SHA-256 of a zero byte and the record."""
    return hashlib.sha256(_LEAF_PREFIX + record).digest()


def _opening_fields(opening: Opening) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "contract": opening.contract,
        "version": opening.version,
        "sender": opening.sender,
        "pattern": opening.pattern,
    }
    if opening.case_id:
        fields["case_id"] = opening.case_id
    if opening.on_behalf_of:
        fields["on_behalf_of"] = opening.on_behalf_of
    if opening.deadline_us:
        fields["deadline_us"] = opening.deadline_us
    if opening.traceparent:
        fields["traceparent"] = opening.traceparent
    if opening.remote:
        fields["remote"] = opening.remote
    if opening.parent:
        fields["parent"] = opening.parent
    if opening.reply_to:
        fields["reply_to"] = opening.reply_to
    return fields


def _fact_fields(fact: DocumentFact) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "role": _ROLE_TEXTS[fact.role],
        "media_type": fact.media_type,
        "size": fact.size,
        "commitment": fact.commitment,
    }
    if fact.contract is not None:
        fields["contract"] = str(fact.contract)
    return fields


def _fact(fields: Mapping[str, Any]) -> DocumentFact:
    contract = fields.get("contract")
    return DocumentFact(
        role=Role(fields["role"]),
        contract=ContractRef.parse(contract) if contract is not None else None,
        media_type=fields["media_type"],
        size=fields["size"],
        commitment=fields["commitment"],
    )
