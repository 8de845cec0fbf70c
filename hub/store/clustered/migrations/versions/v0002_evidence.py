"""Who read bodies; checkpoints, nodes and time stamps of the logs."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = (
    # Who read bodies. `seq` is dense from 1, given under a lock: readings are rare.
    """
    CREATE TABLE body_reading (
        seq bigint PRIMARY KEY,
        exchange_id text COLLATE "C" NOT NULL,
        record bytea NOT NULL,
        leaf bytea NOT NULL
    )
    """,
    "CREATE INDEX body_reading_exchange ON body_reading (exchange_id, seq)",
    # Of each log (`journal`, `reading`) the whole nodes over 256 hashes of the level below, leaves being level 0.
    """
    CREATE TABLE log_node (
        log text COLLATE "C" NOT NULL,
        level integer NOT NULL,
        place bigint NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (log, level, place)
    )
    """,
    """
    CREATE TABLE log_checkpoint (
        log text COLLATE "C" NOT NULL,
        size bigint NOT NULL,
        root bytea NOT NULL,
        at_us bigint NOT NULL,
        key text NOT NULL,
        note text NOT NULL,
        is_cosigned boolean NOT NULL DEFAULT false,
        PRIMARY KEY (log, size)
    )
    """,
    "CREATE INDEX log_checkpoint_cosigned ON log_checkpoint (log, size) WHERE is_cosigned",
    """
    CREATE TABLE log_timestamp (
        log text COLLATE "C" NOT NULL,
        size bigint NOT NULL,
        at_us bigint NOT NULL,
        authority text NOT NULL,
        token bytea NOT NULL,
        PRIMARY KEY (log, size, at_us),
        FOREIGN KEY (log, size) REFERENCES log_checkpoint (log, size)
    )
    """,
)


def upgrade() -> None:
    """Add the tables; nothing that is there is touched."""
    for statement in _TABLES:
        op.execute(statement)
