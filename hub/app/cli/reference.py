"""The reference page of the command line, from the commands' own help."""

import contextlib
import io

from hub.app.cli.commands import all_commands, application

_PREFACE = """# The command line · خط فرمان

{note}`peyvand COMMAND --help` says what stands here. Settings come from the environment (`PEYVAND_…`, see
[settings](settings.md)) and from `--env-file`; what the environment sets wins.

| exit code | says |
|---|---|
| 0 | done |
| 1 | the thing asked for did not succeed: findings, failed tests, a problem for an answer, a step of the demo that did not end as told |
| 2 | what was given cannot be used: arguments, files, settings |
| 3 | the hub or the store cannot be reached or started |

What was asked for goes to standard output, remarks and complaints to standard error. A complaint is a sentence
that says what to do; a finding is one line, `path:line: rule: message (hint)`. `--json` writes one JSON document
on one line (`demo --json`: one line per exchange); its keys are stable, new ones may be added.

`exchange show` and `exchange list` show no body: reading one is a right of its own and is itself recorded.
`evidence export`, `dead-letter edit` without a file and `dead-letter dry-run --documents` show bodies, and record first who
reads which, and what for.
"""


def command_line(note: str) -> str:
    """The page; ``note`` says where it comes from."""
    parts = [_PREFACE.format(note=note), "```text\n" + help_of("") + "```\n"]
    for name, _ in all_commands():
        parts.append(f"## {name}\n\n```text\n{help_of(name)}```\n")
    return "\n".join(parts)


def help_of(command: str) -> str:
    """What ``peyvand COMMAND --help`` prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        application()([*command.split(), "--help"], prog_name="peyvand", standalone_mode=False)
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines()) + "\n"
