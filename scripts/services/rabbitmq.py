"""A RabbitMQ of one's own: its own node name, ports and folders, beside whatever runs already."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.services.throwaway import (
    UnavailableError,
    end_all_of,
    environment_of,
    free_port,
    give_to,
    install,
    program,
    run_as,
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
    """Start it, use its ``url``, stop it. ``stop`` with ``start`` after it is a restart; ``remove`` ends it all.

    Nodes that are given the same ``cookie`` and each other's ``peers`` before they start make one cluster.
    """

    def __init__(
        self, *, cookie: str = "", names_port: int = 0, plugins: Sequence[str] = (), settings: str = ""
    ) -> None:
        """``names_port`` is that of Erlang's name service, which the nodes of a cluster share; 0 for a free one.

        ``settings`` are further lines of its rabbitmq.conf.
        """
        self._cookie = cookie
        self._plugins = tuple(plugins)
        self._settings = settings
        self._given_names_port = names_port
        self.peers: tuple[str, ...] = ()
        """The names of all nodes of its cluster, its own too; empty if it stands alone."""
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

    @property
    def port(self) -> int:
        """Where it listens for clients, once it has been set up."""
        return self._port

    @property
    def pid(self) -> int:
        """Its first process, while it runs; 0 otherwise."""
        return self._process.pid if self._process else 0

    @property
    def name(self) -> str:
        """Its node name, once it has been set up."""
        return f"peyvand-{self._port}@localhost"

    def start(self) -> None:
        """Start, installing and setting up what is missing; returns once it answers. Nothing happens if it runs.

        Raises UnavailableError.
        """
        if self._process is not None:
            return
        self.set_up()
        folder = self._inside
        self._write_peers(folder / "rabbitmq.conf")
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

    def control(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` on it and give what it says. Raises UnavailableError."""
        ctl = program("rabbitmqctl", _WHERE_DEBIAN_PUTS_IT)
        if ctl is None:
            raise UnavailableError("rabbitmqctl was not found beside rabbitmq-server")
        environment = self._environment(self._inside)
        environment |= {"RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none"}
        return run_as(self._user, [ctl, "-q", "-n", self.name, *arguments], **environment)

    def set_up(self) -> None:
        """Choose its name, ports and folder; nothing happens if that has been done. Raises UnavailableError."""
        if self._folder is not None:
            return
        server = program("rabbitmq-server", _WHERE_DEBIAN_PUTS_IT)
        if server is None:
            install(_PACKAGE, VARIABLE)
            server = program("rabbitmq-server", _WHERE_DEBIAN_PUTS_IT)
        if server is None:
            raise UnavailableError(f"rabbitmq-server was not found: set {VARIABLE} to a server that runs")
        say("starting a throw-away RabbitMQ")
        self._server = server
        self._user = unprivileged_user("rabbitmq")
        self._port, self._distribution_port = free_port(), free_port()
        self._names_port = self._given_names_port or free_port()
        self._folder = temporary_folder("peyvand-rabbitmq", self._user)
        settings = self._folder / "rabbitmq.conf"
        settings.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\nloopback_users.guest = true\nlog.file = false\n"
            "log.console = true\nlog.console.level = warning\ndisk_free_limit.absolute = 50MB\n"
            + self._settings
        )
        (self._folder / "plugins").write_text(f"[{','.join(self._plugins)}].\n")
        files = [settings, self._folder / "plugins"]
        if self._cookie:
            cookie = self._folder / ".erlang.cookie"
            cookie.write_text(self._cookie)
            cookie.chmod(0o400)
            files.append(cookie)
        for path in files:
            give_to(self._user, path)

    def _write_peers(self, settings: Path) -> None:
        """Which nodes it forms a cluster with, when it starts without any data."""
        if not self.peers:
            return
        lines = ["cluster_formation.peer_discovery_backend = classic_config"]
        lines += [
            f"cluster_formation.classic_config.nodes.{place} = {name}"
            for place, name in enumerate(self.peers, start=1)
        ]
        own, _, _ = settings.read_text().partition("cluster_formation")
        settings.write_text(own + "\n".join(lines) + "\n")

    def _environment(self, folder: Path) -> dict[str, str]:
        return environment_of(self._user) | {
            "HOME": str(folder),  # where its cookie lies
            "RABBITMQ_NODENAME": self.name,
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
