"""How a document's body is sealed, so that it opens only in the place it was recorded in (ADR 0002)."""

from hub.core.message import Document, DocumentFact
from hub.core.ports import DocumentDamagedError, Sealer

_MAX_SALT = 255


def seal_document(
    sealer: Sealer, exchange_id: str, number: int, fact: DocumentFact, document: Document
) -> bytes:
    """Encrypt salt and body, bound to exchange, entry, role and commitment."""
    salt = document.salt
    if len(salt) > _MAX_SALT:
        raise ValueError(f"a document's salt has at most {_MAX_SALT} bytes")
    return sealer.seal(bytes((len(salt),)) + salt + document.body, _context(exchange_id, number, fact))


def open_document(
    sealer: Sealer, exchange_id: str, number: int, fact: DocumentFact, sealed: bytes
) -> Document:
    """Decrypt, and check against the journal's commitment. Raises DocumentDamagedError."""
    plain = sealer.open(sealed, _context(exchange_id, number, fact))
    start = 1 + plain[0] if plain else 0
    document = Document(fact.role, fact.contract, fact.media_type, plain[start:], plain[1:start])
    if document.fact() != fact:
        raise DocumentDamagedError(f"{fact.role} of exchange {exchange_id} does not match its commitment")
    return document


def _context(exchange_id: str, number: int, fact: DocumentFact) -> bytes:
    # Unit separators keep the parts apart: none of them can hold one but a made-up exchange id, which
    # then would need the same commitment to be mistaken for another.
    return f"document\x1f{exchange_id}\x1f{number}\x1f{fact.role}\x1f{fact.commitment}".encode()
