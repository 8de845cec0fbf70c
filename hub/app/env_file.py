"""Env files: dotenv lines of ``KEY=VALUE``, read strictly, since they hold addresses and secrets.

A value is plain (letters, digits and ``_./:@%+-=,``) or stands in single or double quotes and then holds
neither that quote nor a backslash, dollar or line break: such lines mean the same to every shell and reader.
"""

import re
from pathlib import Path

from hub.core.findings import Finding, LintError
from hub.reading.files import read_bytes

_LINE = re.compile(
    r"(?:export[ ]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]{0,199})="
    r"(?:(?P<plain>[A-Za-z0-9_./:@%+=,-]*)|'(?P<single>[^'\\\n]*)'|\"(?P<double>[^\"\\$`\n]*)\")\Z",
    re.ASCII,
)
_NAME = re.compile(r"(?:export[ ]+)?([A-Za-z_][A-Za-z0-9_]*)=", re.ASCII)


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file. Raises LintError with all findings; none of them repeats a value."""
    raw = read_bytes(path, Path())
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise LintError([Finding(str(path), 0, "env.encoding", "the file is not UTF-8")]) from None
    values: dict[str, str] = {}
    findings: list[Finding] = []
    for number, written in enumerate(text.splitlines(), start=1):
        line = written.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            findings.append(Finding(str(path), number, "env.syntax", *_complaint(line)))
            continue
        name = match["name"]
        if name in values:
            findings.append(Finding(str(path), number, "env.twice", f"{name} is set twice", "keep one line"))
        values[name] = next(v for v in (match["plain"], match["single"], match["double"]) if v is not None)
    if findings:
        raise LintError(findings)
    return values


def _complaint(line: str) -> tuple[str, str]:
    """What is wrong with a line, and what to do; the value stays unsaid."""
    match = _NAME.match(line)
    if match is None:
        return "this line is not KEY=VALUE", "begin a comment with #"
    hint = "put it in single quotes; it may hold no single quote, backslash or line break then"
    return f"the value of {match[1]} means different things to different readers", hint
