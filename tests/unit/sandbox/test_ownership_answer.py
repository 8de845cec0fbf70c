import json
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from sandbox.clock import TEHRAN
from sandbox.estates import ESTATES, find
from sandbox.ownership_answer import NAMESPACE, Quirks, Receipt, negative, polygon_text, positive

RECEIPT = Receipt("14-00000001", datetime(2024, 3, 24, 9, 5, 0, tzinfo=TEHRAN))
NS = f"{{{NAMESPACE}}}"


def test_the_last_digit_decides_the_quirks() -> None:
    quirks = [Quirks(digit) for digit in range(10)]
    assert {each.polygon_form for each in quirks} == {"object", "string", "collection"}
    assert {each.flag_words[1] for each in quirks} == {"true", "1", "بله"}
    assert {each.tracking_names for each in quirks} == {
        ("owTrakingCode",),
        ("owTrackingCode",),
        ("owTrakingCode", "owTrackingCode"),
    }


def test_dates_come_padded_or_not() -> None:
    padded = positive(ESTATES["1402203010000000010"], RECEIPT)
    plain = positive(ESTATES["1402203010000000021"], RECEIPT)
    assert padded.findtext(f"{NS}ResponseDate") == "1403/01/05"
    assert plain.findtext(f"{NS}ResponseDate") == "1403/1/5"


def test_texts_come_with_persian_or_arabic_letters() -> None:
    path = f"{NS}Estate/{NS}Owners/{NS}Owner/{NS}Family"
    assert positive(ESTATES["1402203010000000010"], RECEIPT).findtext(path) == "کاظمی‌نژاد"
    assert positive(ESTATES["1402203010000000021"], RECEIPT).findtext(path) == "كاظمي‌نژاد"


def test_a_legal_entity_has_neither_family_nor_identity_number() -> None:
    owner = positive(ESTATES["1402203010000000065"], RECEIPT).find(f".//{NS}Owner")
    assert owner is not None
    assert owner.findtext(f"{NS}NationalCode") == "10380284790"
    assert owner.find(f"{NS}Family") is None
    assert owner.find(f"{NS}IdentityNumber") is None


@pytest.mark.parametrize("form", ["object", "string", "collection"])
def test_every_polygon_form_holds_the_same_closed_ring(form: str) -> None:
    value = json.loads(polygon_text(ESTATES["1402203010000000010"], form))
    if form == "string":
        value = json.loads(value)
    if form == "collection":
        value = value["features"][0]["geometry"]
    (ring,) = value["coordinates"]
    assert ring[0] == ring[-1] == [51.4101, 35.7012]
    assert len(ring) == 5


@pytest.fixture(scope="module")
def published_schema() -> etree.XMLSchema:
    path = Path(__file__).parents[3] / "adapters/registry_office/wsdl/ownership.wsdl"
    schema = etree.parse(path).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    assert schema is not None
    return etree.XMLSchema(schema)


@pytest.mark.parametrize("note_number", [*ESTATES, *(f"990000000000123456{digit}" for digit in range(10))])
def test_every_answer_obeys_the_published_schema(published_schema: etree.XMLSchema, note_number: str) -> None:
    estate = find(note_number)
    assert estate is not None
    published_schema.assertValid(positive(estate, RECEIPT))


def test_a_refusal_obeys_it_too(published_schema: etree.XMLSchema) -> None:
    published_schema.assertValid(negative("000", "یافت نشد"))
