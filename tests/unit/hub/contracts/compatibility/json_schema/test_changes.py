"""What a change tells: where it is, what stood there, what stands there now."""

from typing import Any

import pytest

from hub.contracts.compatibility.comparison import Change, Mode
from hub.contracts.compatibility.json_schema.compare import compare_json_schemas
from hub.contracts.compatibility.json_schema.references import References

TEXT = {"type": "string"}


def changes(old: Any, new: Any) -> list[Change]:
    return [*compare_json_schemas(old, new).changes]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"minimum": 1}, {"minimum": 2}, ("/minimum", 1, 2)),
        ({"minimum": 1}, {}, ("/minimum", 1, None)),
        ({"properties": {"a/b": TEXT}}, {"properties": {}}, ("/properties/a~1b", TEXT, None)),
        ({"required": ["a"]}, {"required": ["a", "b"]}, ("/required/1", None, "b")),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, ("/enum", None, "b")),
        ({"anyOf": [TEXT]}, {"anyOf": [TEXT, {"type": "null"}]}, ("/anyOf/1", None, {"type": "null"})),
        (
            {"items": {"$ref": "#/$defs/t"}, "$defs": {"t": {"type": "integer"}}},
            {"items": {"$ref": "#/$defs/u"}, "$defs": {"u": {"type": "number"}}},
            ("/$defs/u/type", "integer", "number"),
        ),
    ],
)
def test_a_change_has_its_place_and_both_values(old: Any, new: Any, expected: Any) -> None:
    (change,) = changes(old, new)
    assert (change.pointer, change.old, change.new) == expected


def test_every_pointer_leads_somewhere_in_the_new_schema_or_in_the_old_one() -> None:
    old = {
        "type": "object",
        "properties": {"a": {"enum": [1]}, "b": TEXT},
        "required": ["a"],
        "minProperties": 1,
    }
    new = {
        "type": "object",
        "properties": {"a": {"enum": [2]}, "c": TEXT},
        "maxProperties": 3,
        "if": TEXT,
        "then": False,
    }
    for change in changes(old, new):
        assert References(new).has(change.pointer) or References(old).has(change.pointer), change


def test_each_change_is_judged_by_itself() -> None:
    old = {
        "type": "object",
        "properties": {"a": {"minLength": 2}, "b": {"minLength": 2}, "c": {"title": "x"}},
    }
    new = {
        "type": "object",
        "properties": {"a": {"minLength": 1}, "b": {"minLength": 3}, "c": {"title": "y"}},
    }
    assert [(c.pointer, c.is_backward, c.is_forward) for c in changes(old, new)] == [
        ("/properties/a/minLength", True, False),
        ("/properties/b/minLength", False, True),
    ]


def test_a_change_is_judged_in_its_place() -> None:
    (change,) = changes({"not": {"minLength": 1}}, {"not": {"minLength": 2}})
    assert (change.rule, change.is_backward, change.is_forward) == ("min-length-raised", True, False)


def test_a_shared_definition_changes_once() -> None:
    def uses(least: int) -> Any:
        reference = {"$ref": "#/$defs/t"}
        return {"properties": {"a": reference, "b": reference}, "$defs": {"t": {"minLength": least}}}

    assert [change.pointer for change in changes(uses(1), uses(2))] == ["/$defs/t/minLength"]


def test_changes_that_harm_only_together_are_told_as_not_proven() -> None:
    """Each alone leaves every document valid: `a` is an integer in one place or the other."""
    old = {"properties": {"a": {"type": "integer"}}, "allOf": [{"properties": {"a": {"type": "integer"}}}]}
    new = {"properties": {"a": True}, "allOf": [{"properties": {"a": True}}]}
    found = compare_json_schemas(old, new)
    assert {change.rule: change.is_forward for change in found.changes} == {
        "schema-changed": True,
        "not-proven": False,
    }
    assert found.is_compatible(Mode.BACKWARD)
    assert not found.is_compatible(Mode.FORWARD)


def test_a_removed_definition_that_something_else_leads_to_does_no_harm_to_the_judging() -> None:
    old = {"properties": {"a": TEXT, "b": {"$ref": "#/properties/a"}}, "additionalProperties": False}
    new = {"properties": {"b": TEXT}, "additionalProperties": False}
    assert ("property-removed", False, True) in [
        (c.rule, c.is_backward, c.is_forward) for c in changes(old, new)
    ]
