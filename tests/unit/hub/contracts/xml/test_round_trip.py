"""Whatever a contract's schema allows comes back from XML as it was, and is valid XML on the way."""

import random
from typing import Any

import orjson
import pytest
import xmlschema
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.contracts.validator import SchemaValidator
from hub.contracts.xml.binding import XmlBinding
from hub.core.errors import ExchangeError
from hub.core.message import Kind
from hub.core.values import ContractRef
from tests.unit.hub.contracts.xml.schemas import CASES, Case

REF = ContractRef.parse("test.any-thing@1.0")
MANY = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def exactly(document: Any) -> bytes:
    """Equal for documents that are the same down to 1 and 1.0; fields have no order."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def shuffled(document: Any, seed: random.Random) -> Any:
    if isinstance(document, dict):
        keys = list(document)
        seed.shuffle(keys)
        return {key: shuffled(document[key], seed) for key in keys}
    return [shuffled(item, seed) for item in document] if isinstance(document, list) else document


@st.composite
def bound(draw: st.DrawFn) -> tuple[XmlBinding, Any, Case]:
    case = draw(CASES)
    document = draw(case.documents)
    raw = orjson.dumps(case.schema)
    assume(isinstance(case.schema, dict))
    assume(SchemaValidator(raw).is_valid(document))
    # As the catalogue reads it: without any object of the test's own shared between places.
    return XmlBinding(REF, {Kind.REQUEST: orjson.loads(raw)}), document, case


@MANY
@given(bound())
def test_a_document_comes_back_as_it_was(made: tuple[XmlBinding, Any, Case]) -> None:
    binding, document, _ = made
    assert exactly(binding.decode(Kind.REQUEST, binding.encode(Kind.REQUEST, document).encode())) == exactly(
        document
    )


@MANY
@given(bound(), st.randoms(use_true_random=False))
def test_json_has_no_order(made: tuple[XmlBinding, Any, Case], seed: random.Random) -> None:
    binding, document, _case = made
    one, other = (binding.encode(Kind.REQUEST, d) for d in (document, shuffled(document, seed)))
    if "member" not in one:  # the members of a map stand in the order they were given
        assert one == other


@MANY
@given(bound())
def test_what_is_written_is_valid_for_libxml2(made: tuple[XmlBinding, Any, Case]) -> None:
    binding, document, _ = made
    schema = etree.XMLSchema(etree.fromstring(binding.schema))
    xml = etree.fromstring(binding.encode(Kind.REQUEST, document))
    assert schema.validate(xml), (schema.error_log, etree.tostring(xml))


@settings(MANY, max_examples=25)
@given(bound())
def test_what_is_written_is_valid_for_xmlschema(made: tuple[XmlBinding, Any, Case]) -> None:
    binding, document, _ = made
    xmlschema.XMLSchema(binding.schema).validate(binding.encode(Kind.REQUEST, document))


@MANY
@given(bound(), st.randoms(use_true_random=False))
def test_xml_has_an_order(made: tuple[XmlBinding, Any, Case], seed: random.Random) -> None:
    """Two neighbours of different names that change places are refused by the schema and by the hub."""
    binding, document, _ = made
    root = etree.fromstring(binding.encode(Kind.REQUEST, document))
    pairs = [(a, b) for a in root.iter() if (b := a.getnext()) is not None and a.tag != b.tag]
    assume(pairs)
    first, second = seed.choice(pairs)
    second.addnext(first)
    assert not etree.XMLSchema(etree.fromstring(binding.schema)).validate(root)
    with pytest.raises(ExchangeError) as refused:
        binding.decode(Kind.REQUEST, etree.tostring(root, encoding="utf-8"))
    assert {error.code for error in refused.value.errors} == {"order"}
