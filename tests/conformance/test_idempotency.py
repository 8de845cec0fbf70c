"""What every keeper of idempotency keys promises."""

from hub.core.ports import Idempotency, Journal
from tests.conformance.samples import HOUR_US, T0_US, begin, claim


async def test_a_claimed_key_is_found(journal: Journal, idempotency: Idempotency) -> None:
    exchange, first = begin()
    await journal.append([first], claim(exchange.id))

    assert await idempotency.find("portal", "k-1", T0_US) == claim(exchange.id)


async def test_an_unclaimed_key_is_not(journal: Journal, idempotency: Idempotency) -> None:
    exchange, first = begin()
    await journal.append([first], claim(exchange.id))

    assert await idempotency.find("portal", "k-2", T0_US) is None
    assert await idempotency.find("kiosk", "k-1", T0_US) is None


async def test_an_expired_claim_is_not_found(journal: Journal, idempotency: Idempotency) -> None:
    exchange, first = begin()
    await journal.append([first], claim(exchange.id))

    assert await idempotency.find("portal", "k-1", T0_US + HOUR_US - 1) is not None
    assert await idempotency.find("portal", "k-1", T0_US + HOUR_US) is None


async def test_only_expired_claims_are_forgotten(journal: Journal, idempotency: Idempotency) -> None:
    for number in range(5):
        exchange, first = begin()
        await journal.append([first], claim(exchange.id, f"k-{number}", expires_us=T0_US + number))

    assert await idempotency.forget(T0_US + 3) == 3
    assert await idempotency.forget(T0_US + 3) == 0
    assert await idempotency.find("portal", "k-3", T0_US) is not None
    assert await idempotency.find("portal", "k-2", T0_US) is None


async def test_keys_may_hold_any_text(journal: Journal, idempotency: Idempotency) -> None:
    exchange, first = begin()
    key = "'\" [\\] کلید 🗝"
    await journal.append([first], claim(exchange.id, key))

    assert await idempotency.find("portal", key, T0_US) == claim(exchange.id, key)
