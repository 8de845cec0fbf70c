"""What the control API answered, for people."""

from typing import Any

from rich.console import Console

from hub.app.cli.ending import CommandError, unsuccessful
from hub.app.cli.http_call import HttpAnswer
from hub.app.cli.screen import both
from hub.core import codes


def answered(answer: HttpAnswer) -> Any:
    """The document of an answer that went well. Raises CommandError that tells of the problem otherwise."""
    document = answer.json()
    if answer.is_success:
        return document
    raise refusal(document if isinstance(document, dict) else {}, answer.status)


def refusal(problem: dict[str, Any], status: int) -> CommandError:
    """A problem as a sentence."""
    if "code" not in problem:
        return unsuccessful(f"HTTP {status} without a problem document: is this the hub's address?")
    return unsuccessful("\n  ".join(problem_lines(problem)))


def problem_lines(problem: dict[str, Any]) -> list[str]:
    """A problem in both languages, with what is wrong where."""
    code = codes.CATALOGUE.get(problem["code"])
    title = both(code.title) if code else str(problem.get("title", ""))
    lines = [f"{problem['code']}: {title}"]
    if "detail" in problem:
        lines.append(str(problem["detail"]))
    lines += [
        f"{error['pointer'] or '(the message)'}: {error['code']}: {error['detail']}"
        for error in problem.get("errors", ())
    ]
    return lines


def print_results(console: Console, verb: str, done: list[Any], refused: list[Any]) -> None:
    """What became of each exchange that something was decided about."""
    for each in done:
        said = "had been done before; it is" if each["repetition"] else f"{verb}; it is"
        console.print(f"{each['exchange_id']}  {said} {each['state']}", style="green", soft_wrap=True)
    for each in refused:
        first, *rest = problem_lines(each["problem"])
        console.print(f"{each['exchange_id']}  {first}", style="red", soft_wrap=True)
        for line in rest:
            console.print(f"    {line}", soft_wrap=True)
    if not done and not refused:
        console.print("There are no such dead letters.")
