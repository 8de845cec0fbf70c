"""Whether a step of the demo ended as told."""

from collections.abc import Iterator

from hub.app.cli.demo.story import Step
from hub.app.cli.http_call import HttpAnswer
from hub.core.values import JsonValue
from hub.reading.pointer import split

NOTHING = object()
"""What stands at a place that there is not; equal to no JSON value."""


def judge(step: Step, answer: HttpAnswer) -> tuple[str, ...]:
    """What is not as told, one sentence each; empty if everything is."""
    return tuple(_judge(step, answer, answer.json()))


def _judge(step: Step, answer: HttpAnswer, document: JsonValue) -> Iterator[str]:
    code = "" if answer.is_success else str(at(document, "/code"))
    if code != step.code:
        yield f"{step.code or 'a reply'} was expected, the answer is {answer.status} {code}".rstrip()
        return
    errors = document.get("errors", []) if isinstance(document, dict) else []
    if step.pointer and step.pointer not in [at(error, "/pointer") for error in errors]:
        yield f"the problem was expected to name {step.pointer}"
    for pointer, wanted in step.says.items():
        if at(document, pointer) != wanted:
            yield f"{pointer} was expected to be {wanted!r}"


def at(document: JsonValue, pointer: str) -> JsonValue:
    """What stands at a place of a document; NOTHING if there is no such place."""
    for token in split(pointer):
        if isinstance(document, dict):
            document = document.get(token, NOTHING)
        elif isinstance(document, list) and token.isdecimal() and int(token) < len(document):
            document = document[int(token)]
        else:
            return NOTHING
    return document
