"""Clients as they are: some wait, some do not; they send again under their key when an answer is lost."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import aiohttp

from scripts.chaos.ledger import Ledger
from scripts.chaos.messages import ClientMessage
from scripts.services.throwaway import UnavailableError

ANSWERED_WITHIN_S = 20.0
"""How long a client waits for an answer before it takes it for lost."""
GIVES_UP_AFTER_S = 300.0
_LONGEST_PAUSE_S = 1.0
_FIRST_PAUSE_S = 0.05
_FOLLOWS_FOR_S = 5
LOST = (aiohttp.ClientError, OSError, TimeoutError)


class Answer(NamedTuple):
    """What came back."""

    status: int
    exchange_id: str
    """Of the recorded exchange; empty if none was recorded."""
    code: str
    may_be_sent_again: bool


class Clients:
    """Sends messages to the nodes in turn, and writes down what is said."""

    def __init__(self, addresses: Sequence[str], key: str, ledger: Ledger, at_once: int) -> None:
        self._addresses = addresses
        self._key = key
        self._ledger = ledger
        self._at_once = at_once
        self._session: aiohttp.ClientSession | None = None
        self.sent = 0
        """Messages that are over for their senders."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S),
            headers={"Authorization": f"Bearer {self._key}"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.close()

    @property
    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the clients are used as a context")
        return self._session

    async def send_all(self, messages: Sequence[ClientMessage]) -> None:
        """Send messages, several at once; returns when each is over for its sender."""
        waiting = iter(messages)

        async def sender() -> None:
            for message in waiting:
                await self._carry(message)
                self.sent += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._at_once, len(messages))):
                group.create_task(sender())

    async def ask(self, node: int, path: str) -> Any:
        """A GET at a node, wherever it is answered with 200; asked again until it is. Raises UnavailableError."""
        until, said = asyncio.get_running_loop().time() + GIVES_UP_AFTER_S, "no answer"
        while asyncio.get_running_loop().time() < until:
            address = self._addresses[node % len(self._addresses)]
            try:
                async with self._opened.get(address + path) as answer:
                    if answer.status == 200:  # noqa: PLR2004 - as HTTP has it
                        return await answer.json()
                    said = f"{answer.status}: {await answer.text()}"
            except LOST as error:
                said = str(error) or type(error).__name__
            node += 1
            await asyncio.sleep(_FIRST_PAUSE_S)
        raise UnavailableError(f"{path} was not answered for {GIVES_UP_AFTER_S:g} s: {said[:500]}")

    async def _carry(self, message: ClientMessage) -> None:
        """One message, from its first attempt to the answer that its sender acts on."""
        loop = asyncio.get_running_loop()
        until, pause_s, attempt = loop.time() + GIVES_UP_AFTER_S, _FIRST_PAUSE_S, 0
        while True:
            answer = await self._post(message, message.number + attempt)
            if answer is not None and not answer.may_be_sent_again:
                break
            # Without a key nothing tells a second try from a second message: such a client asks a person.
            if not message.has_key or loop.time() > until:
                self._ledger.given_up.add(message.number)
                return
            attempt += 1
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        if message.is_later and message.is_followed and answer.exchange_id:
            await self._follow(message.number, answer.exchange_id)

    async def _post(self, message: ClientMessage, node: int) -> Answer | None:
        """One attempt; None if no answer came."""
        headers = {"Content-Type": "application/json", "Case-Id": message.case_id}
        if message.has_key:
            headers["Idempotency-Key"] = f"{message.case_id}/{message.number}"
        if message.is_later:
            headers["Prefer"] = "respond-async"
        address = self._addresses[node % len(self._addresses)]
        url = f"{address}/exchange/{message.contract}/v1"
        body = json.dumps(message.document)
        try:
            async with self._opened.post(url, data=body, headers=headers) as given:
                text = await given.read()
                answer = _read(given.status, given.headers.get("Exchange-Id", ""), text)
        except LOST:
            self._ledger.hear_nothing()
            return None
        self._ledger.hear(message.number, message.kind, answer.status, answer.exchange_id, answer.code)
        return answer

    async def _follow(self, node: int, exchange_id: str) -> None:
        """Ask once for the end, as a client that needs it does."""
        address = self._addresses[node % len(self._addresses)]
        try:
            async with self._opened.get(f"{address}/exchanges/{exchange_id}?wait={_FOLLOWS_FOR_S}") as answer:
                await answer.read()
        except LOST:
            return


def _read(status: int, exchange_id: str, body: bytes) -> Answer:
    if status < 300:  # noqa: PLR2004 - success, as HTTP has it
        return Answer(status, exchange_id, "", may_be_sent_again=False)
    try:
        problem = json.loads(body)
    except ValueError:
        problem = {}
    code = str(problem.get("code", ""))
    recorded = str(problem.get("exchange_id", ""))
    # An exchange that has failed is told so again under its key; only the hub's own troubles pass.
    again = bool(problem.get("retryable")) and problem.get("origin") == "hub" and code != "deadline.exceeded"
    return Answer(status, recorded, code, may_be_sent_again=again)
