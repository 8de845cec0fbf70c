import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reading.pointer import split, to_pointer


@given(st.lists(st.text()))
def test_a_pointer_leads_back_to_its_tokens(tokens: list[str]) -> None:
    assert split(to_pointer(tokens)) == tuple(tokens)


def test_tokens_are_escaped_as_rfc_6901_says() -> None:
    assert to_pointer(["a/b", "m~n", 0, ""]) == "/a~1b/m~0n/0/"
    assert split("/~01") == ("~1",)


def test_what_is_no_pointer_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JSON pointer"):
        split("a/b")
