"""What starting a server for a while takes: a program, a port, a user who may run it, and a word about progress."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_INSTALLING = threading.Lock()


class UnavailableError(Exception):
    """A service cannot be had; the text says what to do."""


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stderr.write(f"==> {text}\n")
    sys.stderr.flush()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def program(name: str, *folders: Path) -> str | None:
    """Where a program is: in one of the folders, or on the path."""
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    return shutil.which(name)


def install(package: str, variable: str) -> None:
    """Install a system package, where this process may. Raises UnavailableError with what to do instead."""
    advice = f"install it (Debian: apt-get install {package}), or set {variable} to one that runs"
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        raise UnavailableError(f"{package} is needed and was not found: {advice}")
    say(f"{package} was not found; installing the system's package (a minute or two)")
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "RUNLEVEL": "1",  # the package's own server is not wanted
    }
    with _INSTALLING:
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
            done = subprocess.run([apt, *arguments], env=environment, capture_output=True, check=False)
            if done.returncode != 0:
                reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
                raise UnavailableError(f"{package} could not be installed ({reason[0]}): {advice}")


def unprivileged_user(*names: str) -> pwd.struct_passwd | None:
    """Who runs a server that refuses root: the first of the names that exists; None if this is not root anyway."""
    if os.geteuid() != 0:
        return None
    for name in (*names, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise UnavailableError(f"the server refuses to run as root, and there is no user {' or '.join(names)}")


def run_as(user: pwd.struct_passwd | None, command: Sequence[str], **environment: str) -> str:
    """Run a command to its end and give what it says. Raises UnavailableError with its last words if it fails."""
    done = subprocess.run(
        list(command),
        env=environment_of(user) | environment,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    if done.returncode != 0:
        raise UnavailableError(f"{Path(command[0]).name} failed: {said[-2000:]}")
    return said


def environment_of(user: pwd.struct_passwd | None) -> dict[str, str]:
    """What a server is told of its surroundings: as little as it needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"} | ({"HOME": "/tmp"} if user else {})  # noqa: S108 - nothing is kept there


def temporary_folder(prefix: str, user: pwd.struct_passwd | None) -> Path:
    """A new folder for a server's files, once what earlier runs left behind has been cleared away."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}-*"):
        owner = folder.name.removeprefix(f"{prefix}-").partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            say(f"removing what a killed run left in {folder}")
            end_all_of(folder)
            shutil.rmtree(folder, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-{os.getpid()}-"))
    give_to(user, folder)
    return folder


def end_all_of(folder: Path) -> None:
    """End the processes that were started with a folder of ours in their arguments or surroundings."""
    mark = os.fsencode(folder)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is not ours to look at
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if mark in told and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)


def give_to(user: pwd.struct_passwd | None, folder: Path) -> None:
    """Hand a folder to who runs the server."""
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
