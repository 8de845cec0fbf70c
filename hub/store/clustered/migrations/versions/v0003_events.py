"""The event log and who is told of it."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = (
    # The event log: which exchange published what, in which batch of the journal, by which entry. Its position is that
    # of this entry in the journal's own order, and like that order it is given after the commit (place_events).
    """
    CREATE TABLE event (
        exchange_id uuid PRIMARY KEY,
        batch bigint NOT NULL,
        position bigint,
        at_us bigint NOT NULL,
        number integer NOT NULL,
        contract text COLLATE "C" NOT NULL
    ) WITH (fillfactor = 90)
    """,
    "CREATE UNIQUE INDEX event_position ON event (contract, position) WHERE position IS NOT NULL",
    "CREATE INDEX event_time ON event (contract, at_us)",
    "CREATE INDEX event_unplaced ON event (batch) WHERE position IS NULL",
    # `record` is a subscription as JSON (hub/store/subscription_record.py); what stands beside it is asked for or moved.
    """
    CREATE TABLE subscription (
        id uuid PRIMARY KEY,
        client text COLLATE "C" NOT NULL,
        number integer NOT NULL,
        run_us bigint NOT NULL,
        position bigint NOT NULL,
        record bytea NOT NULL
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX subscription_client ON subscription (client, id)",
)

# Whoever holds the lock sees every event of every batch that has its number, for both were committed together; the
# earliest get their positions first. So what gets a position later has a later one, and readers skip nothing.
_PLACE_EVENTS = """
CREATE FUNCTION place_events() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    placed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(x'50564E440003'::bigint);
    UPDATE event SET position = p.position FROM (
        SELECT v.exchange_id, b.first_seq + e.place AS position
        FROM event AS v
        JOIN log_batch AS b ON b.id = v.batch
        JOIN entry AS e ON e.exchange_id = v.exchange_id AND e.number = v.number
        WHERE v.position IS NULL AND b.first_seq IS NOT NULL
        ORDER BY b.first_seq, e.place LIMIT 5000
    ) AS p WHERE event.exchange_id = p.exchange_id;
    GET DIAGNOSTICS placed = ROW_COUNT;
    RETURN placed;
END
$$
"""


def upgrade() -> None:
    """Add the tables; nothing that is there is touched."""
    for statement in (*_TABLES, _PLACE_EVENTS):
        op.execute(statement)
