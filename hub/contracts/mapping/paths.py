"""The two kinds of paths in a mapping: where a value goes, and where one is plainly taken from."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from hub.core.expressions import ABSENT, Absent, Path
from hub.core.values import JsonValue

ITEMS: Final = "*"
"""In a path: any item of a list."""

_SEGMENT = re.compile(r'(?:"([^"\\]+)"|([^\s".\[\]?]+))(\[\])?(\.|\?\Z|\Z)')
_ROOT = re.compile(r"[a-z]+", re.ASCII)
_STEP = re.compile(
    r"""\.([A-Za-z_][A-Za-z0-9_]*)(?!\s*\()|\[("[^"\\\n]*"|'[^'\\\n]*')\]|\[(0|[1-9][0-9]{0,5})\]""", re.ASCII
)
_CALL = re.compile(r"\s*([a-z][A-Za-z0-9_]*)\((.*)\)\s*\Z", re.ASCII | re.DOTALL)
_LITERAL = re.compile(r"""-?(?:0|[1-9][0-9]{0,17})\Z|true\Z|false\Z|"[^"\\\n]*"\Z""", re.ASCII)


@dataclass(frozen=True, slots=True)
class TargetStep:
    """One field on the way to a target; ``is_list`` where a list's items follow."""

    key: str
    is_list: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value goes: ``owners[].name?``."""

    steps: tuple[TargetStep, ...]
    is_optional: bool

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read a target. Raises ValueError."""
        steps: list[TargetStep] = []
        at = 0
        is_optional = False
        is_complete = False
        while not is_complete:
            match = _SEGMENT.match(text, at)
            if match is None:
                raise ValueError(f"not a target field like owners[].name: {text!r}")
            steps.append(TargetStep(match[1] or match[2], match[3] is not None))
            at = match.end()
            is_optional = match[4] == "?"
            is_complete = match[4] != "."
        return cls(tuple(steps), is_optional)


@dataclass(frozen=True, slots=True)
class SourcePath:
    """A source that is nothing but a path: ``source.owner.name``, ``source["return"][0].nin``."""

    root: str
    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> "SourcePath | None":
        """Read a plain path; None for any other expression."""
        text = text.strip()
        root = _ROOT.match(text)
        if root is None:
            return None
        at = root.end()
        steps: list[str | int] = []
        while at < len(text):
            match = _STEP.match(text, at)
            if match is None:
                return None
            field, quoted, index = match.groups()
            steps.append(field or (quoted[1:-1] if quoted else int(index)))
            at = match.end()
        return cls(root[0], tuple(steps))

    @property
    def path(self) -> Path:
        """As expressions tell theirs: a list's items all look the same."""
        return (self.root, *(ITEMS if isinstance(step, int) else step for step in self.steps))

    def getter(self) -> Callable[[Mapping[str, Any]], JsonValue]:
        """Reads the path. Raises LookupError or TypeError where it leads nowhere."""
        root, steps = self.root, self.steps

        def read_fields(variables: Mapping[str, Any]) -> JsonValue:
            value = variables[root]
            for step in steps:
                value = value[step]
            return value

        def read(variables: Mapping[str, Any]) -> JsonValue:
            value = variables[root]
            for step in steps:
                value = _step(value, step)
            return value

        return read if any(isinstance(step, int) for step in steps) else read_fields

    def optional_getter(self) -> Callable[[Mapping[str, Any]], JsonValue | Literal[Absent.ABSENT]]:
        """Reads the path; gives ABSENT where it is absent or null. Raises TypeError where it leads nowhere."""
        root, steps = self.root, self.steps

        def read(variables: Mapping[str, Any]) -> JsonValue | Literal[Absent.ABSENT]:
            value = variables[root]
            for step in steps:
                if type(value) is dict and type(step) is str:
                    value = value.get(step)
                elif value is None:
                    return ABSENT
                else:
                    try:
                        value = _step(value, step)
                    except LookupError:
                        return ABSENT
            return ABSENT if value is None else value

        return read


def _step(value: Any, step: str | int) -> Any:
    # An index must not pick a letter of a text, nor a text be looked up in one.
    if not isinstance(value, dict if isinstance(step, str) else list):
        raise TypeError
    return value[step]  # type: ignore[index] # the line above has seen that they fit


@dataclass(frozen=True, slots=True)
class SourceCall:
    """A source that is one function of a path: ``normalise(source.owner.name)``."""

    function: str
    path: SourcePath

    @classmethod
    def parse(cls, text: str) -> "SourceCall | None":
        """Read a function of a plain path; None for any other expression."""
        match = _CALL.match(text)
        path = None if match is None else SourcePath.parse(match[2])
        return None if match is None or path is None else cls(match[1], path)


@dataclass(frozen=True, slots=True)
class LiteralSource:
    """A source that is one plain literal."""

    value: JsonValue

    @classmethod
    def parse(cls, text: str) -> "LiteralSource | None":
        """Read a number, text, true or false without escapes; None for any other expression."""
        text = text.strip()
        if _LITERAL.match(text) is None:
            return None
        number = text != "-0"  # an integer has no negative zero
        return cls(json.loads(text) if number else 0)
