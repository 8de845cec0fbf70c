"""A sealed document opens in the place it was recorded in, and nowhere else."""

from dataclasses import replace

import pytest

from hub.core.message import Document, DocumentFact, Role
from hub.core.ports import DocumentDamagedError
from hub.store.documents import open_document, seal_document
from tests.conformance.samples import REF, document
from tests.fakes.sealer import FakeSealer

SEALER = FakeSealer()
GIVEN = document(b"deed")
FACT = GIVEN.fact()


def sealed() -> bytes:
    return seal_document(SEALER, "x", 2, FACT, GIVEN)


def test_it_comes_back_with_its_salt() -> None:
    assert open_document(SEALER, "x", 2, FACT, sealed()) == GIVEN


@pytest.mark.parametrize(
    ("exchange_id", "number", "fact"),
    [
        ("y", 2, FACT),
        ("x", 3, FACT),
        ("x", 2, replace(FACT, role=Role.REPLY)),
        ("x", 2, replace(FACT, commitment="00" * 32)),
        ("x", 2, replace(FACT, size=5)),
        ("x", 2, document(b"other deed").fact()),
    ],
    ids=["exchange", "entry", "role", "commitment", "size", "document"],
)
def test_another_place_or_fact_is_damage(exchange_id: str, number: int, fact: DocumentFact) -> None:
    with pytest.raises(DocumentDamagedError):
        open_document(SEALER, exchange_id, number, fact, sealed())


def test_a_salt_has_a_limit() -> None:
    longest = Document(Role.REQUEST, REF, "text/plain", b"deed", bytes(255))
    opened = open_document(
        SEALER, "x", 1, longest.fact(), seal_document(SEALER, "x", 1, longest.fact(), longest)
    )
    assert opened == longest

    longer = replace(longest, salt=bytes(256))
    with pytest.raises(ValueError, match="salt"):
        seal_document(SEALER, "x", 1, longer.fact(), longer)
