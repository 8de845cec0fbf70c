"""zeep, built from the published WSDL alone, talks to the sandbox process over real sockets."""

import base64
import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep

from tests.system.sandbox_process import (
    CALL_TIMEOUT_S,
    EVERY_PARTNER,
    ROOT,
    Partners,
    fresh,
    read_env_file,
    running_partners,
    start,
    stop,
)

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with running_partners(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


@pytest.fixture
def partners(running: Partners) -> Iterator[Partners]:
    with fresh(running) as prepared:
        yield prepared


class TestProcess:
    def test_writes_addresses_and_credentials_for_its_owner_only_and_ends_on_sigterm(
        self, tmp_path: Path
    ) -> None:
        env_file = tmp_path / "sandbox.env"
        process = start(env_file)
        try:
            written = read_env_file(env_file)
            assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
            assert [path.name for path in tmp_path.iterdir()] == ["sandbox.env"]
            assert written.keys() >= {
                "PEYVAND_REGISTRY_OFFICE_URL",
                "PEYVAND_CIVIL_REGISTRY_URL",
                "PEYVAND_BEHPARDAKHT_URL",
                "PEYVAND_SANDBOX_CONTROL_URL",
                "PEYVAND_REGISTRY_OFFICE_PASSWORD",
                "PEYVAND_CIVIL_REGISTRY_PASSWORD",
                "PEYVAND_BEHPARDAKHT_PASSWORD",
            }
        finally:
            assert stop(process) == 0

    def test_says_why_when_a_port_is_taken(self, partners: Partners, tmp_path: Path) -> None:
        taken = partners.url("behpardakht").split(":")[2].split("/")[0]
        command = [sys.executable, "-m", "sandbox", "--control-port=0", "--registry-office-port=0"]
        command += ["--civil-registry-port=0", f"--behpardakht-port={taken}"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 1
        assert "address already in use" in ended.stderr
        assert "sandbox ready" not in ended.stdout


class TestRegistryOffice:
    def test_answers_with_the_estate_and_its_owner(self, partners: Partners) -> None:
        answer = partners.ask_owner()
        assert answer.Successful is True
        assert answer.Code == "200"
        assert answer.Error is None
        assert answer.Estate.Owners.Owner[0].NationalCode == "9990000018"
        assert answer.Estate.Owners.Owner[0].Share.Of == 6
        assert answer.Estate.Area.unit == "متر مربع"
        assert re.fullmatch(r"1[34]\d\d/\d\d/\d\d", answer.ResponseDate)

    @pytest.mark.parametrize(
        ("note_number", "levels"),
        [
            ("1402203010000000010", "Polygon"),
            ("1402203010000000021", "string"),
            ("1402203010000000032", "FeatureCollection"),
        ],
    )
    def test_sends_the_polygon_in_three_ways(self, partners: Partners, note_number: str, levels: str) -> None:
        polygon = json.loads(partners.ask_owner(note_number).Estate.Polygon)
        if levels == "string":
            assert json.loads(polygon)["type"] == "Polygon"
        else:
            assert polygon["type"] == levels

    def test_sends_flags_once_as_booleans_and_once_as_words(self, partners: Partners) -> None:
        estate = partners.ask_owner("1402203010000000043").Estate
        assert (estate.Flags.HasEasement, estate.Flags.IsSellable) == (True, False)
        assert (estate.FlagsAsText.HasEasement, estate.FlagsAsText.IsSellable) == ("1", "0")
        assert estate.FlagsAsText.NotSellableCause

    def test_spells_the_tracking_code_in_two_ways(self, partners: Partners) -> None:
        even = partners.ask_owner("1402203010000000010")
        odd = partners.ask_owner("1402203010000000021", "r-2")
        both = partners.ask_owner("1402203010000000065", "r-3")
        assert (even.owTrakingCode is None, even.owTrackingCode is None) == (False, True)
        assert (odd.owTrakingCode is None, odd.owTrackingCode is None) == (True, False)
        assert both.owTrakingCode == both.owTrackingCode

    def test_lists_arrests_and_restrictions(self, partners: Partners) -> None:
        arrested = partners.ask_owner("1402203010000000032").Estate
        mortgaged = partners.ask_owner("1402203010000000021", "r-2").Estate
        assert arrested.Flags.IsArrested
        assert arrested.Arrests.Arrest[0].AmountRial == 4_500_000_000
        assert mortgaged.Flags.HasRahn
        assert mortgaged.Restrictions.Restriction[0].Kind == "رهن"
        assert len(mortgaged.Owners.Owner) == 2

    def test_sends_a_map_as_an_image(self, partners: Partners) -> None:
        assert partners.ask_owner("1402203010000000065").Estate.MapImage.startswith(b"\x89PNG")

    def test_refuses_wrong_credentials_with_201(self, partners: Partners) -> None:
        answer = partners.ask_owner(password="wrong")
        assert (answer.Successful, answer.Code, answer.Error.Code) == (False, "201", "201")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"RuleId": "other"}, "RuleId"),
            ({"EstateNoteNumber": "۱۴۰۲"}, "EstateNoteNumber"),
            ({"EstateNoteNumber": "1" * 20}, "EstateNoteNumber"),
            ({"RequestId": ""}, "RequestId"),
            ({"Parcel": {"MainPlaque": ""}}, "Parcel.MainPlaque"),
        ],
    )
    def test_refuses_invalid_inquiries_with_203(
        self, partners: Partners, changes: dict[str, Any], field: str
    ) -> None:
        answer = partners.ask_owner(**changes)
        assert answer.Code == "203"
        assert answer.Error.Message.startswith(field)
        assert partners.calls("registry_office")["side_effects"] == 0

    @pytest.mark.parametrize("changes", [{"EstateNoteNumber": "5"}, {"Parcel": {"MainPlaque": "1"}}])
    def test_finds_nothing_with_000(self, partners: Partners, changes: dict[str, Any]) -> None:
        answer = partners.ask_owner(**changes)
        assert (answer.Successful, answer.Error.Code, answer.Estate) == (False, "000", None)

    def test_answers_a_repeated_request_alike_and_counts_it_once(self, partners: Partners) -> None:
        first, second = partners.ask_owner(), partners.ask_owner()
        assert first.ResponseNumber == second.ResponseNumber
        assert first.ResponseTime == second.ResponseTime
        report = partners.calls("registry_office", "?request_id=r-1")
        assert (report["count"], report["side_effects"]) == (2, 1)

    def test_refuses_a_request_id_that_was_used_for_another_estate(self, partners: Partners) -> None:
        partners.ask_owner()
        assert partners.ask_owner("1402203010000000021").Code == "203"

    def test_serves_any_number_of_synthetic_estates(self, partners: Partners) -> None:
        estate = partners.ask_owner("9900000000001234567").Estate
        nin = estate.Owners.Owner[0].NationalCode
        assert not partners.ask_person(nin, 13700101).message

    def test_faults_without_its_soap_action(self, partners: Partners) -> None:
        headers = {"Content-Type": "text/xml"}
        body = partners.envelope("registry_office")
        answer = requests.post(
            partners.url("registry_office"), data=body, headers=headers, timeout=CALL_TIMEOUT_S
        )
        assert answer.status_code == 500
        assert "SOAPAction" in answer.text


class TestCivilRegistry:
    def test_tells_a_person_with_names_in_base64(self, partners: Partners) -> None:
        person = partners.ask_person("9990000018", 13620417)
        assert base64.b64decode(person.name).decode() == "مریم"
        assert (person.nin, person.birthDate, person.gender, person.deathStatus) == (
            "9990000018",
            13620417,
            0,
            0,
        )
        assert not person.message

    def test_tells_that_a_person_is_dead(self, partners: Partners) -> None:
        person = partners.ask_person("9990000026", 13190702)
        assert (person.deathStatus, person.deathDate) == (1, "14020911")

    @pytest.mark.parametrize(
        ("nin", "birth_date", "text"),
        [
            ("9990000093", 13620417, "err.record.not.found"),
            ("9990000018", 13620418, "err.record.not.found"),
            ("9990000019", 13620417, "Nin.Not.Valid"),
            ("9990038", 13551203, "Nin.Not.Valid"),
            ("9990000042", 13480521, "err.cancellation.nin"),
            ("9990000050", 13711130, "result.rec.review"),
            ("9990000069", 13400606, "result.rec.invisible"),
            ("9990000077", 13650909, "IS_EXCEPTED"),
        ],
    )
    def test_says_no_inside_a_successful_answer(
        self, partners: Partners, nin: str, birth_date: int, text: str
    ) -> None:
        person = partners.ask_person(nin, birth_date)
        assert person.message == [text]
        assert (person.name, person.birthDate) == (None, 0)

    def test_loses_leading_zeros_where_the_code_is_a_number(self, partners: Partners) -> None:
        assert partners.ask_person("0009990038", 13551203).nin == "0009990038"
        partners.control("POST", "/partners/civil_registry/flavours", {"nin_as_number": True})
        assert partners.ask_person("0009990038", 13551203).nin == "9990038"
        assert partners.ask_person("9990038", 13551203).nin == "9990038"

    def test_locks_the_user_after_five_wrong_passwords_for_half_an_hour(self, partners: Partners) -> None:
        for _ in range(5):
            answer = partners.ask_person("9990000018", 13620417, password="wrong")
            assert answer.exceptionMessage == "login.user.invalid"
        assert partners.ask_person("9990000018", 13620417).message == ["login.lock.user"]
        partners.control("POST", "/clock", {"advance_s": 1800})
        assert not partners.ask_person("9990000018", 13620417).message

    @pytest.mark.parametrize(
        ("parameters", "text"),
        [
            ({"mode": "quota"}, "inquiry.outof.max.daily.request"),
            ({"mode": "closed"}, "login.time.diny"),
            ({"mode": "closed", "reason": "holiday"}, "login.holyday.diny"),
        ],
    )
    def test_refuses_when_quota_or_time_is_over(
        self, partners: Partners, parameters: dict[str, str], text: str
    ) -> None:
        partners.control("POST", "/partners/civil_registry/mode", parameters)
        assert partners.ask_person("9990000018", 13620417).message == [text]


class TestBehpardakht:
    def open_sale(self, partners: Partners, order_id: int) -> int:
        assert partners.pay("bpPayRequest", order_id).startswith("0")
        form = partners.control("POST", "/partners/behpardakht/sales", {"order_id": order_id})
        assert form["ResCode"] == "0"
        return int(form["SaleReferenceId"])

    def test_takes_an_order_from_request_to_settlement(self, partners: Partners) -> None:
        reference_id = self.open_sale(partners, 9001)
        for operation, code in (
            ("bpSettleRequest", "44"),
            ("bpInquiryRequest", "44"),
            ("bpVerifyRequest", "0"),
            ("bpVerifyRequest", "43"),
            ("bpInquiryRequest", "0"),
            ("bpSettleRequest", "0"),
            ("bpSettleRequest", "45"),
            ("bpReversalRequest", "45"),
        ):
            assert partners.pay(operation, 9001, reference_id=reference_id) == code, operation

    def test_sends_a_space_after_the_comma_now_and_then(self, partners: Partners) -> None:
        assert re.fullmatch(r"0,[0-9A-Za-z]{16}", partners.pay("bpPayRequest", 9001))
        assert re.fullmatch(r"0, [0-9A-Za-z]{16}", partners.pay("bpPayRequest", 9002))

    def test_refuses_an_order_id_twice(self, partners: Partners) -> None:
        partners.pay("bpPayRequest", 9001)
        assert partners.pay("bpPayRequest", 9001) == "41"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"terminalId": 1}, "21"),
            ({"userPassword": "wrong"}, "24"),
            ({"amount": 0}, "25"),
            ({"localDate": "2024/01/01"}, "35"),
            ({"additionalData": "x" * 1001}, "34"),
        ],
    )
    def test_refuses_bad_orders_with_its_codes(
        self, partners: Partners, changes: dict[str, Any], code: str
    ) -> None:
        assert partners.pay("bpPayRequest", 9001, **changes) == code

    @pytest.mark.parametrize(
        ("order_id", "operation", "codes"),
        [
            (140400001, "bpVerifyRequest", ["0", "43"]),
            (140400001, "bpVerifySettleRequest", ["0", "45"]),
            (140400002, "bpVerifySettleRequest", ["43"]),
            (140400002, "bpReversalRequest", ["0", "48"]),
            (140400003, "bpSettleRequest", ["45"]),
            (140400004, "bpVerifyRequest", ["48"]),
            (140400005, "bpVerifyRequest", ["42"]),
            (140400006, "bpInquiryRequest", ["17"]),
            (140400034, "bpVerifyRequest", ["34", "43"]),
            (1, "bpInquiryRequest", ["42"]),
        ],
    )
    def test_keeps_seeded_orders(
        self, partners: Partners, order_id: int, operation: str, codes: list[str]
    ) -> None:
        assert [partners.pay(operation, order_id) for _ in codes] == codes

    def test_does_not_know_another_reference(self, partners: Partners) -> None:
        assert partners.pay("bpVerifyRequest", 140400001, reference_id=5) == "54"

    def test_reverses_what_is_not_verified_within_twenty_minutes(self, partners: Partners) -> None:
        reference_id = self.open_sale(partners, 9001)
        partners.control("POST", "/clock", {"advance_s": 20 * 60})
        assert partners.pay("bpVerifyRequest", 9001, reference_id=reference_id) == "48"

    def test_settles_by_itself_after_three_hours(self, partners: Partners) -> None:
        reference_id = self.open_sale(partners, 9001)
        assert partners.pay("bpVerifyRequest", 9001, reference_id=reference_id) == "0"
        partners.control("POST", "/clock", {"advance_s": 3 * 3600})
        assert partners.pay("bpReversalRequest", 9001, reference_id=reference_id) == "45"

    def test_a_card_holder_may_cancel(self, partners: Partners) -> None:
        partners.pay("bpPayRequest", 9001)
        sale = {"order_id": 9001, "outcome": "cancelled"}
        assert partners.control("POST", "/partners/behpardakht/sales", sale)["ResCode"] == "17"
        assert partners.pay("bpVerifyRequest", 9001, reference_id=0) == "42"

    def test_an_order_can_be_looked_at(self, partners: Partners) -> None:
        order = partners.control("GET", "/partners/behpardakht/orders/140400003")
        assert (order["state"], order["amount_rial"]) == ("settled", 17_000_000)

    def test_faults_on_what_is_no_number(self, partners: Partners) -> None:
        with pytest.raises(zeep.exceptions.Fault, match="amount is not a long"):
            partners.pay("bpPayRequest", 9001, amount="abc")


class TestControl:
    def test_lists_the_partners(self, partners: Partners) -> None:
        listed = partners.control("GET", "/partners")["partners"]
        assert [each["name"] for each in listed] == list(EVERY_PARTNER)
        assert [each["url"] for each in listed] == [partners.url(name) for name in EVERY_PARTNER]

    def test_refuses_what_it_does_not_understand(self, partners: Partners) -> None:
        assert partners.refused_control("POST", "/partners/behpardakht/mode", {"mode": "odd"})[0] == 400
        assert partners.refused_control("POST", "/partners/post_office/mode", {"mode": "up"})[0] == 404
        assert partners.refused_control("POST", "/clock", {"offset_s": "soon"})[0] == 400
        assert partners.refused_control("GET", "/nothing")[0] == 404
        sale = {"order_id": 140400003}
        assert partners.refused_control("POST", "/partners/behpardakht/sales", sale)[0] == 400

    def test_moves_the_clock(self, partners: Partners) -> None:
        assert partners.control("POST", "/clock", {"offset_s": 60})["offset_s"] == 60
        assert partners.control("POST", "/clock", {"advance_s": 30})["offset_s"] == 90
        assert partners.control("GET", "/clock")["offset_s"] == 90
