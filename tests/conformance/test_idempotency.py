"""What every keeper of idempotency keys promises."""

import asyncio

from hub.core.errors import AlreadyClaimedError
from hub.core.exchange import Exchange, Transition
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


async def test_a_released_key_may_be_claimed_by_another_exchange(
    journal: Journal, idempotency: Idempotency
) -> None:
    (earlier, first), (later, again) = begin(), begin()
    await journal.append([first], claim(earlier.id))

    assert await idempotency.release("portal", "k-1", earlier.id)
    await journal.append([again], claim(later.id))

    held = await idempotency.find("portal", "k-1", T0_US)
    assert held is not None
    assert held.exchange_id == later.id


async def test_only_its_holder_s_claim_is_released(journal: Journal, idempotency: Idempotency) -> None:
    (holder, first), (other, _) = begin(), begin()
    await journal.append([first], claim(holder.id))

    assert not await idempotency.release("portal", "k-1", other.id)
    assert not await idempotency.release("kiosk", "k-1", holder.id)
    assert not await idempotency.release("portal", "k-2", holder.id)
    assert await idempotency.find("portal", "k-1", T0_US) == claim(holder.id)


async def test_of_those_who_release_and_claim_at_once_one_has_the_key(
    journal: Journal, idempotency: Idempotency
) -> None:
    earlier, first = begin()
    await journal.append([first], claim(earlier.id))
    rivals = [begin() for _ in range(8)]

    async def take_over(exchange: Exchange, opening: Transition) -> str:
        await idempotency.release("portal", "k-1", earlier.id)
        try:
            await journal.append([opening], claim(exchange.id))
        except AlreadyClaimedError as taken:
            return taken.exchange_id
        return exchange.id

    told = await asyncio.gather(*(take_over(*rival) for rival in rivals))

    assert len(set(told)) == 1
    recorded = [exchange.id for exchange, _ in rivals if await journal.history(exchange.id)]
    assert recorded == [told[0]]
