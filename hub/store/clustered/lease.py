"""What one node does for all: who does it is agreed on by a lease in the database."""

import os
import socket
import time

from hub.store.clustered.database import Connection

LASTS_S = 5.0
"""After its holder has died, another takes over within that time and one renewal."""

_TAKE = """
INSERT INTO lease (name, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder = excluded.holder OR lease.until < now() RETURNING true
"""


class Lease:
    """A task that one node has at a time. Two may believe so for a moment: what they do must bear that."""

    def __init__(self, name: str, *, lasts_s: float = LASTS_S) -> None:
        self._name = name
        self._lasts_s = lasts_s
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self._until = 0.0

    @property
    def is_held(self) -> bool:
        """Whether this node has the task; no later than the lease runs out, whatever the database says then."""
        return time.monotonic() < self._until

    async def renew(self, connection: Connection) -> None:
        """Take the lease or keep it, if it can be had. The database's clock decides."""
        asked = time.monotonic()
        taken = await connection.fetchval(_TAKE, self._name, self._holder, self._lasts_s)
        self._until = asked + self._lasts_s if taken else 0.0

    async def give_up(self, connection: Connection) -> None:
        """Let another node have it at once."""
        self._until = 0.0
        await connection.execute(
            "DELETE FROM lease WHERE name = $1 AND holder = $2", self._name, self._holder
        )
