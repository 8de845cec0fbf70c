"""A composite's parts as its sender sees them: how each stands now, and its reply where the sender may see it.

Who has a composite's contract has its parts asked, and gets what its own reply says of them. A part's whole reply is
shown only to who has a grant for the part's contract too (G6).
"""

from collections.abc import Sequence

import orjson

from hub.core.exchange import Entry, Opening, State, deadline_of
from hub.core.ports import ClientRecord, Journal
from hub.core.values import JsonValue
from hub.gateway.views import iso
from hub.routing.scatter import PartState
from hub.runtime.composite.record import Gathering, PartRecord, state_of
from hub.runtime.replay import reply_of
from hub.security.access import may_use


def may_see_reply(client: ClientRecord, opening: Opening | None) -> bool:
    """Whether an exchange's sender may see its reply: not of a part that its grants do not cover."""
    if opening is None or not opening.parent:
        return True
    return may_use(client, opening.contract, opening.ref.version)


async def parts_view(journal: Journal, entries: Sequence[Entry], client: ClientRecord) -> JsonValue:
    """The parts of an exchange, in the route's order, theirs included; None if it has none. Raises NotRecordedError."""
    gathering = Gathering.of(entries)
    if gathering is None:
        return None
    return [await _part_view(journal, part, client) for part in gathering.parts]


async def _part_view(journal: Journal, part: PartRecord, client: ClientRecord) -> JsonValue:
    name, _, version = part.contract.partition("@")
    view: dict[str, JsonValue] = {
        "name": part.name,
        "contract": name,
        "version": version,
        "required": part.is_required,
    }
    entries = await journal.history(part.exchange_id) if part.exchange_id else ()
    if not entries:
        return view | {"exchange_id": None, "state": PartState.NOT_ASKED.value}
    last, (_, code), deadline_us = entries[-1], state_of(entries), deadline_of(entries)
    view |= {
        "exchange_id": part.exchange_id,
        "state": last.state,
        "since": iso(last.at_us),
        "deadline": iso(deadline_us) if deadline_us else None,
    }
    if code:
        view["code"] = code
    if last.state is State.COMPLETED and may_see_reply(client, entries[0].opening):
        reply = await reply_of(journal, part.exchange_id)
        if reply is not None:
            view["reply"] = orjson.Fragment(reply)
    inner = await parts_view(journal, entries, client)
    return view if inner is None else view | {"parts": inner}
