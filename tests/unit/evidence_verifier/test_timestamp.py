"""Time-stamp tokens: made by openssl, judged here and by openssl."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_verifier.certificates import ChainError, chain_of, fingerprint, load_pem
from evidence_verifier.timestamp import TimestampError, judge
from tests.local_authority import LocalAuthority, certificate, new_key, pem

DATA = b"hub.example/journal\n7\nroot\n\n\xe2\x80\x94 hub.example/journal c2ln\n"


@pytest.fixture(scope="module", params=[("rsa", "sha256"), ("ec", "sha256"), ("rsa", "sha1")], ids="-".join)
def authority(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    kind, ess = request.param
    return LocalAuthority(tmp_path_factory.mktemp("tsa") / kind, kind=kind, ess=ess)


@pytest.fixture(scope="module")
def token(authority: LocalAuthority) -> bytes:
    return authority.token(DATA)


def test_a_stamp_proves_a_time_and_whose(authority: LocalAuthority, token: bytes) -> None:
    stamp = judge(token, DATA, trusted=[authority.root])
    assert stamp.is_trusted
    assert stamp.authority == "CN=City time"
    assert abs(datetime.now(UTC) - stamp.at) < timedelta(minutes=10)
    assert stamp.at_latest - stamp.at == timedelta(seconds=1.5)
    assert authority.agrees(token, DATA)


def test_a_stamp_about_something_else_proves_nothing(authority: LocalAuthority, token: bytes) -> None:
    with pytest.raises(TimestampError, match="something else"):
        judge(token, DATA + b" ", trusted=[authority.root])
    assert not authority.agrees(token, DATA + b" ")


def test_without_a_trusted_root_it_is_told_whose_chain_it_is(authority: LocalAuthority, token: bytes) -> None:
    stamp = judge(token, DATA)
    assert not stamp.is_trusted
    with_root = judge(token, DATA, extra=[authority.root])
    assert not with_root.is_trusted
    assert with_root.fingerprint == fingerprint(authority.root)


def test_a_root_of_the_same_name_and_another_key_is_not_believed(
    authority: LocalAuthority, token: bytes
) -> None:
    key = new_key("ec")
    impostor = certificate("Root", key, "Root", key, is_authority=True)
    assert not judge(token, DATA, trusted=[impostor]).is_trusted


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_changed_token_proves_nothing_or_the_same(
    data: st.DataObject, authority: LocalAuthority, token: bytes
) -> None:
    place = data.draw(st.integers(0, len(token) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = token[:place] + bytes([token[place] ^ bit]) + token[place + 1 :]
    sound = judge(token, DATA, trusted=[authority.root])
    try:
        stamp = judge(changed, DATA, trusted=[authority.root])
    except TimestampError:
        return
    # What no signature covers (an embedded certificate's own bytes) may cost trust, but never gives another time.
    assert (stamp.at, stamp.accuracy) == (sound.at, sound.accuracy)


@given(st.binary(max_size=300))
def test_rubbish_is_refused_with_a_reason(rubbish: bytes) -> None:
    with pytest.raises(TimestampError):
        judge(rubbish, DATA)


def test_a_cut_token_is_refused(token: bytes) -> None:
    for length in range(0, len(token), 37):
        with pytest.raises(TimestampError):
            judge(token[:length], DATA)


class TestChains:
    root_key, middle_key, own_key = (new_key("ec") for _ in range(3))
    root = certificate("Root", root_key, "Root", root_key, is_authority=True)
    middle = certificate("Middle", middle_key, "Root", root_key, is_authority=True)
    now = datetime.now(UTC)

    def own(self, **changes: object) -> x509.Certificate:
        return certificate("T", self.own_key, "Middle", self.middle_key, is_authority=False, **changes)  # type: ignore[arg-type]  # passed through

    def test_a_chain_reaches_its_root(self) -> None:
        own = self.own()
        assert chain_of(own, [self.middle], [self.root], self.now) == ((own, self.middle, self.root), True)

    def test_a_certificate_may_be_trusted_itself(self) -> None:
        own = self.own()
        assert chain_of(own, [], [own], self.now) == ((own,), True)

    @pytest.mark.parametrize("changes", [{"usage": False}, {"critical": False}])
    def test_only_a_certificate_for_time_stamping_stamps_time(self, changes: dict[str, bool]) -> None:
        with pytest.raises(ChainError, match="time stamping"):
            chain_of(self.own(**changes), [self.middle], [self.root], self.now)

    def test_it_must_have_been_valid_then_and_not_now(self) -> None:
        expired = self.own(days=(-100, -50))
        with pytest.raises(ChainError, match="not valid at"):
            chain_of(expired, [self.middle], [expired], self.now)
        then = self.now - timedelta(days=60)
        assert chain_of(expired, [], [expired], then)[1]

    def test_who_is_no_authority_issues_nothing(self) -> None:
        ordinary = certificate("Middle", self.middle_key, "Root", self.root_key, is_authority=False)
        assert not chain_of(self.own(), [ordinary], [self.root], self.now)[1]

    def test_pem_that_is_none_is_refused(self, tmp_path: Path) -> None:
        assert load_pem(pem(self.root) + pem(self.middle)) == (self.root, self.middle)
        with pytest.raises(ChainError):
            load_pem(b"no certificate")
