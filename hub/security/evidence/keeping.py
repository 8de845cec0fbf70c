"""The background work: checkpoints soon after entries, time stamps now and then. Traffic never waits for it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.core.errors import NotRecordedError
from hub.core.evidence import Attested, LogDamagedError, NoTimestampError, TimestampAuthority
from hub.core.values import US_PER_S, now_us
from hub.security.evidence.checkpointing import Checkpointer, stamped_text

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
_ALARM_FROM = 0.5
"""From which part of the limit on it is an alarm that no time stamp could be had."""
_ALARM_EVERY_S = 300


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often what is done."""

    checkpoint_every_s: float = 10
    checkpoint_every_entries: int = 10_000
    """Whichever comes first."""
    stamp_every_s: float = 3600
    stamp_again_s: float = 30
    """After a time stamp that could not be had."""
    stamp_limit_s: float | None = None
    """How long entries may be without an independent time before no new exchange is taken in; None: for ever."""


class EvidenceKeeper:
    """Keeps the checkpoints of some logs, and the time stamps of the first of them.

    One node per store works at a time; should two do so for a moment, they sign the same history.

    ``is_stamp_overdue`` says whether new exchanges must be refused; asking costs nothing.
    """

    def __init__(
        self,
        checkpointers: Sequence[Checkpointer],
        authority: TimestampAuthority | None,
        rhythm: Rhythm,
        *,
        may_sign: Callable[[], bool] = lambda: True,
        clock_us: Callable[[], int] = now_us,
    ) -> None:
        """``may_sign`` says whether it is this node that works for all; the others only watch."""
        self._checkpointers = tuple(checkpointers)
        self._authority = authority
        self._rhythm = rhythm
        self._may_sign = may_sign
        self._clock_us = clock_us
        self._checked_us = [0] * len(self._checkpointers)
        self._stamped_us = 0
        self._alarmed_us = 0
        self._unstamped_since_us = 0
        self.trouble = ""
        """What is wrong with a log or its store, in words; empty if nothing is."""
        self.is_stamp_overdue = False

    @property
    def unstamped_s(self) -> float:
        """For how long there have been signed entries without an independent time; 0 if none is asked for."""
        since_us = self._unstamped_since_us
        return (self._clock_us() - since_us) / US_PER_S if since_us and self._authority else 0.0

    async def run(self) -> None:
        """Go on until cancelled. The checkpoint of what was recorded last is made by ``finish``."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK_EVERY_S)

    async def turn(self) -> None:
        """Do what is due now. Raises nothing: what goes wrong is told and tried again."""
        try:
            for place in range(len(self._checkpointers) if self._may_sign() else 0):
                await self._checkpoint_if_due(place)
            await self._stamp_if_due()
        except (LogDamagedError, NotRecordedError) as error:
            self._note_trouble(str(error))
        except Exception:  # noqa: BLE001 - whatever goes wrong here must not end the background work
            _log.exception("fault while evidence was kept")
            self.trouble = "a fault while evidence was kept; see the log"
        else:
            self._note_trouble("")
        self._watch_limit()

    async def finish(self) -> None:
        """Sign what was recorded since the last checkpoint, if the store still takes it."""
        try:
            for checkpointer in self._checkpointers if self._may_sign() else ():
                await checkpointer.checkpoint()
        except (LogDamagedError, NotRecordedError) as error:
            self._note_trouble(str(error))

    async def _checkpoint_if_due(self, place: int) -> None:
        checkpointer = self._checkpointers[place]
        last = await checkpointer.newest()
        size = await checkpointer.log.size()
        new = size - (last.size if last else 0)
        waited_s = (self._clock_us() - self._checked_us[place]) / US_PER_S
        is_due = waited_s >= self._rhythm.checkpoint_every_s or new >= self._rhythm.checkpoint_every_entries
        if new and is_due:
            self._checked_us[place] = self._clock_us()
            await checkpointer.checkpoint()

    async def _stamp_if_due(self) -> None:
        if self._authority is None:
            return
        log = self._checkpointers[0].log
        stamped = await log.checkpoints(newest_first=True, by=Attested.AUTHORITY)
        since = await log.checkpoints(at_least=(stamped[0].size if stamped else 0) + 1)
        self._unstamped_since_us = since[0].at_us if since else 0
        if not since or self._clock_us() < self._stamped_us or not self._may_sign():
            return
        newest = await self._checkpointers[0].newest()
        if newest is None:
            return
        try:
            timestamp = await self._authority.stamp(stamped_text(newest))
        except NoTimestampError as error:
            self._stamped_us = self._clock_us() + round(self._rhythm.stamp_again_s * US_PER_S)
            _log.warning("no time stamp for the checkpoint at %d entries: %s", newest.size, error)
            return
        await log.add_timestamp(newest.size, timestamp)
        self._stamped_us = self._clock_us() + round(self._rhythm.stamp_every_s * US_PER_S)
        self._unstamped_since_us = 0

    def _watch_limit(self) -> None:
        limit_s = self._rhythm.stamp_limit_s
        if limit_s is None:
            return
        waited_s = self.unstamped_s
        was_overdue, self.is_stamp_overdue = self.is_stamp_overdue, waited_s > limit_s
        if was_overdue and not self.is_stamp_overdue:
            _log.warning("there is a time stamp again: new exchanges are taken in")
        if waited_s > limit_s * _ALARM_FROM and self._is_time_for_alarm(at_once=not was_overdue):
            what = "no new exchange is taken in" if self.is_stamp_overdue else "new exchanges will be refused"
            _log.error("no time stamp for %.0f s, the limit is %.0f s: %s", waited_s, limit_s, what)

    def _is_time_for_alarm(self, *, at_once: bool) -> bool:
        now = self._clock_us()
        if (at_once and self.is_stamp_overdue) or now - self._alarmed_us >= _ALARM_EVERY_S * US_PER_S:
            self._alarmed_us = now
            return True
        return False

    def _note_trouble(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            _log.error("evidence cannot be kept: %s", trouble)
        elif self.trouble and not trouble:
            _log.warning("evidence can be kept again")
        self.trouble = trouble
