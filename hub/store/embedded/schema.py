"""The embedded store's tables, as a list of forward migrations.

``PRAGMA user_version`` counts the migrations a file has seen. Released ones are never edited: a change is a
new item at the end.
"""

APPLICATION_ID = 0x50564E44
"""``PVND``: what tells the hub's files from other SQLite databases."""

_FIRST = (
    # What is true now of every exchange; what was true when is in the entries. Only `find` reads it.
    """
    CREATE TABLE exchange (
        id TEXT PRIMARY KEY,
        sender TEXT NOT NULL,
        case_id TEXT NOT NULL,
        state TEXT NOT NULL,
        number INTEGER NOT NULL,
        code TEXT NOT NULL,
        begun_us INTEGER NOT NULL,
        changed_us INTEGER NOT NULL,
        channel TEXT NOT NULL,
        due_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX exchange_sender ON exchange (sender, id)",
    "CREATE INDEX exchange_case ON exchange (case_id, id) WHERE case_id <> ''",
    # Partial, so that what waits is found at the cost of what waits, however much is stored.
    "CREATE INDEX exchange_state ON exchange (state, id) WHERE state <> 'completed'",
    "CREATE INDEX exchange_channel ON exchange (channel, id) WHERE channel <> ''",
    "CREATE INDEX exchange_due ON exchange (due_us, id) WHERE due_us > 0",
    # The journal. `seq` is dense from 1: with `leaf` it is what a Merkle log is built on (ADR 0002).
    """
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY,
        exchange_id TEXT NOT NULL REFERENCES exchange (id),
        number INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        state TEXT NOT NULL,
        record BLOB NOT NULL,
        leaf BLOB NOT NULL,
        UNIQUE (exchange_id, number)
    ) STRICT
    """,
    # Sealed salt and body; the row can go, the entry's commitment stays. `id` is eight times the entry's `seq`
    # plus the role's place (statements.py): found by range, with no index that every append would have to write.
    """
    CREATE TABLE document (
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL REFERENCES entry (seq),
        role TEXT NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE claim (
        owner TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        exchange_id TEXT NOT NULL,
        expires_us INTEGER NOT NULL,
        PRIMARY KEY (owner, key)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX claim_expires ON claim (expires_us)",
    """
    CREATE TABLE client (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        key_prefix TEXT NOT NULL UNIQUE,
        key_hash TEXT NOT NULL,
        created_us INTEGER NOT NULL,
        revoked_us INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX client_name ON client (name) WHERE revoked_us = 0",
    """
    CREATE TABLE client_grant (
        client_id INTEGER NOT NULL REFERENCES client (id),
        position INTEGER NOT NULL,
        contract TEXT NOT NULL,
        PRIMARY KEY (client_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE data_key (
        id TEXT PRIMARY KEY,
        wrapped BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

_EVIDENCE = (
    # Who read bodies. As in the journal, `seq` is dense from 1, and `leaf` is what a Merkle log is built on.
    """
    CREATE TABLE body_reading (
        seq INTEGER PRIMARY KEY,
        exchange_id TEXT NOT NULL,
        record BLOB NOT NULL,
        leaf BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX body_reading_exchange ON body_reading (exchange_id, seq)",
    # Of each log (`journal`, `reading`) the whole nodes over 256 hashes of the level below, leaves being level 0.
    """
    CREATE TABLE log_node (
        log TEXT NOT NULL,
        level INTEGER NOT NULL,
        place INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (log, level, place)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE log_checkpoint (
        log TEXT NOT NULL,
        size INTEGER NOT NULL,
        root BLOB NOT NULL,
        at_us INTEGER NOT NULL,
        key TEXT NOT NULL,
        note TEXT NOT NULL,
        is_cosigned INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (log, size)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX log_checkpoint_cosigned ON log_checkpoint (log, size) WHERE is_cosigned",
    """
    CREATE TABLE log_timestamp (
        log TEXT NOT NULL,
        size INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        authority TEXT NOT NULL,
        token BLOB NOT NULL,
        PRIMARY KEY (log, size, at_us),
        FOREIGN KEY (log, size) REFERENCES log_checkpoint (log, size)
    ) STRICT, WITHOUT ROWID
    """,
)

_EVENTS = (
    # The event log: of each published event the entry that completed it, whose `seq` is its position.
    """
    CREATE TABLE event (
        contract TEXT NOT NULL,
        seq INTEGER NOT NULL,
        exchange_id TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (contract, seq)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX event_time ON event (contract, at_us, seq)",
    # `record` is a subscription as JSON (hub/store/subscription_record.py); what stands beside it is asked for or moved.
    """
    CREATE TABLE subscription (
        id TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        number INTEGER NOT NULL,
        run_us INTEGER NOT NULL,
        position INTEGER NOT NULL,
        record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX subscription_client ON subscription (client, id)",
)

_ATTACHMENTS = (
    # Large documents: what there is, who holds it, which exchanges refer to it, what is on its way in or out.
    """
    CREATE TABLE attachment (
        digest TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        parts TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE attachment_holder (
        digest TEXT NOT NULL REFERENCES attachment (digest),
        client TEXT NOT NULL,
        media_type TEXT NOT NULL,
        until_us INTEGER NOT NULL,
        PRIMARY KEY (digest, client)
    ) STRICT
    """,
    "CREATE INDEX attachment_holder_client ON attachment_holder (client)",
    "CREATE INDEX attachment_holder_until ON attachment_holder (until_us)",
    """
    CREATE TABLE attachment_use (
        digest TEXT NOT NULL REFERENCES attachment (digest),
        exchange_id TEXT NOT NULL,
        client TEXT NOT NULL,
        media_type TEXT NOT NULL,
        since_us INTEGER NOT NULL,
        until_us INTEGER NOT NULL,
        is_settled INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (digest, exchange_id, client)
    ) STRICT
    """,
    "CREATE INDEX attachment_use_exchange ON attachment_use (exchange_id)",
    "CREATE INDEX attachment_use_until ON attachment_use (until_us)",
    "CREATE INDEX attachment_use_since ON attachment_use (since_us) WHERE is_settled = 0",
    """
    CREATE TABLE attachment_upload (
        id TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        size INTEGER NOT NULL,
        stored INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        until_us INTEGER NOT NULL,
        parts TEXT NOT NULL,
        writer TEXT NOT NULL,
        digest TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX attachment_upload_client ON attachment_upload (client)",
    "CREATE INDEX attachment_upload_until ON attachment_upload (until_us)",
    """
    CREATE TABLE attachment_waste (
        part TEXT PRIMARY KEY,
        since_us INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX attachment_waste_since ON attachment_waste (since_us, part)",
)

_COUNTERS = (
    # How much of a quota has been used up, by name and day.
    """
    CREATE TABLE counter (
        name TEXT NOT NULL,
        period TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (name, period)
    ) STRICT, WITHOUT ROWID
    """,
)

_PARTNERS_CLIENTS = ("ALTER TABLE client ADD COLUMN partner TEXT NOT NULL DEFAULT ''",)

_OFFICERS = ("ALTER TABLE client ADD COLUMN office TEXT NOT NULL DEFAULT ''",)

_LANES = (
    # In place of the one by time alone: what is due is taken in turns, lane by lane (a sender's share of a channel).
    "DROP INDEX exchange_due",
    "CREATE INDEX exchange_lane ON exchange (channel, sender, due_us, id) WHERE due_us > 0",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _EVIDENCE,
    _EVENTS,
    _ATTACHMENTS,
    _COUNTERS,
    _PARTNERS_CLIENTS,
    _OFFICERS,
    _LANES,
)
"""Each migration's statements; its place in the list, from 1, is its number."""
