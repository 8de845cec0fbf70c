"""Compiled composites: what is asked of whom, and what the gathered answers become. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hub.core import codes
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.exchange import State
from hub.core.expressions import Condition, ExpressionError
from hub.core.findings import Finding
from hub.core.message import Kind, Message
from hub.core.scatter import PartSpec, Scatter, Standing
from hub.core.step import Step, StepContext
from hub.core.values import ContractRef, JsonValue


class PartState(StrEnum):
    """What the gathered document says of a part."""

    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DEAD_LETTERED = "dead_lettered"  # a person has to look at it
    PENDING = "pending"  # nothing has come of it yet
    NOT_ASKED = "not_asked"  # its condition does not hold


_ENDED = {
    State.COMPLETED: PartState.COMPLETED,
    State.FAILED: PartState.FAILED,
    State.REJECTED: PartState.FAILED,
    State.EXPIRED: PartState.EXPIRED,
    State.CANCELLED: PartState.CANCELLED,
    State.DEAD_LETTERED: PartState.DEAD_LETTERED,
}


def part_state(state: State) -> PartState:
    """Of a part's exchange in a state."""
    return _ENDED.get(state, PartState.PENDING)


def standing(state: PartState) -> Standing:
    """How the gather rule sees it. A dead letter is open: a person may still have it answered."""
    if state is PartState.COMPLETED:
        return Standing.ANSWERED
    return Standing.OPEN if state in {PartState.PENDING, PartState.DEAD_LETTERED} else Standing.MISSING


class Gatherer(Protocol):
    """A mapping from gathered answers to a reply."""

    @property
    def target(self) -> ContractRef:
        """The contract version whose reply it makes."""
        ...

    @property
    def ignores(self) -> tuple[str, ...]:
        """What it leaves behind on purpose, as JSON pointers into the gathered document."""
        ...

    @property
    def step(self) -> Step:
        """It, as a step: from a reply of its target whose body is the gathered document."""
        ...

    def findings(self, source: JsonValue) -> Iterable[Finding]:
        """What does not agree with the schema of the gathered document."""
        ...


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part, compiled for one version of the composite's contract."""

    spec: PartSpec
    version: ContractVersion
    """The version of the part's contract that is used: the newest that mappings lead to."""
    pattern: str
    deadline_s: int
    """The nearer of the part's own deadline and its contract's; 0 for none."""
    condition: Condition | None
    make: tuple[Step, ...]
    """From the composite's request to the part's."""

    def is_asked(self, variables: Mapping[str, JsonValue]) -> bool:
        """Whether its condition holds. Raises ExchangeError CONDITION_FAILED: an error is never "no"."""
        if self.condition is None:
            return True
        try:
            return self.condition(variables)
        except ExpressionError as error:
            detail = f"the condition of part {self.spec.name} could not be evaluated"
            raise ExchangeError(codes.CONDITION_FAILED, detail, facts={"part": self.spec.name}) from error

    def request(self, message: Message, context: StepContext) -> Message:
        """The part's request. Raises ExchangeError as mappings do, and STEP_FAILED."""
        for step in self.make:
            results = step(message, context)
            if len(results) != 1:
                raise ExchangeError(codes.STEP_FAILED, "a mapping gave no message, or several")
            message = results[0]
        return message


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What became of one part."""

    name: str
    state: PartState
    code: str = ""
    """Why it is missing, as far as that is known: a code of the catalogue."""
    reply: JsonValue = None
    """Only of one that completed, and whose contract has a reply."""


@dataclass(frozen=True, slots=True)
class ScatterPlan:
    """What a route that scatters does with a message of one contract version."""

    scatter: Scatter
    parts: tuple[PartPlan, ...]
    gather: ContractRef
    """The version of the composite's contract that the gathering mapping makes."""
    back: tuple[Step, ...]
    """From the gathered document to the reply in the sender's version."""

    def reply(self, answers: Sequence[PartAnswer], context: StepContext) -> Message:
        """The composite's reply. Raises ExchangeError as mappings do."""
        message = Message(self.gather, Kind.REPLY, gathered(answers))
        for step in self.back:
            (message,) = step(message, context)
        return message


def gathered(answers: Sequence[PartAnswer]) -> JsonValue:
    """The document that the gathering mapping reads as ``source`` (docs/reference/files.md)."""
    missing = [*_missing(answers)]
    return {
        "complete": not missing,
        "parts": {answer.name: _part(answer) for answer in answers},
        "missing": missing,
    }


def _part(answer: PartAnswer) -> JsonValue:
    part: dict[str, Any] = {"state": answer.state.value}
    if answer.code:
        part["code"] = answer.code
    if answer.reply is not None:
        part["reply"] = answer.reply
    return part


def _missing(answers: Iterable[PartAnswer]) -> Iterator[JsonValue]:
    for answer in answers:
        if answer.state not in {PartState.COMPLETED, PartState.NOT_ASKED}:
            missing = {"part": answer.name, "state": answer.state.value}
            yield missing | {"code": answer.code} if answer.code else missing


def gathered_schema(replies: Mapping[str, JsonValue]) -> JsonValue:
    """The JSON Schema of the gathered document of parts, each with its reply's schema; None for no reply."""
    definitions: dict[str, JsonValue] = {}
    parts: dict[str, JsonValue] = {}
    for name, schema in replies.items():
        state = {"enum": [each.value for each in PartState]}
        properties: dict[str, JsonValue] = {"state": state, "code": {"type": "string"}}
        if schema is not None:
            definitions[name] = _moved(schema, f"#/$defs/{name}")
            properties["reply"] = {"$ref": f"#/$defs/{name}"}
        parts[name] = _object(properties, "state")
    missing = _object(
        {
            "part": {"enum": list(replies)},
            "state": {"enum": [each.value for each in PartState]},
            "code": {"type": "string"},
        },
        "part",
        "state",
    )
    whole = _object(
        {
            "complete": {"type": "boolean"},
            "parts": _object(parts, *replies),
            "missing": {"type": "array", "items": missing},
        },
        "complete",
        "parts",
        "missing",
    )
    return whole | {"$defs": definitions}


def _object(properties: Mapping[str, JsonValue], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": dict(properties),
    }


def _moved(schema: JsonValue, place: str) -> JsonValue:
    """A schema as it reads when it stands at a place of another: its references lead there too."""
    if isinstance(schema, list):
        return [_moved(each, place) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: place + value[1:] if key == "$ref" and isinstance(value, str) else _moved(value, place)
        for key, value in schema.items()
    }
