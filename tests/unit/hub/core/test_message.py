"""Commitments to documents."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from hub.core.message import JSON, Document, Role
from hub.core.values import ContractRef

REF = ContractRef.parse("registry.title-inquiry@1.2")


@given(st.binary())
def test_a_commitment_is_the_digest_of_salt_and_body(body: bytes) -> None:
    document = Document(Role.REQUEST, REF, JSON, body)

    assert document.fact().commitment == hashlib.sha256(document.salt + body).hexdigest()
    assert document.fact().size == len(body)


def test_equal_bodies_have_different_commitments() -> None:
    """Whoever sees the journal cannot tell that two documents are equal, nor try out what one may have said."""
    commitments = {Document(Role.REQUEST, REF, JSON, b"0499370899").fact().commitment for _ in range(100)}

    assert len(commitments) == 100


def test_a_fact_is_the_same_every_time() -> None:
    document = Document(Role.REPLY, None, JSON, b"{}")

    assert document.fact() == document.fact()


@given(st.binary(), st.binary())
def test_another_body_under_the_same_salt_has_another_commitment(one: bytes, other: bytes) -> None:
    salt = bytes(16)
    facts = [Document(Role.REPLY, None, JSON, body, salt).fact() for body in (one, other)]

    assert (facts[0] == facts[1]) == (one == other)
