"""Between decoding and validation fields get one spelling; what was sent stays on record as it was sent."""

import json
from dataclasses import replace
from types import MappingProxyType

from hub.contracts.normaliser import TableNormaliser
from hub.contracts.validator import SchemaValidator
from hub.core import codes
from hub.core.contract import Contract, Schema
from hub.core.exchange import State
from hub.core.message import Kind, Message, Role
from hub.core.step import StepContext
from hub.routing.plan import Plan, Stage
from tests.unit.hub.runtime.engine import Engine, contract, engine

SCHEMA = {"required": ["code"], "properties": {"code": {"type": "string", "format": "ir-national-code"}}}
TYPED, MEANT = {"code": "۹۹۹۰۰۰۰۰۸۵"}, {"code": "9990000085"}


def normalising() -> Contract:
    made = contract()
    text = json.dumps(SCHEMA).encode()
    request = Schema(SCHEMA, text, SchemaValidator(text), TableNormaliser({"/code": "ir-national-code"}, b""))
    versions = {
        number: replace(version, schemas={**version.schemas, Kind.REQUEST: request})
        for number, version in made.versions.items()
    }
    return replace(made, versions=MappingProxyType(versions))


def looking(seen: list[Message]) -> Stage:
    def look(message: Message, _context: StepContext) -> tuple[Message, ...]:
        seen.append(message)
        return (message,)

    return Stage("look", look)


def recorded(hub: Engine, exchange_id: str) -> dict[Role, bytes]:
    return {document.role: document.body for _, document in hub.journal.bodies[exchange_id]}


async def test_the_partner_gets_the_canonical_form_and_the_record_keeps_both() -> None:
    hub = engine(contract_=normalising())
    answer = await hub.handle(TYPED)
    assert answer.state is State.COMPLETED
    assert hub.endpoint.calls[0][0].body == MEANT
    bodies = recorded(hub, answer.exchange_id)
    assert json.loads(bodies[Role.REQUEST]) == TYPED
    assert json.loads(bodies[Role.PARTNER_REQUEST]) == MEANT
    assert hub.history(answer)[0].detail == {"normalised": "/code"}


async def test_nothing_is_told_of_what_was_canonical_already() -> None:
    hub = engine(contract_=normalising())
    assert not hub.history(await hub.handle(MEANT))[0].detail


async def test_without_a_translation_the_partner_s_record_is_what_it_was_sent() -> None:
    def untranslated(plan: Plan) -> Plan:
        return replace(plan, forward=())

    hub = engine(contract_=normalising(), change_plan=untranslated)
    answer = await hub.handle(TYPED)
    assert json.loads(recorded(hub, answer.exchange_id)[Role.PARTNER_REQUEST]) == MEANT


async def test_the_schema_still_judges() -> None:
    answer = await engine(contract_=normalising()).handle({"code": "۹۹۹۰۰۰۰۰۸۶"})
    assert answer.problem.code is codes.REQUEST_INVALID
    assert [(error.pointer, error.code) for error in answer.problem.errors] == [("/code", "format")]


async def test_two_spellings_of_one_document_are_one_exchange_under_one_key() -> None:
    hub = engine(contract_=normalising())
    first = await hub.handle(TYPED, idempotency_key="k")
    again = await hub.handle(MEANT, idempotency_key="k")
    assert again.exchange_id == first.exchange_id


async def test_a_worker_that_takes_it_up_again_sees_the_same_and_what_was_written() -> None:
    seen: list[Message] = []

    def watched(plan: Plan) -> Plan:
        return replace(plan, forward=(looking(seen), *plan.forward))

    hub = engine(contract_=normalising(), change_plan=watched)
    answer = await hub.handle(TYPED, respond_async=True)
    assert answer.state is State.ACCEPTED
    await hub.workers.work(answer.exchange_id)
    assert [(message.body, message.original) for message in seen] == [(MEANT, TYPED)]


async def test_a_partner_s_reply_is_normalised_by_its_own_contract_before_it_is_judged() -> None:
    seen: list[Message] = []

    def watched(plan: Plan) -> Plan:
        schema = SchemaValidator(json.dumps({"properties": {"owner": {"const": "علی"}}}).encode())
        return replace(
            plan,
            partner_reply=schema,
            partner_normaliser=TableNormaliser({"/owner": "letters"}, b""),
            back=(looking(seen), *plan.back),
        )

    hub = engine(answer={"owner": "علي"}, change_plan=watched)
    answer = await hub.handle()
    assert answer.problem is None
    assert json.loads(answer.reply or b"") == {"owner": "علی"}
    assert [(message.body, message.original) for message in seen] == [({"owner": "علی"}, {"owner": "علي"})]
    assert recorded(hub, answer.exchange_id)[Role.PARTNER_REPLY] == b"<wire/>"  # as it came
