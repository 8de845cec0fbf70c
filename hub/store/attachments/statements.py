"""The registry of attachments as statements that SQLite and PostgreSQL both take, and what follows from their answers.

Each operation is a generator that yields statements and is sent their rows; a store runs it in one transaction.
So what an operation means is written once, and proved for both stores by one conformance suite.
"""

# ruff: noqa: D103, S608 - the port says what an operation promises; values are never put into a text
from collections.abc import Generator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import orjson

from hub.core.attachments import MOST_PARTS, Attachment, Part, Parts, Upload, Use, Waste
from hub.core.exchange import FINAL, State
from hub.core.values import US_PER_S

T = TypeVar("T")


class Statement(NamedTuple):
    """One statement with its values, numbered from ``$1``."""

    text: str
    values: tuple[Any, ...] = ()


Rows: TypeAlias = Sequence[Sequence[Any]]
Operation: TypeAlias = Generator[Statement, Rows, T]

BATCH: Final = 500
_ORPHANED_AFTER_US: Final = 86_400 * US_PER_S
_UPLOAD: Final = "id, client, size, media_type, until_us, parts, digest"
_ENDED: Final = ", ".join(f"'{state}'" for state in sorted(FINAL - {State.DEAD_LETTERED}))
"""A dead letter still waits for a person."""
LOCK: Final = " FOR UPDATE"
"""What a store leaves out that runs one transaction at a time."""


def begin(upload: Upload) -> Operation[None]:
    yield Statement(
        "INSERT INTO attachment_upload (id, client, size, stored, media_type, until_us, parts, writer, digest)"
        " VALUES ($1, $2, $3, 0, $4, $5, '[]', '', '')",
        (upload.id, upload.client, upload.size, upload.media_type, upload.until_us),
    )


def upload(upload_id: str, client: str) -> Operation[Upload | None]:
    rows = yield Statement(
        f"SELECT {_UPLOAD} FROM attachment_upload WHERE id = $1 AND client = $2",
        (upload_id, client),
    )
    return _upload(rows[0]) if rows else None


def open_part(upload_id: str, client: str, offset: int, part: str) -> Operation[Upload | None]:
    rows = yield Statement(
        f"SELECT {_UPLOAD} FROM attachment_upload WHERE id = $1 AND client = $2{LOCK}",
        (upload_id, client),
    )
    found = _upload(rows[0]) if rows else None
    if found is None or found.digest or found.offset != offset or len(found.parts) >= MOST_PARTS:
        return None
    parts = (*found.parts, Part(part, 0))
    yield Statement(
        "UPDATE attachment_upload SET parts = $2, writer = $3 WHERE id = $1",
        (upload_id, _written(parts), part),
    )
    return Upload(found.id, client, found.size, found.media_type, found.until_us, parts)


def grow(upload_id: str, part: str, parts: Parts, until_us: int) -> Operation[bool]:
    rows = yield Statement(
        "UPDATE attachment_upload SET parts = $3, stored = $4, until_us = $5"
        " WHERE id = $1 AND writer = $2 AND digest = '' RETURNING id",
        (upload_id, part, _written(parts), sum(each.size for each in parts), until_us),
    )
    return bool(rows)


def complete(
    upload_id: str, part: str, *, digest: str, media_type: str, since_us: int, until_us: int
) -> Operation[bool]:
    rows = yield Statement(
        f"SELECT {_UPLOAD} FROM attachment_upload WHERE id = $1 AND writer = $2 AND digest = ''{LOCK}",
        (upload_id, part),
    )
    if not rows:
        return False
    found = _upload(rows[0])
    written = _written(found.parts)
    kept = yield Statement(
        "INSERT INTO attachment (digest, size, parts) VALUES ($1, $2, $3)"
        " ON CONFLICT (digest) DO UPDATE SET size = attachment.size RETURNING parts",
        (digest, found.offset, written),
    )
    if kept[0][0] != written:
        yield from _waste(found.parts, since_us)
    yield Statement(
        "INSERT INTO attachment_holder (digest, client, media_type, until_us) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (digest, client) DO UPDATE SET media_type = excluded.media_type,"
        " until_us = CASE WHEN attachment_holder.until_us > excluded.until_us"
        " THEN attachment_holder.until_us ELSE excluded.until_us END",
        (digest, found.client, media_type, until_us),
    )
    yield Statement(
        "UPDATE attachment_upload SET digest = $2, size = $3, stored = 0, parts = '[]' WHERE id = $1",
        (upload_id, digest, found.offset),
    )
    return True


def abandon(upload_id: str, client: str, at_us: int) -> Operation[bool]:
    rows = yield Statement(
        "DELETE FROM attachment_upload WHERE id = $1 AND client = $2 RETURNING parts", (upload_id, client)
    )
    for row in rows:
        yield from _waste(_parts(row[0]), at_us)
    return bool(rows)


def find(digest: str, client: str) -> Operation[Attachment | None]:
    rows = yield Statement(
        "SELECT a.digest, a.size, h.media_type, a.parts, NULL FROM attachment AS a"
        " JOIN attachment_holder AS h ON h.digest = a.digest AND h.client = $2 WHERE a.digest = $1"
        " UNION ALL SELECT a.digest, a.size, u.media_type, a.parts, u.exchange_id FROM attachment AS a"
        " JOIN attachment_use AS u ON u.digest = a.digest AND u.client = $2 WHERE a.digest = $1 LIMIT 1",
        (digest, client),
    )
    return _attachment(rows[0]) if rows else None


def content(digest: str) -> Operation[Attachment | None]:
    rows = yield Statement(
        "SELECT digest, size, 'application/octet-stream', parts, NULL FROM attachment WHERE digest = $1",
        (digest,),
    )
    return _attachment(rows[0]) if rows else None


def held_bytes(client: str) -> Operation[int]:
    rows = yield Statement(
        "SELECT coalesce((SELECT sum(a.size) FROM attachment_holder AS h JOIN attachment AS a"
        " ON a.digest = h.digest WHERE h.client = $1), 0)"
        " + coalesce((SELECT sum(CASE WHEN size > stored THEN size ELSE stored END) FROM attachment_upload"
        " WHERE client = $1 AND digest = ''), 0)",
        (client,),
    )
    return int(rows[0][0])


def claim(use: Use, digests: Sequence[str]) -> Operation[bool]:
    media_types: dict[str, str] = {}
    for digest in sorted(set(digests)):
        # Locked, so that nobody collects it between this and the claim.
        there = yield Statement(f"SELECT digest FROM attachment WHERE digest = $1{LOCK}", (digest,))
        found = (yield from find(digest, use.client)) if there else None
        if found is None:
            return False
        media_types[digest] = found.media_type
    for digest, media_type in media_types.items():
        for client in sorted({use.client, *use.readers}):
            yield Statement(
                "INSERT INTO attachment_use (digest, exchange_id, client, media_type, since_us, until_us)"
                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest, exchange_id, client) DO NOTHING",
                (digest, use.exchange_id, client, media_type, use.since_us, use.until_us),
            )
    return True


def uses(exchange_id: str) -> Operation[tuple[Attachment, ...]]:
    rows = yield Statement(
        "SELECT a.digest, a.size, u.media_type, a.parts, u.exchange_id FROM attachment_use AS u"
        " JOIN attachment AS a ON a.digest = u.digest WHERE u.exchange_id = $1 ORDER BY a.digest, u.client",
        (exchange_id,),
    )
    return tuple(_attachment(row) for row in rows)


def remove(digest: str, at_us: int) -> Operation[None]:
    there = yield Statement(f"SELECT digest FROM attachment WHERE digest = $1{LOCK}", (digest,))
    if there:
        yield Statement("DELETE FROM attachment_holder WHERE digest = $1", (digest,))
        yield Statement("DELETE FROM attachment_use WHERE digest = $1", (digest,))
        yield from _drop_unkept(digest, at_us)


def collect(now_us: int) -> Operation[tuple[Waste, ...]]:
    late = yield Statement(
        "DELETE FROM attachment_upload WHERE id IN"
        f" (SELECT id FROM attachment_upload WHERE until_us < $1 ORDER BY id LIMIT {BATCH}{LOCK}) RETURNING parts",
        (now_us,),
    )
    for row in late:
        yield from _waste(_parts(row[0]), now_us)
    holders = yield Statement(
        "DELETE FROM attachment_holder WHERE (digest, client) IN"
        f" (SELECT digest, client FROM attachment_holder WHERE until_us < $1 LIMIT {BATCH}) RETURNING digest",
        (now_us,),
    )
    ended = yield Statement(
        "DELETE FROM attachment_use WHERE until_us < $1 AND NOT EXISTS (SELECT 1 FROM exchange AS e"
        f" WHERE e.id = attachment_use.exchange_id AND e.state NOT IN ({_ENDED})) RETURNING digest",
        (now_us,),
    )
    # Claimed for an exchange that never came to be, or has been taken out of the journal.
    orphaned = yield Statement(
        "DELETE FROM attachment_use WHERE since_us < $1 AND is_settled = 0 AND NOT EXISTS"
        " (SELECT 1 FROM exchange AS e WHERE e.id = attachment_use.exchange_id) RETURNING digest",
        (now_us - _ORPHANED_AFTER_US,),
    )
    yield Statement(
        "UPDATE attachment_use SET is_settled = 1 WHERE since_us < $1 AND is_settled = 0",
        (now_us - _ORPHANED_AFTER_US,),
    )
    for digest in sorted({row[0] for row in (*holders, *ended, *orphaned)}):
        there = yield Statement(f"SELECT digest FROM attachment WHERE digest = $1{LOCK}", (digest,))
        if there:
            yield from _drop_unkept(digest, now_us)
    rows = yield Statement(
        f"SELECT part, since_us FROM attachment_waste ORDER BY since_us, part LIMIT {BATCH}"
    )
    return tuple(Waste(part, since_us) for part, since_us in rows)


def forget(parts: Sequence[str]) -> Operation[None]:
    for part in parts:
        yield Statement("DELETE FROM attachment_waste WHERE part = $1", (part,))


def _drop_unkept(digest: str, at_us: int) -> Operation[None]:
    """Of an attachment that is locked: a new statement sees all that was kept before the lock was had."""
    dropped = yield Statement(
        "DELETE FROM attachment WHERE digest = $1"
        " AND NOT EXISTS (SELECT 1 FROM attachment_holder AS h WHERE h.digest = attachment.digest)"
        " AND NOT EXISTS (SELECT 1 FROM attachment_use AS u WHERE u.digest = attachment.digest) RETURNING parts",
        (digest,),
    )
    for row in dropped:
        yield from _waste(_parts(row[0]), at_us)


def _waste(parts: Parts, at_us: int) -> Operation[None]:
    for part in parts:
        yield Statement(
            "INSERT INTO attachment_waste (part, since_us) VALUES ($1, $2) ON CONFLICT (part) DO NOTHING",
            (part.id, at_us),
        )


def _upload(row: Sequence[Any]) -> Upload:
    id_, client, size, media_type, until_us, parts, digest = row
    return Upload(id_, client, size, media_type, until_us, _parts(parts), digest)


def _attachment(row: Sequence[Any]) -> Attachment:
    digest, size, media_type, parts, exchange_id = row
    return Attachment(digest, size, media_type, _parts(parts), str(exchange_id or ""))


def _parts(text: str) -> Parts:
    return tuple(Part(id_, size) for id_, size in orjson.loads(text))


def _written(parts: Parts) -> str:
    return orjson.dumps([[part.id, part.size] for part in parts]).decode()
