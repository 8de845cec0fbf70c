"""Points at which a test has the hub die, to prove that nothing is lost there (G2).

Nothing happens at them unless the hub was started to die: ``PEYVAND_FAULT_POINT=after-delivering`` (or
``after-delivering:3`` for the third time), together with ``PEYVAND_FAULT_POINTS_ALLOWED=1``. One without the
other does not start.
"""

import os
import signal
from collections.abc import Mapping, Sequence
from enum import StrEnum

import structlog

from hub.core.exchange import Entry, State, Transition
from hub.core.message import Document
from hub.core.ports import Claim, Journal, Query, Summary

log = structlog.get_logger(__name__)

VARIABLE = "PEYVAND_FAULT_POINT"
ALLOWED_VARIABLE = "PEYVAND_FAULT_POINTS_ALLOWED"


class FaultPoint(StrEnum):
    """The boundaries of an exchange's life: what is on disk changes at each."""

    BEFORE_FIRST_RECORD = "before-first-record"
    AFTER_ACCEPTED = "after-accepted"
    """It waits for a worker, on disk, and no worker has been told."""
    AFTER_DELIVERING = "after-delivering"
    """The call to the partner is on disk, and has not begun."""
    AFTER_ANSWERED = "after-answered"
    """The partner has answered, and nothing of it is on disk."""
    AFTER_LATER_REPLY = "after-later-reply"
    """A partner's later reply is on disk, and the partner has not been told."""
    AFTER_OFFICER_ANSWERED = "after-officer-answered"
    """An officer's answer to a work item is on disk, and the officer has not been told."""
    AFTER_SCATTERED = "after-scattered"
    """A composite's parts are on disk, and no worker has been told."""
    AFTER_PART_ENDED = "after-part-ended"
    """A part's end and its composite's note of it are on disk, and no worker has been told."""
    BEFORE_GATHERED = "before-gathered"
    """The parts are enough, and nothing of the composite's end is on disk."""
    AFTER_COMPLETED = "after-completed"
    """The end is on disk, and the sender has not been told."""


class FaultPointError(Exception):
    """The environment asks for a fault that it does not allow, or that does not exist."""


_EVERY_RECORD: frozenset[str] = frozenset(
    f"{when}-recording-{state}" for when in ("before", "after") for state in State
)
"""Before and after each state is recorded, whoever records it: ``after-recording-waiting_retry``."""


class _Armed:
    """The one point at which this process is to die, and how many times it is passed before that."""

    def __init__(self, point: str, passes: int) -> None:
        self._point = point
        self._passes = passes

    def reach(self, point: str) -> None:
        if point != self._point:
            return
        if self._passes:
            self._passes -= 1
            return
        os.kill(os.getpid(), signal.SIGKILL)


_armed: _Armed | None = None


def arm(environment: Mapping[str, str]) -> None:
    """Read from the environment at which point to die; mostly at none. Raises FaultPointError."""
    global _armed  # noqa: PLW0603 - dying is the matter of a whole process
    wanted = environment.get(VARIABLE, "")
    allowed = environment.get(ALLOWED_VARIABLE, "") == "1"
    _armed = None
    if not wanted:
        return
    if not allowed:
        message = f"{VARIABLE} is set, which makes the hub die on purpose: unset it (tests set {ALLOWED_VARIABLE}=1 too)"
        raise FaultPointError(message)
    name, _, time = wanted.partition(":")
    known = name in set(FaultPoint) or name in _EVERY_RECORD
    if not known or not (time or "1").isdigit() or int(time or "1") < 1:
        points = ", ".join((*FaultPoint, "before-recording-STATE", "after-recording-STATE"))
        raise FaultPointError(f"{VARIABLE}={wanted}: write POINT or POINT:TIME, of {points}")
    _armed = _Armed(name, int(time or "1") - 1)
    log.warning("this hub is going to die on purpose", fault_point=wanted)


def reach(point: FaultPoint) -> None:
    """Say that an exchange has come to this point; returns unless the process is to die here."""
    if _armed is not None:
        _armed.reach(point)


def watched(journal: Journal) -> Journal:
    """The journal itself, unless this process is to die at a record."""
    return journal if _armed is None else _WatchedJournal(journal, _armed)


class _WatchedJournal:
    """The Journal port in front of another: each append is a point before it and a point after it."""

    def __init__(self, journal: Journal, armed: _Armed) -> None:
        self._journal = journal
        self._armed = armed

    async def append(self, transitions: Sequence[Transition], claim: Claim | None = None) -> None:
        for transition in transitions:
            self._armed.reach(f"before-recording-{transition.entry.state}")
        await self._journal.append(transitions, claim)
        for transition in transitions:
            self._armed.reach(f"after-recording-{transition.entry.state}")

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        return await self._journal.history(exchange_id)

    async def documents(self, exchange_id: str) -> tuple[tuple[int, Document], ...]:
        return await self._journal.documents(exchange_id)

    async def find(self, query: Query) -> tuple[Summary, ...]:
        return await self._journal.find(query)
