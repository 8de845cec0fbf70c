"""Names, versions, ids."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.values import ContractRef, Version, is_name, new_id, now_us

VERSIONS = st.builds(Version, st.integers(0, 99_999), st.integers(0, 99_999))


class TestName:
    @pytest.mark.parametrize("text", ["a", "portal", "registry.title-inquiry", "a1-b2.c3", "a" * 100])
    def test_names(self, text: str) -> None:
        assert is_name(text)

    @pytest.mark.parametrize(
        "text",
        [
            "", ".", "-", "A", "1a", "a.", ".a", "a..b", "a-", "-a", "a--b", "a.-b", "a_b", "a b", "a/b", "a\n",
            "a.1b", "استعلام", "a\u0661", "a" * 101,
        ],
    )  # fmt: skip
    def test_other_texts(self, text: str) -> None:
        assert not is_name(text)

    @given(st.text())
    def test_a_name_is_a_safe_folder_and_a_safe_url_segment(self, text: str) -> None:
        if is_name(text):
            assert re.fullmatch(r"[a-z0-9.-]+", text)
            assert ".." not in text


class TestVersion:
    @given(VERSIONS)
    def test_reads_what_it_writes(self, version: Version) -> None:
        assert Version.parse(str(version)) == version

    @given(VERSIONS, VERSIONS)
    def test_orders_by_number(self, one: Version, other: Version) -> None:
        assert (one < other) == ((one.major, one.minor) < (other.major, other.minor))

    def test_nine_comes_before_ten(self) -> None:
        assert Version.parse("1.9") < Version.parse("1.10") < Version.parse("2.0")

    @pytest.mark.parametrize(
        "text",
        ["", "1", "1.", ".1", "01.2", "1.02", "1.2.3", "v1.2", "1.2 ", "1.2\n", "-1.2", "۱.۲", "1.100000"],
    )
    def test_nothing_else_is_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a version"):
            Version.parse(text)


class TestContractRef:
    @given(VERSIONS)
    def test_reads_what_it_writes(self, version: Version) -> None:
        ref = ContractRef("registry.title-inquiry", version)

        assert ContractRef.parse(str(ref)) == ref

    @pytest.mark.parametrize("text", ["", "a", "a@", "@1.2", "a@1", "A@1.2", "a@1.2@1.2", "a@@1.2", " a@1.2"])
    def test_nothing_else_is_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a"):
            ContractRef.parse(text)


class TestId:
    def test_is_a_uuid_of_version_7(self) -> None:
        for _ in range(500):
            id_ = new_id()
            parsed = uuid.UUID(id_)
            assert str(parsed) == id_
            assert parsed.version == 7
            assert parsed.variant == uuid.RFC_4122

    def test_tells_its_time(self) -> None:
        before = now_us() // 1000
        milliseconds = uuid.UUID(new_id()).int >> 80
        assert before <= milliseconds <= now_us() // 1000

    def test_ids_do_not_repeat(self) -> None:
        assert len({new_id() for _ in range(20_000)}) == 20_000

    def test_all_other_bits_are_random(self) -> None:
        ones, all_ones = 0, (1 << 128) - 1
        for _ in range(500):
            number = uuid.UUID(new_id()).int
            ones |= number
            all_ones &= number
        random_bits = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)
        assert ones & random_bits == random_bits
        assert all_ones & random_bits == 0

    def test_orders_by_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ids = []
        for milliseconds in range(1_700_000_000_000, 1_700_000_000_100):
            monkeypatch.setattr("time.time_ns", lambda now=milliseconds: now * 1_000_000)
            ids.append(new_id())
        assert ids == sorted(ids)
