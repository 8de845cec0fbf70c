import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.persian import IdentifierError, base64_text, cp1256_to_text, text_to_cp1256, to_base64_text


@given(st.text())
def test_text_survives_base64_and_back(text: str) -> None:
    assert base64_text(to_base64_text(text)) == text


def test_base64_over_several_lines_is_read() -> None:
    assert base64_text("2LPZ\r\nhNin2YU=\r\n") == "سلام"


@pytest.mark.parametrize("encoded", ["2LPZhNin2YU", "####", "/w==", "سلام", "2LPZ-Nin2YU="])
def test_what_is_not_base64_of_utf8_is_refused(encoded: str) -> None:
    with pytest.raises(IdentifierError, match=r"base64-text\.form"):
        base64_text(encoded)


def test_half_a_character_has_no_base64() -> None:
    with pytest.raises(IdentifierError, match=r"base64-text\.unicode"):
        to_base64_text("\ud800")


def test_windows_1256_has_neither_persian_yeh_nor_persian_digits() -> None:
    assert text_to_cp1256("علی کد ۱۲") == "علي کد 12".encode("cp1256")
    assert cp1256_to_text(text_to_cp1256("علی کد ۱۲")) == "علی کد 12"


@given(st.text("ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیآئؤ\u200c 0123456789"))
def test_persian_text_survives_windows_1256(text: str) -> None:
    assert cp1256_to_text(text_to_cp1256(text)) == text


def test_what_windows_1256_lacks_is_refused_and_not_replaced() -> None:
    with pytest.raises(IdentifierError, match=r"cp1256\.unmappable"):
        text_to_cp1256("中")
