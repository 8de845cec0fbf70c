"""The civil registry over real sockets: every failure is a text inside a successful answer."""

from typing import Any

import pytest

from adapters.kit.manifest_file import load_manifests
from hub.core import codes
from hub.core.errors import Code, ExchangeError, Outcome
from tests.adapters.partners.city import ROOT, City, city_of, example, judge, request_examples, verdict
from tests.system.sandbox_process import Partners

pytestmark = pytest.mark.system

NAME = "civil_registry"
CONTRACT = "civil.identity-inquiry@1.0"
INQUIRY = example("civil.identity-inquiry", "1.0", "alive.request")


class TestInquiry:
    @pytest.mark.parametrize(("contract", "request_body"), request_examples("civil.identity-inquiry"))
    async def test_every_valid_example_gets_an_answer(
        self, city: City, contract: str, request_body: Any
    ) -> None:
        answer = await city.ask(contract, request_body)
        expected = {"9990000026": "deceased"}.get(request_body["national_code"], "found")
        known = request_body["birth_date"] != "1983-07-09"
        assert answer.body["result"] == (expected if known else "not_found")

    @pytest.mark.parametrize("name", ["alive", "deceased"])
    async def test_the_answer_is_the_one_that_the_contract_shows(self, city: City, name: str) -> None:
        answer = await city.ask(CONTRACT, example("civil.identity-inquiry", "1.0", f"{name}.request"))
        assert answer.body == example("civil.identity-inquiry", "1.0", f"{name}.reply")

    async def test_it_asks_as_the_registry_wants_to_be_asked(self, city: City) -> None:
        answer = await city.ask(CONTRACT, INQUIRY)
        assert answer.partner_request == example("civil-registry.estelam3", "1.0", "alive.request")

    async def test_leading_zeros_survive_a_registry_that_keeps_codes_as_numbers(
        self, city: City, partners: Partners
    ) -> None:
        partners.control("POST", f"/partners/{NAME}/flavours", {"nin_as_number": True})
        answer = await city.ask(CONTRACT, example("civil.identity-inquiry", "1.0", "leading-zeros.request"))
        assert answer.partner_reply["return"][0]["nin"] == "9990038"
        assert answer.body["person"]["national_code"] == "0009990038"
        assert answer.body["person"]["gender"] == "male"

    @pytest.mark.parametrize(
        ("national_code", "birth_date", "result"),
        [
            ("9990000042", "1969-08-12", "cancelled"),
            ("9990000050", "1993-02-19", "under_review"),
            ("9990000069", "1961-08-28", "withheld"),
        ],
    )
    async def test_what_the_registry_will_not_tell_is_an_answer(
        self, city: City, national_code: str, birth_date: str, result: str
    ) -> None:
        answer = await city.ask(CONTRACT, {"national_code": national_code, "birth_date": birth_date})
        assert answer.body == {"result": result}

    async def test_credentials_are_no_part_of_the_message(self, city: City, partners: Partners) -> None:
        answer = await city.ask(CONTRACT, INQUIRY)
        assert set(answer.partner_request) == {"arg4"}
        assert partners.environment["PEYVAND_CIVIL_REGISTRY_PASSWORD"] not in str(answer.partner_request)


class TestRefusals:
    """Errors inside success."""

    async def test_a_wrong_password_and_then_the_lock(self, partners: Partners) -> None:
        environment = {**partners.environment, "PEYVAND_CIVIL_REGISTRY_PASSWORD": "wrong"}
        async with city_of(environment) as city:
            for _ in range(5):
                error = await city.failure(CONTRACT, INQUIRY)
                assert verdict(error) == (codes.PARTNER_CREDENTIALS, Outcome.REFUSED)
                assert not error.code.retryable
            locked = await city.failure(CONTRACT, INQUIRY)
        assert locked.code is codes.PARTNER_CREDENTIALS
        assert "locked" in locked.detail

    async def test_the_daily_quota_is_used_up(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "quota")
        error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_QUOTA, Outcome.REFUSED)

    @pytest.mark.parametrize("reason", ["hours", "holiday"])
    async def test_closed(self, city: City, partners: Partners, reason: str) -> None:
        partners.mode(NAME, "closed", reason=reason)
        error = await city.failure(CONTRACT, INQUIRY)
        assert verdict(error) == (codes.PARTNER_CLOSED, Outcome.REFUSED)

    async def test_an_exception_of_the_registry(self, city: City) -> None:
        error = await city.failure(CONTRACT, {"national_code": "9990000077", "birth_date": "1986-11-30"})
        assert verdict(error) == (codes.PARTNER_ERROR, Outcome.UNKNOWN)


class TestTroubles:
    @pytest.mark.parametrize(
        ("mode", "code"),
        [
            ("down", codes.PARTNER_UNREACHABLE),
            ("lost_reply", codes.PARTNER_CUT),
            ("html", codes.PARTNER_MALFORMED),
            ("empty", codes.PARTNER_EMPTY),
            ("xxe", codes.PARTNER_UNSAFE),
            ("fault", codes.PARTNER_FAULT),
            ("http_503", codes.PARTNER_BUSY),
            ("wrong_namespace", codes.PARTNER_INVALID),
            ("extra_element", codes.PARTNER_INVALID),
        ],
    )
    async def test_each_has_its_code(self, city: City, partners: Partners, mode: str, code: Code) -> None:
        partners.mode(NAME, mode)
        assert (await city.failure(CONTRACT, INQUIRY)).code is code


class TestOutcomes:
    """Answers that the sandbox cannot be made to give."""

    manifest = next(m for m in load_manifests(ROOT / "adapters") if m.partner == "civil-registry")
    endpoint = manifest.endpoints["civil-registry.identity-inquiry"]

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            ({"message": ["Nin.Not.Valid"]}, codes.PARTNER_REFUSED),
            ({"message": ["IS_EXCEPTED"]}, codes.PARTNER_ERROR),
            ({"message": ["a text of a later version"]}, codes.PARTNER_ERROR),
            ({"message": [], "exceptionMessage": "java.lang.NullPointerException"}, codes.PARTNER_ERROR),
            ({"message": ["err.record.not.found"], "exceptionMessage": "x"}, codes.PARTNER_ERROR),
            ({"message": [""], "name": ""}, codes.PARTNER_INVALID),
            ({"message": [], "birthDate": 0, "deathStatus": 0}, codes.PARTNER_INVALID),
        ],
    )
    def test_what_is_no_answer_never_passes_for_one(self, answer: Any, code: Code) -> None:
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, {"return": [answer]})
        assert caught.value.code is code

    def test_an_answer_without_a_body_is_not_valid(self) -> None:
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, {})
        assert caught.value.code is codes.PARTNER_INVALID
