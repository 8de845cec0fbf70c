"""The hub's nodes, each with a folder and a stable address of its own."""

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from scripts.chaos.processes import Process
from scripts.chaos.proxy import Address, Proxy
from scripts.services.throwaway import UnavailableError, say

READY_WITHIN_S = 120.0
_ASK_AGAIN_AFTER_S = 0.1
_RESTART_AFTER_S = 0.3
_ASKED_WITHIN_S = 5.0


class Node:
    """One hub process at a time, started again whenever it ends. Clients reach it at its proxy."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.folder = folder
        self._environment = environment
        self._process: Process | None = None
        self._upstream: list[Address] = []
        self._management = ""
        self._watching: asyncio.Task[None] | None = None
        self._is_wanted = False
        self.deaths: list[int] = []
        """The exit statuses of processes whose end nobody had asked for."""
        self._forgiven: set[int] = set()
        self.generation = 0
        """How many processes it has had that came to serve."""
        self.extra: dict[str, str] = {}
        """What its next process is told beside the rest, and only that one."""
        self.clients = Proxy(lambda: self._upstream)

    @property
    def pid(self) -> int:
        """Of its present process. Raises UnavailableError if there is none."""
        if self._process is None or self._process.status is not None:
            raise UnavailableError(f"node {self.name} is not running")
        return self._process.pid

    @property
    def log(self) -> Path:
        """What its processes have complained of."""
        return self.folder / "hub.log"

    async def start(self) -> None:
        """Start it, and go on starting it whenever it dies. Raises UnavailableError if it does not come up."""
        if not self.clients.port:
            await self.clients.start()
        self._is_wanted = True
        await self._start_process()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End it politely, and leave it so. May be called twice."""
        self._is_wanted = False
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        if self._process is not None:
            await self._process.stop()
            self._note_end(self._process)
            self._process = None

    def expects(self, status: int) -> None:
        """Let it end with that status from now on: it is a fault's doing."""
        self._forgiven.add(status)

    def send(self, number: signal.Signals) -> None:
        """Send its process a signal."""
        if self._process is not None:
            if number in {signal.SIGKILL, signal.SIGTERM}:
                self.expects(-number)
            self._process.send(number)

    async def born(self, generation: int, within_s: float = READY_WITHIN_S) -> None:
        """Wait until its so-manieth process is ready, or a later one. Raises UnavailableError."""
        try:
            async with asyncio.timeout(within_s):
                while self.generation < generation:  # noqa: ASYNC110 - it is somebody else's process
                    await asyncio.sleep(_ASK_AGAIN_AFTER_S)
        except TimeoutError:
            raise UnavailableError(f"node {self.name} was not started again in time") from None
        await self.ready()

    async def ready(self) -> None:
        """Wait until it says that it is ready. Raises UnavailableError with what it says instead."""
        said = "nothing"
        try:
            async with asyncio.timeout(READY_WITHIN_S), aiohttp.ClientSession() as session:
                while True:
                    said = await self._readiness(session)
                    if not said:
                        return
                    await asyncio.sleep(_ASK_AGAIN_AFTER_S)
        except TimeoutError:
            raise UnavailableError(
                f"node {self.name} was not ready within {READY_WITHIN_S:g} s: {said}"
            ) from None

    async def _readiness(self, session: aiohttp.ClientSession) -> str:
        """What stands against it being ready; empty if nothing does."""
        if not self._management:
            return "it is not running"
        timeout = aiohttp.ClientTimeout(total=_ASKED_WITHIN_S)
        try:
            async with session.get(f"{self._management}/readyz", timeout=timeout) as answer:
                return "" if answer.status == 200 else await answer.text()  # noqa: PLR2004 - ready, as HTTP has it
        except (aiohttp.ClientError, OSError) as error:
            return str(error) or type(error).__name__

    async def _start_process(self) -> None:
        extra, self.extra = self.extra, {}
        self._process = await Process.start(
            ("hub.app.cli", "serve", "--json"),
            {**self._environment, **extra},
            lambda line: line.startswith("{"),
            self.log,
        )
        told = json.loads(self._process.ready_line)
        public = urlsplit(told["public"])
        self._upstream = [(str(public.hostname), int(public.port or 0))]
        self._management = told["management"]
        self.generation += 1

    async def _watch(self) -> None:
        """What a process supervisor does."""
        while self._is_wanted and self._process is not None:
            await self._process.ended()
            self._note_end(self._process)
            self._upstream, self._management = [], ""
            await asyncio.sleep(_RESTART_AFTER_S)
            while self._is_wanted:
                try:
                    await self._start_process()
                except UnavailableError as error:
                    say(f"node {self.name} does not start, trying again: {error}")
                    await asyncio.sleep(_RESTART_AFTER_S)
                else:
                    break

    def _note_end(self, process: Process) -> None:
        status = process.status
        if status is not None and status != 0 and status not in self._forgiven:
            self.deaths.append(status)
            say(f"node {self.name} ended by itself, status {status}; see {self.log}")
