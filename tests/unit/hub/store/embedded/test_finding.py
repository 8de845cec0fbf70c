"""A question costs what its answer holds, not what is stored."""

import sqlite3

import pytest

from hub.core.exchange import State
from hub.core.ports import Query
from hub.store.embedded import EmbeddedStore, journal
from hub.store.embedded.finding import _LANE, _NEXT_CHANNEL, _SAME_CHANNEL, to_sql
from tests.asked import asked


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(due_before_us=5), "exchange_lane"),
        (Query(due_before_us=5, states=frozenset({State.WAITING_RETRY}), channel="bank"), "exchange_lane"),
        (Query(due_before_us=5, of_each=9, channel="bank", sender="portal"), "exchange_lane"),
        (Query(channel="bank"), "exchange_channel"),
        (Query(case_id="C-1", sender="portal"), "exchange_case"),
        (Query(states=frozenset({State.DEAD_LETTERED})), "exchange_state"),
        (Query(states=frozenset({State.RECEIVED, State.ACCEPTED})), "exchange_state"),
        (Query(sender="portal"), "exchange_sender"),
        (Query(sender="portal", states=frozenset({State.COMPLETED})), "exchange_sender"),
        (Query(states=frozenset({State.COMPLETED})), ""),  # most are: in order of id a page is soon full
        (Query(), ""),
    ],
    ids=asked,
)
async def test_each_question_goes_by_its_index(store: EmbeddedStore, query: Query, index: str) -> None:
    text, values = to_sql(query)

    def plan(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]

    steps = await store._reader.run(plan)
    assert any(index in step for step in steps), steps
    assert ("SCAN exchange" in steps) == (index == ""), steps


async def test_a_lane_is_read_in_the_order_of_its_index_and_no_further_than_asked(
    store: EmbeddedStore,
) -> None:
    lane = Query(
        due_before_us=5, of_each=9, channel="bank", sender="portal", states=frozenset({State.ACCEPTED})
    )

    def plans(connection: sqlite3.Connection) -> list[tuple[int, str]]:
        texts = [
            to_sql(lane),
            (_LANE.format(""), []),
            (_LANE.format(_SAME_CHANNEL), ["bank", "portal"]),
            (_LANE.format(_NEXT_CHANNEL), ["bank"]),
        ]
        return [
            (row[1], row[3])
            for text, values in texts
            for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)
        ]

    steps = await store._reader.run(plans)
    assert len([step for _, step in steps if "exchange_lane" in step]) == 4
    # Only the page itself, once it has been cut and joined, may have to be sorted.
    assert [within for within, step in steps if "TEMP B-TREE" in step] == [0], steps


async def test_documents_and_histories_go_by_index(store: EmbeddedStore) -> None:
    def plans(connection: sqlite3.Connection) -> list[str]:
        return [
            row[3]
            for text in (journal._HISTORY, journal._DOCUMENTS)
            for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", ("x",))
        ]

    assert not [step for step in await store._reader.run(plans) if "SCAN" in step]
