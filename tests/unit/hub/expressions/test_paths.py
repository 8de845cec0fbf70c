import pytest

from hub.expressions import compile_condition, compile_expression, compile_expressions


def read(text: str) -> set[str]:
    return {"/".join(path) for path in compile_expression(text, ["source", "x"]).paths}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("1 + 1", set()),
        ("source", {"source"}),
        ("source.a.b", {"source/a/b"}),
        (".source.a", {"source/a"}),
        ("source.?a.b", {"source/a/b"}),
        ("source['a']['نام']", {"source/a/نام"}),
        ("source[?'a'].orValue(1)", {"source/a"}),
        ("has(source.a.b)", {"source/a/b"}),
        ("source.a + x.b", {"source/a", "x/b"}),
        ("source.items[0].a", {"source/items/*/a"}),
        ("source.items[source.i].a", {"source/items/*/a", "source/i"}),
        ("source.items.map(i, i.a)", {"source/items", "source/items/*/a"}),
        ("source.items.map(source, source.a)", {"source/items", "source/items/*/a"}),
        ("source.items.exists(i, i == x.a)", {"source/items", "source/items/*", "x/a"}),
        ("(source.a ? source : x).b", {"source/a", "source", "x"}),
        ("source.?a.optMap(v, v.b)", {"source/a"}),
        ("national_code(source.nid)", {"source/nid"}),
        ("{'k': source.a, 'l': [x]}", {"source/a", "x"}),
    ],
)
def test_an_expression_tells_what_it_reads(text: str, paths: set[str]) -> None:
    assert read(text) == paths


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("source", True),
        ("source.a.b", True),
        ("source.?a.b", True),
        ("(source.a)", True),
        ("source['a']", False),
        ("has(source.a)", False),
        ("source.a + 1", False),
        ("1", False),
    ],
)
def test_only_the_following_of_fields_is_a_plain_path(text: str, plain: bool) -> None:
    assert compile_expression(text, ["source"]).is_plain_path is plain


def test_a_condition_and_a_set_tell_what_they_read() -> None:
    assert compile_condition("source.a == 1", ["source"]).paths == {("source", "a")}
    together = compile_expressions({"k": "source.a", "l": "source.b + 1"}, ["source"])
    assert together.paths == {("source", "a"), ("source", "b")}
