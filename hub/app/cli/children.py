"""Processes that a command starts and never leaves behind: the simulated partners and the hub."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.app.cli.ending import unreachable
from hub.app.env_file import read_env_file

START_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
_LINES_SHOWN = 15


class Child:
    """One process in a session of its own: Ctrl-C reaches it only through us.

    It is told to end when its stopper is called, and ends by itself if we are killed (``hub.app.tether``).
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path | None) -> None:
        self.name = name
        self._process = process
        self._log = log
        self._draining: asyncio.Task[None] | None = None
        self.ready_line = ""
        """The line that said that it is ready."""

    @classmethod
    async def start(
        cls,
        name: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        is_ready: Callable[[str], bool],
        log: Path | None,
    ) -> "Child":
        """Start ``python -m ARGUMENTS`` and wait until it has said that it is ready.

        Its complaints go to the file ``log``, or to our own standard error. Raises CommandError if it ends or
        says nothing within START_WITHIN_S; nothing is left of it then.
        """
        tether = ("-m", "hub.app.tether", str(os.getpid()))
        with contextlib.ExitStack() as stack:
            stderr = None if log is None else stack.enter_context(log.open("ab"))
            process = await asyncio.create_subprocess_exec(
                sys.executable, *tether, sys.executable, "-m", *arguments,
                env=dict(environment), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=stderr, start_new_session=True,
            )  # fmt: skip
        child = cls(name, process, log)
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await child._wait_until(is_ready)
        except TimeoutError:
            await child.stop()
            raise unreachable(
                f"{name} did not become ready within {START_WITHIN_S:g} s{child.last_words()}"
            ) from None
        except BaseException:
            await child.stop()
            raise
        return child

    async def ended(self) -> int:
        """Wait for its end; gives its exit status."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it: politely first, then not. May be called twice."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_WITHIN_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._draining is not None:
            await self._draining

    def last_words(self) -> str:
        """The end of its log, to be added to a complaint; its complaints have been seen if it has none."""
        if self._log is None:
            return ": see above"
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:]
        return "; it said:\n" + "\n".join(lines) if lines else " and said nothing"

    async def _wait_until(self, is_ready: Callable[[str], bool]) -> None:
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("a child is started with its output piped")
        while line := (await stdout.readline()).decode(errors="replace").rstrip("\n"):
            if is_ready(line):
                self.ready_line = line
                self._draining = asyncio.create_task(_drain(stdout))
                return
        status = await self._process.wait()
        raise unreachable(f"{self.name} did not start (status {status}){self.last_words()}")


async def _drain(stream: asyncio.StreamReader) -> None:
    """Read on so that the child never waits for us."""
    while await stream.read(65_536):
        pass


@dataclass(frozen=True, slots=True)
class Pair:
    """A hub and the simulated partners that it talks to."""

    sandbox: Child
    hub: Child
    public: str
    management: str
    control: str
    """The control port of the simulated partners."""


@contextlib.asynccontextmanager
async def running_sandbox(
    env_file: Path, environment: Mapping[str, str], *, control_port: int, log: Path | None
) -> AsyncIterator[Child]:
    """Simulated partners on free ports, and their env file; ended at the end. Raises CommandError."""
    env_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = [f"--{name}-port=0" for name in ("registry-office", "civil-registry", "behpardakht")]
    arguments = ("sandbox", f"--env-file={env_file}", f"--control-port={control_port}", *ports)
    child = await Child.start(
        "the sandbox",
        arguments,
        environment=environment,
        is_ready=lambda line: line == "sandbox ready",
        log=log,
    )
    try:
        yield child
    finally:
        await child.stop()


@contextlib.asynccontextmanager
async def running_pair(
    sandbox: Child, env_file: Path, environment: Mapping[str, str], *, log: Path | None
) -> AsyncIterator[Pair]:
    """A hub beside running simulated partners; ended at the end. Raises CommandError.

    What the env file says wins over the environment: a real partner's address left there is never called.
    """
    partners = read_env_file(env_file)
    child = await Child.start(
        "the hub",
        ("hub.app.cli", "serve", "--json"),
        environment={**environment, **partners},
        is_ready=lambda line: line.startswith("{"),
        log=log,
    )
    try:
        told = orjson.loads(child.ready_line)
        control = partners["PEYVAND_SANDBOX_CONTROL_URL"]
        yield Pair(sandbox, child, told["public"], told["management"], control)
    finally:
        await child.stop()
