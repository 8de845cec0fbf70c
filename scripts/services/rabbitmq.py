"""A RabbitMQ of one's own: its own node name, ports and folders, beside whatever runs already."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

from scripts.services.throwaway import (
    UnavailableError,
    end_all_of,
    environment_of,
    free_port,
    give_to,
    install,
    program,
    say,
    temporary_folder,
    unprivileged_user,
)

VARIABLE = "PEYVAND_TEST_AMQP_URL"
_PACKAGE = "rabbitmq-server"
_WHERE_DEBIAN_PUTS_IT = Path("/usr/lib/rabbitmq/bin")
_READY_WITHIN_S = 120.0
_LOOK_AGAIN_AFTER_S = 0.2


class ThrowAwayRabbitMQ:
    """Start it, use its ``url``, stop it. ``stop`` with ``start`` after it is a restart; ``remove`` ends it all."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._port = self._distribution_port = 0
        self._user: pwd.struct_passwd | None = None
        self._server = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._names_port = 0

    @property
    def url(self) -> str:
        """The address of its default virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start, installing and setting up what is missing; returns once it answers. Nothing happens if it runs.

        Raises UnavailableError.
        """
        if self._process is not None:
            return
        if self._folder is None:
            self._set_up()
        folder = self._inside
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._server],
                env=self._environment(folder),
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready(self._process, folder)

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            # The server's shell and its emulator are one session of ours: nothing else is in it.
            os.killpg(self._process.pid, 9)
            self._process.wait()
            self._process = None

    def forget_everything(self) -> None:
        """Lose all queues and what is in them; only while it is stopped."""
        shutil.rmtree(self._inside / "mnesia", ignore_errors=True)

    def remove(self) -> None:
        """Stop, and leave nothing behind. May be called twice."""
        self.stop()
        if self._folder is not None:
            end_all_of(self._folder)  # Erlang's name service too: the server starts one that outlives it
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def _inside(self) -> Path:
        if self._folder is None:
            raise UnavailableError("this RabbitMQ has not been set up, or has been removed")
        return self._folder

    def _set_up(self) -> None:
        server = program("rabbitmq-server", _WHERE_DEBIAN_PUTS_IT)
        if server is None:
            install(_PACKAGE, VARIABLE)
            server = program("rabbitmq-server", _WHERE_DEBIAN_PUTS_IT)
        if server is None:
            raise UnavailableError(f"rabbitmq-server was not found: set {VARIABLE} to a server that runs")
        say("starting a throw-away RabbitMQ")
        self._server = server
        self._user = unprivileged_user("rabbitmq")
        self._port, self._distribution_port, self._names_port = free_port(), free_port(), free_port()
        self._folder = temporary_folder("peyvand-rabbitmq", self._user)
        settings = self._folder / "rabbitmq.conf"
        settings.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\nloopback_users.guest = true\nlog.file = false\n"
            "log.console = true\nlog.console.level = warning\ndisk_free_limit.absolute = 50MB\n"
        )
        (self._folder / "plugins").write_text("[].\n")
        for path in (settings, self._folder / "plugins"):
            give_to(self._user, path)

    def _environment(self, folder: Path) -> dict[str, str]:
        return environment_of(self._user) | {
            "HOME": str(folder),  # where its cookie lies
            "RABBITMQ_NODENAME": f"peyvand-{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names_port),
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            if _answers(self._port):
                return
            time.sleep(_LOOK_AGAIN_AFTER_S)
        said = (folder / "log").read_text(errors="replace")[-2000:]
        self.stop()
        raise UnavailableError(f"the throw-away RabbitMQ did not start: {said}")


def _answers(port: int) -> bool:
    """Whether an AMQP server greets on a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
            sock.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(sock.recv(1))
    except OSError:
        return False


def given_url() -> str:
    """The server that whoever runs the tests names; empty if none."""
    return os.environ.get(VARIABLE, "")
