"""What every sealer promises."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.ports import DocumentDamagedError, Sealer

SHARED = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # a sealer may serve many cases


@SHARED
@given(plain=st.binary(), context=st.binary())
def test_what_is_sealed_opens_in_its_context(sealer: Sealer, plain: bytes, context: bytes) -> None:
    assert sealer.open(sealer.seal(plain, context), context) == plain


@SHARED
@given(plain=st.binary(), context=st.binary(), other=st.binary())
def test_and_in_no_other(sealer: Sealer, plain: bytes, context: bytes, other: bytes) -> None:
    if context != other:
        with pytest.raises(DocumentDamagedError):
            sealer.open(sealer.seal(plain, context), other)


@SHARED
@given(plain=st.binary(), data=st.data())
def test_a_changed_bit_is_noticed(sealer: Sealer, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(sealer.seal(plain, b"here"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(DocumentDamagedError):
        sealer.open(bytes(sealed), b"here")


@SHARED
@given(plain=st.binary(), data=st.data())
def test_a_cut_is_noticed(sealer: Sealer, plain: bytes, data: st.DataObject) -> None:
    sealed = sealer.seal(plain, b"here")

    with pytest.raises(DocumentDamagedError):
        sealer.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], b"here")


def test_the_text_is_hidden(sealer: Sealer) -> None:
    plain = "کد ملی شهروند".encode() * 10

    assert plain[:20] not in sealer.seal(plain, b"here")


def test_equal_texts_look_different(sealer: Sealer) -> None:
    assert len({sealer.seal(b"equal", b"here") for _ in range(100)}) == 100


def test_threads_may_share_it(sealer: Sealer) -> None:
    def there_and_back(number: int) -> bool:
        plain = str(number).encode()
        return sealer.open(sealer.seal(plain, plain), plain) == plain

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(500)))
