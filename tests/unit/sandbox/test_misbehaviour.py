import random

import pytest
from lxml import etree

from sandbox import misbehaviour
from sandbox.soap import SoapFaultError, envelope, parse_document


def answer(*, qualified: bool) -> bytes:
    payload = etree.Element("{urn:a:v1}Answer", nsmap={"a": "urn:a:v1"})
    etree.SubElement(payload, "{urn:a:v1}First" if qualified else "First").text = "یک"
    etree.SubElement(payload, "{urn:a:v1}Second" if qualified else "Second").text = "دو"
    return envelope(payload)


def repeatable(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - nothing secret is drawn


BOTH_STYLES = pytest.mark.parametrize("qualified", [True, False])


def test_rubbish_repeats_with_its_seed_and_is_no_text() -> None:
    first = misbehaviour.rubbish(repeatable(1))
    assert first == misbehaviour.rubbish(repeatable(1))
    with pytest.raises(UnicodeDecodeError):
        first.decode()


@BOTH_STYLES
def test_a_truncated_answer_is_no_xml(qualified: bool) -> None:
    with pytest.raises(SoapFaultError, match="malformed"):
        parse_document(misbehaviour.truncated(answer(qualified=qualified)))


@BOTH_STYLES
def test_a_bomb_hides_in_the_first_value(qualified: bool) -> None:
    bomb = misbehaviour.bomb(answer(qualified=qualified))
    assert bomb.count(b"<!ENTITY") == 10
    assert b"First>&e9;</" in bomb


def test_a_bomb_is_more_than_an_expanding_parser_takes() -> None:
    with pytest.raises(etree.XMLSyntaxError, match="amplification"):
        etree.fromstring(misbehaviour.bomb(answer(qualified=True)), etree.XMLParser(resolve_entities=True))


@BOTH_STYLES
def test_an_external_entity_hides_in_the_first_value(qualified: bool) -> None:
    document = misbehaviour.xxe(answer(qualified=qualified))
    assert b'<!ENTITY file SYSTEM "file:///etc/hostname">' in document
    assert b"First>&file;</" in document


def test_a_wrong_namespace_moves_only_what_was_in_the_old_one() -> None:
    qualified = parse_document(misbehaviour.wrong_namespace(answer(qualified=True)))[0][0]
    unqualified = parse_document(misbehaviour.wrong_namespace(answer(qualified=False)))[0][0]
    assert [each.tag for each in qualified.iter()][:2] == [
        "{urn:a:v1/unannounced}Answer",
        "{urn:a:v1/unannounced}First",
    ]
    assert [each.tag for each in unqualified.iter()][:2] == ["{urn:a:v1/unannounced}Answer", "First"]


def test_an_extra_element_looks_like_its_siblings() -> None:
    qualified = parse_document(misbehaviour.extra_element(answer(qualified=True)))[0][0]
    unqualified = parse_document(misbehaviour.extra_element(answer(qualified=False)))[0][0]
    assert (qualified[-1].tag, unqualified[-1].tag) == ("{urn:a:v1}Unannounced", "Unannounced")


@BOTH_STYLES
def test_a_huge_answer_keeps_its_values_and_stays_small_in_pieces(qualified: bool) -> None:
    pieces = list(misbehaviour.huge(answer(qualified=qualified), 3))
    assert len(pieces) == 5
    assert max(map(len, pieces)) < 1_100_000
    payload = parse_document(b"".join(pieces))[0][0]
    assert payload[0].text == "یک"
    assert len(payload) == 2 + 3000
