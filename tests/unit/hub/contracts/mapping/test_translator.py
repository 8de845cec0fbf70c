import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts.mapping.paths import LiteralSource, SourcePath, Target
from hub.contracts.mapping.translator import Translator
from hub.core.errors import ExchangeError
from hub.core.exchange import Opening
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef
from tests.unit.hub.contracts.folders import NUMBER, TEXT, Folder

ANY: dict[str, Any] = {}
OPENING = Opening("s", "1.0", "portal", "request-reply", case_id="case-7", on_behalf_of="officer")
CONTEXT = StepContext("01933c5e-1234-7abc-8000-0123456789ab", OPENING)


def translator(folder: Folder, body: str, target: Any = ANY) -> Translator:
    folder.contract("s", ANY).contract("t", target).mapping("s@1.0", "t@1.0", body)
    return folder.load().mappings[0]


def translate(folder: Folder, body: str, source: Any, target: Any = ANY) -> Any:
    message = Message(ContractRef.parse("s@1.0"), Kind.REQUEST, source, {"x": "y"}, b"wire")
    return translator(folder, body, target)(message, CONTEXT).body


def failure(folder: Folder, body: str, source: Any, target: Any = ANY) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        translate(folder, body, source, target)
    return caught.value


def test_a_message_becomes_one_of_the_other_contract(folder: Folder) -> None:
    message = Message(ContractRef.parse("s@1.0"), Kind.REQUEST, {"a": 1}, {"x": "y"}, b"wire")
    result = translator(folder, "fields: {b: source.a}")(message, CONTEXT)
    assert (str(result.contract), result.kind, result.body) == ("t@1.0", Kind.REQUEST, {"b": 1})
    assert result.headers == {"x": "y"}
    assert result.wire is None


@pytest.mark.parametrize(
    ("fields", "source", "expected"),
    [
        ("{a: source.x}", {"x": None}, {"a": None}),
        ("{a.b.c: source.x, a.b.d: source.x, a.e: '1'}", {"x": 5}, {"a": {"b": {"c": 5, "d": 5}, "e": 1}}),
        ("{'a?': source.x}", {"x": 1}, {"a": 1}),
        ("{'a?': source.x}", {}, {}),
        ("{'a?': source.x}", {"x": None}, {}),
        ("{'a?': source.x.y.z}", {"x": None}, {}),
        ("{'a.b?': source.x.y}", {"x": {}}, {}),
        ("{'a?': 'source.x[1]'}", {"x": [1]}, {}),
        ("{a: 'source[\"return\"][0].nin'}", {"return": [{"nin": "7"}]}, {"a": "7"}),
        ("{'a?': 'source.Area[\"@unit\"]'}", {"Area": {"@unit": "m2"}}, {"a": "m2"}),
        ("{'\"a.b\".c': source.x}", {"x": 1}, {"a.b": {"c": 1}}),
        ("{a: 5, b: true, c: '\"t\"', d: '-1.5'}", {}, {"a": 5, "b": True, "c": "t", "d": -1.5}),
        ("{a: 'size(source.x)', b: 'source.x + [3]'}", {"x": [1, 2]}, {"a": 2, "b": [1, 2, 3]}),
        ("{'a?': digits(source.x)}", {"x": "۱۲"}, {"a": "12"}),
        ("{'a?': digits(source.x)}", {}, {}),
        ("{'a?': digits(source.x.y)}", {"x": None}, {}),
        ("{'a?': 'string( source.x[1].y )'}", {"x": [0, {"y": 5}]}, {"a": "5"}),
        ("{'a?': size(source.x)}", {"x": []}, {"a": 0}),
        ("{'a?': {from: digits(source.x), when: source.y}}", {"x": "۱", "y": False}, {}),
        ("{'a?': {from: digits(source.x), when: source.y}}", {"y": True}, {}),
        ("{'a?': {from: digits(source.x), when: source.y}}", {"x": "۱", "y": True}, {"a": "1"}),
        ("{'a[]': source.x, 'a[].b?': digits(item.y)}", {"x": [{"y": "۱"}, {}]}, {"a": [{"b": "1"}, {}]}),
        ("{'a?': {from: source.x, when: source.y}}", {"y": True}, {}),
        ("{a: source.?x, b: '1'}", {}, {"b": 1}),
        ("{a: {from: source.x + 1, when: has(source.x)}, b: '1'}", {}, {"b": 1}),
        ("{a: {from: source.x + 1, when: has(source.x)}}", {"x": 1}, {"a": 2}),
        ("{a: {from: source.x, when: source.x > 1}}", {"x": 1}, {}),
        ("{'a[]': source.x, 'a[].b': item.y}", {"x": []}, {"a": []}),
        ("{'a[]': source.x, 'a[].b': item.y}", {"x": [{"y": 1}, {"y": 2}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("{'a[]?': source.x, 'a[].b': item.y, c: '1'}", {}, {"c": 1}),
        ("{'a[]': source.x, 'a[].b': item}", {"x": [1, 2]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("{'a[]': 'source.x.filter(i, i > 1)', 'a[].b': item * source.k}", {"x": [1, 2, 3], "k": 10}, {"a": [{"b": 20}, {"b": 30}]}),
        (
            "{'a[]': source.x, 'a[].n': item.n, 'a[].b[]': item.y, 'a[].b[].c': outer.n + item, 'a[].b[].d.e': source.k}",
            {"x": [{"n": 1, "y": [10, 20]}, {"n": 2, "y": []}], "k": 0},
            {"a": [{"n": 1, "b": [{"c": 11, "d": {"e": 0}}, {"c": 21, "d": {"e": 0}}]}, {"n": 2, "b": []}]},
        ),
        ("{a: exchange.id, b: exchange.case_id, c: exchange.sender + '!', d: exchange.on_behalf_of}", {},
         {"a": CONTEXT.exchange_id, "b": "case-7", "c": "portal!", "d": "officer"}),
    ],
)  # fmt: skip
def test_fields_are_assembled_as_the_table_says(
    folder: Folder, fields: str, source: Any, expected: Any
) -> None:
    result = translate(folder, f"fields: {fields}", source)
    assert result == expected
    assert json.dumps(result) == json.dumps(expected)


def test_codes_are_looked_up_as_texts(folder: Folder) -> None:
    body = "codes: {c: {'1': one, '2': null, 'true': yes-it-is, x: 9}}\nfields: {'a[]': source.x, 'a[].b': {from: item, codes: c}}\n"
    result = translate(folder, body, {"x": ["1", 1, 2, True, "x"]})
    assert [item["b"] for item in result["a"]] == ["one", "one", None, "yes-it-is", 9]


def test_an_unknown_code_fails_unless_the_table_says_otherwise(folder: Folder) -> None:
    body = "codes: {c: {'1': one}}\nfields: {a: {from: source.x, codes: c%s}}\n"
    error = failure(folder, body % "", {"x": "secret"})
    assert (error.code.id, error.facts["field"]) == ("mapping.failed", "a")
    for source in ["2", 1.5, None, [1], {"a": 1}]:
        assert translate(folder, body % ", otherwise: none", {"x": source}) == {"a": "none"}


def test_constants_are_read_by_name(folder: Folder) -> None:
    body = "constants: {rule: '17', limits: {max: 3}}\nfields: {a: constants.rule, b: constants.limits.max + 1}\n"
    assert translate(folder, body, {}) == {"a": "17", "b": 4}


def test_when_the_exchange_begun_is_read_from_its_id(folder: Folder) -> None:
    assert translate(folder, "fields: {a: exchange.begun_at}", {}) == {"a": "2024-11-17T23:03:38.292Z"}


@pytest.mark.parametrize(
    ("fields", "source", "field"),
    [
        ("{a: source.x}", {}, "a"),
        ("{a: source.x.y}", {"x": None}, "a"),
        ("{a: source.x.y}", {"x": "secret"}, "a"),
        ("{a: 'source.x[0]'}", {"x": "secret"}, "a"),
        ("{a: 'source.x[3]'}", {"x": ["secret"]}, "a"),
        ("{'a?': source.x.y}", {"x": "secret"}, "a?"),
        ("{b: '1', a: int(source.x)}", {"x": "secret"}, "a"),
        ("{'a?': national_code(source.x)}", {"x": "secret"}, "a?"),
        ("{'a?': digits(source.x)}", {"x": ["secret"]}, "a?"),
        ("{'a?': digits(source.x.y)}", {"x": "secret"}, "a?"),
        ("{'a?': {from: digits(source.x), when: source.x}}", {"x": "secret"}, "a?"),
        ("{a: source.x + 1}", {"x": "secret"}, "a"),
        ("{a: {from: source.x, when: source.x}}", {"x": "secret"}, "a"),
        ("{a: {from: source.x, when: source.y}}", {"x": "secret"}, "a"),
        ("{'a[]': source.x, 'a[].b': item}", {"x": "secret"}, "a[]"),
        ("{'a[]': source.x, 'a[].b': item}", {"x": {"k": "secret"}}, "a[]"),
        ("{'a[]': source.x, 'a[].b': item.y}", {"x": [{"y": 1}, "secret"]}, "a[].b"),
        ("{'a[]': source.x, 'a[].b': int(item)}", {"x": ["1", "secret"]}, "a[].b"),
        ("{a: national_code(source.x)}", {"x": "secret"}, "a"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_made_fails_the_message_and_is_named(
    folder: Folder, fields: str, source: Any, field: str
) -> None:
    error = failure(folder, f"fields: {fields}", source)
    assert error.code.id == "mapping.failed"
    assert error.facts == {"mapping": "t/mappings/1.0/from-s-1.0.yaml", "field": field}
    assert error.detail.startswith(f"t/mappings/1.0/from-s-1.0.yaml: {field}: ")
    assert "secret" not in f"{error} {error.facts}"


def test_a_result_that_breaks_the_target_contract_is_never_sent_on(folder: Folder) -> None:
    target = {"properties": {"a": TEXT, "b": {"properties": {"c": NUMBER}}}}
    error = failure(folder, "fields: {a: source.x, b: source.y}", {"x": 5, "y": {"c": "secret"}}, target)
    assert error.code.id == "mapping.output_invalid"
    assert [(item.pointer, item.code) for item in error.errors] == [("/a", "type"), ("/b/c", "type")]
    assert "secret" not in f"{error} {error.errors} {error.facts}"


def test_a_message_of_another_contract_is_a_fault_of_the_plan(folder: Folder) -> None:
    made = translator(folder, "fields: {a: '1'}")
    for ref, kind in [("t@1.0", Kind.REQUEST), ("s@1.0", Kind.REPLY)]:
        with pytest.raises(ValueError, match="does not translate"):
            made(Message(ContractRef.parse(ref), kind, {}), CONTEXT)


# Assembly: a document taken apart into paths and put together by a mapping is the document again.

KEYS = st.text("abc_@é .", min_size=1, max_size=3)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("xyی", max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=10,
).filter(lambda value: isinstance(value, dict))


def flatten(document: Any, steps: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(document, dict):
        return [steps]
    return [path for key, value in document.items() for path in flatten(value, (*steps, key))]


@given(DOCUMENTS)
def test_a_document_copied_field_by_field_is_itself(
    tmp_path_factory: pytest.TempPathFactory, document: Any
) -> None:
    table = {
        ".".join(f'"{step}"' for step in path): "source" + "".join(f'["{step}"]' for step in path)
        for path in flatten(document)
    }
    folder = Folder(tmp_path_factory.mktemp("contracts"))
    result = translate(folder, f"fields: {json.dumps(table, ensure_ascii=False)}\n", document)
    assert json.dumps(result) == json.dumps(document)


@given(st.lists(st.integers(-5, 5)))
def test_a_list_keeps_its_items_and_their_order(
    tmp_path_factory: pytest.TempPathFactory, items: list[int]
) -> None:
    folder = Folder(tmp_path_factory.mktemp("contracts"))
    body = "fields: {'a[]': source.x, 'a[].plain': item, 'a[].computed': item + 1}\n"
    result = translate(folder, body, {"x": items})
    assert result == {"a": [{"plain": item, "computed": item + 1} for item in items]}


@pytest.mark.parametrize(
    "text", ["source.f()", "source.a + 1", "source.", "source[a]", "source[-1]", "1.a", "has(source.a)"]
)
def test_only_a_bare_path_is_followed_without_the_language(text: str) -> None:
    assert SourcePath.parse(text) is None


@pytest.mark.parametrize("text", ["1 + 1", '"a" + "b"', '"a\\"', "007", "1e3", "null", "'a'", "- 1"])
def test_only_a_bare_literal_is_taken_without_the_language(text: str) -> None:
    assert LiteralSource.parse(text) is None


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a[0]", "a?b", "?", "a b", 'a"b', '""', "a[]x"]
)
def test_a_target_is_a_path_of_fields_and_lists(text: str) -> None:
    with pytest.raises(ValueError, match="not a target field"):
        Target.parse(text)


def test_what_the_sender_wrote_is_there_beside_the_canonical_form(folder: Folder) -> None:
    made = translator(folder, "fields: {name: source.name, typed: original.name, 'gone?': original.gone}")
    ref = ContractRef.parse("s@1.0")
    typed = Message(ref, Kind.REQUEST, {"name": "علی"}, original={"name": "علي"})
    assert made(typed, CONTEXT).body == {"name": "علی", "typed": "علي"}
    assert made(typed, CONTEXT).original is None  # the other contract's document was written by nobody
    plain = Message(ref, Kind.REQUEST, {"name": "علی"})
    assert made(plain, CONTEXT).body == {"name": "علی", "typed": "علی"}
