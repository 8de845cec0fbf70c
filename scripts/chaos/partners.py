"""The simulated partners, and what they wrote down of every call."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from scripts.chaos.ledger import PartnerCall
from scripts.chaos.processes import Process
from scripts.services.throwaway import UnavailableError

DELIVERIES = {"registry_office": "OwnershipInquiry", "behpardakht": "bpVerifyRequest"}
"""The partners that are watched, and the operation that delivers a message; others only ask what became of it."""
WATCHED = tuple(DELIVERIES)
_ANSWER_WITHIN_S = 60.0
_READ_EVERY_S = 5.0
_READY = "sandbox ready"


class Partners:
    """A sandbox of our own. Its ledger is read while it runs, for it keeps the newest calls only."""

    def __init__(self, folder: Path, environment: Mapping[str, str], seed: int) -> None:
        self._folder = folder
        self._environment = environment
        self._seed = seed
        self._process: Process | None = None
        self._session: aiohttp.ClientSession | None = None
        self._reading: asyncio.Task[None] | None = None
        self._read_up_to = dict.fromkeys(WATCHED, 0)
        self.calls: list[PartnerCall] = []
        self.variables: dict[str, str] = {}
        """What a hub must be told to reach them."""

    async def start(self) -> None:
        """Start on free ports. Raises UnavailableError."""
        env_file = self._folder / "sandbox.env"
        ports = [
            f"--{name}-port=0" for name in ("control", "registry-office", "civil-registry", "behpardakht")
        ]
        self._process = await Process.start(
            ("sandbox", *ports, f"--env-file={env_file}", f"--seed={self._seed}"),
            self._environment, lambda line: line == _READY, self._folder / "sandbox.log",
        )  # fmt: skip
        lines = env_file.read_text(encoding="utf-8").splitlines()
        self.variables = dict(line.split("=", 1) for line in lines)
        timeout = aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)
        self._session = aiohttp.ClientSession(self.variables["PEYVAND_SANDBOX_CONTROL_URL"], timeout=timeout)
        self._reading = asyncio.create_task(self._read_for_ever())

    async def stop(self) -> None:
        """End them."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self._process is not None:
            await self._process.stop()

    async def mode(self, partner: str, mode: str, **parameters: float | bool) -> None:
        """Have a partner behave in a way of the sandbox's."""
        await self._control("POST", f"/partners/{partner}/mode", {"mode": mode, **parameters})

    async def read_calls(self) -> None:
        """Copy what has been written down since the last time. Raises UnavailableError if some of it is gone."""
        for partner in WATCHED:
            after = self._read_up_to[partner]
            report = await self._control("GET", f"/partners/{partner}/calls?after={after}")
            for call in report["calls"]:
                after += 1
                if call["number"] != after:
                    raise UnavailableError(
                        f"the ledger of {partner} has forgotten calls; send fewer messages"
                    )
                if call["operation"] == DELIVERIES[partner]:
                    self.calls.append(PartnerCall(partner, call["request_id"], call["subject"]))
            self._read_up_to[partner] = after

    async def _read_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_READ_EVERY_S)
            await self.read_calls()

    async def _control(self, method: str, path: str, document: object = None) -> Any:
        if self._session is None:
            raise UnavailableError("the simulated partners have not been started")
        body = None if document is None else json.dumps(document)
        async with self._session.request(method, path, data=body) as answer:
            return await answer.json()
