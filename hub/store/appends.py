"""One call of ``Journal.append``, made ready to be written together with its neighbours."""

from collections.abc import Sequence
from typing import NamedTuple

from hub.core.events import is_published
from hub.core.exchange import Entry, Transition
from hub.core.ports import Claim, Sealer
from hub.store.documents import seal_document
from hub.store.record import UnrecordableError, encode, leaf_of

_ROW_OVERHEAD = 256


class Line(NamedTuple):
    """An entry with its bytes and its sealed documents."""

    entry: Entry
    record: bytes
    leaf: bytes
    sealed: tuple[tuple[str, bytes], ...]


class Append(NamedTuple):
    """What one caller wants recorded, all or none."""

    lines: tuple[Line, ...]
    claim: Claim | None
    size: int
    """About how many bytes it will take on disk."""
    event: str = ""
    """The contract of the event that its last line publishes, if it does: a line in the event log, in the same commit."""


def prepare(transitions: Sequence[Transition], claim: Claim | None, sealer: Sealer) -> Append:
    """Encode, hash and seal, in the caller's thread: what cannot be recorded fails here, and alone.

    Raises UnrecordableError for what no journal can hold.
    """
    if not transitions:
        raise UnrecordableError("an append without a transition records nothing")
    lines = tuple([_line(transition, sealer) for transition in transitions])
    size = 0
    for line in lines:
        size += _ROW_OVERHEAD + len(line.record)
        for _, sealed in line.sealed:
            size += len(sealed)
    return Append(lines, claim, size, _event(transitions))


def _event(transitions: Sequence[Transition]) -> str:
    first, last = transitions[0].entry, transitions[-1].entry
    return first.opening.contract if first.opening is not None and is_published(first, last) else ""


def _line(transition: Transition, sealer: Sealer) -> Line:
    entry = transition.entry
    record = encode(entry)
    sealed = _sealed(transition, sealer) if transition.documents else ()
    return Line(entry, record, leaf_of(record), sealed)


def _sealed(transition: Transition, sealer: Sealer) -> tuple[tuple[str, bytes], ...]:
    entry = transition.entry
    facts = {fact.role: fact for fact in entry.documents}
    sealed: dict[str, bytes] = {}
    for document in transition.documents:
        role = document.role
        fact = facts.pop(role, None)
        if fact is None or fact.size != len(document.body):
            raise UnrecordableError(
                f"entry {entry.number} of exchange {entry.exchange_id} has no commitment for this {role}"
            )
        sealed[role.value] = seal_document(sealer, entry.exchange_id, entry.number, fact, document)
    return tuple(sealed.items())
