"""``peyvand explain``: what would become of a message. Nothing is sent, and no store is opened."""

from collections.abc import Mapping

import typer

from hub.app.cli.contract_argument import ContractArgument, FileArgument, read_contract, read_message
from hub.app.cli.ending import CommandError, ExitCode, unusable
from hub.app.cli.explain_parts import part_view, print_parts
from hub.app.cli.screen import both, out, show_document, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import load
from hub.contracts.json_body import JsonLimits, decode_json
from hub.core.contract import Contract, ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import Opening
from hub.core.step import StepContext
from hub.core.values import JsonValue, new_id
from hub.reading.model import closest
from hub.routing.explain import Explanation, Failure, Verdict
from hub.routing.explain import explain as explain_message
from hub.security.access import Grant

DECODE = "decode"
_WHY = {
    Verdict.TAKEN: "taken",
    Verdict.DOES_NOT_HOLD: "not taken: its condition does not hold",
    Verdict.NOT_ASKED: "not asked: a route before it takes the message",
    Verdict.ERRED: "its condition could not be evaluated, which fails the message",
}


def explain(
    contract: ContractArgument, file: FileArgument, env_file: EnvFile = None, as_json: AsJson = False
) -> None:
    """Show which route would take a message and why, and what each stage makes of it. Nothing is sent."""
    wanted = read_contract(contract)
    raw = read_message(file)
    settings = read_settings(env_file)
    loaded = load(settings)
    version = choose(wanted, loaded.catalogue.contracts)
    pattern = loaded.catalogue.contracts[version.ref.name].pattern
    opening = Opening(version.ref.name, str(version.ref.version), "explain", pattern)
    try:
        document = decode_json(raw, JsonLimits(settings.max_body_bytes, settings.max_depth))
    except ExchangeError as error:
        explanation = Explanation(version.ref, failure=Failure(DECODE, error))
    else:
        explanation = explain_message(loaded.routing, version, document, StepContext(new_id(), opening))
    if as_json:
        write_json(_view(explanation))
    else:
        _print(explanation)
    if explanation.failure is not None:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def choose(wanted: Grant, contracts: Mapping[str, Contract]) -> ContractVersion:
    """The version that is meant: the one named, or the newest. Raises CommandError."""
    offered = {name: contract for name, contract in contracts.items() if not contract.is_partner_format}
    contract = offered.get(wanted.contract)
    if contract is None:
        raise unknown_contract(wanted.contract, offered)
    fitting = [
        version for number, version in contract.versions.items() if wanted.covers(contract.name, number)
    ]
    if not fitting:
        known = ", ".join(str(number) for number in sorted(contract.versions))
        raise unusable(f"{contract.name} has no such version (there are {known})")
    return max(fitting, key=lambda version: version.ref.version)


def unknown_contract(name: str, offered: Mapping[str, object]) -> CommandError:
    """The complaint about a contract that there is not."""
    hint = closest(name, offered) or f"there are {', '.join(offered)}"
    return unusable(f"there is no contract {name!r} for clients ({hint})")


def _print(explanation: Explanation) -> None:
    console = out()
    console.print(f"{explanation.contract}", style="bold")
    failure = explanation.failure
    if failure is None or failure.stage != DECODE:
        console.print("decoded: it is JSON")
    if explanation.considered:
        console.print("validated: it matches its contract")
        console.print("routes, in the order in which they are asked:")
    for considered in explanation.considered:
        condition = f"when {considered.when}" if considered.when else "without a condition"
        style = "green" if considered.verdict is Verdict.TAKEN else ""
        console.print(
            f"  {considered.route} ({condition}; priority {considered.priority}; to {considered.endpoint})",
            soft_wrap=True,
        )
        console.print(f"    {_WHY[considered.verdict]}", style=style)
    for output in explanation.stages[1:]:
        console.print(f"{output.stage}:", style="bold", soft_wrap=True)
        show_document(console, output.document, indent=2)
    if failure is None and explanation.plan is not None and explanation.plan.scatter is not None:
        print_parts(console, explanation.plan.scatter, explanation.parts)
    elif failure is None and explanation.plan is not None:
        plan = explanation.plan
        endpoint = plan.endpoint
        repetition = "repetitions are harmless" if endpoint.idempotent else "it is never repeated blindly"
        console.print(
            f"would now be handed to {endpoint.name} as {endpoint.contract}, within {endpoint.timeout_s:g} s; {repetition}",
            style="green", soft_wrap=True,
        )  # fmt: skip
        back = " → ".join(stage.name for stage in plan.back) or "as it comes"
        console.print(f"its reply would come back: {back}", soft_wrap=True)
        console.print("Nothing was sent. چیزی فرستاده نشد.")
    if failure is not None:
        code = failure.error.code
        console.print(
            f"fails at {failure.stage}: {code.id} ({code.status})", style="bold red", soft_wrap=True
        )
        console.print(f"  {both(code.title)}", soft_wrap=True)
        if failure.error.detail:
            console.print(f"  {failure.error.detail}", soft_wrap=True)
        for error in failure.error.errors:
            console.print(f"  {error.pointer or '(the message)'}: {error.code}", soft_wrap=True)
            console.print(f"    {both(error.detail)}", soft_wrap=True)


def _view(explanation: Explanation) -> JsonValue:
    failure, plan = explanation.failure, explanation.plan
    return {
        "contract": explanation.contract.name,
        "version": str(explanation.contract.version),
        "routes": [
            {
                "route": each.route,
                "when": each.when or None,
                "priority": each.priority,
                "endpoint": each.endpoint,
                "verdict": each.verdict,
            }
            for each in explanation.considered
        ],
        "route": plan.route.name if plan else None,
        "endpoint": plan.endpoint.name if plan else None,
        "stages": [
            {"stage": each.stage, "contract": str(each.contract), "document": each.document}
            for each in explanation.stages
        ],
        "back": [stage.name for stage in plan.back] if plan else [],
        "failure": None if failure is None else _failure_view(failure),
        "parts": [part_view(each) for each in explanation.parts],
    }


def _failure_view(failure: Failure) -> JsonValue:
    error = failure.error
    return {
        "stage": failure.stage,
        "code": error.code.id,
        "title": {"fa": error.code.title.fa, "en": error.code.title.en},
        "detail": error.detail or None,
        "errors": [
            {
                "pointer": each.pointer,
                "code": each.code,
                "detail": {"fa": each.detail.fa, "en": each.detail.en},
            }
            for each in error.errors
        ],
    }
