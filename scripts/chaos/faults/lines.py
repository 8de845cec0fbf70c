"""What happens to the lines between clients, nodes, partners and services."""

from collections.abc import Callable, Sequence

from scripts.chaos.faults.fault import BOTH, CLUSTERED, Fault, SetUp
from scripts.chaos.proxy import Proxy
from scripts.chaos.town import Town

_RESETS = 40
Lines = Callable[[Town], Sequence[Proxy]]


class _OfLines(Fault):
    """A fault of some lines."""

    def __init__(self, name: str, lines: Lines, set_ups: tuple[SetUp, ...]) -> None:
        super().__init__(name)
        self._lines = lines
        self.set_ups = set_ups

    async def end(self, town: Town) -> None:
        for line in self._lines(town):
            line.flow()


class Cut(_OfLines):
    """All connections end at once, and new ones too."""

    holds_s = 1.5

    async def begin(self, town: Town) -> None:
        for line in self._lines(town):
            line.is_closed_to_new = True
            line.cut()


class Stall(_OfLines):
    """Nothing passes, and nobody is told."""

    holds_s = 6.0

    async def begin(self, town: Town) -> None:
        for line in self._lines(town):
            line.stall()


class Reset(_OfLines):
    """Answers break off in the middle, with a TCP reset."""

    async def begin(self, town: Town) -> None:
        for line in self._lines(town):
            line.resets_left = _RESETS


def _of(name: str, lines: Lines, set_ups: tuple[SetUp, ...]) -> tuple[Fault, ...]:
    return (
        Cut(f"{name}-line-cut", lines, set_ups),
        Stall(f"{name}-line-stalled", lines, set_ups),
        Reset(f"{name}-line-reset", lines, set_ups),
    )


FAULTS: tuple[Fault, ...] = (
    *_of("client", lambda town: town.client_lines, BOTH),
    *_of("partner", lambda town: tuple(town.partner_lines.values()), BOTH),
    *_of("database", lambda town: town.database_lines, CLUSTERED),
    *_of("broker", lambda town: town.broker_lines, CLUSTERED),
)
