"""``peyvand lint``: everything that stops a start, and what is probably not meant."""

import typer

from hub.app.checking import Checked, check
from hub.app.cli.ending import ExitCode
from hub.app.cli.screen import out, write_findings, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.core.findings import Finding
from hub.core.values import JsonValue


def lint(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Check contracts, examples, mappings, manifests and routes; exit 1 on findings.

    A finding is one line: path:line: rule: message (hint). Warnings stop nothing.
    """
    settings = read_settings(env_file)
    checked = check(settings)
    if as_json:
        write_json(
            {
                "findings": [_view(finding) for finding in checked.findings],
                "warnings": [_view(finding) for finding in checked.warnings],
            }
        )
    else:
        _print(checked)
    if checked.findings:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def _print(checked: Checked) -> None:
    write_findings(checked.findings, stderr=False)
    console = out()
    for warning in checked.warnings:
        console.print(f"warning: {warning}", soft_wrap=True)
    counted = ", ".join(f"{count} {what}" for what, count in checked.counts.items())
    verdict = f"{len(checked.findings)} findings" if checked.findings else "no findings"
    console.print(f"{verdict}, {len(checked.warnings)} warnings" + (f"; {counted}" if counted else ""))


def _view(finding: Finding) -> JsonValue:
    return {
        "path": finding.path,
        "line": finding.line,
        "rule": finding.rule,
        "message": finding.message,
        "hint": finding.hint or None,
    }
