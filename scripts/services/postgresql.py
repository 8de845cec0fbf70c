"""A PostgreSQL of one's own: in a temporary folder, on a free port, as a user who may run it."""

import os
import pwd
import re
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from scripts.services.throwaway import (
    UnavailableError,
    free_port,
    install,
    program,
    run_as,
    say,
    temporary_folder,
    unprivileged_user,
)

VARIABLE = "PEYVAND_TEST_DATABASE_URL"
_PACKAGE = "postgresql"
_WHERE_DEBIAN_PUTS_IT = Path("/usr/lib/postgresql")
_LOOK_AGAIN_AFTER_S = 0.05
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
max_wal_size = 2GB
log_min_messages = fatal
"""


class ThrowAwayPostgreSQL:
    """Start it, use its ``url``, stop it. ``stop`` with ``start`` after it is a restart; ``remove`` ends it all."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._port = 0
        self._user: pwd.struct_passwd | None = None
        self._pg_ctl = ""

    @property
    def url(self) -> str:
        """The address of its database ``postgres``."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start, installing and setting up what is missing. Nothing happens if it runs. Raises UnavailableError."""
        if self._folder is None:
            self._set_up()
        if (self._data / "postmaster.pid").exists() and self._runs():
            return
        options = f"-p {self._port}"
        run_as(
            self._user,
            [self._pg_ctl, "-D", str(self._data), "-l", str(self._log), "-o", options, "-w", "start"],
        )

    def stop(self, how: str = "fast") -> None:
        """Stop: ``fast`` ends all connections, ``immediate`` is a crash."""
        run_as(self._user, [self._pg_ctl, "-D", str(self._data), "-m", how, "-w", "stop"])

    def prepare(self) -> None:
        """Choose its port and folder without making a database in it: a copy comes there. Raises UnavailableError."""
        if self._folder is None:
            self._find_a_place()

    def copy_of(self, other: "ThrowAwayPostgreSQL") -> None:
        """Become a standby of a running server, in place of whatever it was. Raises UnavailableError."""
        if self._runs():
            self.stop("immediate")
        shutil.rmtree(self._data, ignore_errors=True)
        backup = program("pg_basebackup", *_folders())
        if backup is None:
            raise UnavailableError("pg_basebackup was not found beside pg_ctl")
        run_as(
            self._user,
            [backup, "-D", str(self._data), "-d", other.url, "-c", "fast", "-X", "stream", "-R"],
        )

    def promote(self) -> None:
        """Let a standby take writes, without waiting for a standby of its own. Raises UnavailableError."""
        run_as(self._user, [self._pg_ctl, "-D", str(self._data), "-w", "promote"])
        self.set("synchronous_standby_names", "")

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server, and have it count at once. Raises UnavailableError."""
        psql = program("psql", *_folders())
        if psql is None:
            raise UnavailableError("psql was not found beside pg_ctl")
        # The change itself must wait for nobody: the standby that it is about may be gone.
        run_as(
            self._user,
            [
                psql,
                "-q",
                "-d",
                self.url,
                "-c",
                f"ALTER SYSTEM SET {name} = '{value}'",
                "-c",
                "SELECT pg_reload_conf()",
            ],
            PGOPTIONS="-c synchronous_commit=local",
        )

    def kill(self) -> None:
        """End all its processes without a word."""
        for pid in self.processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self._runs():
            time.sleep(_LOOK_AGAIN_AFTER_S)

    def limit_files(self, size: int) -> None:
        """Let its present processes write no file beyond a size in bytes. Raises UnavailableError."""
        limit = program("prlimit")
        if limit is None:
            raise UnavailableError("prlimit was not found: install util-linux")
        for pid in self.processes:
            with suppress(UnavailableError):  # a connection's process may have ended meanwhile
                run_as(self._user, [limit, f"--pid={pid}", f"--fsize={size}:"])

    @property
    def processes(self) -> list[int]:
        """Its postmaster and the processes of that; empty if it does not run."""
        try:
            first = int((self._data / "postmaster.pid").read_text().partition("\n")[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (OSError, ValueError):
            return []
        return [first, *map(int, children)]

    def _runs(self) -> bool:
        """Whether its own server is up; a crash leaves its pid file behind."""
        try:
            run_as(self._user, [self._pg_ctl, "-D", str(self._data), "status"])
        except UnavailableError:
            return False
        return True

    def remove(self) -> None:
        """Stop, and leave nothing behind. May be called twice."""
        if self._folder is not None:
            try:
                self.stop("immediate")
            except UnavailableError as error:
                say(f"a throw-away PostgreSQL had ended before: {error}")
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def _data(self) -> Path:
        return self._inside / "data"

    @property
    def _log(self) -> Path:
        return self._inside / "log"

    @property
    def _inside(self) -> Path:
        if self._folder is None:
            raise UnavailableError("this PostgreSQL has not been set up, or has been removed")
        return self._folder

    def _find_a_place(self) -> str:
        """Find its programs, a port and a folder; gives the program ``initdb``. Raises UnavailableError."""
        folders = _folders()
        if program("initdb", *folders) is None:
            install(_PACKAGE, VARIABLE)
            folders = _folders()
        initdb, pg_ctl = program("initdb", *folders), program("pg_ctl", *folders)
        if initdb is None or pg_ctl is None:
            raise UnavailableError(f"initdb and pg_ctl were not found: set {VARIABLE} to a server that runs")
        self._pg_ctl = pg_ctl
        self._user = unprivileged_user("postgres")
        self._port = free_port()
        self._folder = temporary_folder("peyvand-postgresql", self._user)
        return initdb

    def _set_up(self) -> None:
        say("starting a throw-away PostgreSQL")
        initdb = self._find_a_place()
        try:
            run_as(
                self._user,
                [
                    initdb,
                    "-D",
                    str(self._data),
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--no-locale",
                    "-N",
                ],
            )
            with (self._data / "postgresql.conf").open("a") as settings:
                settings.write(_SETTINGS)
        except BaseException:
            shutil.rmtree(self._inside, ignore_errors=True)
            self._folder = None
            raise


def _folders() -> Sequence[Path]:
    """Where its programs may be, newest version first; not all distributions put them on the path."""
    versions = [
        path for path in _WHERE_DEBIAN_PUTS_IT.glob("*/bin") if re.fullmatch(r"\d+", path.parent.name)
    ]
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def given_url() -> str:
    """The server that whoever runs the tests names; empty if none."""
    return os.environ.get(VARIABLE, "")
