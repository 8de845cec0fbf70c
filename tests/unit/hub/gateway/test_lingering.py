"""Who is refused while still sending gets to read why."""

import asyncio
from collections.abc import Callable

from hub.gateway import lingering
from hub.gateway.lingering import LingeringTransport
from tests.unit.hub.runtime.engine import until


class Wire(asyncio.Transport):
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.did: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert "write_eof" not in self.did, "no transport lets anybody write after its end"
        self.did.append("write")

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.did.append("write_eof")

    def resume_reading(self) -> None:
        self.did.append("resume_reading")

    def close(self) -> None:
        self.did.append("close")

    def is_closing(self) -> bool:
        return "close" in self.did


def over(is_quiet: Callable[[], bool]) -> tuple[LingeringTransport, Wire]:
    wire = Wire()
    return LingeringTransport(wire, is_quiet), wire


async def test_a_quiet_connection_is_closed_at_once():
    transport, wire = over(lambda: True)
    transport.close()
    assert wire.did == ["close"]


async def test_to_who_is_still_sending_the_last_word_is_said_before_it_closes():
    transport, wire = over(lambda: False)
    transport.write(b"413")
    transport.close()
    assert transport.is_closing()
    transport.write(b"more")
    assert wire.did == ["write", "write_eof", "resume_reading"]
    transport.close()  # and whoever must close now, does
    assert wire.did[-1] == "close"


async def test_nobody_is_listened_to_for_ever(monkeypatch):
    monkeypatch.setattr(lingering, "LINGER_S", 0.0)
    transport, wire = over(lambda: False)
    transport.close()
    await until(wire.is_closing)


async def test_nobody_is_listened_to_whatever_they_send(monkeypatch):
    monkeypatch.setattr(lingering, "LINGER_BYTES", 100)
    transport, wire = over(lambda: False)
    transport.close()
    transport.discard(60)
    assert not wire.is_closing()
    transport.discard(60)
    assert wire.is_closing()
