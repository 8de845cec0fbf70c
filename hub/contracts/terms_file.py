"""The terms in ``contract.yaml``: deadline, reminders, and what silence means (docs/reference/files.md)."""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from hub.core.contract import ContractVersion
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.terms import Lead, Reminder, Terms, WorkingDays
from hub.core.values import JsonValue
from hub.reading.document import Document
from hub.reading.fields import SECONDS_PER_DAY, NameField, read_duration
from hub.reading.files import read_bytes, shown
from hub.reading.json_text import read_json
from hub.reading.model import StrictModel

_WORKING_DAYS = re.compile(r"([1-9][0-9]{0,2}) working days?\Z", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)
_HINT = {"hint": "like 30s, 24h or 5 working days"}


def _lead(value: Any) -> Lead:
    text = value if isinstance(value, str) else ""
    days = _WORKING_DAYS.match(text)
    if days is not None:
        return Lead(working_days=int(days[1]), text=text)
    try:
        seconds = read_duration(text)
    except PydanticCustomError:
        seconds = 0.5
    if isinstance(seconds, int):
        return Lead(seconds=seconds, text=text)
    raise PydanticCustomError("duration", "must be whole seconds or working days", _HINT)


def _reminder(value: Any) -> Reminder:
    text = value if isinstance(value, str) else ""
    if not text.endswith(" before"):
        hint = {"hint": "like 2h before, or 1 working day before"}
        raise PydanticCustomError("reminder", "must be a time before the deadline", hint)
    return Reminder(_lead(text.removesuffix(" before")))


def _time(value: Any) -> time:
    match = _TIME.match(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("time", "must be a time of day", {"hint": 'in quotes: "14:30"'})
    return time(int(match[1]), int(match[2]))


LeadField = Annotated[Lead, PlainValidator(_lead)]
ReminderField = Annotated[Reminder, PlainValidator(_reminder)]
_FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,80}\.json$")]


class _Deadline(StrictModel):
    after: LeadField
    until: Annotated[time, PlainValidator(_time)]


def _deadline(value: Any) -> Lead | _Deadline:
    return _Deadline.model_validate(value) if isinstance(value, dict) else _lead(value)


DeadlineField = Annotated[Lead | _Deadline, PlainValidator(_deadline)]


class _Consent(StrictModel):
    silence_is_consent: _FileName


class _Escalation(StrictModel):
    before: LeadField
    to: NameField


OnDeadline = Literal["expired"] | _Consent


class TermsFile(StrictModel):
    """What ``contract.yaml`` says of its terms."""

    deadline: DeadlineField
    on_deadline: OnDeadline = "expired"
    remind: list[ReminderField] = Field(default_factory=list)
    escalate: list[_Escalation] = Field(default_factory=list)

    @property
    def consent_file(self) -> str:
        """The file of the reply that silence gives; empty if it gives none."""
        return "" if isinstance(self.on_deadline, str) else self.on_deadline.silence_is_consent

    @property
    def deadline_s(self) -> int:
        """The deadline in seconds; where it is counted in working days, what these come to at the least."""
        after = self.deadline.after if isinstance(self.deadline, _Deadline) else self.deadline
        return after.seconds or after.working_days * SECONDS_PER_DAY


def check_terms(document: Document, file: TermsFile) -> Iterator[Finding]:
    """What the single keys cannot see."""
    deadline = file.deadline
    if isinstance(deadline, _Deadline) and not deadline.after.working_days:
        message = "a deadline ends at a time of day only where it is counted in working days"
        yield document.finding(("deadline", "until"), "contract.deadline", message)
    leads = [(("remind", place), reminder.lead) for place, reminder in enumerate(file.remind)]
    leads += [(("escalate", place), each.before) for place, each in enumerate(file.escalate)]
    for location, lead in leads:
        if (lead.seconds or lead.working_days * SECONDS_PER_DAY) >= file.deadline_s:
            message = f"{lead.text} before the deadline is before the exchange begins"
            yield document.finding(location, "contract.reminder", message)
    names = [reminder.name for reminder in _reminders(file)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield document.finding(("remind",), "contract.reminder", f"{name} stands here twice")


def read_terms(file: TermsFile, newest: ContractVersion | None, folder: Path, root: Path) -> Terms:
    """The terms as the hub uses them. Raises LintError if the reply that silence gives is no reply."""
    deadline = file.deadline
    days = None
    if isinstance(deadline, _Deadline):
        days = WorkingDays(deadline.after.working_days, deadline.until)
    elif deadline.working_days:
        days = WorkingDays(deadline.working_days)
    consent = _consent(file.consent_file, newest, folder, root) if file.consent_file else None
    return Terms(days, tuple(_reminders(file)), consent)


def _reminders(file: TermsFile) -> Iterator[Reminder]:
    yield from file.remind
    for escalation in file.escalate:
        yield Reminder(escalation.before, escalation.to)


def _consent(name: str, newest: ContractVersion | None, folder: Path, root: Path) -> JsonValue:
    path = folder / name
    document = read_json(read_bytes(path, root), shown(path, root))
    schema = newest.schemas.get(Kind.REPLY) if newest is not None else None
    if newest is None or schema is None:
        message = "silence cannot be a reply: the newest version has none"
        raise LintError([document.finding((), "contract.consent", message)])
    errors = schema.validator.errors(document.value)
    if errors:
        raise LintError(
            document.finding((), "contract.consent", f"no reply of {newest.ref}: {e.pointer} {e.detail.en}")
            for e in errors
        )
    return document.value
