"""The journal's bytes: what is kept for years and proved from."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.exchange import Entry, Opening, State
from hub.core.message import DocumentFact, Role
from hub.core.values import ContractRef, Version
from hub.store.record import RecordError, UnrecordableError, decode, encode, leaf_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WHOLE = st.integers(0, 2**63 - 1)
OPENINGS = st.builds(
    Opening,
    *[TEXT] * 4,
    case_id=TEXT,
    on_behalf_of=TEXT,
    deadline_us=WHOLE,
    traceparent=TEXT,
    remote=TEXT,
    parent=TEXT,
    reply_to=TEXT,
)
CONTRACTS = st.builds(
    ContractRef, st.just("registry.title-inquiry"), st.builds(Version, st.integers(0, 99), st.integers(0, 99))
)
FACTS = st.builds(
    DocumentFact,
    st.sampled_from(Role),
    st.none() | CONTRACTS,
    TEXT,
    WHOLE,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
)
ENTRIES = st.builds(
    Entry,
    exchange_id=TEXT,
    number=WHOLE,
    at_us=WHOLE,
    state=st.sampled_from(State),
    cause=TEXT,
    code=TEXT,
    detail=st.dictionaries(TEXT, TEXT | WHOLE, max_size=4),
    opening=st.none() | OPENINGS,
    channel=TEXT,
    due_us=WHOLE,
    documents=st.lists(FACTS, max_size=4).map(tuple),
)
ENTRY = Entry(
    exchange_id="0195b3a0-0000-7000-8000-000000000001",
    number=1,
    at_us=1_795_000_000_000_000,
    state=State.RECEIVED,
    cause="client:portal",
    detail={"route": "title-inquiry", "attempt": 1},
    opening=Opening("registry.title-inquiry", "1.2", "portal", "request-reply", case_id="ش-۱۲"),
    documents=(
        DocumentFact(
            Role.REQUEST,
            ContractRef("registry.title-inquiry", Version(1, 2)),
            "application/json",
            20,
            "ab" * 32,
        ),
    ),
)


@given(ENTRIES)
def test_an_entry_comes_back_from_its_record(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


@given(ENTRIES, ENTRIES)
def test_records_are_equal_when_entries_are(one: Entry, other: Entry) -> None:
    assert (encode(one) == encode(other)) == (one == other)


def test_the_bytes_never_change() -> None:
    """Evidence already given rests on them. If this fails, a new record version is needed, not a new literal."""
    assert encode(ENTRY) == (
        b'{"at_us":1795000000000000,"cause":"client:portal","detail":{"attempt":1,"route":"title-inquiry"},'
        b'"documents":[{"commitment":"' + b"ab" * 32 + b'","contract":"registry.title-inquiry@1.2",'
        b'"media_type":"application/json","role":"request","size":20}],'
        b'"exchange":"0195b3a0-0000-7000-8000-000000000001","number":1,'
        b'"opening":{"case_id":"\xd8\xb4-\xdb\xb1\xdb\xb2","contract":"registry.title-inquiry",'
        b'"pattern":"request-reply","sender":"portal","version":"1.2"},"state":"received","v":1}'
    )


def test_the_order_of_details_does_not_matter() -> None:
    turned = replace(ENTRY, detail=dict(sorted(ENTRY.detail.items(), reverse=True)))

    assert encode(turned) == encode(ENTRY)


def test_the_leaf_is_that_of_rfc_6962() -> None:
    record = encode(ENTRY)

    assert leaf_of(record) == hashlib.sha256(b"\x00" + record).digest()
    # RFC 6962's own test tree: the leaf hash of the empty record
    assert leaf_of(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("cause", ["\udc80", "client:\ud800"])
def test_what_json_cannot_hold_is_refused(cause: str) -> None:
    with pytest.raises(UnrecordableError, match=ENTRY.exchange_id):
        encode(replace(ENTRY, cause=cause))


def test_numbers_beyond_64_bits_are_refused() -> None:
    with pytest.raises(UnrecordableError):
        encode(replace(ENTRY, detail={"attempt": 2**64}))


def test_a_record_of_a_later_version_is_not_guessed_at() -> None:
    later = json.dumps(json.loads(encode(ENTRY)) | {"v": 2}).encode()

    with pytest.raises(RecordError, match="version 2"):
        decode(later)


@pytest.mark.parametrize("field", ["v", "exchange", "number", "at_us", "state", "cause"])
def test_a_record_with_a_hole_is_refused(field: str) -> None:
    fields = json.loads(encode(ENTRY))
    del fields[field]

    with pytest.raises(RecordError):
        decode(json.dumps(fields).encode())


@pytest.mark.parametrize("record", [b"", b"[]", b"{", b'{"v":1}', b"\xff", b"null"])
def test_other_bytes_are_refused(record: bytes) -> None:
    with pytest.raises(RecordError):
        decode(record)


def test_a_record_holds_no_body() -> None:
    assert b"parcel" not in encode(ENTRY)
