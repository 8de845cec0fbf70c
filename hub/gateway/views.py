"""Exchanges and contracts as JSON documents for those who may see them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from hub.core.contract import Contract, ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import FINAL, Entry, deadline_of
from hub.core.ports import Summary
from hub.core.values import US_PER_S, JsonValue, Text
from hub.gateway.problem import problem_body

JsonObject = dict[str, object]
PERSON = "person:"
"""How the causes begin that name a person."""
_SHOWN_ELSEWHERE = frozenset({"errors", "parts"})
_INSIDE = _SHOWN_ELSEWHERE | {"claimed_by", "claimed_us", "attached"}
"""Facts that name persons, though the entry be the hub's, or what is not part of an answer yet."""
_BEHIND_A_DECISION = _INSIDE | {"reason", "action"}


def iso(at_us: int) -> str:
    """A moment as RFC 3339 in UTC, to the microsecond."""
    moment = datetime.fromtimestamp(at_us // US_PER_S, UTC).replace(microsecond=at_us % US_PER_S)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text(value: Text) -> JsonObject:
    """A text in both languages."""
    return {"fa": value.fa, "en": value.en}


def exchange_view(
    entries: Sequence[Entry],
    reply: bytes | None,
    problem: ExchangeError | None,
    language: str,
    parts: JsonValue = None,
) -> bytes:
    """One exchange with its history and parts, and its reply or problem once it has ended."""
    first, last = entries[0], entries[-1]
    view: JsonObject = {"exchange_id": first.exchange_id}
    opening = first.opening
    if opening is not None:
        view |= {
            "contract": opening.contract,
            "version": opening.version,
            "sender": opening.sender,
            "case_id": opening.case_id or None,
            "on_behalf_of": opening.on_behalf_of or None,
            "deadline": iso(deadline_us) if (deadline_us := deadline_of(entries)) else None,
        }
    view |= {
        "state": last.state,
        "final": last.state in FINAL,
        "begun_at": iso(first.at_us),
        "changed_at": iso(last.at_us),
        "history": [sender_s_view(entry) for entry in entries],
    }
    if opening is not None and opening.parent:
        view["parent"] = opening.parent
    if parts is not None:
        view["parts"] = parts
    if reply is not None:
        view["reply"] = orjson.Fragment(reply)
    if problem is not None:
        view["problem"] = orjson.Fragment(problem_body(problem, first.exchange_id, language))
    return orjson.dumps(view)


def sender_s_view(entry: Entry) -> JsonObject:
    """One line of an exchange's history as its sender sees it: which person decided, and why, stays inside."""
    if not entry.cause.startswith(PERSON):
        return entry_view(entry, hidden=_INSIDE)
    return {**entry_view(entry, hidden=_BEHIND_A_DECISION), "cause": PERSON[:-1]}


def entry_view(entry: Entry, hidden: frozenset[str] = _SHOWN_ELSEWHERE) -> JsonObject:
    """One line of an exchange's history."""
    view: JsonObject = {
        "number": entry.number,
        "at": iso(entry.at_us),
        "state": entry.state,
        "cause": entry.cause,
    }
    if entry.code:
        view["code"] = entry.code
    detail = {name: value for name, value in entry.detail.items() if name not in hidden}
    if detail:
        view["detail"] = detail
    if entry.documents:
        view["documents"] = [
            {
                "role": fact.role,
                "contract": str(fact.contract) if fact.contract else None,
                "media_type": fact.media_type,
                "size": fact.size,
                "commitment": fact.commitment,
            }
            for fact in entry.documents
        ]
    return view


def summary_view(summary: Summary) -> JsonObject:
    """One exchange in a list."""
    opening = summary.opening
    view: JsonObject = {
        "exchange_id": summary.exchange_id,
        "contract": opening.contract,
        "version": opening.version,
        "case_id": opening.case_id or None,
        "state": summary.state,
        "begun_at": iso(summary.begun_us),
        "changed_at": iso(summary.changed_us),
    }
    if opening.parent:
        view["parent"] = opening.parent
    if summary.code:
        view["code"] = summary.code
    return view


def contract_view(contract: Contract, versions: Sequence[ContractVersion]) -> JsonObject:
    """A contract with those of its versions that the client may use."""
    return {
        "name": contract.name,
        "title": text(contract.title),
        "description": text(contract.description),
        "owner": contract.owner,
        "pattern": contract.pattern,
        "deadline_s": contract.deadline_s or None,
        "deadline": str(contract.terms.working_days) if contract.terms.working_days else None,
        "legal_basis": contract.legal_basis,
        "classification": contract.classification,
        "evidence": contract.evidence,
        "versions": [version_view(version) for version in versions],
    }


def version_view(version: ContractVersion) -> JsonObject:
    """One version with the addresses of its documents."""
    ref = version.ref
    base, query = f"/contracts/{ref.name}/v{ref.version.major}", f"?version={ref.version}"
    view: JsonObject = {
        "version": str(ref.version),
        "status": version.status,
        "released": version.released.isoformat() if version.released else None,
        "deprecated": version.deprecated.isoformat() if version.deprecated else None,
        "sunset": version.sunset.isoformat() if version.sunset else None,
        "successor": str(version.successor) if version.successor else None,
        "exchange": f"/exchange/{ref.name}/v{ref.version.major}",
    }
    for kind in version.schemas:
        view[f"{kind}_schema"] = f"{base}/{kind}.schema.json{query}"
    normalised = {
        kind.value: dict(schema.normaliser.table)
        for kind, schema in version.schemas.items()
        if schema.normaliser is not None
    }
    if normalised:
        view["normalised"] = normalised
    if version.xml is not None:
        view["soap"] = f"/soap/{ref.name}/v{ref.version.major}{query}"
        view["wsdl"] = f"{base}/service.wsdl{query}"
        view["types"] = f"{base}/types.xsd{query}"
    else:
        view["soap"] = None
        view["no_soap"] = version.no_xml
    return view
