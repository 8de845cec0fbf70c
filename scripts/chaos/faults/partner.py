"""What partners do."""

from scripts.chaos.faults.fault import Fault
from scripts.chaos.partners import WATCHED
from scripts.chaos.town import Town


class Misbehave(Fault):
    """All partners behave in one of the sandbox's ways."""

    def __init__(self, name: str, mode: str, **parameters: float | bool) -> None:
        super().__init__(name)
        self._mode, self._parameters = mode, parameters

    async def begin(self, town: Town) -> None:
        for partner in WATCHED:
            await town.partners.mode(partner, self._mode, **self._parameters)

    async def end(self, town: Town) -> None:
        for partner in WATCHED:
            await town.partners.mode(partner, "up")


FAULTS: tuple[Fault, ...] = (
    Misbehave("partner-silent", "silent", work=True),
    Misbehave("partner-lost-reply", "lost_reply"),
    Misbehave("partner-down", "down"),
)
