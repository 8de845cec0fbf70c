"""What commands write: tables and sentences for people, one JSON document for scripts.

Persian stands in a line or a cell of its own wherever it can: terminals that know the bidirectional
algorithm then show it right, and the others at least do not mix it with Latin text.
"""

import sys

import orjson
from rich import json as rich_json
from rich.console import Console
from rich.text import Text as RichText

from hub.core.findings import Finding
from hub.core.values import JsonValue, Text

_WIDTH_OF_A_FILE = 160
"""Where the output is no terminal nothing wraps earlier than this."""


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_OF_A_FILE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def out() -> Console:
    """Standard output: what was asked for."""
    return _console(stderr=False)


def err() -> Console:
    """Standard error: remarks and complaints."""
    return _console(stderr=True)


def write_line(line: str) -> None:
    """One line on standard output, never wrapped: for what is copied or read by scripts."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def write_json(document: JsonValue) -> None:
    """One JSON document on one line of standard output."""
    write_line(orjson.dumps(document).decode())


def show_document(console: Console, document: JsonValue, indent: int = 0) -> None:
    """A JSON document for people: indented, coloured on a terminal, Persian as Persian."""
    shown = rich_json.JSON.from_data(document, ensure_ascii=False).text
    if indent:
        pad = " " * indent
        shown = RichText("\n").join(RichText(pad) + line for line in shown.split("\n"))
    console.print(shown, soft_wrap=True)


def both(text: Text) -> str:
    """A text in both languages on one line, Persian first."""
    return f"{text.fa} | {text.en}"


def write_findings(findings: tuple[Finding, ...], *, stderr: bool) -> None:
    """Findings, each on its line as ``path:line: rule: message (hint)``; nothing else on these lines."""
    stream = sys.stderr if stderr else sys.stdout
    for finding in findings:
        stream.write(f"{finding}\n")
    stream.flush()
