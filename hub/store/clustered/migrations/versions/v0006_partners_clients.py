"""Clients that are a partner's."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; a node of the version before goes on without it."""
    op.execute("""ALTER TABLE client ADD COLUMN partner text COLLATE "C" NOT NULL DEFAULT ''""")
