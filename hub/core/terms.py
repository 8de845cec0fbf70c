"""A contract's terms: until when an exchange must have ended, who is reminded before, and what silence means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from hub.core.calendar import WorkingCalendar
from hub.core.values import US_PER_S, JsonValue


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A deadline counted in working days, from the day after the one on which the exchange began."""

    days: int
    until: time | None = None
    """The time of the last day at which it ends; None for the day's end."""

    def __str__(self) -> str:
        """As it is written in files."""
        until = f" until {self.until:%H:%M}" if self.until is not None else ""
        return f"{self.days} working day{'s' if self.days > 1 else ''}{until}"


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a deadline: seconds, or working days."""

    seconds: int = 0
    working_days: int = 0
    text: str = ""
    """As it was written; names the reminder in the journal."""

    def before(self, deadline_us: int, calendar: WorkingCalendar) -> int:
        """The instant that lies so long before the deadline. Raises NoWorkingTimeError."""
        if self.working_days:
            return calendar.subtract_working_days(deadline_us, self.working_days)
        return deadline_us - self.seconds * US_PER_S


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something that is told while an exchange waits for its answer and its deadline comes near."""

    lead: Lead
    to: str = ""
    """Whom it is escalated to; empty for a mere reminder."""

    @property
    def name(self) -> str:
        """Tells it from the contract's others."""
        return f"{self.lead.text}, to {self.to}" if self.to else self.lead.text


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says beside a deadline in seconds."""

    working_days: WorkingDays | None = None
    reminders: tuple[Reminder, ...] = ()
    consent: JsonValue = None
    """The reply, in the newest version, that silence amounts to; None where silence is no answer."""

    def deadline_us(self, begun_us: int, deadline_s: int, calendar: WorkingCalendar) -> int:
        """When an exchange that began then must have ended; 0 for never. Raises NoWorkingTimeError."""
        if self.working_days is not None:
            return calendar.add_working_days(begun_us, self.working_days.days, self.working_days.until)
        return begun_us + deadline_s * US_PER_S if deadline_s else 0

    def reminders_between(
        self, after_us: int, until_us: int, deadline_us: int, calendar: WorkingCalendar
    ) -> Sequence[Reminder]:
        """Those whose time is after one instant and not after another, in order."""
        timed = self._timed(deadline_us, calendar)
        return [reminder for at_us, reminder in timed if after_us < at_us <= until_us]

    def next_look_us(self, now_us: int, deadline_us: int, calendar: WorkingCalendar) -> int:
        """When the next reminder or the deadline is due; 0 if there is neither."""
        if not deadline_us:
            return 0
        coming = [at_us for at_us, _ in self._timed(deadline_us, calendar) if now_us < at_us < deadline_us]
        return min(coming, default=deadline_us)

    def _timed(self, deadline_us: int, calendar: WorkingCalendar) -> list[tuple[int, Reminder]]:
        timed = [(reminder.lead.before(deadline_us, calendar), reminder) for reminder in self.reminders]
        return sorted(timed, key=lambda pair: (pair[0], pair[1].name))


NO_TERMS = Terms()
