"""Attachments: what there is, who holds it, which exchanges refer to it, and what is on its way in or out."""

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = (
    """
    CREATE TABLE attachment (
        digest text COLLATE "C" PRIMARY KEY,
        size bigint NOT NULL,
        parts text NOT NULL
    )
    """,
    """
    CREATE TABLE attachment_holder (
        digest text COLLATE "C" NOT NULL REFERENCES attachment (digest),
        client text COLLATE "C" NOT NULL,
        media_type text NOT NULL,
        until_us bigint NOT NULL,
        PRIMARY KEY (digest, client)
    )
    """,
    "CREATE INDEX attachment_holder_client ON attachment_holder (client)",
    "CREATE INDEX attachment_holder_until ON attachment_holder (until_us)",
    """
    CREATE TABLE attachment_use (
        digest text COLLATE "C" NOT NULL REFERENCES attachment (digest),
        exchange_id uuid NOT NULL,
        client text COLLATE "C" NOT NULL,
        media_type text NOT NULL,
        since_us bigint NOT NULL,
        until_us bigint NOT NULL,
        is_settled integer NOT NULL DEFAULT 0,
        PRIMARY KEY (digest, exchange_id, client)
    )
    """,
    "CREATE INDEX attachment_use_exchange ON attachment_use (exchange_id)",
    "CREATE INDEX attachment_use_until ON attachment_use (until_us)",
    "CREATE INDEX attachment_use_since ON attachment_use (since_us) WHERE is_settled = 0",
    """
    CREATE TABLE attachment_upload (
        id text COLLATE "C" PRIMARY KEY,
        client text COLLATE "C" NOT NULL,
        size bigint NOT NULL,
        stored bigint NOT NULL,
        media_type text NOT NULL,
        until_us bigint NOT NULL,
        parts text NOT NULL,
        writer text NOT NULL,
        digest text NOT NULL
    )
    """,
    "CREATE INDEX attachment_upload_client ON attachment_upload (client)",
    "CREATE INDEX attachment_upload_until ON attachment_upload (until_us)",
    """
    CREATE TABLE attachment_waste (
        part text COLLATE "C" PRIMARY KEY,
        since_us bigint NOT NULL
    )
    """,
    "CREATE INDEX attachment_waste_since ON attachment_waste (since_us, part)",
)


def upgrade() -> None:
    """Add the tables; nothing that is there is touched."""
    for statement in _TABLES:
        op.execute(statement)
