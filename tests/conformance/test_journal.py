"""What every journal promises."""

import asyncio
from dataclasses import replace

import pytest

from hub.core.errors import AlreadyClaimedError, StateConflictError
from hub.core.exchange import Exchange, State, Transition
from hub.core.message import Role
from hub.core.ports import Journal, Query
from hub.core.values import new_id
from tests.asked import asked
from tests.conformance.samples import HOUR_US, PATHS, T0_US, begin, claim, document, move


async def record(journal: Journal, state: State, **options: str | int) -> Exchange:
    """Record an exchange that has come as far as a state."""
    waiting = {name: options.pop(name) for name in ("channel", "due_us") if name in options}
    exchange, first = begin(**options)  # type: ignore[arg-type]  # the test's own keywords
    *before, last = PATHS[state]
    moves = [*move(exchange, *before), *move(exchange, last, **waiting)]  # type: ignore[arg-type]  # as above
    await journal.append([first, *moves])
    return exchange


class TestAppend:
    async def test_what_was_appended_is_the_history(self, journal: Journal) -> None:
        exchange, first = begin(case_id="C-7", documents=(document(),))
        await journal.append([first, *move(exchange, State.ACCEPTED)])
        await journal.append(move(exchange, State.DELIVERING, State.COMPLETED))

        assert await journal.history(exchange.id) == tuple(exchange.history)

    async def test_a_replayed_history_is_the_exchange(self, journal: Journal) -> None:
        exchange = await record(journal, State.WAITING_RETRY, channel="registry-office", due_us=T0_US + 9)

        assert Exchange.replay(await journal.history(exchange.id)) == exchange

    async def test_an_unknown_exchange_has_no_history(self, journal: Journal) -> None:
        assert await journal.history(new_id()) == ()

    async def test_one_append_may_tell_of_several_exchanges(self, journal: Journal) -> None:
        (one, first), (other, second) = begin(), begin()
        await journal.append([first, second])

        assert await journal.history(one.id)
        assert await journal.history(other.id)

    async def test_nothing_cannot_be_appended(self, journal: Journal) -> None:
        with pytest.raises(ValueError, match="transition"):
            await journal.append([])

    async def test_concurrent_appends_are_all_recorded(self, journal: Journal) -> None:
        begun = [begin(documents=(document(),)) for _ in range(200)]

        async def live(exchange: Exchange, first: Transition) -> None:
            await journal.append([first])
            await journal.append(move(exchange, State.ACCEPTED))
            await journal.append(move(exchange, State.DELIVERING, State.COMPLETED))

        await asyncio.gather(*(live(exchange, first) for exchange, first in begun))

        for exchange, _ in begun:
            assert await journal.history(exchange.id) == tuple(exchange.history)
            assert len(await journal.documents(exchange.id)) == 1

    async def test_appends_to_one_exchange_keep_the_order_they_were_given_in(self, journal: Journal) -> None:
        exchange, first = begin()
        rest = move(exchange, State.ACCEPTED, State.DELIVERING, State.COMPLETED)

        await asyncio.gather(*(journal.append([transition]) for transition in [first, *rest]))

        assert await journal.history(exchange.id) == tuple(exchange.history)


class TestConflict:
    async def test_the_same_entry_number_is_taken_once(self, journal: Journal) -> None:
        exchange, first = begin()
        await journal.append([first, *move(exchange, State.ACCEPTED)])
        twin = Exchange.replay(exchange.history)
        await journal.append(move(exchange, State.DELIVERING))

        with pytest.raises(StateConflictError):
            await journal.append(move(twin, State.CANCELLED))
        assert await journal.history(exchange.id) == tuple(exchange.history)

    async def test_of_concurrent_twins_one_wins(self, journal: Journal) -> None:
        exchange = await record(journal, State.ACCEPTED)
        twins = [Exchange.replay(exchange.history) for _ in range(20)]

        outcomes = await asyncio.gather(
            *(journal.append(move(twin, State.DELIVERING)) for twin in twins), return_exceptions=True
        )

        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StateConflictError) for outcome in outcomes) == 19
        assert len(await journal.history(exchange.id)) == 3

    async def test_an_exchange_begins_once(self, journal: Journal) -> None:
        exchange = await record(journal, State.ACCEPTED)
        _, again = begin(exchange_id=exchange.id)

        with pytest.raises(StateConflictError):
            await journal.append([again])

    async def test_an_exchange_that_was_never_begun_does_not_go_on(self, journal: Journal) -> None:
        exchange, _ = begin()

        with pytest.raises(StateConflictError):
            await journal.append(move(exchange, State.ACCEPTED))

    async def test_a_number_is_not_skipped(self, journal: Journal) -> None:
        exchange = await record(journal, State.ACCEPTED)
        _, second = move(exchange, State.DELIVERING, State.WAITING_RETRY)

        with pytest.raises(StateConflictError):
            await journal.append([second])

    async def test_a_final_state_stays(self, journal: Journal) -> None:
        exchange = await record(journal, State.COMPLETED)
        [unlawful] = move(replace(exchange, state=State.RECEIVED), State.ACCEPTED)

        with pytest.raises(StateConflictError):
            await journal.append([unlawful])

    async def test_a_refused_append_leaves_nothing_of_itself(self, journal: Journal) -> None:
        settled = await record(journal, State.COMPLETED)
        new, first = begin(documents=(document(),))
        [stale] = move(replace(settled, number=2, state=State.ACCEPTED), State.DELIVERING)

        with pytest.raises(StateConflictError):
            await journal.append([first, stale])
        assert await journal.history(new.id) == ()
        assert await journal.documents(new.id) == ()
        assert await journal.find(Query(states=frozenset({State.RECEIVED}))) == ()

    async def test_a_refused_append_does_not_disturb_its_neighbours(self, journal: Journal) -> None:
        settled = await record(journal, State.COMPLETED)
        [stale] = move(replace(settled, number=2, state=State.ACCEPTED), State.DELIVERING)
        begun = [begin() for _ in range(20)]

        outcomes = await asyncio.gather(
            *(journal.append([first]) for _, first in begun[:10]),
            journal.append([stale]),
            *(journal.append([first]) for _, first in begun[10:]),
            return_exceptions=True,
        )

        assert [type(outcome) for outcome in outcomes if outcome is not None] == [StateConflictError]
        for exchange, _ in begun:
            assert len(await journal.history(exchange.id)) == 1


class TestClaim:
    async def test_a_key_gives_one_exchange(self, journal: Journal) -> None:
        (one, first), (other, second) = begin(), begin()
        await journal.append([first], claim(one.id))

        with pytest.raises(AlreadyClaimedError) as caught:
            await journal.append([second], claim(other.id))
        assert caught.value.exchange_id == one.id
        assert caught.value.fingerprint == claim(one.id).fingerprint
        assert await journal.history(other.id) == ()

    async def test_of_concurrent_twins_exactly_one_is_recorded(self, journal: Journal) -> None:
        begun = [begin() for _ in range(20)]

        outcomes = await asyncio.gather(
            *(journal.append([first], claim(exchange.id)) for exchange, first in begun),
            return_exceptions=True,
        )

        [winner] = [begun[place][0].id for place, outcome in enumerate(outcomes) if outcome is None]
        losers = [outcome for outcome in outcomes if isinstance(outcome, AlreadyClaimedError)]
        assert len(losers) == 19
        assert {loser.exchange_id for loser in losers} == {winner}
        assert [found.exchange_id for found in await journal.find(Query())] == [winner]

    async def test_keys_of_different_owners_never_meet(self, journal: Journal) -> None:
        (one, first), (other, second) = begin(), begin()
        await journal.append([first], claim(one.id, owner="portal"))
        await journal.append([second], claim(other.id, owner="urban-planning"))

        assert await journal.history(other.id)

    async def test_an_expired_key_may_be_used_again(self, journal: Journal) -> None:
        (one, first), (other, second) = begin(), begin(at_us=T0_US + 2 * HOUR_US)
        await journal.append([first], claim(one.id))
        await journal.append([second], claim(other.id, expires_us=T0_US + 3 * HOUR_US))

        assert await journal.history(other.id)

    async def test_a_refused_append_claims_nothing(self, journal: Journal) -> None:
        never_begun, _ = begin()
        with pytest.raises(StateConflictError):
            await journal.append(move(never_begun, State.ACCEPTED), claim(never_begun.id))

        exchange, first = begin()
        await journal.append([first], claim(exchange.id))
        assert await journal.history(exchange.id)


class TestDocuments:
    async def test_come_back_as_they_were_with_the_entry_that_recorded_them(self, journal: Journal) -> None:
        request = document('{"name": "زهرا"}'.encode())
        partner_request = document(b"<soap/>", Role.PARTNER_REQUEST)
        reply = document(b"", Role.REPLY)
        exchange, first = begin(documents=(request,))
        accepted = move(exchange, State.ACCEPTED)
        sent = exchange.advance(State.DELIVERING, at_us=T0_US, cause="hub", documents=(partner_request,))
        done = exchange.advance(State.COMPLETED, at_us=T0_US, cause="hub", documents=(reply,))
        await journal.append([first, *accepted, sent])
        await journal.append([done])

        assert await journal.documents(exchange.id) == ((1, request), (3, partner_request), (4, reply))

    async def test_match_the_commitments_of_the_history(self, journal: Journal) -> None:
        exchange, first = begin(documents=(document(), document(b"<x/>", Role.PARTNER_REQUEST)))
        await journal.append([first])

        [entry] = await journal.history(exchange.id)
        kept = await journal.documents(exchange.id)
        assert tuple(document.fact() for _, document in kept) == entry.documents

    async def test_of_an_unknown_exchange_there_are_none(self, journal: Journal) -> None:
        assert await journal.documents(new_id()) == ()


class TestFind:
    async def test_tells_the_present_state(self, journal: Journal) -> None:
        exchange = await record(
            journal, State.WAITING_RETRY, case_id="C-1", channel="registry-office", due_us=T0_US + 5
        )

        [found] = await journal.find(Query(case_id="C-1"))
        assert found.exchange_id == exchange.id
        assert found.opening == exchange.opening
        assert (found.state, found.number) == (State.WAITING_RETRY, 4)
        assert (found.channel, found.due_us) == ("registry-office", T0_US + 5)
        assert found.begun_us == T0_US
        assert found.changed_us == exchange.history[-1].at_us

    async def test_tells_the_code_of_the_last_entry(self, journal: Journal) -> None:
        exchange, first = begin()
        failed = exchange.advance(State.FAILED, at_us=T0_US, cause="hub", code="route.none")
        await journal.append([first, failed])

        assert [found.code for found in await journal.find(Query())] == ["route.none"]

    async def test_tells_the_last_entry_to_whoever_asks_for_it(self, journal: Journal) -> None:
        states = [state for state, path in PATHS.items() if path]
        exchanges = {each.id: each for each in [await record(journal, state) for state in states]}

        found = await journal.find(Query(with_last_entry=True))
        assert {each.exchange_id: each.last for each in found} == {
            id_: exchange.history[-1] for id_, exchange in exchanges.items()
        }
        assert {each.last for each in await journal.find(Query())} == {None}

    async def test_dead_letters_are_found_page_by_page_with_what_made_them_so(self, journal: Journal) -> None:
        dead = [await record(journal, State.DEAD_LETTERED) for _ in range(3)]
        await record(journal, State.COMPLETED)

        wanted = frozenset({State.DEAD_LETTERED})
        first = await journal.find(Query(states=wanted, with_last_entry=True, limit=2))
        rest = await journal.find(Query(states=wanted, with_last_entry=True, after=first[-1].exchange_id))
        assert [each.exchange_id for each in (*first, *rest)] == sorted(each.id for each in dead)
        assert all(each.last is not None and each.last.number == each.number for each in (*first, *rest))

    async def test_all_conditions_hold_together(self, journal: Journal) -> None:
        wanted = await record(journal, State.ACCEPTED, sender="portal", case_id="C-1", channel="bank")
        await record(journal, State.ACCEPTED, sender="kiosk", case_id="C-1", channel="bank")
        await record(journal, State.ACCEPTED, sender="portal", case_id="C-2", channel="bank")
        await record(journal, State.ACCEPTED, sender="portal", case_id="C-1", channel="civil-registry")
        await record(journal, State.COMPLETED, sender="portal", case_id="C-1")

        query = Query(
            sender="portal",
            case_id="C-1",
            channel="bank",
            states=frozenset({State.ACCEPTED, State.DELIVERING}),
        )
        assert [found.exchange_id for found in await journal.find(query)] == [wanted.id]

    @pytest.mark.parametrize(
        "query",
        [
            Query(),
            Query(sender="portal"),
            Query(case_id="C-1"),
            Query(channel="bank"),
            Query(channel=""),
            Query(case_id=""),
            Query(states=frozenset({State.ACCEPTED})),
            Query(states=frozenset({State.ACCEPTED, State.WAITING_RETRY})),
            Query(states=frozenset({State.COMPLETED})),
            Query(states=frozenset(State)),
            Query(due_before_us=T0_US + 50),
            Query(due_before_us=T0_US + 50, channel="bank"),
            Query(due_before_us=T0_US + 50, states=frozenset({State.WAITING_RETRY})),
        ],
        ids=asked,
    )
    async def test_every_kind_of_question_has_the_answer_that_reading_all_would_give(
        self, journal: Journal, query: Query
    ) -> None:
        for number, state in enumerate([s for s in PATHS if PATHS[s]] * 3):
            waits = {"channel": "bank", "due_us": T0_US + number * 10}
            await record(
                journal,
                state,
                sender="portal" if number % 2 else "kiosk",
                case_id=f"C-{number % 2}" if number % 3 else "",
                **(waits if state in {State.WAITING_RETRY, State.ACCEPTED} else {}),  # type: ignore[arg-type]  # test keywords
            )
        everything = await journal.find(Query())

        expected = [
            found
            for found in everything
            if query.sender in (None, found.opening.sender)
            and query.case_id in (None, found.opening.case_id)
            and query.channel in (None, found.channel)
            and (not query.states or found.state in query.states)
            and (query.due_before_us is None or 0 < found.due_us < query.due_before_us)
        ]
        assert len(everything) == 15
        assert list(await journal.find(query)) == expected
        backwards = await journal.find(replace(query, newest_first=True))
        assert list(reversed(backwards)) == expected

    async def test_what_is_due_is_found_until_it_has_been_dealt_with(self, journal: Journal) -> None:
        due = Query(due_before_us=T0_US + 100)
        exchange = await record(journal, State.WAITING_RETRY, channel="bank", due_us=T0_US + 99)
        await record(journal, State.WAITING_RETRY, channel="bank", due_us=T0_US + 100)
        await record(journal, State.ACCEPTED)

        assert [found.exchange_id for found in await journal.find(due)] == [exchange.id]
        await journal.append(move(exchange, State.DELIVERING))
        assert await journal.find(due) == ()

    async def test_what_is_due_takes_turns_by_sender_and_channel(self, journal: Journal) -> None:
        names: dict[str, str] = {}

        async def waits(name: str, sender: str, channel: str, due: int) -> None:
            exchange = await record(
                journal, State.WAITING_RETRY, sender=sender, channel=channel, due_us=T0_US + due
            )
            names[exchange.id] = name

        for number in range(5):
            await waits(f"heap {number}", "portal", "bank", number)
        await waits("second of kiosk", "kiosk", "bank", 40)
        await waits("first of kiosk", "kiosk", "bank", 30)
        await waits("at the office", "portal", "office", 20)
        await waits("nobody's", "portal", "", 25)
        await waits("not yet", "tablet", "bank", 50)
        await waits("not yet either", "tablet", "registry", 50)

        async def turns(of_each: int, limit: int = 100, **more: str) -> list[str]:
            query = Query(due_before_us=T0_US + 50, of_each=of_each, limit=limit, **more)  # type: ignore[arg-type]  # texts
            return [names[found.exchange_id] for found in await journal.find(query)]

        first = ["heap 0", "at the office", "nobody's", "first of kiosk"]
        second = ["heap 1", "second of kiosk"]
        assert await turns(1) == first
        assert await turns(2) == [*first, *second]
        assert await turns(9) == [*first, *second, "heap 2", "heap 3", "heap 4"]
        assert await turns(9, limit=5) == [*first, "heap 1"]
        assert await turns(9, sender="kiosk") == ["first of kiosk", "second of kiosk"]
        assert await turns(9, channel="office") == ["at the office"]
        assert await turns(9, channel="") == ["nobody's"]

    async def test_turns_are_taken_by_what_meets_all_conditions(self, journal: Journal) -> None:
        retried = await record(journal, State.WAITING_RETRY, channel="bank", due_us=T0_US + 2, case_id="C-1")
        await record(journal, State.ACCEPTED, channel="bank", due_us=T0_US + 1)

        query = Query(due_before_us=T0_US + 9, of_each=1, with_last_entry=True)
        [found] = await journal.find(replace(query, states=frozenset({State.WAITING_RETRY})))
        assert (found.exchange_id, found.opening) == (retried.id, retried.opening)
        assert found.last == retried.history[-1]
        assert [each.exchange_id for each in await journal.find(replace(query, case_id="C-1"))] == [
            retried.id
        ]

    @pytest.mark.parametrize(
        "query",
        [
            Query(of_each=5),
            Query(of_each=5, due_before_us=9, after="x"),
            Query(of_each=5, due_before_us=9, newest_first=True),
            Query(of_each=-1, due_before_us=9),
        ],
        ids=["no-time", "further-pages", "backwards", "less-than-none"],
    )
    async def test_what_has_no_turns_is_refused(self, journal: Journal, query: Query) -> None:
        with pytest.raises(ValueError, match="turn"):
            await journal.find(query)

    @pytest.mark.parametrize("newest_first", [False, True])
    async def test_pages_hold_everything_once_in_order(self, journal: Journal, *, newest_first: bool) -> None:
        ids = sorted([(await record(journal, State.ACCEPTED)).id for _ in range(7)], reverse=newest_first)

        seen: list[str] = []
        while page := await journal.find(
            Query(limit=3, after=seen[-1] if seen else "", newest_first=newest_first)
        ):
            assert len(page) <= 3
            seen += [found.exchange_id for found in page]
        assert seen == ids

    async def test_at_least_one_must_be_asked_for(self, journal: Journal) -> None:
        with pytest.raises(ValueError, match="at least one"):
            await journal.find(Query(limit=0))
