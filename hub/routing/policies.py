"""What a route's file says of failure: when to try again, and what becomes of an uncertain outcome."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hub.core.findings import Finding
from hub.core.route import DEFAULT_RETRY, InquirySpec, RetryPolicy, WhenUncertain
from hub.reading.document import Document
from hub.reading.fields import DurationField, NameField
from hub.reading.model import StrictModel

MOST_ATTEMPTS = 1000
_SIMPLE = frozenset({WhenUncertain.PERSON.value, WhenUncertain.REPEAT.value})
_Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class RetryFile(StrictModel):
    """The section ``retry`` of a route.yaml."""

    first: DurationField = DEFAULT_RETRY.first_s
    longest: DurationField = DEFAULT_RETRY.longest_s
    attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] | None = None

    @property
    def policy(self) -> RetryPolicy:
        """As the runtime knows it."""
        return RetryPolicy(self.first, self.longest, self.attempts)


class _InquiryFile(StrictModel):
    to: NameField
    settled: _Condition
    not_done: _Condition
    every: DurationField
    duration: Annotated[DurationField, Field(alias="for")]


class UncertainFile(StrictModel):
    """``when_uncertain``: ``person``, ``repeat``, or ``{inquire: {…}}``."""

    choice: str | None = None
    inquire: _InquiryFile | None = None

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        if isinstance(value, str) and value in _SIMPLE:
            return {"choice": value}
        if isinstance(value, dict) and "inquire" in value and "choice" not in value:
            return value
        hint = {
            "hint": "person, repeat, or {inquire: {to: partner.operation, settled: …, not_done: …, every: …, for: …}}"
        }
        raise PydanticCustomError("when-uncertain", "must be one of person, repeat, inquire", hint)

    @property
    def kind(self) -> WhenUncertain:
        """What is done."""
        return WhenUncertain.INQUIRE if self.choice is None else WhenUncertain(self.choice)

    @property
    def inquiry(self) -> InquirySpec | None:
        """How the partner is asked, if it is."""
        if self.inquire is None:
            return None
        asked = self.inquire
        return InquirySpec(asked.to, asked.settled, asked.not_done, asked.every, asked.duration)


def judge_policies(document: Document, retry: RetryFile, uncertain: UncertainFile) -> Iterator[Finding]:
    """What the model alone cannot see."""
    if retry.first > retry.longest:
        message = "the first pause is longer than the longest"
        yield document.finding(("retry", "first"), "route.retry", message)
    asked = uncertain.inquiry
    if asked is not None and asked.every_s > asked.for_s:
        message = "the partner would never be asked: `every` is longer than `for`"
        yield document.finding(("when_uncertain", "inquire", "every"), "route.inquiry", message)
