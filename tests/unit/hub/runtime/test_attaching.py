"""A message refers only to documents that its sender has, that are what it says, and that its contract takes."""

from dataclasses import replace

import pytest

from hub.core.attachments import AttachmentRules, Part, Upload, Use
from hub.core.contract import Contract, ContractVersion, Schema
from hub.core.message import Kind
from hub.core.values import JsonValue, new_id
from hub.runtime.attaching import Attaching
from hub.store.attachments.registry import Registry
from tests.fakes.attachments import fake_registry
from tests.unit.hub.runtime.engine import Demands, Engine, contract, engine

DIGEST, OTHERS = "a" * 64, "b" * 64
FAR_US = 2**60
SCHEMA: JsonValue = {
    "properties": {"plan": {"properties": {"digest": {"format": "attachment-digest"}}}},
    "additionalProperties": {"format": "attachment-digest"},
}


async def stored(registry: Registry, digest: str, client: str, size: int = 10) -> None:
    upload = Upload(new_id(), client, size, "application/pdf", FAR_US)
    await registry.begin(upload)
    part = Part(new_id().replace("-", ""), size)
    await registry.open_part(upload.id, client, 0, part.id)
    await registry.grow(upload.id, part.id, (part,), FAR_US)
    await registry.complete(
        upload.id, part.id, digest=digest, media_type="application/pdf", since_us=0, until_us=FAR_US
    )


@pytest.fixture
async def registry() -> Registry:
    made = fake_registry()
    await stored(made, DIGEST, "portal")
    await stored(made, OTHERS, "bank")
    return made


def with_rules(rules: AttachmentRules) -> Contract:
    plain = contract()
    schema = Schema(SCHEMA, b"", Demands("note"))
    versions: dict[object, ContractVersion] = {
        number: replace(version, schemas={**version.schemas, Kind.REQUEST: schema})
        for number, version in plain.versions.items()
    }
    return replace(plain, versions=versions, attachments=rules)  # type: ignore[arg-type]  # keys stay versions


def made(registry: Registry, rules: AttachmentRules | None = None) -> Engine:
    running = engine(contract_=with_rules(rules or AttachmentRules(1, 100, ("application/pdf",))))
    running.pipeline._attach = Attaching(registry, running.clock)
    return running


async def test_an_exchange_keeps_what_it_refers_to(registry: Registry) -> None:
    answer = await made(registry).handle({"note": 1, "plan": {"digest": DIGEST, "size": 10}})
    assert answer.problem is None
    assert [each.digest for each in await registry.uses(answer.exchange_id)] == [DIGEST]


@pytest.mark.parametrize(
    ("plan", "pointer", "code"),
    [
        ({"digest": OTHERS}, "/plan/digest", "attachment-unknown"),
        ({"digest": "c" * 64}, "/plan/digest", "attachment-unknown"),
        ({"digest": DIGEST, "size": 11}, "/plan/size", "attachment-size"),
        ({"digest": DIGEST, "media_type": "image/png"}, "/plan/media_type", "attachment-media-type"),
    ],
)
async def test_a_reference_that_is_not_true_is_refused_at_its_field(
    registry: Registry, plan: JsonValue, pointer: str, code: str
) -> None:
    running = made(registry)
    answer = await running.handle({"note": 1, "plan": plan})
    assert answer.problem is not None
    assert answer.problem.code.id == "request.invalid"
    assert [(error.pointer, error.code) for error in answer.problem.errors] == [(pointer, code)]
    assert await registry.uses(answer.exchange_id) == ()
    assert running.endpoint.calls == []


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (AttachmentRules(1, 9), "attachment-too-large"),
        (AttachmentRules(1, 100, ("image/png",)), "attachment-type"),
    ],
)
async def test_the_contracts_rules_hold(registry: Registry, rules: AttachmentRules, code: str) -> None:
    answer = await made(registry, rules).handle({"note": 1, "plan": {"digest": DIGEST}})
    assert answer.problem is not None
    assert [error.code for error in answer.problem.errors] == [code]


async def test_more_documents_than_the_contract_takes_are_refused(registry: Registry) -> None:
    await stored(registry, "d" * 64, "portal")
    answer = await made(registry).handle({"note": 1, "plan": {"digest": DIGEST}, "more": "d" * 64})
    assert answer.problem is not None
    assert [error.code for error in answer.problem.errors] == ["attachments-most"]


async def test_an_exchange_of_anothers_gives_no_right(registry: Registry) -> None:
    await registry.claim(Use(new_id(), "bank", 0, FAR_US), [OTHERS])
    answer = await made(registry).handle({"note": 1, "plan": {"digest": OTHERS}})
    assert answer.problem is not None, "it is the bank's exchange, not the portal's"
