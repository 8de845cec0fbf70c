"""Schemas of every form that has an XML form, each with documents that are valid under it."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
)
TEXTS = st.one_of(
    XML_TEXT,
    st.sampled_from(
        ["", " ", "\t\r\n", " a ", "a\rb", "]]>", "<a>&amp;</a>", "پلاک ثبتی\u200c", '"', "1", "true"]
    ),
)
INTEGERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, -1, 2**53 + 1]))
NUMBERS = st.one_of(INTEGERS, st.floats(allow_nan=False, allow_infinity=False))
ODD_NAMES = [
    "a", "b", "first_name", "کد", "1a", "a b", "a:b", "xml", "XMLx", "", "_others", "_x0041_", "_x", "-a", ".", "a.b",
    "@a", "#", "item", "value", "member", "map", "{u}a", "😀", "\ufffe", "~/", "zwnj\u200cx", "_xFFFFFFFF_",
]  # fmt: skip
NAMES = st.one_of(st.sampled_from(ODD_NAMES), st.text(max_size=4))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(XML_TEXT, inner, max_size=3)),
    max_leaves=6,
)


@dataclass(frozen=True)
class Case:
    """A schema, and a strategy for valid documents."""

    schema: Any
    documents: st.SearchStrategy[Any] = field(repr=False)


def _scalar() -> st.SearchStrategy[Case]:
    words = st.lists(XML_TEXT, min_size=1, max_size=3, unique=True)
    return st.one_of(
        st.just(Case({"type": "string"}, TEXTS)),
        st.just(
            Case({"type": "string", "minLength": 2, "maxLength": 5}, st.text("ab <پ", min_size=2, max_size=5))
        ),
        st.just(
            Case(
                {"type": "string", "pattern": r"^[0-9]{2,4}$"}, st.text("0123456789", min_size=2, max_size=4)
            )
        ),
        st.just(
            Case(
                {"type": "string", "pattern": r"^(?:\d+|[^a-c\/]-\$)$"},
                st.sampled_from(["12", "x-$", "\n-$", "پ-$"]),
            )
        ),
        st.just(Case({"type": "string", "format": "date"}, st.dates().map(lambda day: day.isoformat()))),
        st.just(
            Case(
                {"type": "string", "format": "date-time"},
                st.datetimes().map(lambda at: at.isoformat() + "+03:30"),
            )
        ),
        st.just(Case({"type": "string", "contentEncoding": "base64"}, st.sampled_from(["", "aGk=", "QUJD"]))),
        words.map(lambda chosen: Case({"enum": chosen}, st.sampled_from(chosen))),
        st.just(Case({"type": "boolean"}, st.booleans())),
        st.just(Case({"const": True}, st.just(True))),
        st.just(Case({"type": "integer"}, INTEGERS)),
        st.just(Case({"type": "integer", "minimum": -5, "maximum": 10**12}, st.integers(-5, 10**12))),
        st.just(Case({"type": "integer", "exclusiveMinimum": 0.5}, st.integers(1, 9))),
        st.just(Case({"type": "number"}, NUMBERS)),
        st.just(
            Case(
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1.5},
                st.floats(0, 1.5, exclude_min=True),
            )
        ),
    )


def _open() -> st.SearchStrategy[Case]:
    return st.sampled_from(
        [
            Case({}, JSON),
            Case(True, JSON),
            Case({"type": ["string", "integer", "null"]}, st.one_of(TEXTS, INTEGERS, st.none())),
            Case({"type": "null"}, st.none()),
            Case({"type": "object"}, st.dictionaries(XML_TEXT, JSON, max_size=3)),
            Case(
                {"type": "object", "additionalProperties": {"type": "integer"}},
                st.dictionaries(XML_TEXT, INTEGERS, max_size=3),
            ),
            Case({"type": "array"}, st.lists(JSON, max_size=3)),
        ]
    )


def _nullable(inner: Case) -> Case:
    return Case({"anyOf": [inner.schema, {"type": "null"}]}, st.one_of(st.none(), inner.documents))


def _list(inner: Case) -> Case:
    return Case(
        {"type": "array", "items": inner.schema, "maxItems": 3}, st.lists(inner.documents, max_size=3)
    )


@st.composite
def _object(draw: st.DrawFn, inner: st.SearchStrategy[Case]) -> Case:
    fields = draw(st.dictionaries(NAMES, inner, max_size=5))
    required = draw(st.sets(st.sampled_from(sorted(fields)))) if fields else set()
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: case.schema for name, case in fields.items()},
        "required": sorted(required),
    }
    given_ = {name: fields[name].documents for name in required}
    perhaps = {name: fields[name].documents for name in fields.keys() - required}
    documents = st.fixed_dictionaries(given_, optional=perhaps)
    if draw(st.booleans()):
        schema["additionalProperties"] = False
        return Case(schema, documents)
    others = st.dictionaries(XML_TEXT.filter(lambda name: name not in fields), JSON, max_size=2)
    return Case(schema, st.builds(lambda named, more: {**named, **more}, documents, others))


def _either(one: Case, other: Case) -> Case:
    return Case({"anyOf": [one.schema, other.schema]}, st.one_of(one.documents, other.documents))


def _either_field(one: Case, other: Case) -> Case:
    """Two kinds of objects that call different things by the same name, or of which one says nothing of it."""
    named = {
        "type": "object",
        "properties": {"a": one.schema},
        "required": ["a"],
        "additionalProperties": False,
    }
    unnamed = {"type": "object", "additionalProperties": other.schema}
    return Case(
        {"oneOf": [named, unnamed]},
        st.one_of(
            st.fixed_dictionaries({"a": one.documents}),
            st.dictionaries(st.sampled_from("abc"), other.documents),
        ),
    )


def _switched(one: Case, other: Case) -> Case:
    """What a field holds depends on another."""
    schema = {
        "type": "object",
        "required": ["kind", "a"],
        "properties": {"kind": {"enum": ["one", "other"]}, "a": {}},
        "if": {"properties": {"kind": {"const": "one"}}},
        "then": {"properties": {"a": one.schema}},
        "else": {"properties": {"a": other.schema, "b": other.schema}},
    }
    return Case(
        schema,
        st.one_of(
            st.fixed_dictionaries({"kind": st.just("one"), "a": one.documents}, optional={"b": JSON}),
            st.fixed_dictionaries(
                {"kind": st.just("other"), "a": other.documents}, optional={"b": other.documents}
            ),
        ),
    )


def _tuple(one: Case, other: Case) -> Case:
    """Items that differ by their place in a list."""
    return Case(
        {"type": "array", "prefixItems": [one.schema], "items": other.schema},
        st.builds(lambda first, rest: [first, *rest], one.documents, st.lists(other.documents, max_size=2)),
    )


def _trees() -> Case:
    """A schema that contains itself."""
    node = {
        "type": "object",
        "required": ["name", "children"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            "best": {"$ref": "#/$defs/node"},
        },
    }
    leaf = st.fixed_dictionaries({"name": TEXTS, "children": st.just([])})
    documents = st.recursive(
        leaf,
        lambda inner: st.fixed_dictionaries(
            {"name": TEXTS, "children": st.lists(inner, max_size=2)}, optional={"best": inner}
        ),
        max_leaves=5,
    )
    return Case({"$ref": "#/$defs/node", "$defs": {"node": node}}, documents)


CASES: st.SearchStrategy[Case] = st.one_of(
    st.just(_trees()),
    st.recursive(
        st.one_of(_scalar(), _open()),
        lambda inner: st.one_of(
            _object(inner),
            _object(inner),
            inner.map(_nullable),
            inner.map(_list),
            st.builds(_either, _object(inner), _object(inner)),
            st.builds(_either, inner, inner),
            st.builds(_either_field, inner, inner),
            st.builds(_switched, inner, inner),
            st.builds(_tuple, inner, inner),
        ),
        max_leaves=8,
    ),
)
