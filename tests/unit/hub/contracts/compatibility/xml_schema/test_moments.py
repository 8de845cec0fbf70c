"""What is proven of bounds of dates and times, held against both validators."""

from itertools import product
from random import Random

import pytest
from lxml import etree

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.xml_schema.compare import compare_xml_schemas
from hub.contracts.compatibility.xml_schema.reading import read_xsd
from tests.unit.hub.contracts.compatibility.xml_schema.test_cases import written

MOMENTS = {
    "date": ("2025-12-31", "2026-01-01", "2026-01-02", "2024-02-29"),
    "dateTime": ("2026-01-01T00:00:00", "2025-12-31T23:59:59.5", "2026-01-01T12:00:00"),
    "gYear": ("2025", "2026"),
    "gYearMonth": ("2025-12", "2026-01"),
}
ZONES = ("", "Z", "+03:30", "-14:00")
FACETS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")


@pytest.mark.parametrize("type_", MOMENTS)
def test_nothing_is_lost_between_bounds_that_are_called_compatible(type_: str) -> None:
    chance = Random(f"moments of {type_}")  # noqa: S311 - no secret
    moments = [moment + zone for moment, zone in product(MOMENTS[type_], ZONES)]
    documents = [etree.fromstring(f"<r>{moment}</r>") for moment in moments]
    proven = 0
    for _ in range(150):
        facet = chance.choice(FACETS)
        other = chance.choice([name for name in FACETS if name[:3] == facet[:3]])
        old, new = (
            written(f'{type_}|<xs:{name} value="{chance.choice(moments)}"/>') for name in (facet, other)
        )
        read = read_xsd(old, "old.xsd"), read_xsd(new, "new.xsd")
        if not compare_xml_schemas(*read).is_compatible(Mode.BACKWARD):
            continue
        proven += 1
        before, after = (etree.XMLSchema(etree.fromstring(raw)) for raw in (old, new))
        for document in documents:
            assert after.validate(document) or not before.validate(document), (old, new, document.text)
            text = etree.tostring(document, encoding="unicode")
            assert read[1].is_valid(text) or not read[0].is_valid(text), (old, new, text)
    assert proven > 5
