import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.findings import LintError
from hub.reading.json_text import JsonTextError, Problem, parse_json, read_json

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4)
    ),
    max_leaves=12,
)


def problem(raw: bytes, max_depth: int = 64) -> JsonTextError:
    with pytest.raises(JsonTextError) as caught:
        parse_json(raw, max_depth)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "expected", "line", "column"),
    [
        (b"", Problem.EMPTY, 1, 1),
        (b" \r\n\t", Problem.EMPTY, 1, 1),
        (b"\xef\xbb\xbf{}", Problem.MALFORMED, 1, 1),
        (b'{"a":\n"\xff"}', Problem.NOT_UTF8, 2, 2),
        ('{"a":1}'.encode("utf-16"), Problem.NOT_UTF8, 1, 1),
        (b'{"a": "\xed\xa0\x80"}', Problem.NOT_UTF8, 1, 8),
        (b'{"a":1,}', Problem.MALFORMED, 1, 8),
        (b"{'a':1}", Problem.MALFORMED, 1, 2),
        (b'{"a":1} x', Problem.MALFORMED, 1, 9),
        (b'{"a":01}', Problem.MALFORMED, 1, 7),
        (b'"\n"', Problem.MALFORMED, 1, 2),
        (b'"\\x41"', Problem.MALFORMED, 1, 2),
        (b'{"a":1,"a":1}', Problem.DUPLICATE_KEY, 1, 8),
        (b'{"a":1,\n "\\u0061":2}', Problem.DUPLICATE_KEY, 2, 2),
        (b'[{"b":{"x":1,"y":[{"x":1}],"x":2}}]', Problem.DUPLICATE_KEY, 1, 28),
        (b'{ "a" : 1, "a" : 1 }', Problem.DUPLICATE_KEY, 1, 12),
        (b"[NaN]", Problem.BAD_NUMBER, 1, 2),
        (b"[1,\n-Infinity]", Problem.BAD_NUMBER, 2, 1),
        (b"1e400", Problem.BAD_NUMBER, 1, 1),
        (b'{"a":[1.0,-1e999]}', Problem.BAD_NUMBER, 1, 11),
        (b"9223372036854775808", Problem.BAD_NUMBER, 1, 1),
        (b"18446744073709551615", Problem.BAD_NUMBER, 1, 1),
        (b"[-9223372036854775809]", Problem.BAD_NUMBER, 1, 2),
        (b"1" * 5000, Problem.BAD_NUMBER, 1, 1),
        (b'{"a":1e400,"a":1}', Problem.BAD_NUMBER, 1, 6),
        (b'"\\ud800"', Problem.MALFORMED, 1, 2),
        (b'["ok", "\\udc00"]', Problem.MALFORMED, 1, 9),
        (b'"\\ud800\\u0041"', Problem.MALFORMED, 1, 2),
        (b'{"\\ud800":1}', Problem.MALFORMED, 1, 3),
    ],
)
def test_a_text_with_two_meanings_or_none_is_refused_with_its_place(
    raw: bytes, expected: Problem, line: int, column: int
) -> None:
    error = problem(raw)
    assert (error.problem, error.line, error.column) == (expected, line, column)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"-0", 0),
        (b"1E5", 100000.0),
        (b"1e-400", 0.0),
        (b"0.10000000000000000000000001", 0.1),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\/ \\u0041"', "/ A"),
        (b'"a\\\\ud800"', "a\\ud800"),
        (b'{"a b":1,"ab":2}', {"a b": 1, "ab": 2}),
        (b" [ 1 , { } ]\n", [1, {}]),
        (b'{"a":{"x":1},"b":{"x":1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        (b"null", None),
        (b'"text"', "text"),
    ],
)
def test_every_other_spelling_is_read(raw: bytes, value: object) -> None:
    read = parse_json(raw)
    assert read == value
    assert type(read) is type(value)


def test_depth_is_limited_at_the_bracket_that_goes_too_deep() -> None:
    assert parse_json(b"[[[1]]]", 3) == [[[1]]]
    error = problem(b"[[[\n[1]]]]", 3)
    assert (error.problem, error.line, error.column) == (Problem.TOO_DEEP, 2, 1)
    assert problem(b"[" * 1_000_000).problem is Problem.TOO_DEEP


def test_brackets_inside_texts_and_side_by_side_are_no_depth() -> None:
    assert parse_json(b'["[[[[[[", {}, {}, {}, "\\"["]', 2) == ["[[[[[[", {}, {}, {}, '"[']


def test_an_endless_string_of_quotes_is_refused_at_once() -> None:
    raw = b"[" * 65 + b'"' + b'\\"' * 400_000
    assert problem(raw).problem is Problem.TOO_DEEP
    assert problem(b"[]" * 65 + b'"' + b'\\"' * 400_000).problem is Problem.MALFORMED


@given(JSON_VALUES)
def test_what_any_writer_writes_is_read_as_it_was(value: object) -> None:
    assert parse_json(orjson.dumps(value)) == value
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert parse_json(text.encode()) == value


@given(JSON_VALUES, st.text("ab", max_size=1), st.integers(0, 3))
def test_a_key_that_stands_twice_is_never_missed(value: object, key: str, spaces: int) -> None:
    inner = orjson.dumps(value)
    name = orjson.dumps(key)
    raw = b"[{" + name + b":" + inner + b"," + b" " * spaces + name + b":" + inner + b"}]"
    assert problem(raw).problem is Problem.DUPLICATE_KEY


@given(st.binary(max_size=60))
def test_any_bytes_are_either_read_or_refused_in_order(raw: bytes) -> None:
    try:
        value = parse_json(raw)
    except JsonTextError:
        return
    assert value == json.loads(raw)


@given(st.text('{}[]":,\\ud80cx019eE-.+NaIfinity \n', max_size=40))
def test_any_text_is_either_read_or_refused_in_order(text: str) -> None:
    raw = text.encode()
    try:
        value = parse_json(raw)
    except JsonTextError:
        return
    assert value == json.loads(raw)
    assert orjson.loads(raw) == value


def test_a_file_knows_the_lines_of_its_parts() -> None:
    document = read_json(b'{\n "a": [1,\n  {"b": 2}],\n "c": {}\n}', "f.json")
    assert [document.line(at) for at in [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]] == [
        1,
        2,
        2,
        3,
        3,
        4,
    ]


def test_a_bad_file_gives_a_finding_that_does_not_repeat_its_content() -> None:
    with pytest.raises(LintError) as caught:
        read_json(b'{"k":"secret",\n "k":"secret"}', "f.json")
    (finding,) = caught.value.findings
    assert (finding.path, finding.line, finding.rule) == ("f.json", 2, "json.duplicate-key")
    assert "secret" not in str(finding)
