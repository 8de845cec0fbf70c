"""What contracts' terms need of everything loaded: translators for the reply that silence gives, and a calendar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from hub.core.calendar import NoWorkingTimeError, WorkingCalendar
from hub.core.contract import Contract
from hub.core.errors import ExchangeError
from hub.core.exchange import Opening
from hub.core.findings import Finding, LintError
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef, now_us
from hub.routing.plan import Stage, TranslatorFinder, run_stages


def consents_of(
    contracts: Iterable[Contract], find: TranslatorFinder
) -> Mapping[ContractRef, Sequence[Stage]]:
    """For each version of a contract whose silence is consent, the way from the newest version's reply to its own.

    Raises LintError for a version that the reply cannot be brought to.
    """
    ways: dict[ContractRef, Sequence[Stage]] = {}
    findings: list[Finding] = []
    for contract in contracts:
        if contract.terms.consent is None:
            continue
        newest = ContractRef(contract.name, max(contract.versions))
        for number in contract.versions:
            ref = ContractRef(contract.name, number)
            stages = find(Kind.REPLY, newest, ref)
            trouble = "no mappings lead there" if stages is None else _tried(stages, newest, contract)
            if trouble:
                message = f"the reply that silence gives cannot be brought from {newest} to {ref}: {trouble}"
                findings.append(Finding(f"{contract.name}/contract.yaml", 0, "contract.consent", message))
            ways[ref] = stages or ()
    if findings:
        raise LintError(findings)
    return ways


def uncovered_terms(contracts: Iterable[Contract], calendar: WorkingCalendar) -> Iterator[Finding]:
    """Terms that reach, from today, into a year whose holidays are not all known: worth a warning."""
    today_us = now_us()
    for contract in contracts:
        days = contract.terms.working_days
        if days is None:
            continue
        place = f"{contract.name}/contract.yaml"
        try:
            end = calendar.day_of(calendar.add_working_days(today_us, days.days, days.until))
        except NoWorkingTimeError as error:
            yield Finding(place, 0, "contract.deadline", f"the calendar leaves no such term: {error}")
            continue
        if not calendar.holidays.covers(end - timedelta(days=1)):
            message = f"{days} from today reach a year whose announced holidays the calendar does not know"
            hint = "add the year to the calendar file; until then only the holidays of every year count"
            yield Finding(place, 0, "calendar.year-uncovered", message, hint)


def _tried(stages: Sequence[Stage], newest: ContractRef, contract: Contract) -> str:
    """What goes wrong when the reply is translated; empty if nothing does."""
    context = StepContext(
        "00000000-0000-7000-8000-000000000000",
        Opening(contract.name, str(newest.version), "", contract.pattern),
    )
    try:
        run_stages(stages, Message(newest, Kind.REPLY, contract.terms.consent), context)
    except ExchangeError as error:
        return error.detail or error.code.id
    return ""
