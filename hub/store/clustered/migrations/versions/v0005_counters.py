"""How much of a partner's quota has been used up."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; nothing that is there is touched."""
    op.execute(
        """
        CREATE TABLE counter (
            name text COLLATE "C" NOT NULL,
            period text COLLATE "C" NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (name, period)
        )
        """
    )
