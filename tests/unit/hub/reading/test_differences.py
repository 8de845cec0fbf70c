import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reading.differences import Change, differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.text("ab", max_size=1),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text("ab/", max_size=1), inner, max_size=2)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, [("/a", Change.DIFFERENT)]),
        ({"a": None}, {}, [("/a", Change.MISSING)]),
        ({}, {"a": None}, [("/a", Change.UNEXPECTED)]),
        ([1, 2], [1], [("/1", Change.MISSING)]),
        ([1], [1, 2], [("/1", Change.UNEXPECTED)]),
        ({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}, [("/a~1b/c~0d", Change.DIFFERENT)]),
        ({"a": {}}, {"a": []}, [("/a", Change.DIFFERENT)]),
        (
            {"a": [{"b": 1}]},
            {"a": [{"b": 2, "c": 3}]},
            [("/a/0/b", Change.DIFFERENT), ("/a/0/c", Change.UNEXPECTED)],
        ),
        (1, "1", [("", Change.DIFFERENT)]),
    ],
)
def test_each_place_that_differs_is_named(
    expected: object, actual: object, found: list[tuple[str, Change]]
) -> None:
    assert [(item.pointer, item.change) for item in differences(expected, actual)] == found


@given(VALUES, VALUES)
def test_there_is_no_difference_exactly_if_both_have_the_same_canonical_form(
    left: object, right: object
) -> None:
    def canonical(value: object) -> str:
        if isinstance(value, dict):
            return "{" + ",".join(f"{key!r}:{canonical(item)}" for key, item in sorted(value.items())) + "}"
        return "[" + ",".join(map(canonical, value)) + "]" if isinstance(value, list) else repr(value)

    assert (differences(left, right) == ()) == (canonical(left) == canonical(right))
