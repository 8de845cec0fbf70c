import pytest

from hub.contracts.json_body import JsonLimits, decode_json
from hub.core.errors import ExchangeError


@pytest.mark.parametrize(
    ("raw", "code", "status"),
    [
        (b"", "request.empty", 400),
        (b"\xff{}", "request.not_utf8", 400),
        (b"\xef\xbb\xbf{}", "request.malformed", 400),
        (b'{"a":', "request.malformed", 400),
        (b'{"a":1,"a":2}', "request.duplicate_key", 400),
        (b'{"a":NaN}', "request.bad_number", 400),
        (b'{"a":1e400}', "request.bad_number", 400),
        (b'{"a":18446744073709551615}', "request.bad_number", 400),
        (b'{"a":"\\ud800"}', "request.malformed", 400),
        (b"[" * 11 + b"]" * 11, "request.too_deep", 400),
        (b'"' + b"x" * 1000 + b'"', "request.too_large", 413),
    ],
)
def test_a_body_that_cannot_be_trusted_is_refused_with_its_code(raw: bytes, code: str, status: int) -> None:
    with pytest.raises(ExchangeError) as caught:
        decode_json(raw, JsonLimits(max_bytes=1000, max_depth=10))
    assert (caught.value.code.id, caught.value.code.status) == (code, status)


def test_the_detail_tells_the_place_and_never_the_content() -> None:
    with pytest.raises(ExchangeError) as caught:
        decode_json(b'{"national_code":"0012345679",\n"national_code":"0012345679"}')
    assert "line 2 column 1" in caught.value.detail
    assert "0012345679" not in caught.value.detail
    assert "national_code" not in caught.value.detail


@pytest.mark.parametrize(
    ("raw", "value"), [(b"{}", {}), (b"[1]", [1]), (b"3", 3), (b' {"a": 1.5}\n', {"a": 1.5})]
)
def test_any_json_value_is_taken(raw: bytes, value: object) -> None:
    assert decode_json(raw) == value


def test_a_limit_that_no_parser_could_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="max_depth"):
        JsonLimits(max_depth=100_000)
