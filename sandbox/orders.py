"""The payment gateway's orders and what may happen to them."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

VERIFY_WITHIN = timedelta(minutes=20)
SETTLES_BY_ITSELF_AFTER = timedelta(hours=3)

_REF_ID_ALPHABET = "0123456789abcdefABCDEF"
_REF_ID_LENGTH = 16
_SEED_AMOUNT_RIAL = 17_000_000
_SEED_REFERENCE_BASE = 170_000_000_000


class State(StrEnum):
    """Where an order stands."""

    REQUESTED = "requested"
    FAILED = "failed"
    PAID = "paid"
    VERIFIED = "verified"
    SETTLED = "settled"
    REVERSED = "reversed"


@dataclass
class Order:
    """One order of the terminal. ``sale_reference_id`` is 0 until the card holder has paid.

    ``fail_code`` is the card's code when the sale failed. ``unclear_verify`` makes the first verify do
    its work and answer 34 all the same. A ``patient`` sale is never reversed by the clock.
    """

    order_id: int
    amount_rial: int
    call_back_url: str
    ref_id: str
    state: State = State.REQUESTED
    sale_reference_id: int = 0
    fail_code: str = ""
    paid_at: datetime | None = None
    verified_at: datetime | None = None
    unclear_verify: bool = False
    patient: bool = False

    def advance(self, now: datetime) -> None:
        """Does what the gateway does by itself: reverse after 20 minutes, settle after 3 hours."""
        if self.patient:
            return
        if self.state is State.PAID and self.paid_at is not None and now >= self.paid_at + VERIFY_WITHIN:
            self.state = State.REVERSED
        if (
            self.state is State.VERIFIED
            and self.verified_at is not None
            and now >= self.verified_at + SETTLES_BY_ITSELF_AFTER
        ):
            self.state = State.SETTLED


class OrderBook:
    """All orders of the terminal, by order id."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._orders: dict[int, Order] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the seed orders."""
        self._orders = {order.order_id: order for order in _seed()}

    def find(self, order_id: int, now: datetime) -> Order | None:
        """The order as it stands at a moment."""
        order = self._orders.get(order_id)
        if order is not None:
            order.advance(now)
        return order

    def open(self, order_id: int, amount_rial: int, call_back_url: str) -> Order:
        """A new order that waits for its card holder; the caller has checked that the id is free."""
        ref_id = "".join(self._rng.choices(_REF_ID_ALPHABET, k=_REF_ID_LENGTH))
        order = Order(order_id, amount_rial, call_back_url, ref_id)
        self._orders[order_id] = order
        return order

    def pay(self, order: Order, now: datetime) -> None:
        """The card holder pays."""
        order.state = State.PAID
        order.paid_at = now
        order.sale_reference_id = self._rng.randrange(180_000_000_000, 999_999_999_999)


def _seed() -> list[Order]:
    def order(order_id: int, state: State, *, fail_code: str = "", unclear_verify: bool = False) -> Order:
        has_sale = state not in (State.REQUESTED, State.FAILED)
        return Order(
            order_id=order_id,
            amount_rial=_SEED_AMOUNT_RIAL,
            call_back_url="http://city.invalid/payment/callback",
            ref_id=f"SeedRef{order_id:d}"[:_REF_ID_LENGTH],
            state=state,
            sale_reference_id=_SEED_REFERENCE_BASE + order_id if has_sale else 0,
            fail_code=fail_code,
            unclear_verify=unclear_verify,
            patient=True,
        )

    return [
        order(140400001, State.PAID),
        order(140400002, State.VERIFIED),
        order(140400003, State.SETTLED),
        order(140400004, State.REVERSED),
        order(140400005, State.REQUESTED),
        order(140400006, State.FAILED, fail_code="17"),
        order(140400034, State.PAID, unclear_verify=True),
    ]
