"""Waiting for an exchange's end: no wake-up is lost, nobody spins, nothing stays behind."""

import asyncio

from hub.core.exchange import State
from hub.runtime.waiting import Waiters
from tests.conformance.samples import begin, move
from tests.fakes.journal import FakeJournal
from tests.unit.hub.runtime.engine import until

LONG_S = 600.0


class CountingJournal(FakeJournal):
    """Counts readings, and lets a test step in between reading and answering."""

    def __init__(self):
        super().__init__()
        self.readings = 0
        self.after_reading = None

    async def history(self, exchange_id):
        self.readings += 1
        entries = await super().history(exchange_id)
        if self.after_reading is not None:
            act, self.after_reading = self.after_reading, None
            await act()
        return entries


async def under_way(journal: FakeJournal):
    exchange, received = begin()
    await journal.append([received, *move(exchange, State.ACCEPTED, State.DELIVERING)])
    return exchange


async def test_whoever_waits_is_woken_by_the_end():
    journal, waiters = CountingJournal(), Waiters()
    exchange = await under_way(journal)
    waiting = asyncio.ensure_future(waiters.history(journal, exchange.id, LONG_S))
    await until(lambda: bool(waiters._waiting))
    await journal.append(move(exchange, State.COMPLETED))
    waiters.ended(exchange.id)
    entries = await waiting
    assert entries[-1].state is State.COMPLETED
    assert waiters._waiting == {}


async def test_an_end_between_reading_and_waiting_is_not_missed():
    journal, waiters = CountingJournal(), Waiters()
    exchange = await under_way(journal)

    async def end_now():
        await journal.append(move(exchange, State.COMPLETED))
        waiters.ended(exchange.id)

    journal.after_reading = end_now
    entries = await waiters.history(journal, exchange.id, LONG_S)
    assert entries[-1].state is State.COMPLETED
    assert journal.readings == 2


async def test_a_wake_up_for_an_exchange_that_was_taken_up_again_does_not_make_its_waiter_spin():
    journal, waiters = CountingJournal(), Waiters()
    exchange = await under_way(journal)
    waiting = asyncio.ensure_future(waiters.history(journal, exchange.id, LONG_S))
    await until(lambda: bool(waiters._waiting))
    waiters.ended(exchange.id)  # it had ended, and a person took it up again before anybody could look
    for _ in range(100):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert journal.readings == 2
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiters._waiting == {}


async def test_no_time_to_wait_is_one_look():
    journal, waiters = CountingJournal(), Waiters()
    exchange = await under_way(journal)
    entries = await waiters.history(journal, exchange.id, 0)
    assert entries[-1].state is State.DELIVERING
    assert journal.readings == 1


async def test_an_exchange_that_does_not_exist_is_not_waited_for():
    assert await Waiters().history(CountingJournal(), "nothing", LONG_S) == ()


async def test_a_stopping_hub_lets_everybody_go_with_what_is_known():
    journal, waiters = CountingJournal(), Waiters()
    exchange = await under_way(journal)
    waiting = [asyncio.ensure_future(waiters.history(journal, exchange.id, LONG_S)) for _ in range(3)]
    await until(lambda: bool(waiters._waiting))
    waiters.stop()
    for each in waiting:
        assert (await each)[-1].state is State.DELIVERING
    assert (await waiters.history(journal, exchange.id, LONG_S))[-1].state is State.DELIVERING
    assert waiters._waiting == {}
