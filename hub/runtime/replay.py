"""How an exchange's recorded end is told again: to a repeated call, or to whoever asks for it later."""

from collections.abc import Sequence

import orjson

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.exchange import FINAL, Entry, State
from hub.core.message import Role
from hub.core.ports import Journal
from hub.core.values import Text

_MOST_ERRORS = 20


def facts_of(error: ExchangeError) -> dict[str, str | int]:
    """What the journal keeps of an error beside its code, so that it can be told again."""
    facts: dict[str, str | int] = dict(error.facts)
    if error.detail:
        facts["detail"] = error.detail[:500]
    if error.errors:
        rows = [[e.pointer, e.code, e.detail.fa, e.detail.en] for e in error.errors[:_MOST_ERRORS]]
        facts["errors"] = orjson.dumps(rows).decode()
    return facts


def problem_of(entry: Entry) -> ExchangeError | None:
    """The error that an entry tells of, if it tells of one."""
    code = codes.CATALOGUE.get(entry.code)
    if code is None:
        return None
    rows = orjson.loads(str(entry.detail.get("errors", "[]")))
    errors = tuple(FieldError(pointer, rule, Text(fa, en)) for pointer, rule, fa, en in rows)
    return ExchangeError(code, str(entry.detail.get("detail", "")), errors=errors)


async def reply_of(journal: Journal, exchange_id: str) -> bytes | None:
    """The reply as it was recorded for the sender, if there is one."""
    for _, document in await journal.documents(exchange_id):
        if document.role is Role.REPLY:
            return document.body
    return None


async def end_of(journal: Journal, entries: Sequence[Entry]) -> tuple[bytes | None, ExchangeError | None]:
    """The reply or the problem of an exchange that has ended; neither of one that has not."""
    last = entries[-1]
    if last.state not in FINAL:
        return None, None
    if last.state is State.COMPLETED:
        return await reply_of(journal, last.exchange_id), None
    return None, problem_of(last) or ExchangeError(codes.INTERNAL)
