"""Counting who uses what: every exchange since a moment once, over however many pages the journal gives."""

from hub.app.cli import usage
from hub.app.cli.usage import Use, uses_since
from hub.core.exchange import Opening, State
from hub.core.ports import Query, Summary

SECOND_US = 1_000_000
NOW_US = 1_795_000_000 * SECOND_US


def exchange_id(at_us: int, number: int = 0) -> str:
    text = f"{at_us // 1000:012x}7{number:03x}8{number:015x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def summary(
    number: int, sender: str = "desk", version: str = "1.0", *, state: State = State.COMPLETED
) -> Summary:
    at_us = NOW_US + number * SECOND_US
    opening = Opening("civil.identity-inquiry", version, sender, "request-reply")
    return Summary(exchange_id(at_us, number), opening, state, 1, "", at_us, at_us, "", 0)


class PagedJournal:
    """Finds as the port promises: by id, after a given one, at most so many."""

    def __init__(self, *summaries: Summary) -> None:
        self.summaries = sorted(summaries, key=lambda each: each.exchange_id)
        self.queries: list[Query] = []

    async def find(self, query: Query) -> tuple[Summary, ...]:
        self.queries.append(query)
        return tuple([each for each in self.summaries if each.exchange_id > query.after][: query.limit])


async def test_each_client_and_version_is_counted_with_its_last_use(monkeypatch):
    monkeypatch.setattr(usage, "_PAGE", 2)
    journal = PagedJournal(
        *(summary(number) for number in range(5)),
        summary(7, "portal", "2.0"),
        summary(8, state=State.REJECTED),
    )
    uses = await uses_since(journal, NOW_US)  # type: ignore[arg-type]  # only what it asks for
    assert uses == {
        ("civil.identity-inquiry", "1.0", "desk"): Use(6, 1, NOW_US + 8 * SECOND_US),
        ("civil.identity-inquiry", "2.0", "portal"): Use(1, 0, NOW_US + 7 * SECOND_US),
    }
    assert all(query.limit == 2 for query in journal.queries)


async def test_what_was_before_is_not_even_read():
    journal = PagedJournal(summary(0), summary(9))
    (use,) = (await uses_since(journal, NOW_US + 5 * SECOND_US)).values()  # type: ignore[arg-type]  # as above
    assert use.exchanges == 1


async def test_who_was_not_known_used_nothing():
    journal = PagedJournal(summary(0, ""))
    assert await uses_since(journal, NOW_US) == {}  # type: ignore[arg-type]  # as above
