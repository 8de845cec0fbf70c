"""What a route's tests say of a composite: which parts are asked what, and what their answers become."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.findings import Finding
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import JsonValue
from hub.reading.differences import differences
from hub.reading.document import Document, Location
from hub.reading.model import StrictModel
from hub.routing.explain import Explanation, Failure
from hub.routing.scatter import PartAnswer, PartState, ScatterPlan

DocumentOrFile = dict[str, JsonValue] | str


class PartGiven(StrictModel):
    """How a part ends in a case; with a reply it has completed."""

    reply: DocumentOrFile | None = None
    state: PartState | None = None
    code: str = ""


PartsExpected = Annotated[Mapping[str, DocumentOrFile | None], Field(min_length=1)]
"""By part, its request; null for a part that is not asked. Parts that are not named may be whatever they are."""
PartsGiven = Annotated[Mapping[str, PartGiven], Field(min_length=1)]


def judge_given(document: Document, location: Location, given: PartsGiven) -> Iterator[Finding]:
    """What the model alone cannot see."""
    for name, part in given.items():
        if (part.reply is None) == (part.state is None):
            message = f"the part {name} has either a `reply` or a `state`"
            yield document.finding((*location, name), "route-test.expectation", message)
        if part.code and part.code not in codes.CATALOGUE:
            message = f"there is no code {part.code!r}"
            yield document.finding((*location, name, "code"), "route-test.unknown-code", message)


def judge_parts(
    expected: PartsExpected, explanation: Explanation, read: Callable[[DocumentOrFile], JsonValue]
) -> Iterator[str]:
    """What is not asked as the case expects."""
    found = {each.part.spec.name: each for each in explanation.parts}
    for name, wanted in expected.items():
        each = found.get(name)
        if each is None:
            yield f"there is no part {name} (there are: {', '.join(found) or 'none'})"
        elif wanted is None:
            if each.is_asked:
                yield f"the part {name} is asked, expected it not to be"
        elif not each.is_asked:
            yield f"the part {name} is not asked: its condition does not hold"
        elif each.failure is not None:
            yield f"the part {name} cannot be asked: {each.failure}"
        else:
            for difference in differences(read(wanted), each.document):
                yield f"part {name} {difference}"


def gather(
    plan: ScatterPlan,
    version: ContractVersion,
    given: PartsGiven,
    context: StepContext,
    read: Callable[[DocumentOrFile], JsonValue],
) -> tuple[Message | None, Failure | None]:
    """What the parts' answers become; a part that the case does not name has not been asked."""
    answers: list[PartAnswer] = []
    unknown = given.keys() - {part.spec.name for part in plan.parts}
    if unknown:
        return None, Failure("parts", ExchangeError(codes.STEP_FAILED, f"there is no part {min(unknown)}"))
    for part in plan.parts:
        name, end = part.spec.name, given.get(part.spec.name)
        if end is None:
            answers.append(PartAnswer(name, PartState.NOT_ASKED))
        elif end.reply is None:
            answers.append(PartAnswer(name, end.state or PartState.PENDING, end.code))
        else:
            reply = read(end.reply)
            errors = part.version.schemas[Kind.REPLY].validator.errors(reply)
            if errors:
                return None, Failure(f"part {name}", ExchangeError(codes.PARTNER_INVALID, errors=errors))
            answers.append(PartAnswer(name, PartState.COMPLETED, reply=reply))
    try:
        reply_made = plan.reply(answers, context)
    except ExchangeError as error:
        return None, Failure("gather", error)
    errors = version.schemas[Kind.REPLY].validator.errors(reply_made.body)
    if errors:
        return None, Failure("validate", ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=errors))
    return reply_made, None
