"""Clocks that jump: libfaketime stands between a node and its machine's clock."""

import os
import signal
from pathlib import Path

from scripts.chaos.faults.fault import Fault
from scripts.chaos.nodes import Node
from scripts.chaos.town import Town
from scripts.services.throwaway import UnavailableError, install

_PACKAGE, _VARIABLE = "libfaketime", "LD_PRELOAD"
_PLACES = ("usr/lib/*/faketime", "usr/lib/faketime", "usr/lib64/faketime", "usr/local/lib/faketime")
_LIBRARY = "libfaketime.so.1"


class Jump(Fault):
    """A node's clock jumps while it works, and jumps back. Its monotonic clock goes on as it should."""

    holds_s = 4.0
    _node: Node

    def __init__(self, name: str, offset: str) -> None:
        super().__init__(name)
        self._offset = offset

    async def begin(self, town: Town) -> None:
        self._node = node = town.some_node()
        setting, before = town.folder / f"{node.name}.clock", node.generation
        _set(setting, "+0")
        node.extra = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(setting),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        node.send(signal.SIGTERM)
        await node.born(before + 1)
        _set(setting, self._offset)

    async def end(self, town: Town) -> None:
        node, before = self._node, self._node.generation
        _set(town.folder / f"{node.name}.clock", "+0")
        node.send(signal.SIGTERM)
        await node.born(before + 1)


def _set(file: Path, offset: str) -> None:
    """Whole or not at all: the library reads it at every look at the clock."""
    fresh = file.with_suffix(".new")
    fresh.write_text(offset + "\n", encoding="ascii")
    fresh.replace(file)


def _library() -> Path:
    """Where libfaketime is, installing it if need be. Raises UnavailableError."""
    if not _found():
        install(_PACKAGE, _VARIABLE)
    found = _found()
    if not found:
        raise UnavailableError(f"{_PACKAGE} was installed and its library was not found")
    return found[0]


def _found() -> list[Path]:
    return [path for place in _PLACES for path in Path(os.sep).glob(f"{place}/{_LIBRARY}")]


FAULTS: tuple[Fault, ...] = (Jump("clock-forward", "+3600"), Jump("clock-back", "-3600"))
