"""Behpardakht Mellat's internet payment gateway (به پرداخت ملت)."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from sandbox.clock import Clock
from sandbox.modes import ClosedReason, Mode
from sandbox.orders import Order, OrderBook, State
from sandbox.partner import Answer, Identity
from sandbox.soap import SoapCall, SoapFaultError, text_of

NAMESPACE = "http://interfaces.core.sw.bps.com/"

_NS = f"{{{NAMESPACE}}}"
_LONG = re.compile(r"-?[0-9]{1,19}")
_LOCAL_DATE = re.compile(r"[0-9]{8}")
_LOCAL_TIME = re.compile(r"[0-9]{6}")
_LARGEST_AMOUNT_RIAL = 50_000_000_000
_ADDITIONAL_DATA_LIMIT = 1000
_MASKED_PAN = "610433******0017"

OK = "0"
NO_SUCH_MERCHANT = "21"
WRONG_CREDENTIALS = "24"
BAD_AMOUNT = "25"
SYSTEM_ERROR = "34"
BAD_DATE = "35"
DUPLICATE_ORDER = "41"
NO_SALE = "42"
ALREADY_VERIFIED = "43"
NOT_VERIFIED = "44"
ALREADY_SETTLED = "45"
ALREADY_REVERSED = "48"
NO_REFERENCE = "54"

SALE_OUTCOMES = {"paid": "0", "cancelled": "17", "insufficient_funds": "12"}


class SaleError(Exception):
    """The card holder cannot pay this order; the text says why."""


@dataclass(frozen=True)
class _Step:
    """What an operation did to an order."""

    code: str
    side_effect: bool = False


class Behpardakht:
    """A stateful gateway: orders are requested, paid, verified, settled or reversed."""

    name = "behpardakht"
    title = "به‌پرداخت ملت / Behpardakht Mellat"
    path = "/pgwchannel/services/pgw"
    soap_action: str | None = None

    def __init__(
        self, terminal_id: str, user_name: str, password: str, clock: Clock, rng: random.Random
    ) -> None:
        self.flavours: dict[str, bool] = {}
        self._terminal_id = terminal_id
        self._user_name = user_name
        self._password = password
        self._clock = clock
        self._book = OrderBook(rng)
        self._steps: dict[str, Callable[[Order], _Step]] = {
            "bpVerifyRequest": self._verify,
            "bpSettleRequest": self._settle,
            "bpInquiryRequest": self._inquire,
            "bpReversalRequest": self._reverse,
            "bpVerifySettleRequest": self._verify_and_settle,
        }

    def identify(self, call: SoapCall) -> Identity:
        return Identity(
            request_id=text_of(call.payload, "orderId"), subject=text_of(call.payload, "saleOrderId")
        )

    def reset(self) -> None:
        self._book.reset()

    def refuse(self, call: SoapCall, mode: Mode, reason: ClosedReason) -> Answer:
        del mode, reason  # the gateway knows no other word for either
        return _answer(self._operation(call), SYSTEM_ERROR, side_effect=False)

    def serve(self, call: SoapCall) -> Answer:
        operation = self._operation(call)
        refusal = self._log_in(call.payload)
        if refusal:
            return _answer(operation, refusal, side_effect=False)
        if operation == "bpPayRequest":
            return self._pay_request(call.payload)
        _long(call.payload, "orderId")
        sale_order_id = _long(call.payload, "saleOrderId")
        reference_id = _long(call.payload, "saleReferenceId")
        order = self._book.find(sale_order_id, self._clock.now())
        if order is None or order.state is State.REQUESTED:
            return _answer(operation, NO_SALE, side_effect=False)
        if order.sale_reference_id not in (0, reference_id):
            return _answer(operation, NO_REFERENCE, side_effect=False)
        step = self._steps[operation](order)
        return _answer(operation, step.code, side_effect=step.side_effect)

    def sell(self, order_id: int, outcome: str) -> dict[str, str]:
        """Plays the card holder on the payment page; answers the form that returns to the city.

        ``outcome`` is a key of SALE_OUTCOMES; raises SaleError when the order does not wait for payment.
        """
        order = self._book.find(order_id, self._clock.now())
        if order is None or order.state is not State.REQUESTED:
            raise SaleError(f"order {order_id} does not wait for payment")
        code = SALE_OUTCOMES[outcome]
        if code == OK:
            self._book.pay(order, self._clock.now())
        else:
            order.state, order.fail_code = State.FAILED, code
        form = {"RefId": order.ref_id, "ResCode": code, "SaleOrderId": str(order_id)}
        if code == OK:
            form["SaleReferenceId"] = str(order.sale_reference_id)
            form["CardHolderPan"] = _MASKED_PAN
            form["CreditCardSaleResponseDetail"] = ""
            form["FinalAmount"] = str(order.amount_rial)
        return form

    def describe(self, order_id: int) -> dict[str, object] | None:
        """An order as the control API shows it."""
        order = self._book.find(order_id, self._clock.now())
        if order is None:
            return None
        return {
            "order_id": order.order_id,
            "state": order.state.value,
            "amount_rial": order.amount_rial,
            "ref_id": order.ref_id,
            "sale_reference_id": order.sale_reference_id,
            "call_back_url": order.call_back_url,
        }

    def _operation(self, call: SoapCall) -> str:
        if call.namespace != NAMESPACE or call.operation not in {"bpPayRequest", *self._steps}:
            raise SoapFaultError("Client", f"Cannot find dispatch method for {call.payload.tag}")
        return call.operation

    def _log_in(self, payload: etree._Element) -> str:
        if str(_long(payload, "terminalId")) != self._terminal_id:
            return NO_SUCH_MERCHANT
        given = text_of(payload, "userName"), text_of(payload, "userPassword")
        return "" if given == (self._user_name, self._password) else WRONG_CREDENTIALS

    def _pay_request(self, payload: etree._Element) -> Answer:
        order_id, amount_rial = _long(payload, "orderId"), _long(payload, "amount")
        code = OK
        if not 0 < amount_rial <= _LARGEST_AMOUNT_RIAL:
            code = BAD_AMOUNT
        elif not (
            _LOCAL_DATE.fullmatch(text_of(payload, "localDate"))
            and _LOCAL_TIME.fullmatch(text_of(payload, "localTime"))
        ):
            code = BAD_DATE
        elif len(text_of(payload, "additionalData")) > _ADDITIONAL_DATA_LIMIT:
            code = SYSTEM_ERROR
        elif self._book.find(order_id, self._clock.now()) is not None:
            code = DUPLICATE_ORDER
        if code != OK:
            return _answer("bpPayRequest", code, side_effect=False)
        order = self._book.open(order_id, amount_rial, text_of(payload, "callBackUrl"))
        comma = ", " if order_id % 2 == 0 else ","
        return _answer("bpPayRequest", f"{OK}{comma}{order.ref_id}", side_effect=True)

    def _verify(self, order: Order) -> _Step:
        refusal = {
            State.FAILED: NO_SALE,
            State.VERIFIED: ALREADY_VERIFIED,
            State.SETTLED: ALREADY_SETTLED,
            State.REVERSED: ALREADY_REVERSED,
        }.get(order.state)
        if refusal is not None:
            return _Step(refusal)
        order.state = State.VERIFIED
        order.verified_at = self._clock.now()
        if order.unclear_verify:
            order.unclear_verify = False
            return _Step(SYSTEM_ERROR, side_effect=True)
        return _Step(OK, side_effect=True)

    def _settle(self, order: Order) -> _Step:
        return self._end(order, State.SETTLED)

    def _reverse(self, order: Order) -> _Step:
        return self._end(order, State.REVERSED)

    def _end(self, order: Order, end: State) -> _Step:
        refusal = {
            State.FAILED: NO_SALE,
            State.PAID: NOT_VERIFIED,
            State.SETTLED: ALREADY_SETTLED,
            State.REVERSED: ALREADY_REVERSED,
        }.get(order.state)
        if refusal is not None:
            return _Step(refusal)
        order.state = end
        return _Step(OK, side_effect=True)

    def _verify_and_settle(self, order: Order) -> _Step:
        step = self._verify(order)
        if step.side_effect:
            order.state = State.SETTLED
        return step

    def _inquire(self, order: Order) -> _Step:
        codes = {
            State.FAILED: order.fail_code,
            State.PAID: NOT_VERIFIED,
            State.VERIFIED: OK,
            State.SETTLED: ALREADY_SETTLED,
            State.REVERSED: ALREADY_REVERSED,
        }
        return _Step(codes[order.state])


def _long(payload: etree._Element, name: str) -> int:
    text = text_of(payload, name)
    if not _LONG.fullmatch(text):
        raise SoapFaultError("Client", f"Unmarshalling Error: {name} is not a long")
    return int(text)


def _answer(operation: str, text: str, *, side_effect: bool) -> Answer:
    root = etree.Element(f"{_NS}{operation}Response", nsmap={"ns2": NAMESPACE})
    etree.SubElement(root, "return").text = text
    return Answer(root, outcome=text.split(",", 1)[0], side_effect=side_effect)
