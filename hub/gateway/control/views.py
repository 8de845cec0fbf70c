"""Dead letters as JSON documents for operators: facts, and bodies only where reading them has been recorded."""

from collections.abc import Sequence

import orjson

from hub.core.errors import ExchangeError
from hub.core.exchange import Entry, deadline_of
from hub.core.ports import Summary
from hub.gateway.problem import problem_body
from hub.gateway.views import JsonObject, entry_view, iso
from hub.runtime.dead_letters.cause import Cause, Group, cause_of, cause_of_entry
from hub.runtime.dead_letters.desk import Done
from hub.runtime.dead_letters.dry_run import DryRun
from hub.runtime.dead_letters.many import ManyDone
from hub.runtime.outcomes import may_have_acted
from hub.runtime.replay import problem_of


def cause_view(cause: Cause) -> JsonObject:
    """A cause, with the id by which its dead letters can be chosen."""
    return {
        "group": cause.id,
        "code": cause.code,
        "contract": cause.contract,
        "partner": cause.partner or None,
        "route": cause.route or None,
        "kind": cause.kind or None,
    }


def group_view(group: Group) -> JsonObject:
    """Dead letters of one cause."""
    return {
        **cause_view(group.cause),
        "count": group.count,
        "oldest": iso(group.oldest_us),
        "newest": iso(group.newest_us),
        "samples": list(group.samples),
    }


def listed_view(summary: Summary) -> JsonObject:
    """A dead letter in a list."""
    opening = summary.opening
    return {
        "exchange_id": summary.exchange_id,
        **cause_view(cause_of(summary)),
        "sender": opening.sender,
        "case_id": opening.case_id or None,
        "begun_at": iso(summary.begun_us),
        "since": iso(summary.changed_us),
    }


def shown_view(entries: Sequence[Entry], language: str) -> JsonObject:
    """One exchange with its whole history, whether or not it still is a dead letter."""
    first, last = entries[0], entries[-1]
    view: JsonObject = {"exchange_id": first.exchange_id, "state": last.state, "number": last.number}
    opening = first.opening
    if opening is not None:
        view |= {
            **cause_view(cause_of_entry(opening, last)),
            "sender": opening.sender,
            "case_id": opening.case_id or None,
            "on_behalf_of": opening.on_behalf_of or None,
        }
    deadline_us = deadline_of(entries)
    view |= {
        "deadline": iso(deadline_us) if deadline_us else None,
        "begun_at": iso(first.at_us),
        "since": iso(last.at_us),
        "partner_may_have_acted": may_have_acted(entries),
        "history": [entry_view(entry) for entry in entries],
    }
    problem = problem_of(last)
    if problem is not None:
        view["problem"] = problem_view(problem, first.exchange_id, language)
    return view


def dry_run_view(run: DryRun, language: str, *, with_documents: bool) -> JsonObject:
    """What a redelivery would do."""
    explanation, plan = run.explanation, run.explanation.plan
    view: JsonObject = {
        "exchange_id": run.exchange.id,
        "contract": str(run.version.ref),
        "deliverable": explanation.failure is None and plan is not None,
        "edited": run.is_edited,
        "needs_outcome": run.needs_outcome,
        "route": plan.route.name if plan is not None else None,
        "endpoint": plan.endpoint.name if plan is not None else None,
        "partner": plan.endpoint.partner if plan is not None else None,
        "takes_repetitions": plan.endpoint.idempotent if plan is not None else None,
        "considered": [
            {"route": each.route, "when": each.when, "verdict": each.verdict}
            for each in explanation.considered
        ],
        "stages": [
            {
                "stage": output.stage,
                "contract": str(output.contract),
                "size": len(orjson.dumps(output.document)),
                **({"document": output.document} if with_documents else {}),
            }
            for output in explanation.stages
        ],
    }
    if explanation.failure is not None:
        view["failed_at"] = explanation.failure.stage
        view["problem"] = problem_view(explanation.failure.error, run.exchange.id, language)
    return view


def done_view(done: Done) -> JsonObject:
    """Where an exchange stands after an action."""
    return {
        "exchange_id": done.exchange_id,
        "state": done.state,
        "number": done.number,
        "repetition": done.is_repetition,
    }


def many_view(result: ManyDone, language: str) -> JsonObject:
    """What became of a page of them."""
    return {
        "done": [done_view(done) for done in result.done],
        "refused": [
            {"exchange_id": id_, "problem": problem_view(error, id_, language)}
            for id_, error in result.refused
        ],
        "next": result.following or None,
        "not_before_us": result.next_us,
    }


def problem_view(error: ExchangeError, exchange_id: str, language: str) -> orjson.Fragment:
    """A problem inside another document."""
    return orjson.Fragment(problem_body(error, exchange_id, language))
