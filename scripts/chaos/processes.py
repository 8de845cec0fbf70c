"""Processes of ours: started with a line that says they are ready, and never left behind."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.services.throwaway import UnavailableError

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 120.0
"""Generous: on a loaded machine an interpreter alone takes seconds."""
STOP_WITHIN_S = 60.0
_LINES_SHOWN = 15


class Process:
    """``python -m ARGUMENTS`` in a session of its own; it ends by itself if we are killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._reading: asyncio.Task[None] | None = None
        self.ready_line = ""
        """The line that said that it is ready."""

    @classmethod
    async def start(
        cls,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        is_ready: Callable[[str], bool],
        log: Path,
    ) -> "Process":
        """Start, and wait until it says that it is ready. Raises UnavailableError with its last words."""
        tether = [sys.executable, "-m", "hub.app.tether", str(os.getpid()), sys.executable, "-m"]
        with log.open("ab") as complaints:
            process = await asyncio.create_subprocess_exec(
                *tether, *arguments,
                env=dict(environment), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=complaints, start_new_session=True,
            )  # fmt: skip
        started = cls(process)
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await started._until_ready(is_ready)
        except (TimeoutError, EOFError):
            await started.kill()
            said = await asyncio.to_thread(_last_lines, log)
            raise UnavailableError(
                f"`python -m {' '.join(arguments)}` did not become ready:\n{said}"
            ) from None
        except BaseException:
            await started.kill()
            raise
        return started

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.returncode

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end and give its status; negative for a signal."""
        return await self._process.wait()

    async def kill(self) -> None:
        """End it without a word."""
        self.send(signal.SIGKILL)
        await self._ended_and_read()

    async def stop(self) -> None:
        """End it politely, and otherwise if that takes too long. May be called twice."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
        await self._ended_and_read()

    async def _ended_and_read(self) -> None:
        await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _until_ready(self, is_ready: Callable[[str], bool]) -> None:
        stdout = self._process.stdout
        if stdout is None:
            raise EOFError
        while line := (await stdout.readline()).decode(errors="replace").rstrip("\n"):
            if is_ready(line):
                self.ready_line = line
                self._reading = asyncio.create_task(_read_on(stdout))
                return
        raise EOFError


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:])


async def _read_on(stream: asyncio.StreamReader) -> None:
    """Read on, so that the process never waits for us."""
    while await stream.read(65_536):
        pass


async def run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run ``python -m ARGUMENTS`` to its end; gives its standard output. Raises UnavailableError if it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments,
        env=dict(environment), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await process.communicate()
    if process.returncode:
        reason = complained.decode(errors="replace").strip()[-2000:]
        raise UnavailableError(f"`python -m {' '.join(arguments)}` failed: {reason}")
    return said.decode()
