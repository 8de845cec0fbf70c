"""Behpardakht over real sockets: one string decides, and what does not settle the question is said to be unknown."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.kit.manifest_file import load_manifests
from hub.contracts.catalogue import load_catalogue
from hub.core import codes
from hub.core.errors import Code, ExchangeError, Outcome
from hub.core.exchange import Opening
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef
from tests.adapters.partners.city import ROOT, City, city_of, example, judge, request_examples, verdict
from tests.system.sandbox_process import Partners

pytestmark = pytest.mark.system

NAME = "behpardakht"
CONTRACT = "payment.verify@1.0"
PAID = example("payment.verify", "1.0", "paid.request")
SETTLED_AFTER_S = 3 * 3600
REVERSED_AFTER_S = 20 * 60


def payment(order_id: int, reference: str = "") -> Any:
    return {**PAID, "order_id": order_id, "reference": reference or str(170_000_000_000 + order_id)}


def sale(partners: Partners, order_id: int, outcome: str = "paid") -> Any:
    """Ask for a payment and play the card holder; gives the verification that the city owes."""
    partners.pay("bpPayRequest", order_id)
    form = partners.control("POST", "/partners/behpardakht/sales", {"order_id": order_id, "outcome": outcome})
    return payment(order_id, form.get("SaleReferenceId", "1"))


class TestVerification:
    @pytest.mark.parametrize(
        ("order_id", "body"),
        [
            (140400001, {"result": "verified", "provider_code": "0"}),
            (140400002, {"result": "already_verified", "provider_code": "43"}),
            (140400003, {"result": "already_settled", "provider_code": "45"}),
            (140400004, {"result": "reversed", "provider_code": "48"}),
            (140400006, {"result": "not_paid", "reason": "no_sale", "provider_code": "42"}),
        ],
    )
    async def test_a_code_that_settles_the_question_is_an_answer(
        self, city: City, order_id: int, body: Any
    ) -> None:
        assert (await city.ask(CONTRACT, payment(order_id))).body == body

    @pytest.mark.parametrize(("contract", "request_body"), request_examples("payment.verify"))
    async def test_every_valid_example_gets_an_answer(
        self, city: City, contract: str, request_body: Any
    ) -> None:
        assert "result" in (await city.ask(contract, request_body)).body

    async def test_a_sale_from_its_beginning(self, city: City, partners: Partners) -> None:
        verification = sale(partners, 77)
        assert (await city.ask(CONTRACT, verification)).body["result"] == "verified"
        assert (await city.ask(CONTRACT, verification)).body["result"] == "already_verified"
        assert partners.control("GET", "/partners/behpardakht/orders/77")["state"] == "verified"

    async def test_a_payment_that_was_not_verified_in_time_is_gone(
        self, city: City, partners: Partners
    ) -> None:
        verification = sale(partners, 78)
        partners.control("POST", "/clock", {"advance_s": REVERSED_AFTER_S})
        assert (await city.ask(CONTRACT, verification)).body["result"] == "reversed"

    async def test_a_verified_payment_settles_by_itself(self, city: City, partners: Partners) -> None:
        verification = sale(partners, 79)
        await city.ask(CONTRACT, verification)
        partners.control("POST", "/clock", {"advance_s": SETTLED_AFTER_S})
        assert (await city.ask(CONTRACT, verification)).body["result"] == "already_settled"

    async def test_terminal_and_password_are_no_part_of_the_message(
        self, city: City, partners: Partners
    ) -> None:
        answer = await city.ask(CONTRACT, PAID)
        assert answer.partner_request == example("behpardakht.verify", "1.0", "paid.request")
        assert partners.environment["PEYVAND_BEHPARDAKHT_PASSWORD"] not in str(answer.partner_request)


class TestRefusals:
    async def test_a_reference_of_another_sale(self, city: City) -> None:
        error = await city.failure(CONTRACT, payment(140400001, "170140400002"))
        assert verdict(error) == (codes.PARTNER_REFUSED, Outcome.REFUSED)
        assert "order" in error.detail

    @pytest.mark.parametrize("setting", ["TERMINAL_ID", "PASSWORD"])
    async def test_a_wrong_terminal_or_password(self, partners: Partners, setting: str) -> None:
        environment = {**partners.environment, f"PEYVAND_BEHPARDAKHT_{setting}": "17"}
        async with city_of(environment) as city:
            error = await city.failure(CONTRACT, PAID)
        assert verdict(error) == (codes.PARTNER_CREDENTIALS, Outcome.REFUSED)

    async def test_a_reference_that_is_no_number_never_leaves_the_hub(
        self, city: City, partners: Partners
    ) -> None:
        error = await city.failure(CONTRACT, payment(140400001, "AF82041a2Bf68989c7fF9"))
        assert verdict(error) == (codes.REQUEST_REFUSED, Outcome.NOT_SENT)
        assert partners.calls(NAME)["count"] == 0

    async def test_a_provider_without_a_route(self, city: City) -> None:
        error = await city.failure(CONTRACT, {**PAID, "provider": "no-such-bank"})
        assert error.code is codes.ROUTE_NONE


class TestUnclear:
    """The payment may stand or not; the hub says that it does not know, and does not repeat."""

    async def test_a_system_error_after_the_work_was_done(self, city: City, partners: Partners) -> None:
        verification = payment(140400034)
        error = await city.failure(CONTRACT, verification)
        assert verdict(error) == (codes.OUTCOME_UNKNOWN, Outcome.UNKNOWN)
        assert not error.code.retryable
        assert partners.calls(NAME)["side_effects"] == 1
        # once somebody has looked, asking again is safe and tells
        assert (await city.ask(CONTRACT, verification)).body["result"] == "already_verified"

    async def test_a_lost_reply(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "lost_reply", times=1)
        error = await city.failure(CONTRACT, PAID)
        assert verdict(error) == (codes.PARTNER_CUT, Outcome.UNKNOWN)
        calls = partners.calls(NAME)
        assert (calls["count"], calls["side_effects"]) == (1, 1)
        assert (await city.ask(CONTRACT, PAID)).body["result"] == "already_verified"

    async def test_silence(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "silent", work=True)
        error = await city.failure(CONTRACT, PAID, timeout_s=0.3)
        assert verdict(error) == (codes.PARTNER_TIMEOUT, Outcome.UNKNOWN)
        assert partners.calls(NAME)["count"] == 1

    @pytest.mark.parametrize("mode", ["quota", "closed"])
    async def test_a_gateway_that_has_no_word_for_it(self, city: City, partners: Partners, mode: str) -> None:
        partners.mode(NAME, mode)
        error = await city.failure(CONTRACT, PAID)
        assert verdict(error) == (codes.OUTCOME_UNKNOWN, Outcome.UNKNOWN)

    async def test_a_gateway_that_is_down_has_not_seen_it(self, city: City, partners: Partners) -> None:
        partners.mode(NAME, "down")
        error = await city.failure(CONTRACT, PAID)
        assert verdict(error) == (codes.PARTNER_UNREACHABLE, Outcome.NOT_SENT)

    @pytest.mark.parametrize(
        ("mode", "code"),
        [
            ("reset", codes.PARTNER_CUT),
            ("rubbish", codes.PARTNER_MALFORMED),
            ("html", codes.PARTNER_MALFORMED),
            ("empty", codes.PARTNER_EMPTY),
            ("truncated", codes.PARTNER_MALFORMED),
            ("bomb", codes.PARTNER_UNSAFE),
            ("fault", codes.PARTNER_FAULT),
            ("http_500", codes.PARTNER_HTTP),
            ("wrong_namespace", codes.PARTNER_INVALID),
            ("extra_element", codes.PARTNER_INVALID),
        ],
    )
    async def test_a_spoilt_answer_leaves_the_outcome_unknown(
        self, city: City, partners: Partners, mode: str, code: Code
    ) -> None:
        partners.mode(NAME, mode)
        error = await city.failure(CONTRACT, PAID)
        assert verdict(error) == (code, Outcome.UNKNOWN)
        assert partners.calls(NAME)["count"] == 1


ANSWERS = {
    "verified": ["0"],
    "already_verified": ["43"],
    "already_settled": ["45"],
    "reversed": ["48"],
    "not_paid": ["42", *(str(code) for code in range(11, 20))],
}
REFUSALS: dict[Code, list[str]] = {
    codes.PARTNER_CREDENTIALS: ["21", "24", "421"],
    codes.PARTNER_REFUSED: ["25", "41", "54", "412", "413", "414", "415"],
}


@pytest.fixture(scope="module")
def translate() -> Callable[[Message], Any]:
    """What the city is told of a reply of the provider."""
    chain = load_catalogue(ROOT / "contracts").translators(
        Kind.REPLY, ContractRef.parse("behpardakht.verify@1.0"), ContractRef.parse(CONTRACT)
    )
    assert chain is not None
    (translator,) = chain
    context = StepContext("exchange-1", Opening("payment.verify", "1.0", "test", "request-reply"))
    return lambda reply: translator(reply, context).body


class TestCodes:
    manifest = next(m for m in load_manifests(ROOT / "adapters") if m.partner == "behpardakht")
    endpoint = manifest.endpoints["behpardakht.verify"]

    def test_each_is_an_answer_a_refusal_or_unknown_and_never_a_fault_of_the_hub(
        self, translate: Callable[[Message], Any]
    ) -> None:
        answers = {code: name for name, listed in ANSWERS.items() for code in listed}
        refusals = {code: refusal for refusal, listed in REFUSALS.items() for code in listed}
        for code in map(str, range(1000)):
            if code in answers:
                reply = judge(self.manifest, self.endpoint, {"return": code})
                assert isinstance(reply, Message)
                body = translate(reply)
                assert (body["result"], body["provider_code"]) == (answers[code], code)
                continue
            with pytest.raises(ExchangeError) as caught:
                judge(self.manifest, self.endpoint, {"return": code})
            assert caught.value.code is refusals.get(code, codes.OUTCOME_UNKNOWN), code

    @pytest.mark.parametrize("text", ["", "OK", "-1", "0,AF82041a", "true", "00"])
    def test_what_is_no_known_code_is_unknown(self, text: str) -> None:
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, {"return": text})
        assert caught.value.code is codes.OUTCOME_UNKNOWN

    def test_no_string_at_all_is_not_valid_and_unknown(self) -> None:
        with pytest.raises(ExchangeError) as caught:
            judge(self.manifest, self.endpoint, {})
        assert verdict(caught.value) == (codes.PARTNER_INVALID, Outcome.UNKNOWN)

    def test_blanks_and_persian_digits_do_not_hide_a_success(
        self, translate: Callable[[Message], Any]
    ) -> None:
        reply = judge(self.manifest, self.endpoint, {"return": " ۴۳"})
        assert isinstance(reply, Message)
        assert translate(reply)["provider_code"] == "43"
