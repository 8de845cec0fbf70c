"""What evidence says about a store's rows, however they are kept: bodies that open or do not, readings that match."""

from collections.abc import Mapping

from hub.core.evidence import KeptDocument, Row
from hub.core.exchange import Entry
from hub.core.message import DocumentFact
from hub.core.ports import DocumentDamagedError, DocumentDestroyedError, Sealer
from hub.store.documents import open_document
from hub.store.reading_record import decode_reading
from hub.store.record import RecordError


def look_at_bodies(sealer: Sealer, entry: Entry, sealed: Mapping[str, bytes]) -> tuple[int, int, list[str]]:
    """Open an entry's bodies, given by role: how many match, how many are gone, and what is wrong with the rest."""
    bodies = lost = 0
    wrong: list[str] = []
    left = dict(sealed)
    for fact in entry.documents:
        body = left.pop(fact.role.value, None)
        if body is None:
            lost += 1
            continue
        try:
            open_document(sealer, entry.exchange_id, entry.number, fact, body)
        except DocumentDestroyedError:
            lost += 1
        except DocumentDamagedError as error:
            wrong.append(f"its {fact.role}: {error}")
        else:
            bodies += 1
    wrong += [f"a body of role {role!r} that the record does not know" for role in left]
    return bodies, lost, wrong


def kept_document(
    sealer: Sealer, exchange_id: str, number: int, fact: DocumentFact, sealed: bytes | None
) -> KeptDocument:
    """A document that an entry names: opened, or with what became of it."""
    if sealed is None:
        return KeptDocument(number, fact.role, None, "destroyed")
    try:
        document = open_document(sealer, exchange_id, number, fact, sealed)
    except DocumentDestroyedError:
        return KeptDocument(number, fact.role, None, "destroyed")
    except DocumentDamagedError:
        return KeptDocument(number, fact.role, None, "damaged")
    return KeptDocument(number, fact.role, document)


def reading_row(seq: int, exchange_id: str, record: bytes, leaf: bytes) -> Row:
    """An entry of the log of readings, with what contradicts its record."""
    try:
        recorded = decode_reading(record).exchange_id
    except RecordError as error:
        return Row(seq, exchange_id, record, leaf, (str(error),))
    faults = (
        ()
        if recorded == exchange_id
        else (f"the column exchange_id says {exchange_id!r}, the record {recorded!r}",)
    )
    return Row(seq, exchange_id, record, leaf, faults)
