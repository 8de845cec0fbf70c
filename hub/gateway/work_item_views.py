"""Work items as JSON documents for officers."""

import orjson

from hub.core.contract import Contract
from hub.core.exchange import Entry, deadline_of
from hub.core.message import Kind
from hub.core.work_items import Inbox
from hub.gateway.views import JsonObject, entry_view, iso, text
from hub.runtime.deadlines import REMINDER
from hub.runtime.inbox.listing import Listed
from hub.runtime.inbox.standing import Standing
from hub.runtime.inbox.work_item import Bodies, WorkItem


def listed_view(item: Listed, inbox: Inbox | None) -> JsonObject:
    """One open work item in a list."""
    opening = item.summary.opening
    return {
        "id": item.summary.exchange_id,
        "state": "claimed" if item.standing.claimed_by else "open",
        **_whose(item.standing),
        "title": None if inbox is None else text(inbox.title),
        "contract": f"{opening.contract}@{opening.version}",
        "sender": opening.sender,
        "case_id": opening.case_id or None,
        "deadline": iso(item.deadline_us) if item.deadline_us else None,
        "begun_at": iso(item.summary.begun_us),
    }


def item_view(item: WorkItem) -> JsonObject:
    """Where one stands: facts alone."""
    first, last = item.entries[0], item.entries[-1]
    deadline_us = deadline_of(item.entries)
    view: JsonObject = {
        "id": item.id,
        "state": ("claimed" if item.standing.claimed_by else "open") if item.is_open else last.state,
        "number": last.number,
        **_whose(item.standing),
        "title": text(item.inbox.title),
        "deadline": iso(deadline_us) if deadline_us else None,
        "begun_at": iso(first.at_us),
        "changed_at": iso(last.at_us),
    }
    if first.opening is not None:
        opening = first.opening
        view |= {
            "contract": f"{opening.contract}@{opening.version}",
            "sender": opening.sender,
            "case_id": opening.case_id or None,
        }
    return view


def opened_view(item: WorkItem, bodies: Bodies, contract: Contract | None) -> JsonObject:
    """All of one: what is asked, the form to answer by, and everything that has happened."""
    ref = item.inbox.contract
    version = contract.versions.get(ref.version) if contract is not None else None
    return {
        **item_view(item),
        "request": _fragment(bodies.request),
        "form": {
            "contract": str(ref),
            "schema": version.schemas[Kind.REPLY].source if version is not None else None,
        },
        "draft": _fragment(bodies.draft),
        "answer": _fragment(bodies.answer),
        "attached": list(item.attached),
        "notes": [{"at": iso(note.at_us), "by": note.by, "text": note.text} for note in bodies.notes],
        "reminders": [_reminder(entry) for entry in item.entries if REMINDER in entry.detail],
        "history": [entry_view(entry) for entry in item.entries],
    }


def _whose(standing: Standing) -> JsonObject:
    return {
        "inbox": standing.inbox,
        "offices": list(standing.offices),
        "claimed_by": standing.claimed_by or None,
        "claimed_at": iso(standing.claimed_us) if standing.claimed_us else None,
    }


def _reminder(entry: Entry) -> JsonObject:
    return {
        "at": iso(entry.at_us),
        "reminder": entry.detail[REMINDER],
        "escalated_to": entry.detail.get("escalated_to"),
    }


def _fragment(document: bytes | None) -> orjson.Fragment | None:
    return None if document is None else orjson.Fragment(document)
