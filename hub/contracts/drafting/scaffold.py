"""What a new contract and a new route begin as."""

import json
from collections.abc import Mapping

from hub.contracts.drafting.contract_text import contract_yaml, example_text, quoted, schema_text
from hub.core.values import JsonValue

_REQUEST: dict[str, JsonValue] = {
    "title": "درخواست",
    "x-en": "Request",
    "type": "object",
    "required": ["number"],
    "additionalProperties": False,
    "properties": {
        "number": {"title": "شماره", "x-en": "Number", "type": "string", "pattern": "^[0-9]{1,10}$"},
    },
}
_REPLY: dict[str, JsonValue] = {
    "title": "پاسخ",
    "x-en": "Reply",
    "type": "object",
    "required": ["result"],
    "additionalProperties": False,
    "properties": {"result": {"title": "نتیجه", "x-en": "Result", "enum": ["found", "not_found"]}},
}


def new_contract(name: str) -> dict[str, str]:
    """A contract's folder that lints: a draft with one field each way, and an example of each judgement."""
    valid, invalid = f"{name}/examples/1.0/valid", f"{name}/examples/1.0/invalid"
    return {
        f"{name}/contract.yaml": contract_yaml(
            name, evidence="modelled", partner_format=False, about_fa=name, about_en=name
        ),
        f"{name}/1.0.request.schema.json": schema_text(_REQUEST),
        f"{name}/1.0.reply.schema.json": schema_text(_REPLY),
        f"{valid}/first.request.json": example_text({"number": "17"}),
        f"{valid}/first.reply.json": example_text({"result": "found"}),
        f"{invalid}/number-as-number.request.json": example_text({"number": 17}),
        f"{invalid}/number-as-number.expect.yaml": "- {pointer: /number, code: type}\n",
    }


def new_route(
    name: str, *, contract: str, major: int, endpoint: str, version: str, request: JsonValue, priority: int
) -> Mapping[str, str]:
    """A route's folder that lints, takes no message yet, and has tests that fail until they are filled in."""
    own = f"priority: {priority} # above the routes that there are; it takes nothing until `when` says what\n"
    return {
        f"{name}/route.yaml": f"""route: {name}
purpose: {{fa: باید نوشته شود, en: to be written}}
owner: to-be-written
legal_basis: to be given by the owner
from: {contract}@{major}
when: exchange.sender == "nobody yet" # which messages it takes; remove it for all
{own if priority else ""}to: {endpoint}
when_uncertain: person # person | repeat (only to idempotent endpoints)
""",
        f"{name}/tests.yaml": f"""# Red until it is filled in: what the partner must be sent, and what the client gets for which answer.
- name: a message that must arrive
  contract: {contract}@{version}
  exchange: {{sender: nobody yet}}
  request: fixtures/request.json
  expect:
    endpoint: {endpoint}
    partner_request: {{{quoted("to be")}: filled in}}
""",
        f"{name}/fixtures/request.json": json.dumps(request, ensure_ascii=False, indent=2) + "\n",
    }
