"""A hub and its simulated partners as processes, and an outsider's way to talk to the hub over bare sockets."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.system.peyvand_process import City, Hub, end, start_hub, with_own_data
from tests.system.sandbox_process import EVERY_PARTNER, Partners, running_partners

WITHIN_S = 60
PARTNER_TIMEOUT_S = 1
ASKED_EVERY_S = 1
"""How soon a partner is asked about an uncertain outcome, and how often."""
TITLE, IDENTITY, PAYMENT = "registry.title-inquiry", "civil.identity-inquiry", "payment.verify"
ESTATE = "1402203010000000010"
INQUIRY: dict[str, Any] = {
    "requester": {
        "officer": {"first_name": "رها", "last_name": "کیانی‌فر", "national_code": "9990000085"},
        "office": {"province_code": "07", "code": "1402", "number": "12"},
    },
    "deed": {"estate_note_number": ESTATE},
}
PERSON = {"national_code": "9990000018", "birth_date": "1983-07-08"}
SALE = {
    "provider": "behpardakht",
    "order_id": 140400001,
    "reference": "170140400001",
    "amount_rial": 17_000_000,
}
PERSONAL = ("رها", "کیانی", "مریم", "کاظمی", "9990000085", "9990000018", ESTATE, "170140400001")
"""What the sample messages and the partners' answers say of persons: never to be found in a log (G10)."""

_TOO_SHORT_TO_TELL = 5
"""A code of two digits stands in every other time stamp."""

Header = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code; fails the test if this is no whole problem."""
        document = self.json
        assert self.headers["content-type"] == "application/problem+json", self
        assert document["status"] == self.status
        assert {"type", "title", "code", "origin", "retryable"} <= document.keys()
        return str(document["code"])

    @property
    def exchange_id(self) -> str:
        return self.headers["exchange-id"]

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.json["errors"]]


@dataclass
class Outside:
    """The hub as the world sees it. ``key`` is that of a client who may use everything."""

    where: City
    partners: Partners
    hub: Hub
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.keys["portal"]

    def add_client(self, name: str, *grants: str) -> str:
        options = [option for grant in grants for option in ("--grant", grant)]
        self.keys[name] = self.where.json("client", "add", name, *options)["key"]
        return self.keys[name]

    def until_known(self, name: str) -> None:
        """Wait until the running hub knows a client that was just added."""
        deadline = time.monotonic() + WITHIN_S
        while (answer := self.ask("GET", "/contracts", key=self.keys[name])).status != 200:
            assert time.monotonic() < deadline, answer

    # HTTP

    def connect(self) -> socket.socket:
        address = urlsplit(self.hub.public)
        return socket.create_connection((address.hostname, address.port), timeout=WITHIN_S)

    def ask(
        self,
        method: str,
        path: str,
        *headers: Header,
        body: bytes | Iterable[bytes] | None = None,
        key: str | None = None,
    ) -> Answer:
        """One request on a connection of its own. A body in pieces goes in chunks."""
        address = urlsplit(self.hub.public)
        with closing(
            http.client.HTTPConnection(str(address.hostname), address.port, timeout=WITHIN_S)
        ) as line:
            line.putrequest(method, path, skip_accept_encoding=True)
            if key != "":
                line.putheader("Authorization", f"Bearer {key or self.key}")
            for name, value in headers:
                line.putheader(name, value.encode("latin-1"))
            in_chunks = body is not None and not isinstance(body, bytes)
            if in_chunks:
                line.putheader("Transfer-Encoding", "chunked")
            elif isinstance(body, bytes) and not any(name == "Content-Length" for name, _ in headers):
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body, encode_chunked=in_chunks)
            return whole(line.getresponse())

    def post(
        self, contract: str, document: Any, *headers: Header, key: str | None = None, major: str = "1"
    ) -> Answer:
        """One exchange. A document that is bytes goes as it is."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        kind = (
            ()
            if any(name == "Content-Type" for name, _ in headers)
            else (("Content-Type", "application/json"),)
        )
        return self.ask("POST", f"/exchange/{contract}/v{major}", *kind, *headers, body=body, key=key)

    def raw(self, data: bytes) -> bytes:
        """Everything that the hub says to these bytes until it hangs up."""
        with self.connect() as line:
            line.sendall(data)
            return everything(line)

    def head(self, contract: str = TITLE, *headers: bytes, key: str | None = None) -> bytes:
        """A request's head as bytes, without its end."""
        lines = [
            f"POST /exchange/{contract}/v1 HTTP/1.1".encode(),
            b"Host: hub",
            f"Authorization: Bearer {key or self.key}".encode(),
            b"Content-Type: application/json",
            *headers,
        ]
        return b"\r\n".join(lines) + b"\r\n"

    # Journal and ledgers

    def shown(self, exchange_id: str, *, wait_s: int = 0, key: str | None = None) -> Any:
        """The exchange as its sender sees it."""
        answer = self.ask("GET", f"/exchanges/{exchange_id}?wait={wait_s}", key=key)
        assert answer.status == 200, answer
        return answer.json

    def recorded(self, exchange_id: str) -> Any:
        """The exchange as an operator sees it."""
        return self.where.json("exchange", "show", exchange_id)

    def ledger(self) -> dict[str, int]:
        """How many calls each partner has had."""
        return {name: self.partners.calls(name)["count"] for name in EVERY_PARTNER}

    def log(self) -> str:
        return (self.where.folder / "hub.log").read_text(encoding="utf-8")

    def secrets(self) -> list[str]:
        """What must not stand in any log: persons, keys, credentials."""
        credentials = re.compile(r".*_(PASSWORD|USERNAME|RULE_ID|ORGANISATION|SERVICE|TERMINAL_ID)\Z")
        held = [value for name, value in self.partners.environment.items() if credentials.match(name)]
        held = [value for value in held if len(value) > _TOO_SHORT_TO_TELL]
        return [*PERSONAL, *self.keys.values(), *held]


def whole(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def everything(line: socket.socket) -> bytes:
    said = b""
    try:
        while piece := line.recv(65_536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def answers(said: bytes) -> list[Answer]:
    """Answers that came one after the other on one connection, each with its length."""
    found = []
    while said:
        head, _, rest = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", "0"))
        found.append(Answer(int(first.split()[1]), headers, rest[:length]))
        said = rest[length:]
    return found


def impatient_city(folder: Path, **changes: str) -> City:
    """A city whose adapters wait for their partners for a second only, and whose routes ask again after one."""
    where = with_own_data(folder)
    where.environment.update(changes)
    for manifest in (folder / "adapters").glob("*/manifest.yaml"):
        text = re.sub(
            r"(?m)^    timeout: \d+s$", f"    timeout: {PARTNER_TIMEOUT_S}s", manifest.read_text("utf-8")
        )
        manifest.write_text(text, encoding="utf-8")
    for route in (folder / "routes").glob("*/route.yaml"):
        text = re.sub(r"(?m)^    every: \d+s$", f"    every: {ASKED_EVERY_S}s", route.read_text("utf-8"))
        route.write_text(text, encoding="utf-8")
    return where


@contextmanager
def outside(folder: Path, **changes: str) -> Iterator[Outside]:
    """A hub with its partners, and a client ``portal`` that may use everything."""
    where = impatient_city(folder, PEYVAND_LOG_FORMAT="json", **changes)
    with running_partners(folder) as partners:
        where.environment.update(partner_settings(partners))
        there = Outside(where, partners, start_hub(where))
        try:
            there.add_client("portal", TITLE, IDENTITY, PAYMENT)
            there.until_known("portal")
            yield there
        finally:
            partners.control("POST", "/clock", {"offset_s": 0})
            for name in EVERY_PARTNER:
                partners.control("POST", f"/partners/{name}/reset")
            end(there.hub.process)


def partner_settings(partners: Partners) -> Mapping[str, str]:
    return {name: value for name, value in partners.environment.items() if "SANDBOX" not in name}
