"""Documents of any shape, for hypothesis."""

import base64
from typing import Any

from hypothesis import strategies as st

from adapters.soap.scalars import Scalar
from adapters.soap.shapes import Child, Complex

# what XML can carry and zeep does not bend: no carriage return (a reader takes it for a line feed)
TEXTS = st.text(
    st.one_of(
        st.sampled_from("ابپ۱۲٣\u200c &<>\"'\n\tabc12/"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=20,
)
_RANGES = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}


def documents(shape: Scalar | Complex) -> st.SearchStrategy[Any]:
    if isinstance(shape, Scalar):
        return _scalars(shape)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for attribute in shape.attributes:
        (required if attribute.is_required else optional)[attribute.key] = _attribute_texts(attribute.scalar)
    if shape.text is not None:
        required["#"] = _scalars(shape.text)
    for child in shape.children:
        (required if child.is_required else optional)[child.key] = _children(child)
    return st.fixed_dictionaries(required, optional=optional)


def _attribute_texts(scalar: Scalar) -> st.SearchStrategy[Any]:
    # zeep leaves an empty attribute out
    return st.text("abc ا<&\"'", min_size=1, max_size=8) if scalar.is_plain_text else _scalars(scalar)


def _children(child: Child) -> st.SearchStrategy[Any]:
    one = documents(child.shape)
    return st.lists(one, min_size=1 if child.is_required else 0, max_size=3) if child.is_list else one


def _scalars(scalar: Scalar) -> st.SearchStrategy[Any]:
    if scalar.name == "boolean":
        return st.booleans()
    if scalar.name in _RANGES:
        low, high = _RANGES[scalar.name]
        return st.integers(low, high)
    if scalar.name == "decimal":
        return st.one_of(
            st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12).map(lambda n: n / 1000)
        )
    if scalar.name == "base64Binary":
        return st.binary(min_size=1, max_size=30).map(lambda raw: base64.b64encode(raw).decode())
    return TEXTS
