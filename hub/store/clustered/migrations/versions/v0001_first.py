"""The journal, its log, idempotency keys, clients, data keys and leases."""

from alembic import op

revision = "0001"
down_revision = None

# Texts compare by bytes: the order does not depend on the machine's C library, so that indexes stay whole when the
# database moves to another machine.
_TABLES = (
    # What is true now of every exchange; what was true when is in the entries. In one piece, not by day: what is due
    # must be found at the cost of what is due, not of the days there are.
    """
    CREATE TABLE exchange (
        id uuid PRIMARY KEY,
        begun_us bigint NOT NULL,
        changed_us bigint NOT NULL,
        due_us bigint NOT NULL,
        number integer NOT NULL,
        state text COLLATE "C" NOT NULL,
        code text COLLATE "C" NOT NULL,
        sender text COLLATE "C" NOT NULL,
        case_id text COLLATE "C" NOT NULL,
        channel text COLLATE "C" NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)
    """,
    "CREATE INDEX exchange_sender ON exchange (sender, id)",
    "CREATE INDEX exchange_case ON exchange (case_id, id) WHERE case_id <> ''",
    # Partial, so that what waits is found at the cost of what waits, and what went wrong at the cost of that,
    # however much is stored. One index for all that waits: every append to it has to write each that there is.
    """
    CREATE INDEX exchange_waiting ON exchange (due_us) WHERE due_us > 0 OR channel <> '' OR state IN
        ('received', 'accepted', 'delivering', 'waiting_retry', 'waiting_reply', 'uncertain')
    """,
    """
    CREATE INDEX exchange_ended_badly ON exchange (state, id) WHERE state IN
        ('rejected', 'failed', 'expired', 'dead_lettered', 'cancelled')
    """,
    # The journal, in partitions by the day in which the exchange began: its id tells (UUID version 7).
    """
    CREATE TABLE entry (
        exchange_id uuid NOT NULL,
        number integer NOT NULL,
        place integer NOT NULL,
        batch bigint NOT NULL,
        record bytea NOT NULL,
        PRIMARY KEY (exchange_id, number)
    ) PARTITION BY RANGE (exchange_id)
    """,
    # From a place in the log to its entry: as good as free to write, since both grow together.
    "CREATE INDEX entry_batch ON entry USING brin (batch) WITH (pages_per_range = 16, autosummarize = on)",
    # Sealed salt and body; a day of them can go, the entries' commitments stay.
    """
    CREATE TABLE document (
        exchange_id uuid NOT NULL,
        number integer NOT NULL,
        role text COLLATE "C" NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (exchange_id, number, role)
    ) PARTITION BY RANGE (exchange_id)
    """,
    # Neither sealed texts nor hashes can be compressed: do not try.
    "ALTER TABLE document ALTER COLUMN sealed SET STORAGE EXTERNAL",
    # What a Merkle log is built on: the leaves of what was committed together, and where in the log they begin. The
    # number is given after the commit (number_batches), so that no commit waits for another.
    """
    CREATE TABLE log_batch (
        id bigint PRIMARY KEY,
        first_seq bigint UNIQUE,
        size integer NOT NULL,
        leaves bytea NOT NULL
    )
    """,
    "ALTER TABLE log_batch ALTER COLUMN leaves SET STORAGE EXTERNAL",
    "CREATE INDEX log_batch_unnumbered ON log_batch (id) WHERE first_seq IS NULL",
    "CREATE SEQUENCE log_batch_id",
    """
    CREATE TABLE claim (
        owner text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        fingerprint text COLLATE "C" NOT NULL,
        exchange_id uuid NOT NULL,
        claimed_us bigint NOT NULL,
        expires_us bigint NOT NULL,
        PRIMARY KEY (owner, key)
    )
    """,
    "CREATE INDEX claim_expires ON claim (expires_us)",
    """
    CREATE TABLE client (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        key_prefix text COLLATE "C" NOT NULL CONSTRAINT client_key_prefix UNIQUE,
        key_hash text COLLATE "C" NOT NULL,
        grants text[] NOT NULL,
        created_us bigint NOT NULL,
        revoked_us bigint NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX client_name ON client (name) WHERE revoked_us = 0",
    "CREATE TABLE client_change (number bigint NOT NULL)",
    "INSERT INTO client_change (number) VALUES (0)",
    'CREATE TABLE data_key (id text COLLATE "C" PRIMARY KEY, wrapped bytea NOT NULL)',
    """
    CREATE TABLE lease (
        name text COLLATE "C" PRIMARY KEY,
        holder text COLLATE "C" NOT NULL,
        until timestamptz NOT NULL
    )
    """,
)

# One call is one transaction and one round trip: nobody's locks outlive it, whatever becomes of the caller.
_APPEND_BATCH = """
CREATE FUNCTION append_batch(
    begin_append integer[], begin_id uuid[], begin_sender text[], begin_case text[], begin_begun bigint[],
    begin_state text[], begin_number integer[], begin_code text[], begin_changed bigint[],
    begin_channel text[], begin_due bigint[],
    move_append integer[], move_id uuid[], move_expected integer[], move_before text[],
    move_state text[], move_number integer[], move_code text[], move_changed bigint[],
    move_channel text[], move_due bigint[],
    entry_append integer[], entry_id uuid[], entry_number integer[], entry_record bytea[], entry_leaf bytea[],
    document_append integer[], document_id uuid[], document_number integer[], document_role text[],
    document_sealed bytea[],
    claim_append integer[], claim_owner text[], claim_key text[], claim_fingerprint text[],
    claim_id uuid[], claim_claimed bigint[], claim_expires bigint[]
) RETURNS TABLE (refused_append integer, holder uuid, fingerprint text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    refused integer[] := '{}';
    claimed integer[] := '{}';
    this_batch bigint;
BEGIN
    -- Callers give exchanges in the order of their ids and claims in the order of their keys: two nodes that want the
    -- same rows wait for each other, but never in a circle.
    IF cardinality(move_append) > 0 THEN
        SELECT coalesce(array_agg(m.append), '{}') INTO refused
        FROM unnest(move_append, move_id, move_expected, move_before) AS m(append, id, expected, before)
        LEFT JOIN LATERAL (
            SELECT x.number, x.state FROM exchange AS x WHERE x.id = m.id FOR UPDATE
        ) AS e ON true
        WHERE e.number IS DISTINCT FROM m.expected OR NOT e.state = ANY (string_to_array(m.before, ','));
    END IF;
    IF cardinality(begin_append) > 0 THEN
        refused := refused || ARRAY(
            SELECT b.append FROM unnest(begin_append, begin_id) AS b(append, id)
            WHERE EXISTS (SELECT FROM exchange AS x WHERE x.id = b.id)
        );
    END IF;

    IF cardinality(claim_append) > 0 THEN
        -- An expired claim gives way; one that another node is making just now is waited for.
        INSERT INTO claim AS c (owner, key, fingerprint, exchange_id, claimed_us, expires_us)
        SELECT o.owner, o.key, o.fingerprint, o.id, o.claimed, o.expires
        FROM unnest(claim_append, claim_owner, claim_key, claim_fingerprint, claim_id, claim_claimed, claim_expires)
            AS o(append, owner, key, fingerprint, id, claimed, expires)
        WHERE NOT o.append = ANY (refused)
        ON CONFLICT (owner, key) DO UPDATE SET
            fingerprint = excluded.fingerprint, exchange_id = excluded.exchange_id,
            claimed_us = excluded.claimed_us, expires_us = excluded.expires_us
        WHERE c.expires_us <= excluded.claimed_us OR c.exchange_id = excluded.exchange_id;

        claimed := ARRAY(
            SELECT o.append
            FROM unnest(claim_append, claim_owner, claim_key, claim_id) AS o(append, owner, key, id)
            JOIN claim AS c ON c.owner = o.owner AND c.key = o.key
            WHERE c.exchange_id <> o.id AND NOT o.append = ANY (refused)
        );
        RETURN QUERY
            SELECT o.append, c.exchange_id, c.fingerprint
            FROM unnest(claim_append, claim_owner, claim_key) AS o(append, owner, key)
            JOIN claim AS c ON c.owner = o.owner AND c.key = o.key
            WHERE o.append = ANY (claimed);
    END IF;
    RETURN QUERY SELECT r, NULL::uuid, NULL::text FROM unnest(refused) AS r;
    refused := refused || claimed;

    INSERT INTO exchange (id, sender, case_id, begun_us, state, number, code, changed_us, channel, due_us)
    SELECT b.id, b.sender, b.case_id, b.begun, b.state, b.number, b.code, b.changed, b.channel, b.due
    FROM unnest(
        begin_append, begin_id, begin_sender, begin_case, begin_begun, begin_state, begin_number, begin_code,
        begin_changed, begin_channel, begin_due
    ) AS b(append, id, sender, case_id, begun, state, number, code, changed, channel, due)
    WHERE NOT b.append = ANY (refused);

    IF cardinality(move_append) > 0 THEN
        UPDATE exchange SET
            state = m.state, number = m.number, code = m.code, changed_us = m.changed, channel = m.channel,
            due_us = m.due
        FROM unnest(
            move_append, move_id, move_state, move_number, move_code, move_changed, move_channel, move_due
        ) AS m(append, id, state, number, code, changed, channel, due)
        WHERE exchange.id = m.id AND NOT m.append = ANY (refused);
    END IF;

    -- Only now, with all locks held: whoever builds on an entry of this batch has a later number.
    this_batch := nextval('log_batch_id');
    INSERT INTO log_batch (id, size, leaves)
    SELECT this_batch, count(*), string_agg(e.leaf, '' ORDER BY e.place)
    FROM unnest(entry_append, entry_leaf) WITH ORDINALITY AS e(append, leaf, place)
    WHERE NOT e.append = ANY (refused)
    HAVING count(*) > 0;

    INSERT INTO entry (exchange_id, number, batch, place, record)
    SELECT e.id, e.number, this_batch, row_number() OVER (ORDER BY e.place) - 1, e.record
    FROM unnest(entry_append, entry_id, entry_number, entry_record)
        WITH ORDINALITY AS e(append, id, number, record, place)
    WHERE NOT e.append = ANY (refused);

    IF cardinality(document_append) > 0 THEN
        INSERT INTO document (exchange_id, number, role, sealed)
        SELECT d.id, d.number, d.role, d.sealed
        FROM unnest(document_append, document_id, document_number, document_role, document_sealed)
            AS d(append, id, number, role, sealed)
        WHERE NOT d.append = ANY (refused);
    END IF;
END
$$
"""

# The log's order: that of the batches' ids among those that are committed, without gaps. An entry that follows from
# another has a later batch, and what was committed before is seen here, so causes stand before their effects.
_NUMBER_BATCHES = """
CREATE FUNCTION number_batches() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    next_seq bigint;
    numbered bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(x'50564E440002'::bigint);
    SELECT coalesce((SELECT b.first_seq + b.size FROM log_batch AS b
        WHERE b.first_seq IS NOT NULL ORDER BY b.first_seq DESC LIMIT 1), 1) INTO next_seq;
    UPDATE log_batch SET first_seq = n.first_seq FROM (
        SELECT b.id, next_seq + sum(b.size) OVER (ORDER BY b.id) - b.size AS first_seq
        FROM (SELECT w.id, w.size FROM log_batch AS w WHERE w.first_seq IS NULL ORDER BY w.id LIMIT 10000) AS b
    ) AS n WHERE log_batch.id = n.id;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    RETURN numbered;
END
$$
"""

_NUMBERED_ENTRY = """
CREATE VIEW numbered_entry AS
    SELECT b.first_seq + e.place AS seq, e.exchange_id, e.number, e.record,
        substring(b.leaves FROM e.place * 32 + 1 FOR 32) AS leaf
    FROM log_batch AS b JOIN entry AS e ON e.batch = b.id
    WHERE b.first_seq IS NOT NULL
"""


def upgrade() -> None:
    """Make everything, in an empty database."""
    for statement in (*_TABLES, _APPEND_BATCH, _NUMBER_BATCHES, _NUMBERED_ENTRY):
        op.execute(statement)
