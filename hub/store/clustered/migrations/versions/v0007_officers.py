"""Clients that are officers."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; a node of the version before goes on without it."""
    op.execute("""ALTER TABLE client ADD COLUMN office text COLLATE "C" NOT NULL DEFAULT ''""")
