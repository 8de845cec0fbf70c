"""What waits, by lane: each sender's share of each channel."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Put an index by lane in the place of the one by time alone: an append writes as many as before.

    A node of the version before goes on; its sweeps read all that waits until it is replaced.
    """
    op.execute(
        """
        CREATE INDEX exchange_lane ON exchange (channel, sender, due_us) WHERE due_us > 0 OR channel <> '' OR state IN
            ('received', 'accepted', 'delivering', 'waiting_retry', 'waiting_reply', 'uncertain')
        """
    )
    op.execute("DROP INDEX exchange_waiting")
