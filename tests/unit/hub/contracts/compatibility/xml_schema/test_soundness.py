"""What is called compatible is: random content models and simple types, held against libxml2's validator."""

import itertools

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.unusable import UnusableFileError
from hub.contracts.compatibility.xml_schema.compare import compare_xml_schemas
from hub.contracts.compatibility.xml_schema.reading import XmlSchema, read_xsd

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'
OCCURS = st.sampled_from(
    ["", ' minOccurs="0"', ' maxOccurs="2"', ' minOccurs="0" maxOccurs="unbounded"', ' maxOccurs="unbounded"']
)
ELEMENTS = st.tuples(st.sampled_from("abc"), OCCURS).map(
    lambda p: f'<xs:element name="{p[0]}" type="xs:int"{p[1]}/>'
)
MODELS = st.recursive(
    ELEMENTS,
    lambda inside: st.tuples(st.sampled_from(["sequence", "choice"]), OCCURS, st.lists(inside, min_size=1, max_size=3)).map(
        lambda p: f"<xs:{p[0]}{p[1]}>{''.join(p[2])}</xs:{p[0]}>"
    ),
    max_leaves=4,
)  # fmt: skip
WORDS = ["".join(word) for length in range(5) for word in itertools.product("abc", repeat=length)]
FACETS = st.lists(
    st.sampled_from(
        ['<xs:minLength value="2"/>', '<xs:maxLength value="3"/>', '<xs:pattern value="[ab]*"/>', '<xs:pattern value="a.*"/>',
         '<xs:pattern value="\\d+"/>', '<xs:enumeration value="ab"/>', '<xs:enumeration value="12"/>']
    ), unique=True, max_size=3,
)  # fmt: skip
BOUNDS = st.lists(
    st.sampled_from(
        ['<xs:minInclusive value="0"/>', '<xs:maxInclusive value="10"/>', '<xs:maxExclusive value="11"/>',
         '<xs:totalDigits value="2"/>', '<xs:enumeration value="7"/>', '<xs:pattern value="[0-9]+"/>']
    ), unique=True, max_size=3,
)  # fmt: skip
TEXTS = st.tuples(st.sampled_from(["string", "token", "NCName"]), FACETS)
NUMBERS = st.tuples(st.sampled_from(["decimal", "integer", "int", "byte", "nonNegativeInteger"]), BOUNDS)
SAMPLES = [
    "", "a", "ab", "abc", "aab", "aaaa", "12", "7", "1", "x", " ab ", "a b", "0", "-1", "10", "11", "10.5", "7.0", "+7", "007", "128",
    "100", "99999999999", "1a", "_a",
]  # fmt: skip


def content(model: str) -> str:
    inside = model if not model.startswith("<xs:element") else f"<xs:sequence>{model}</xs:sequence>"
    return f'<xs:element name="r"><xs:complexType>{inside}</xs:complexType></xs:element>'


def text(type_: tuple[str, list[str]]) -> str:
    restriction = f'<xs:restriction base="xs:{type_[0]}">{"".join(type_[1])}</xs:restriction>'
    return f'<xs:element name="r"><xs:simpleType>{restriction}</xs:simpleType></xs:element>'


def read(body: str) -> tuple[XmlSchema, etree.XMLSchema]:
    """The schema, and libxml2's validator for it; some random ones are none."""
    raw = HEAD.format(body).encode()
    try:
        return read_xsd(raw, "random.xsd"), etree.XMLSchema(etree.fromstring(raw))
    except (UnusableFileError, etree.XMLSchemaParseError):
        assume(False)
        raise


def check(old: str, new: str, documents: list[str]) -> None:
    (before, judge_before), (after, judge_after) = read(old), read(new)
    comparison = compare_xml_schemas(before, after)
    trees = [etree.fromstring(document) for document in documents]
    lost = [t for t in trees if judge_before.validate(t) and not judge_after.validate(t)]
    gained = [t for t in trees if judge_after.validate(t) and not judge_before.validate(t)]
    assert not (comparison.is_compatible(Mode.BACKWARD) and lost), etree.tostring(lost[0])
    assert not (comparison.is_compatible(Mode.FORWARD) and gained), etree.tostring(gained[0])


@given(MODELS, MODELS)
@settings(max_examples=200, deadline=None)
def test_no_sequence_of_elements_gets_lost(old: str, new: str) -> None:
    documents = ["<r>" + "".join(f"<{name}>1</{name}>" for name in word) + "</r>" for word in WORDS]
    check(content(old), content(new), documents)


@given(st.one_of(st.tuples(TEXTS, TEXTS), st.tuples(NUMBERS, NUMBERS), st.tuples(NUMBERS, TEXTS)))
@settings(max_examples=200, deadline=None)
def test_no_text_gets_lost(pair: tuple[tuple[str, list[str]], tuple[str, list[str]]]) -> None:
    check(text(pair[0]), text(pair[1]), [f"<r>{sample}</r>" for sample in SAMPLES])
