"""``peyvand test``: the tests that lie beside mappings and routes."""

import typer

from hub.app.cli.ending import ExitCode
from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import load
from hub.app.testing import FileOutcome, run_tests
from hub.core.values import JsonValue


def run(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Run the tests of all mappings and routes; exit 1 if one fails. Nothing is sent."""
    settings = read_settings(env_file)
    loaded = load(settings)
    outcomes = []
    for outcome in run_tests(loaded, settings):
        outcomes.append(outcome)
        if not as_json:
            _print(outcome)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    cases = [case for outcome in outcomes for case in outcome.cases]
    if as_json:
        write_json({"passed": not failed, "files": [_view(outcome) for outcome in outcomes]})
    else:
        broken = sum(bool(case.failures) for case in cases)
        unusable = sum(bool(outcome.findings) for outcome in outcomes)
        said = f"{len(cases) - broken} passed, {broken} failed, in {len(outcomes)} files"
        out().print(
            said + (f"; {unusable} files could not be run" if unusable else ""),
            style="red" if failed else "green",
        )
    if failed:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def _print(outcome: FileOutcome) -> None:
    console = out()
    passed = sum(not case.failures for case in outcome.cases)
    mark, style = ("ok  ", "green") if outcome.passed else ("FAIL", "red")
    console.print(
        f"{mark} {outcome.path}: {passed} of {len(outcome.cases)} passed", style=style, soft_wrap=True
    )
    for finding in outcome.findings:
        console.print(f"     {finding}", soft_wrap=True)
    for case in outcome.cases:
        if not case.failures:
            continue
        console.print(f"     {outcome.path}:{case.line}: {case.name}", soft_wrap=True)
        for failure in case.failures:
            console.print(f"       {failure}", soft_wrap=True)


def _view(outcome: FileOutcome) -> JsonValue:
    return {
        "path": outcome.path,
        "passed": outcome.passed,
        "findings": [str(finding) for finding in outcome.findings],
        "cases": [
            {
                "name": case.name,
                "line": case.line,
                "passed": not case.failures,
                "failures": list(case.failures),
            }
            for case in outcome.cases
        ],
    }
