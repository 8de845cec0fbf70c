"""Who calls, and what they may use: deny by default, per contract version."""

from datetime import date

import pytest

from hub.core import codes
from hub.core.contract import Classification, Contract, ContractVersion, Pattern, Status
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord
from hub.core.values import ContractRef, Text, Version
from hub.security import apikeys
from hub.security.access import Access, Grant


class Clients:
    """A registry of one client."""

    def __init__(self, record):
        self.record = record

    def by_prefix(self, key_prefix):
        return self.record if self.record.key_prefix == key_prefix else None


KEY = apikeys.new_key()


def client(*grants, revoked_us=0):
    return ClientRecord("portal", KEY.prefix, KEY.hash, grants, 1, revoked_us)


def access(record, today=date(2026, 12, 31)):
    return Access(Clients(record), today=lambda: today)


def contract(name="registry.title-inquiry", *, partner_format=False, **statuses):
    versions = {}
    for text, status in statuses.items():
        number = Version.parse(text[1:].replace("_", "."))
        versions[number] = ContractVersion(
            ContractRef(name, number), status, {}, sunset=date(2027, 1, 1), successor=Version(2, 0)
        )
    title = Text("استعلام", "inquiry")
    return Contract(
        name, title, title, "owner", Pattern.REQUEST_REPLY, 30, "-", Classification.PERSONAL, 1, "modelled",
        partner_format, versions,
    )  # fmt: skip


def refused(call):
    with pytest.raises(ExchangeError) as caught:
        call()
    return caught.value.code


class TestAuthenticate:
    def test_a_known_key_is_its_client(self):
        record = client()
        assert access(record).authenticate(f"Bearer {KEY.key}") is record

    def test_the_scheme_is_read_in_any_case(self):
        assert access(client()).authenticate(f"bearer {KEY.key}").name == "portal"

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic cG9ydGFsOng="])
    def test_without_credentials_the_answer_says_how_to_give_them(self, header):
        with pytest.raises(ExchangeError) as caught:
            access(client()).authenticate(header)
        assert caught.value.code is codes.AUTH_MISSING
        assert "WWW-Authenticate" in caught.value.headers

    @pytest.mark.parametrize(
        "key",
        ["x", apikeys.new_key().key, KEY.key[:-1], KEY.key + "x", KEY.key[:-1] + "!", "کلید"],
        ids=["a letter", "another key", "cut", "longer", "an odd letter", "Persian"],
    )
    def test_any_other_key_is_refused(self, key):
        assert refused(lambda: access(client()).authenticate(f"Bearer {key}")) is codes.AUTH_INVALID

    def test_a_key_with_the_right_prefix_and_another_secret_is_refused(self):
        other = apikeys.new_key().key
        forged = other.replace(other.split("_")[1], KEY.prefix)
        assert refused(lambda: access(client()).authenticate(f"Bearer {forged}")) is codes.AUTH_INVALID

    def test_a_revoked_key_is_told_so(self):
        record = client(revoked_us=5)
        assert refused(lambda: access(record).authenticate(f"Bearer {KEY.key}")) is codes.AUTH_REVOKED


class TestGrant:
    @pytest.mark.parametrize(
        ("grant", "covered"),
        [("a.b", {"1.0", "1.1", "2.0"}), ("a.b@1", {"1.0", "1.1"}), ("a.b@1.1", {"1.1"}), ("a.c", set())],
    )
    def test_covers_what_it_names_and_nothing_else(self, grant, covered):
        parsed = Grant.parse(grant)
        found = {v for v in ("1.0", "1.1", "2.0") if parsed.covers("a.b", Version.parse(v))}
        assert found == covered

    @pytest.mark.parametrize("text", ["", "@1", "a.b@", "a.b@x", "a.b@1.2.3", "A.b", "../a", "a.b@١"])
    def test_anything_else_is_no_grant(self, text):
        with pytest.raises(ValueError, match=r"."):
            Grant.parse(text)


class TestAuthorise:
    CONTRACT = contract(
        v1_0=Status.RELEASED, v1_1=Status.DEPRECATED, v1_2=Status.RELEASED, v1_3=Status.DRAFT,
        v2_0=Status.RELEASED, v3_0=Status.RETIRED, v4_0=Status.DRAFT,
    )  # fmt: skip

    def authorise(self, record, *, name="registry.title-inquiry", major="1", wanted=""):
        contracts = {
            c.name: c
            for c in (self.CONTRACT, contract("bank.wire", partner_format=True, v1_0=Status.RELEASED))
        }
        return access(record).authorise(record, contracts, name, major, wanted)[1].ref.version

    def test_the_newest_granted_version_of_the_major_is_the_default(self):
        assert self.authorise(client("registry.title-inquiry")) == Version(1, 2)
        assert self.authorise(client("registry.title-inquiry@1.0", "registry.title-inquiry@1.1")) == Version(
            1, 1
        )

    def test_a_version_that_is_asked_for_is_used(self):
        assert self.authorise(client("registry.title-inquiry"), wanted="1.0") == Version(1, 0)

    @pytest.mark.parametrize("grants", [(), ("registry.title-inquiry@2",), ("payment.verify",)])
    def test_without_a_grant_there_is_nothing(self, grants):
        assert refused(lambda: self.authorise(client(*grants))) is codes.GRANT_MISSING

    def test_another_version_than_the_granted_one_is_refused(self):
        record = client("registry.title-inquiry@1.0")
        assert refused(lambda: self.authorise(record, wanted="1.2")) is codes.GRANT_MISSING

    @pytest.mark.parametrize("name", ["registry.nothing", "bank.wire", "../secrets", ""])
    def test_unknown_contracts_and_partners_formats_are_unknown(self, name):
        record = client("bank.wire", "registry.title-inquiry")
        assert refused(lambda: self.authorise(record, name=name)) is codes.CONTRACT_UNKNOWN

    @pytest.mark.parametrize("major", ["9", "x", "-1", "1.0", "", "١", "4", "99999999999999999999"])
    def test_a_major_that_is_not_served_is_unknown(self, major):
        record = client("registry.title-inquiry")
        assert refused(lambda: self.authorise(record, major=major)) is codes.CONTRACT_VERSION_UNKNOWN

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            ("1.9", codes.CONTRACT_VERSION_UNKNOWN),
            ("1.3", codes.CONTRACT_VERSION_UNKNOWN),
            ("2.0", codes.REQUEST_BAD_HEADER),
            ("one", codes.REQUEST_BAD_HEADER),
        ],
    )
    def test_a_version_that_cannot_be_used_is_refused(self, wanted, code):
        assert refused(lambda: self.authorise(client("registry.title-inquiry"), wanted=wanted)) is code

    def test_a_retired_version_points_to_its_successor(self):
        record = client("registry.title-inquiry")
        with pytest.raises(ExchangeError) as caught:
            self.authorise(record, major="3")
        assert caught.value.code is codes.CONTRACT_RETIRED
        assert "registry.title-inquiry@2.0" in caught.value.detail
        assert caught.value.headers["Link"] == (
            '</contracts/registry.title-inquiry/v2>; rel="successor-version"'
        )

    @pytest.mark.parametrize(("day", "served"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
    def test_a_deprecated_version_is_served_until_its_sunset(self, day, served):
        record = client("registry.title-inquiry@1.1")
        contracts = {self.CONTRACT.name: self.CONTRACT}

        def call():
            return access(record, day).authorise(record, contracts, self.CONTRACT.name, "1", "1.1")

        if served:
            assert call()[1].ref.version == Version(1, 1)
        else:
            assert refused(call) is codes.CONTRACT_RETIRED

    def test_what_was_allowed_holds_no_longer_than_what_it_rested_on(self):
        name, record = self.CONTRACT.name, client("registry.title-inquiry@1.1")
        day = [date(2026, 12, 31)]
        judge = Access(Clients(record), today=lambda: day[0])

        def call(record=record, contracts=None):
            contracts = {name: self.CONTRACT} if contracts is None else contracts
            return judge.authorise(record, contracts, name, "1", "1.1")[1].ref.version

        assert call() == call() == Version(1, 1)
        assert refused(lambda: call(client())) is codes.GRANT_MISSING
        assert call() == Version(1, 1)
        assert refused(lambda: call(contracts={})) is codes.CONTRACT_UNKNOWN
        day[0] = date(2027, 1, 1)
        assert refused(call) is codes.CONTRACT_RETIRED
