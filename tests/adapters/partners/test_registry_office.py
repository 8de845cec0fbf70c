"""The registry office over real sockets: from the city's inquiry to its answer, quirk by quirk, failure by failure."""

import copy
from typing import Any

import pytest

from adapters.kit.manifest_file import load_manifests
from hub.core import codes
from hub.core.errors import Code, ExchangeError, Origin, Outcome
from hub.core.message import Message
from tests.adapters.partners.city import ROOT, City, city_of, example, judge, request_examples, verdict
from tests.system.sandbox_process import Partners

pytestmark = pytest.mark.system

NAME = "registry_office"
CONTRACT = "registry.title-inquiry@1.1"
INQUIRY = example("registry.title-inquiry", "1.1", "one-owner.request")
NO_ARABIC_LETTERS = "يك"


def about(note_number: str, **parts: Any) -> Any:
    return {**copy.deepcopy(INQUIRY), "deed": {"estate_note_number": note_number}, **parts}


def synthetic(last_digit: int) -> str:
    """A load-test estate, whose last digit chooses the quirks."""
    return f"99000000000000012{last_digit:02d}"


class TestInquiry:
    @pytest.mark.parametrize(("contract", "request_body"), request_examples("registry.title-inquiry"))
    async def test_every_valid_example_gets_an_answer(
        self, city: City, contract: str, request_body: Any
    ) -> None:
        answer = await city.ask(contract, request_body)
        on_record = "098" not in request_body["deed"]["estate_note_number"][-3:]
        assert answer.body["result"] == ("found" if on_record else "not_found")

    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    @pytest.mark.parametrize(
        ("note_number", "name"),
        [
            ("1402203010000000010", "one-owner"),
            ("1402203010000000021", "mortgaged"),
            ("1402203010000000032", "arrested"),
        ],
    )
    async def test_the_answer_is_the_one_that_the_contract_shows(
        self, city: City, version: str, note_number: str, name: str
    ) -> None:
        answer = await city.ask(f"registry.title-inquiry@{version}", about(note_number))
        shown = example("registry.title-inquiry", version, f"{name}.reply")
        assert answer.body["estate"] == shown["estate"]
        assert answer.body["response"].keys() == shown["response"].keys()

    async def test_a_legal_entity_owns_without_a_family_name(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about("1402203010000000065"))
        (owner,) = answer.body["estate"]["owners"]
        assert owner["national_code"] == "10380284790"
        assert "family" not in owner
        assert "MapImage" in answer.partner_reply["Estate"]

    async def test_leading_zeros_of_a_note_number_survive_both_ways(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about("000120048"))
        assert answer.partner_request["EstateNoteNumber"] == "000120048"
        assert answer.body["estate"]["estate_note_number"] == "000120048"

    async def test_an_unknown_property_is_a_business_answer(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about("1402203010000000098"))
        assert answer.body == {"result": "not_found"}

    async def test_a_repeated_exchange_is_one_inquiry_to_the_partner(
        self, city: City, partners: Partners
    ) -> None:
        first = await city.ask(CONTRACT, INQUIRY, exchange_id="exchange-7")
        second = await city.ask(CONTRACT, INQUIRY, exchange_id="exchange-7")
        assert second.body["response"] == first.body["response"]
        calls = partners.calls(NAME, "?request_id=exchange-7")
        assert (calls["count"], calls["side_effects"]) == (2, 1)

    async def test_credentials_and_rule_id_are_no_part_of_the_message(
        self, city: City, partners: Partners
    ) -> None:
        answer = await city.ask(CONTRACT, INQUIRY)
        recorded = str(answer.partner_request)
        for secret in ("USERNAME", "PASSWORD", "RULE_ID"):
            value = partners.environment[f"PEYVAND_REGISTRY_OFFICE_{secret}"]
            assert f"'{value}'" not in recorded

    async def test_the_plaque_is_passed_on_from_1_1(self, city: City) -> None:
        parcel = {"main_plaque": "2395", "secondary_plaque": "17", "section_code": "03"}
        answer = await city.ask(CONTRACT, about("1402203010000000010", parcel=parcel))
        assert answer.body["result"] == "found"
        assert answer.partner_request["Parcel"] == {
            "MainPlaque": "2395",
            "SecondaryPlaque": "17",
            "SectionCode": "03",
        }


class TestQuirks:
    """The sandbox spells each answer after the last digit of its note number."""

    @pytest.mark.parametrize("digit", range(10))
    async def test_every_spelling_becomes_the_same_answer(self, city: City, digit: int) -> None:
        body = (await city.ask(CONTRACT, about(synthetic(digit)))).body
        estate = body["estate"]
        assert body["response"]["tracking_code"].startswith("OW14")
        assert body["response"]["answered_at"].endswith("+03:30")
        assert estate["polygon"]["type"] == "Polygon"
        assert estate["polygon"]["coordinates"][0][0] == [51.4101, 35.7012]
        flags = [estate[name] for name in ("mortgaged", "arrested", "otherwise_restricted", "easement")]
        assert flags == [False] * 4
        assert estate["sellable"] is True
        assert estate["area"]["unit"] == "m2"
        assert not set(NO_ARABIC_LETTERS) & set(str(body))
        assert estate["parcel"]["unit"]["name"] == "حوزه ثبت ملک نیک‌شهر نمونه"
        assert estate["deed_book"]["series"] == "الف/02"

    async def test_the_partners_own_letters_stay_in_its_recorded_reply(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about(synthetic(7)))
        assert "حوزه ثبت ملك نيك‌شهر نمونه".encode() in answer.wire
        assert answer.partner_reply["Estate"]["FlagsAsText"]["HasRahn"] == "خير"

    async def test_the_misspelt_tracking_code_alone_is_enough(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about(synthetic(4)))
        assert "owTrackingCode" not in answer.partner_reply
        assert answer.body["response"]["tracking_code"] == answer.partner_reply["owTrakingCode"]

    async def test_unpadded_jalali_dates_become_iso(self, city: City) -> None:
        answer = await city.ask(CONTRACT, about("1402203010000000043"))
        assert answer.partner_reply["Estate"]["Restrictions"]["Restriction"][0]["Date"] == "1401/11/9"
        assert answer.body["estate"]["restrictions"][0]["date"] == "2023-01-29"


class TestRefusals:
    """Errors inside success."""

    async def test_a_plaque_of_another_property(self, city: City) -> None:
        inquiry = about("1402203010000000010", parcel={"main_plaque": "2396"})
        error = await city.failure(CONTRACT, inquiry)
        assert verdict(error) == (codes.PARTNER_REFUSED, Outcome.REFUSED)
        assert error.code.origin is Origin.PARTNER
        assert "plaque" in error.detail

    async def test_a_wrong_password(self, partners: Partners) -> None:
        environment = {**partners.environment, "PEYVAND_REGISTRY_OFFICE_PASSWORD": "wrong"}
        async with city_of(environment) as city:
            error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_CREDENTIALS, Outcome.REFUSED)

    async def test_a_rule_id_of_another_service(self, partners: Partners) -> None:
        environment = {**partners.environment, "PEYVAND_REGISTRY_OFFICE_RULE_ID": "other"}
        async with city_of(environment) as city:
            error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_REFUSED, Outcome.REFUSED)

    async def test_missing_credentials_are_found_before_anything_is_sent(self, partners: Partners) -> None:
        environment = {**partners.environment, "PEYVAND_REGISTRY_OFFICE_PASSWORD": ""}
        async with city_of(environment) as city:
            error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_NOT_CONFIGURED, Outcome.NOT_SENT)
        assert partners.calls(NAME)["count"] == 0

    async def test_the_quota_is_used_up(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "quota")
        error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_QUOTA, Outcome.REFUSED)

    @pytest.mark.parametrize("reason", ["hours", "holiday"])
    async def test_closed(self, city: City, partners: Partners, reason: str) -> None:
        partners.mode(NAME, "closed", reason=reason)
        error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_CLOSED, Outcome.REFUSED)


TROUBLES = [
    ("down", {}, codes.PARTNER_UNREACHABLE),
    ("lost_reply", {}, codes.PARTNER_CUT),
    ("reset", {}, codes.PARTNER_CUT),
    ("rubbish", {}, codes.PARTNER_MALFORMED),
    ("html", {}, codes.PARTNER_MALFORMED),
    ("empty", {}, codes.PARTNER_EMPTY),
    ("truncated", {}, codes.PARTNER_MALFORMED),
    ("bomb", {}, codes.PARTNER_UNSAFE),
    ("xxe", {}, codes.PARTNER_UNSAFE),
    ("huge", {"size_mb": 4}, codes.PARTNER_TOO_LARGE),
    ("fault", {}, codes.PARTNER_FAULT),
    ("http_500", {}, codes.PARTNER_HTTP),
    ("http_503", {"retry_after_s": 7}, codes.PARTNER_BUSY),
    ("wrong_namespace", {}, codes.PARTNER_INVALID),
    ("extra_element", {}, codes.PARTNER_INVALID),
]


class TestTroubles:
    @pytest.mark.parametrize(("mode", "parameters", "code"), TROUBLES)
    async def test_each_has_its_code(
        self, city: City, partners: Partners, mode: str, parameters: dict[str, Any], code: Code
    ) -> None:
        partners.mode(NAME, mode, **parameters)
        error = await city.failure(CONTRACT, INQUIRY)
        assert error.code is code
        partners.mode(NAME, "up")
        assert (await city.ask(CONTRACT, INQUIRY)).body["result"] == "found"

    async def test_silence_ends_with_the_time_out(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "silent")
        error = await city.failure(CONTRACT, INQUIRY, timeout_s=0.3)
        assert verdict(error) == (codes.PARTNER_TIMEOUT, Outcome.UNKNOWN)

    async def test_after_a_lost_reply_the_repetition_gets_the_answer_that_was_lost(
        self, city: City, partners: Partners
    ) -> None:
        partners.mode(NAME, "lost_reply", times=1)
        error = await city.failure(CONTRACT, INQUIRY, exchange_id="exchange-8")
        assert verdict(error) == (codes.PARTNER_CUT, Outcome.UNKNOWN)
        answer = await city.ask(CONTRACT, INQUIRY, exchange_id="exchange-8")
        assert answer.body["response"]["number"] == "14-00000001"
        assert partners.calls(NAME)["side_effects"] == 1


class TestOutcomes:
    """Answers that the sandbox cannot be made to give."""

    manifest = next(m for m in load_manifests(ROOT / "adapters") if m.partner == "registry-office")
    endpoint = manifest.endpoints["registry-office.ownership-inquiry"]
    good = example("registry-office.ownership", "1.0", "one-owner.reply")

    @pytest.mark.parametrize(
        "flag", ["HasRahn", "IsArrested", "HasOtherRestriction", "HasEasement", "IsSellable"]
    )
    def test_blocks_that_contradict_each_other_are_not_believed(self, flag: str) -> None:
        reply = copy.deepcopy(self.good)
        reply["Estate"]["Flags"][flag] = not reply["Estate"]["Flags"][flag]
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, reply)
        assert caught.value.code is codes.PARTNER_INVALID

    @pytest.mark.parametrize(
        ("word", "flag"), [("بله", True), ("بلي", True), ("1", True), ("خير", False), ("0", False)]
    )
    def test_every_word_for_a_flag_is_understood(self, word: str, flag: bool) -> None:
        reply = copy.deepcopy(self.good)
        reply["Estate"]["Flags"]["HasEasement"] = flag
        reply["Estate"]["FlagsAsText"]["HasEasement"] = word
        assert isinstance(judge(self.manifest, self.endpoint, reply), Message)

    def test_a_refusal_with_an_unknown_text_is_no_answer(self) -> None:
        reply = {"Successful": False, "Code": "000", "Error": {"Code": "000", "Message": "خطای عمومی"}}
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, reply)
        assert caught.value.code is codes.PARTNER_ERROR

    @pytest.mark.parametrize("text", ["ملکی یافت نشد", "ملكي يافت نشد"])
    def test_not_found_is_understood_in_either_alphabet(self, text: str) -> None:
        reply = {"Successful": False, "Code": "000", "Error": {"Code": "000", "Message": text}}
        assert isinstance(judge(self.manifest, self.endpoint, reply), Message)

    def test_success_with_an_error_code_is_not_believed(self) -> None:
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, {**self.good, "Code": "000"})
        assert caught.value.code is codes.PARTNER_INVALID

    def test_the_texts_of_the_partner_are_not_repeated_to_the_sender(self) -> None:
        text = "SECRET 9990000018"
        reply = {"Successful": False, "Code": "203", "Error": {"Code": "203", "Message": text}}
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, reply)
        assert "SECRET" not in f"{caught.value} {caught.value.detail} {caught.value.facts}"
