"""Which node looks after what: many leases at once."""

import os
import socket
from collections.abc import Collection

from hub.store.clustered.database import Database, writing
from hub.store.clustered.lease import LASTS_S

_TAKE = """
INSERT INTO lease (name, holder, until)
    SELECT n.name, $2, now() + make_interval(secs => $3) FROM unnest($1::text[]) AS n(name) ORDER BY n.name
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder = excluded.holder OR lease.until < now() RETURNING name
"""
_LEAVE = "DELETE FROM lease WHERE holder = $2 AND name LIKE $3 AND NOT name = ANY ($1::text[])"


class ClusteredTenancy:
    """The Tenancy port; see there for what it promises. Names of different tenancies never meet."""

    lasts_s = LASTS_S

    def __init__(self, database: Database, kind: str) -> None:
        """``kind`` is a word; it begins the names of the leases."""
        self._database = database
        self._kind = kind
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"

    async def hold(self, names: Collection[str]) -> frozenset[str]:
        wanted = [f"{self._kind}/{name}" for name in sorted(names)]
        async with writing(self._database) as connection:
            rows = await connection.fetch(_TAKE, wanted, self._holder, self.lasts_s)
            await connection.execute(_LEAVE, wanted, self._holder, f"{self._kind}/%")
        return frozenset(row["name"].removeprefix(f"{self._kind}/") for row in rows)
