"""A draft: files that are to be written, and what a person has to decide in them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that no machine can know."""

    path: str
    """The drafted file, below its data folder."""
    question: str
    """What is to be decided, in one sentence that names the place."""


@dataclass(slots=True)
class Draft:
    """What is to be written into the two data folders. Nothing has been written yet."""

    contracts: dict[str, str] = field(default_factory=dict)
    """Texts by path below the folder of contracts."""
    adapters: dict[str, str | bytes] = field(default_factory=dict)
    """The same below the folder of adapters."""
    decisions: list[Decision] = field(default_factory=list)

    def decide(self, path: str, question: str) -> None:
        """Note a decision; the same one once."""
        decision = Decision(path, question)
        if decision not in self.decisions:
            self.decisions.append(decision)


class UndraftableError(Exception):
    """Nothing can be drafted from what was given; the text says why and what to do."""
