"""Asking a time-stamping authority over HTTP: openssl's own answers."""

from pathlib import Path

import pytest

from evidence_verifier.timestamp import judge
from hub.core.evidence import NoTimestampError
from hub.security.evidence.authority import HttpTimestampAuthority
from tests.local_authority import LocalAuthority

DATA = b"a checkpoint\n"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("tsa") / "rsa")


async def test_a_stamp_is_asked_for_and_verified(local: LocalAuthority) -> None:
    with local.serving() as url:
        timestamp = await HttpTimestampAuthority(url, trusted=[local.root]).stamp(DATA)
    stamp = judge(timestamp.token, DATA, trusted=[local.root])
    assert stamp.is_trusted
    assert timestamp.authority == "CN=City time"
    assert timestamp.at_us == round(stamp.at.timestamp() * 1_000_000)
    assert local.agrees(timestamp.token, DATA)


async def test_every_question_has_a_nonce_of_its_own(local: LocalAuthority) -> None:
    with local.serving() as url:
        authority = HttpTimestampAuthority(url)
        nonces = {judge((await authority.stamp(DATA)).token, DATA).nonce for _ in range(3)}
    assert len(nonces) == 3
    assert None not in nonces


async def test_an_authority_that_is_not_trusted_gives_no_time(local: LocalAuthority, tmp_path: Path) -> None:
    other = LocalAuthority(tmp_path / "other", kind="ec")
    with local.serving() as url, pytest.raises(NoTimestampError, match="trusted"):
        await HttpTimestampAuthority(url, trusted=[other.root]).stamp(DATA)


class _Replaying(LocalAuthority):
    """Answers every question with the first answer."""

    first = b""

    def answer(self, query: bytes) -> bytes:
        self.first = self.first or super().answer(query)
        return self.first


async def test_an_answer_to_an_earlier_question_is_refused(tmp_path: Path) -> None:
    replaying = _Replaying(tmp_path / "tsa", kind="ec")
    with replaying.serving() as url:
        authority = HttpTimestampAuthority(url)
        await authority.stamp(DATA)
        with pytest.raises(NoTimestampError, match="another question"):
            await authority.stamp(DATA)
        with pytest.raises(NoTimestampError, match="something else"):
            await authority.stamp(b"other data")


class _Saying(LocalAuthority):
    said = b""

    def answer(self, query: bytes) -> bytes:
        return self.said


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "cannot be read"),
        (b"<html>", "cannot be read"),
        (bytes.fromhex("30053003020102"), "refused: rejection"),
        (bytes.fromhex("30053003020100"), "refused: granted"),
        (bytes.fromhex("300730030201003000"), "missing"),
        (b"x" * 300_000, "too long"),
    ],
)
async def test_what_is_no_stamp_is_told_as_such(tmp_path: Path, said: bytes, why: str) -> None:
    saying = _Saying(tmp_path / "tsa", kind="ec")
    saying.said = said
    with saying.serving() as url, pytest.raises(NoTimestampError, match=why):
        await HttpTimestampAuthority(url).stamp(DATA)


async def test_an_authority_that_is_down_is_told_as_such(local: LocalAuthority) -> None:
    local.is_down = True
    try:
        with local.serving() as url, pytest.raises(NoTimestampError, match="HTTP 503"):
            await HttpTimestampAuthority(url).stamp(DATA)
    finally:
        local.is_down = False
    with pytest.raises(NoTimestampError, match="cannot be reached"):
        await HttpTimestampAuthority(url, timeout_s=2).stamp(DATA)
