"""A part's end and its composite's note of it, in one commit: whoever dies, neither is there without the other."""

from collections.abc import Callable, Sequence
from typing import Final

from hub.core.errors import StateConflictError
from hub.core.exchange import Exchange, State, Transition
from hub.core.ports import Claim, Journal
from hub.core.scatter import GatherVerdict
from hub.runtime.composite.record import NOTED, Gathering, note_detail, state_of
from hub.runtime.fault_points import FaultPoint, reach

TRIES: Final = 50
"""How often parts of one composite that end at the same moment give way to one another."""
HUB_CHANNEL: Final = "hub"


def _nobody(_channel: str, _exchange_id: str, _number: int) -> None:
    """Nobody is told: the sweeper finds what is due."""


class PartEnds:
    """Records the ends of parts. Costs one reading of the composite's history for each."""

    def __init__(self, journal: Journal, clock_us: Callable[[], int]) -> None:
        self._journal = journal
        self._clock_us = clock_us
        self.tell: Callable[[str, str, int], None] = _nobody
        """Offers a composite that can be gathered to the workers; it may get lost, for it is due then."""

    async def append(
        self, part: Exchange, transitions: Sequence[Transition], claim: Claim | None = None
    ) -> None:
        """Append what has happened to a part that ends by it, with a note at its composite.

        Raises as ``Journal.append`` does; StateConflictError only if the part itself, or what else is in the
        transitions, has moved on.
        """
        for tried in range(TRIES):
            parent = await self._parent(part)
            if parent is None:
                await self._journal.append(transitions, claim)
                return
            note = self._note(*parent, part)
            try:
                await self._journal.append([*transitions, note], claim)
            except StateConflictError:
                first = next(step.entry.number for step in transitions if step.entry.exchange_id == part.id)
                if len(await self._journal.history(part.id)) + 1 != first or tried == TRIES - 1:
                    raise
                continue
            reach(FaultPoint.AFTER_PART_ENDED)
            if note.entry.due_us and note.entry.due_us <= self._clock_us():
                self.tell(HUB_CHANNEL, note.entry.exchange_id, note.entry.number)
            return

    async def _parent(self, part: Exchange) -> tuple[Exchange, Gathering] | None:
        """The composite that waits for the part, if it still does."""
        entries = await self._journal.history(part.opening.parent)
        if not entries or entries[-1].state not in NOTED:
            return None
        gathering = Gathering.of(entries)
        if gathering is None or gathering.part(part.id) is None:
            return None
        return Exchange.replay(entries), gathering

    def _note(self, parent: Exchange, gathering: Gathering, part: Exchange) -> Transition:
        record = gathering.part(part.id)
        if record is None:
            raise RuntimeError("only a composite's own part is noted")
        state, code = state_of(part.history)
        verdict = gathering.verdict({**gathering.noted, part.id: state})
        now_us = self._clock_us()
        due_us = parent.due_us if verdict is GatherVerdict.WAIT else now_us
        return parent.advance(
            State.WAITING_REPLY,
            at_us=now_us,
            cause="hub",
            detail=note_detail(record, state, code),
            due_us=due_us,
        )
