"""The section ``scatter`` of a route.yaml, read strictly (docs/reference/files.md)."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from hub.core.findings import Finding
from hub.core.scatter import Gather, GatherRule, PartSpec, Scatter
from hub.core.values import is_name
from hub.reading.document import Document
from hub.reading.fields import WholeDurationField
from hub.reading.model import StrictModel

MAX_PARTS = 20
_PLAIN = frozenset({Gather.ALL, Gather.ANY, Gather.BEST_EFFORT})


def _rule(value: Any) -> GatherRule:
    """``all``, ``any``, ``best_effort`` or ``{quorum: N}``."""
    if isinstance(value, str) and value in _PLAIN:
        return GatherRule(Gather(value))
    if isinstance(value, dict) and value.keys() == {Gather.QUORUM}:
        number = value[Gather.QUORUM]
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_PARTS:
            return GatherRule(Gather.QUORUM, number)
    hint = {"hint": f"all, any, best_effort, or {{quorum: 1 to {MAX_PARTS}}}"}
    raise PydanticCustomError("gather", "must be one of all, any, quorum, best_effort", hint)


def _major(value: Any) -> tuple[str, int]:
    """A contract's major, ``civil.identity-inquiry@2``."""
    name, _, major = value.partition("@") if isinstance(value, str) else ("", "", "")
    if is_name(name) and major.isdecimal() and major.isascii() and str(int(major)) == major:
        return name, int(major)
    raise PydanticCustomError(
        "source", "must be a contract's major", {"hint": "write it like civil.identity-inquiry@2"}
    )


class PartFile(StrictModel):
    """One part. Its name is a field of the gathered document, so it is written like one."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    contract: Annotated[tuple[str, int], PlainValidator(_major)]
    when: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    deadline: WholeDurationField | None = None
    required: bool | None = None

    def spec(self, rule: GatherRule) -> PartSpec:
        """As the core knows it."""
        is_required = rule.kind is Gather.ALL if self.required is None else self.required
        name, major = self.contract
        return PartSpec(self.name, name, major, self.when or "", self.deadline or 0, is_required)


class ScatterFile(StrictModel):
    """The section."""

    parts: Annotated[tuple[PartFile, ...], Field(min_length=1, max_length=MAX_PARTS)]
    gather: Annotated[GatherRule, PlainValidator(_rule)]
    cancel_rest: bool = False

    @property
    def scatter(self) -> Scatter:
        """As the core knows it."""
        return Scatter(tuple(part.spec(self.gather) for part in self.parts), self.gather, self.cancel_rest)


def judge_scatter(document: Document, file: ScatterFile | None, *, has_endpoint: bool) -> Iterator[Finding]:
    """What the model alone cannot see. ``has_endpoint``: whether the route has a ``to``."""
    if has_endpoint == (file is not None):
        message = "a route goes `to` one endpoint, or it scatters: one of the two"
        yield document.finding(("scatter",) if has_endpoint else (), "route.target", message)
    if file is None:
        return
    seen: set[str] = set()
    for number, part in enumerate(file.parts):
        at = ("scatter", "parts", number)
        if part.name in seen:
            message = f"two parts are named {part.name!r}"
            yield document.finding((*at, "name"), "route.part-twice", message)
        seen.add(part.name)
        if file.gather.kind is Gather.ALL and part.required is False:
            message = "`all` needs every part that is asked"
            hint = "gather: best_effort, with `required: true` for those that must not be missing"
            yield document.finding((*at, "required"), "route.gather", message, hint)
    if file.gather.quorum > len(file.parts):
        message = f"{file.gather.quorum} answers can never come from {len(file.parts)} parts"
        yield document.finding(("scatter", "gather"), "route.gather", message)
