"""A PostgreSQL of one's own with a streaming standby that its commits wait for."""

import re

from scripts.services.postgresql import ThrowAwayPostgreSQL
from scripts.services.throwaway import say


class ThrowAwayPostgreSQLPair:
    """Start it, use its ``url``, fail over, ``rebuild`` the one that was lost, remove it.

    The primary answers a commit only once the standby has it on disk, so a fail-over loses nothing.
    """

    def __init__(self) -> None:
        self.primary = ThrowAwayPostgreSQL()
        self.standby = ThrowAwayPostgreSQL()

    def url(self, database: str = "postgres") -> str:
        """Both addresses; a client goes to whichever takes writes."""
        hosts = ",".join(re.findall(r"127\.0\.0\.1:\d+", self.primary.url + self.standby.url))
        return f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"

    def start(self) -> None:
        """Start both. Raises UnavailableError."""
        self.primary.start()
        self.standby.prepare()
        self.rebuild()

    def fail_over(self) -> None:
        """The primary dies without a word, and the standby takes its place; ``rebuild`` makes a standby again."""
        self.primary.stop("immediate")
        self.primary, self.standby = self.standby, self.primary
        self.primary.promote()

    def rebuild(self) -> None:
        """Copy the primary to where the standby was, and have commits wait for it from then on."""
        say("copying PostgreSQL to its standby")
        self.primary.set("synchronous_standby_names", "")
        self.standby.copy_of(self.primary)
        self.standby.start()
        self.primary.set("synchronous_standby_names", "*")

    def remove(self) -> None:
        """Stop, and leave nothing behind. May be called twice."""
        self.standby.remove()
        self.primary.remove()
