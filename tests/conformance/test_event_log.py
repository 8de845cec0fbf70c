"""What every event log promises."""

import asyncio

from hub.core.events import BEGINNING, EventLog, LoggedEvent
from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.ports import Journal
from hub.core.values import new_id
from tests.conformance.samples import T0_US, begin, document, move

OWNERSHIP, BUILDING = "registry.ownership-changed", "building.permit-issued"


def published(contract: str = OWNERSHIP, at_us: int = T0_US) -> tuple[Exchange, list[Transition]]:
    opening = Opening(contract, "1.0", "registry-office", "publish-subscribe")
    exchange, first = Exchange.start(
        new_id(), opening, state=State.RECEIVED, at_us=at_us, cause="client:x", documents=(document(),)
    )
    more = [exchange.advance(state, at_us=at_us, cause="hub") for state in (State.ACCEPTED, State.COMPLETED)]
    return exchange, [first, *more]


async def publish(journal: Journal, contract: str = OWNERSHIP, at_us: int = T0_US) -> str:
    exchange, transitions = published(contract, at_us)
    await journal.append(transitions)
    return exchange.id


async def ids(log: EventLog, contract: str = OWNERSHIP, after: int = BEGINNING) -> list[str]:
    return [event.exchange_id for event in await log.read(contract, after, 1000)]


async def test_nothing_was_published_at_first(event_log: EventLog) -> None:
    assert await event_log.read(OWNERSHIP, BEGINNING, 10) == ()
    assert await event_log.end(OWNERSHIP) == BEGINNING


async def test_what_was_published_is_read_in_order(journal: Journal, event_log: EventLog) -> None:
    first, second = await publish(journal), await publish(journal, at_us=T0_US + 5)

    events = await event_log.read(OWNERSHIP, BEGINNING, 10)

    assert [event.exchange_id for event in events] == [first, second]
    assert BEGINNING < events[0].position < events[1].position
    assert events[1] == LoggedEvent(events[1].position, second, OWNERSHIP, T0_US + 5)
    assert await event_log.end(OWNERSHIP) == events[1].position


async def test_reading_goes_on_after_a_position(journal: Journal, event_log: EventLog) -> None:
    published_ids = [await publish(journal) for _ in range(5)]

    read, position = [], BEGINNING
    while page := await event_log.read(OWNERSHIP, position, 2):
        read += [event.exchange_id for event in page]
        position = page[-1].position

    assert read == published_ids


async def test_contracts_have_events_of_their_own(journal: Journal, event_log: EventLog) -> None:
    ours = await publish(journal, OWNERSHIP)
    theirs = await publish(journal, BUILDING)

    assert await ids(event_log, OWNERSHIP) == [ours]
    assert await ids(event_log, BUILDING) == [theirs]


async def test_other_exchanges_are_no_events(journal: Journal, event_log: EventLog) -> None:
    exchange, first = begin()
    await journal.append([first, *move(exchange, State.ACCEPTED, State.COMPLETED)])

    assert await event_log.end(exchange.opening.contract) == BEGINNING


async def test_a_refused_append_publishes_nothing(journal: Journal, event_log: EventLog) -> None:
    _, transitions = published()
    await journal.append(transitions)
    await asyncio.gather(*(journal.append(transitions) for _ in range(3)), return_exceptions=True)

    assert len(await ids(event_log)) == 1


async def test_no_reader_ever_skips_an_event(journal: Journal, event_log: EventLog) -> None:
    """Many publish at once while somebody reads: what is read in steps is all there is, in the same order."""
    read: list[str] = []

    async def follow() -> None:
        position = BEGINNING
        while len(read) < 60:
            for event in await event_log.read(OWNERSHIP, position, 7):
                assert event.position > position
                position = event.position
                read.append(event.exchange_id)
            await asyncio.sleep(0)

    async def publish_some() -> list[str]:
        return [await publish(journal) for _ in range(10)]

    async with asyncio.timeout(60):
        _, *written = await asyncio.gather(follow(), *(publish_some() for _ in range(6)))

    assert sorted(read) == sorted(id_ for some in written for id_ in some)
    assert read == await ids(event_log)


async def test_a_time_has_a_position(journal: Journal, event_log: EventLog) -> None:
    for minutes in range(3):
        await publish(journal, at_us=T0_US + minutes * 60_000_000)
    second = (await event_log.read(OWNERSHIP, BEGINNING, 10))[1]

    position = await event_log.position_at(OWNERSHIP, T0_US + 60_000_000)

    assert (await event_log.read(OWNERSHIP, position, 1))[0] == second
    assert await event_log.position_at(OWNERSHIP, T0_US + 9 * 60_000_000) == await event_log.end(OWNERSHIP)


async def test_what_is_too_old_is_forgotten(journal: Journal, event_log: EventLog) -> None:
    old = await publish(journal, at_us=T0_US)
    kept = await publish(journal, at_us=T0_US + 10)
    other = await publish(journal, BUILDING, at_us=T0_US)

    assert await event_log.forget(OWNERSHIP, T0_US + 10) == 1
    assert await ids(event_log) == [kept]
    assert await ids(event_log, BUILDING) == [other]
    assert await journal.history(old) != ()
