import random
from datetime import UTC, datetime, timedelta

from sandbox.orders import SETTLES_BY_ITSELF_AFTER, VERIFY_WITHIN, OrderBook, State

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


def book_with(seed: int) -> OrderBook:
    return OrderBook(random.Random(seed))  # noqa: S311 - nothing secret is drawn


def paid_order(book: OrderBook) -> None:
    book.pay(book.open(1, 1000, ""), NOON)


def state(book: OrderBook, order_id: int, now: datetime) -> State:
    order = book.find(order_id, now)
    assert order is not None
    return order.state


def test_a_sale_is_reversed_when_twenty_minutes_are_over() -> None:
    book = book_with(1)
    paid_order(book)
    assert state(book, 1, NOON + VERIFY_WITHIN - MOMENT) is State.PAID
    assert state(book, 1, NOON + VERIFY_WITHIN) is State.REVERSED


def test_a_verified_sale_is_settled_when_three_hours_are_over() -> None:
    book = book_with(1)
    paid_order(book)
    order = book.find(1, NOON)
    assert order is not None
    order.state, order.verified_at = State.VERIFIED, NOON
    assert state(book, 1, NOON + SETTLES_BY_ITSELF_AFTER - MOMENT) is State.VERIFIED
    assert state(book, 1, NOON + SETTLES_BY_ITSELF_AFTER) is State.SETTLED


def test_seeded_sales_wait_for_ever() -> None:
    book = book_with(1)
    assert state(book, 140400001, NOON + timedelta(days=3000)) is State.PAID


def test_references_repeat_with_the_seed() -> None:
    first, second = book_with(4), book_with(4)
    assert first.open(1, 1000, "").ref_id == second.open(1, 1000, "").ref_id


def test_reset_forgets_orders_and_restores_the_seed() -> None:
    book = book_with(1)
    paid_order(book)
    seeded = book.find(140400001, NOON)
    assert seeded is not None
    seeded.state = State.SETTLED
    book.reset()
    assert book.find(1, NOON) is None
    assert state(book, 140400001, NOON) is State.PAID
